"""The queue in front of the log: bounded, so that a flood is turned away and not stored in memory; and while one
commit is under way, what comes in gathers and shares the next.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from segue.core.errors import SegueError
from segue.store.delivery import Batch, Taken
from segue.web.metrics import Metrics
from segue.web.service import Backend, in_thread

T = TypeVar("T")
WAITING = 32 << 20
"""Bytes of request bodies between their arrival and their answer."""
GROUP = 20_000
"""Events that share a commit."""
INLINE = 16_384
"""Bytes of a body that are read without a thread."""
LONGEST_S = 30


class Full(SegueError):
    """The queue has no room; `after` says in how many seconds it may have."""

    def __init__(self, after: int) -> None:
        super().__init__(f"more events are waiting to be written than may wait; send these again in {after} s")
        self.after = after


class Inbox:
    """Batches of one tenant on their way to the log. On one event loop."""

    def __init__(self, backend: Backend, metrics: Metrics, most: int = WAITING) -> None:
        self._backend, self._metrics, self._most = backend, metrics, most
        self._bytes = 0
        self._queue: deque[tuple[Batch, asyncio.Future[Taken]]] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._reader = ThreadPoolExecutor(1, "segue-events")
        self._pace = 5e6  # bytes a second that were written lately

    @property
    def held(self) -> int:
        """Bytes of requests that are worked on."""
        return self._bytes

    def ask(self, size: int, held: int = 0) -> None:
        """Full where so many bytes are not to be had now, by a request that holds some already."""
        if self._bytes > held and self._bytes + size > self._most:  # one that is alone is let in, however large
            self._metrics.turned_away.inc()
            raise Full(int(min(LONGEST_S, max(1.0, self._bytes / self._pace))))

    @contextmanager
    def room(self, size: int = 0) -> Iterator[Callable[[int], None]]:
        """Hold so many bytes while a request is worked on, and more by each call; Full where they are not to be had."""
        held = 0

        def more(size: int) -> None:
            nonlocal held
            self.ask(size, held)
            held += size
            self._bytes += size
            self._metrics.waiting_bytes.inc(size)

        try:
            more(size)
            yield more
        finally:
            self._bytes -= held
            self._metrics.waiting_bytes.dec(held)

    async def read(self, size: int, call: Callable[[], T]) -> T:
        """`call()`, on a thread where the body is large: other requests must not wait for it."""
        return call() if size <= INLINE else await in_thread(self._reader, call)

    async def put(self, batch: Batch) -> Taken:
        """What became of a batch, once it is on the disk."""
        future: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._queue.append((batch, future))
        self._metrics.waiting.inc(batch.rows)
        came = time.perf_counter()
        if self._draining is None or self._draining.done():
            self._draining = asyncio.get_running_loop().create_task(self._drain())
        taken = await future
        self._metrics.lag.observe(time.perf_counter() - came)
        return taken

    async def flush(self) -> None:
        """Until all that came in is on the disk."""
        while self._draining is not None and not self._draining.done():
            await asyncio.wait([self._draining])

    async def _drain(self) -> None:
        while self._queue:
            group, rows = [self._queue.popleft()], 0
            rows = group[0][0].rows
            while self._queue and rows + self._queue[0][0].rows <= GROUP:
                group.append(self._queue.popleft())
                rows += group[-1][0].rows
            held, begun = self._bytes, time.perf_counter()
            try:
                taken = await self._backend.take([batch for batch, _ in group])
            except BaseException as e:
                for _, future in group:
                    if not future.done():
                        future.set_exception(e)
                if not isinstance(e, Exception):
                    raise
            else:
                for (_, future), one in zip(group, taken, strict=True):
                    if not future.done():  # whoever asked may have gone
                        future.set_result(one)
                share = held * len(group) / (len(group) + len(self._queue))
                self._pace += 0.2 * (share / max(1e-3, time.perf_counter() - begun) - self._pace)
            finally:
                self._metrics.waiting.dec(rows)
                self._metrics.commits.inc()

    def close(self) -> None:
        self._reader.shutdown(wait=False)
