"""Processes of one machine that do the same, one after another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # where there is no such lock nobody waits for another process
    fcntl = None  # type: ignore[assignment]

LOOK_S = 0.1
LONGEST_S = 60.0  # that one waits for the others


@contextmanager
def in_turn(folder: Path, enough: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """While the block lasts no other block of this folder begins, in any process; none waits for ever, nor once
    `enough` says so."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        until = time.monotonic() + LONGEST_S
        while not taken(descriptor) and time.monotonic() < until and not enough():
            time.sleep(LOOK_S)
        yield
    finally:
        os.close(descriptor)  # which gives the lock up


def taken(descriptor: int) -> bool:
    """Whether the lock of an open file or folder is held from now on, until that is closed; False while another process
    has it. True where there are no such locks, too."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without them
        return True
    return True
