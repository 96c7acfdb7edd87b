"""Run a command that was configured, with JSON on its standard input."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

from segue.runs.webhook import NotDelivered

TIMEOUT = 10.0
"""Seconds a command may take, with all that it started."""


def run_command(words: Sequence[str], body: bytes, timeout: float = TIMEOUT) -> None:
    """Run it without a shell. NotDelivered where it is not there, takes too long or does not exit with 0."""
    try:
        process = subprocess.Popen(  # noqa: S603
            list(words), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as e:
        raise NotDelivered(f"{words[0]}: {e}") from None
    try:
        _, said = process.communicate(body, timeout)
    except subprocess.TimeoutExpired:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.communicate()
        raise NotDelivered(f"{words[0]} took more than {timeout:g} s") from None
    except BrokenPipeError:  # it ended without listening, which is its right
        said = b""
        process.wait()
    if process.returncode:
        last = said.decode(errors="replace").strip()[-300:]
        raise NotDelivered(f"{words[0]} exited with {process.returncode}" + (f": {last}" if last else ""))
