"""Pages made ahead, in processes of their own: what a server shows while more are asked for than it can make.

It may be ended at any moment, and goes on the next time with what is missing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from threadpoolctl import threadpool_limits

from segue.app import open_service
from segue.app.service import Service
from segue.core.clock import DAY_MS
from segue.core.errors import SegueError

PART = 20  # pages that a process is given at a time
NICE = 10  # answers go first

_service: Service | None = None  # of a process that makes pages


class Ended(SegueError):
    """A process that made pages is there no more."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was done."""

    due: int  # listeners who had no page that would do
    made: int
    failed: int
    had: int  # listeners who had one
    stopped: bool  # before all were made, since the time was over


def make_pages(
    path: Path, tenant: str, days: float, workers: int, seconds: float = float("inf"),
    progress: Callable[[int, int], None] = lambda _done, _due: None,
) -> Ahead:  # fmt: skip
    """Make pages for whoever took something within so many days, who did so last first, until all are made or the time
    is over.

    A page that cannot be made is told in the log, and the others are made. NotReady without a release, Ended where a
    process was.
    """
    until = time.monotonic() + seconds
    with open_service(path, tenant, keep_pages=True) as service:
        due, had = service.awaited(int(time.time() * 1000 - days * DAY_MS))
    progress(0, len(due))
    parts = [due[i : i + PART] for i in range(0, len(due), PART)]
    made = failed = 0
    if not due:
        return Ahead(0, 0, 0, had, False)
    crew = max(1, min(workers, len(parts)))
    with ProcessPoolExecutor(crew, multiprocessing.get_context("spawn"), _open, (path, tenant)) as pool:
        under_way = [pool.submit(_make, part) for part in parts]
        try:  # what was made before something stands in the way is kept
            for part in as_completed(under_way):
                done, not_done = part.result()
                made, failed = made + done, failed + not_done
                progress(made + failed, len(due))
                if time.monotonic() >= until:
                    break
        except BrokenProcessPool:
            why = "perhaps for want of memory: try fewer workers"
            raise Ended(f"a process was ended after {made:,} pages, {why}") from None
        finally:
            pool.shutdown(cancel_futures=True)  # parts that were begun are done
    counts = [part.result() for part in under_way if not part.cancelled()]
    made, failed = (sum(column) for column in zip(*counts))
    return Ahead(len(due), made, failed, had, stopped=len(counts) < len(parts))


def _open(path: Path, tenant: str) -> None:
    global _service  # there is no other place for what a process of a pool keeps
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the process that asked
    with suppress(OSError):  # a unit of systemd may forbid it, and has said how nice it is
        os.nice(NICE)
    threadpool_limits(1)
    _service = open_service(path, tenant, keep_pages=True)


def _make(listeners: Sequence[str]) -> tuple[int, int]:
    """How many pages were made, and how many could not be."""
    assert _service is not None
    _service.reload()  # somebody may have been erased, or another release promoted
    made = failed = 0
    for listener in listeners:
        try:
            made += _service.make_ahead(listener)
        except Exception as e:  # the others may go well
            failed += 1
            structlog.get_logger().warning("no page made ahead", error=f"{type(e).__name__}: {e}")
    return made, failed
