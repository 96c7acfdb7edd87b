"""Processes of one machine that do the same, one after another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # where there is no such lock everybody goes at once
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
        while not _taken(descriptor) and time.monotonic() < until and not enough():
            time.sleep(LOOK_S)
        yield
    finally:
        os.close(descriptor)  # which gives the lock up


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without such locks: everybody goes at once
        return True
    return True
