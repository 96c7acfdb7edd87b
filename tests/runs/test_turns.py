"""One process after another, and none for ever."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from segue.runs import turns
from segue.runs.turns import in_turn

HOLD = """
import sys, time
from pathlib import Path
from segue.runs.turns import in_turn
with in_turn(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(60)
"""


def test_no_two_at_once(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        with in_turn(tmp_path):
            inside += 1
            most = max(most, inside)
            time.sleep(0.02)
            inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside, most) == (0, 1)
    assert not list(tmp_path.iterdir())


def test_it_waits_for_another_process_until_that_is_gone_or_it_was_long_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        asked = iter((False, False, True))
        with in_turn(tmp_path, lambda: next(asked)):
            assert next(asked, None) is None
        monkeypatch.setattr(turns, "LONGEST_S", 0.0)
        with in_turn(tmp_path):
            pass
        monkeypatch.undo()
        threading.Timer(0.3, other.kill).start()
        begun = time.monotonic()
        with in_turn(tmp_path):
            assert 0.2 < time.monotonic() - begun < 20
            assert other.poll() is not None or other.wait(5)


def test_where_a_file_system_has_no_such_lock_everybody_goes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(_descriptor: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", without)
    begun = time.monotonic()
    with in_turn(tmp_path):
        assert time.monotonic() - begun < 1
