"""Work that is done behind answers: the newest first, a share of the time, and only what there is room for."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

import structlog

SHARE = 0.03
"""Of the time of one thread, in its own processor time: answers must not wait for it."""
MOST = 200  # jobs that wait; of more the oldest go


class Behind:
    """One thread, started by the first job. Safe for several threads. Close it when done."""

    def __init__(self, share: float = SHARE, most: int = MOST) -> None:
        self._rest, self._most = 1 / share - 1, most  # seconds without work for each with it
        self._jobs: OrderedDict[Hashable, Callable[[], object]] = OrderedDict()
        self._changed, self._stopped = threading.Condition(), threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, key: Hashable, job: Callable[[], object]) -> None:
        """Returns at once. In the place of a job of the same key that waits."""
        with self._changed:
            if self._stopped.is_set():
                return
            self._jobs[key] = job
            self._jobs.move_to_end(key)
            if len(self._jobs) > self._most:
                self._jobs.popitem(last=False)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="segue-behind", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """What waits is not done any more; the job under way ends."""
        with self._changed:
            self._stopped.set()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _next(self) -> Callable[[], object] | None:
        """The newest job, once there is one; None when it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._stopped.is_set())
            return None if self._stopped.is_set() else self._jobs.popitem()[1]

    def _run(self) -> None:
        while (job := self._next()) is not None:
            begun = time.thread_time()
            try:
                job()
            except Exception as e:  # nobody waits for it, and the next one may go well
                structlog.get_logger().warning("not done behind an answer", error=f"{type(e).__name__}: {e}")
            self._stopped.wait(self._rest * (time.thread_time() - begun))
