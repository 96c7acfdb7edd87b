"""What serving needs of the composition root, and how its calls leave the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

import structlog

from segue.core.errors import NotReady, SegueError, WorkspaceError
from segue.core.events import AnyEvent, Item
from segue.core.types import Context
from segue.store.delivery import Batch, Rules, Taken
from segue.store.delivery.intake import Intake
from segue.store.receipts import Receipt, erase
from segue.surfaces.browse import Browse
from segue.surfaces.clips import Clip
from segue.surfaces.home.told import PageMade
from segue.surfaces.library import Library
from segue.surfaces.taste.views import TasteView
from segue.surfaces.views import (
    AboutView,
    CardView,
    HomeReport,
    HomeText,
    HomeView,
    ListenerView,
    PathView,
    RadioView,
    Recommendations,
    SearchView,
    SpotView,
)
from segue.web.pressure import Pressure

T = TypeVar("T")
LOOK_S = 0.05  # how often it is seen whether the encoder of words is there
REOPEN_S = 2.0  # how often a missing service, or a newer release, is looked for
READERS = 1  # threads that compute; more of them only fight for the interpreter
WAITING = 200  # calls that may wait; beyond that the server says it is busy


class Counts(Protocol):
    """What an append answers."""

    @property
    def accepted(self) -> int: ...

    @property
    def duplicates(self) -> int: ...


class Service(Protocol):
    """The part of `segue.app.Service` that is reached over HTTP."""

    @property
    def release(self) -> str | None: ...

    @property
    def simulated(self) -> bool: ...

    @property
    def tenant(self) -> str: ...

    @property
    def released(self) -> int: ...

    @property
    def behind(self) -> int: ...

    on_page: Callable[[PageMade], None] | None
    pressed: Callable[[], bool]

    def home_to_send(
        self, listener: str, context: Context | None = None, *, log_impressions: bool = False
    ) -> HomeView | HomeText: ...  # fmt: skip

    def recommend(
        self, listener: str, kind: str | None = None, n: int = 10, seeds: Sequence[str] = (),
        context: Context | None = None, words: str = "",
    ) -> Recommendations: ...  # fmt: skip

    def similar(self, uri_or_text: str, kind: str | None = None, n: int = 10) -> Sequence[CardView]: ...

    def path(self, start: str, end: str, n: int = 10, kind: str | None = None) -> PathView: ...

    def radio(
        self, seeds: Sequence[str] = (), words: str = "", listener: str = "", kind: str | None = None, n: int = 25,
        page: int = 0, shuffle: int = 0, context: Context | None = None,
    ) -> RadioView: ...  # fmt: skip

    def space_map(self) -> bytes: ...

    def space_items(self, at: Sequence[int] = (), uris: Sequence[str] = ()) -> Sequence[SpotView]: ...

    def space_near(self, at: int, n: int = 12) -> Sequence[SpotView]: ...

    def append(self, events: Sequence[AnyEvent], items: Sequence[Item] = ()) -> Counts: ...

    @property
    def library(self) -> Library: ...

    @property
    def browse(self) -> Browse: ...

    @property
    def intake(self) -> Intake: ...

    def take(self, batches: Sequence[Batch]) -> Sequence[Taken]: ...

    def listeners(self, prefix: str = "", limit: int = 50) -> Sequence[ListenerView]: ...

    def card(self, uri: str) -> CardView: ...

    def clip(self, uri: str) -> Clip: ...

    def history(self, listener: str, n: int) -> Sequence[Any]: ...

    def taste(self, listener: str, context: Context | None = None) -> TasteView: ...

    def search_titles(self, words: str, kind: str | None, n: int) -> Sequence[CardView]: ...

    def search_page(self, words: str, kind: str | None, n: int, listener: str = "") -> SearchView: ...

    def search_near(self, words: str, kind: str | None, n: int, listener: str = "") -> SearchView: ...

    def words_ready(self) -> bool: ...

    def about(self, uri: str, listener: str = "") -> AboutView: ...

    def home_report(self) -> HomeReport: ...

    def reload(self) -> Any: ...

    def warm(self) -> None: ...

    def erase(self, listener: str, keys: int = 0) -> Receipt: ...


class Busy(SegueError):
    """More calls wait than the server will hold; ask again."""


def sweep() -> None:
    """Let go of what the old release left behind, where the server told the collector that it stays."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
        gc.freeze()


async def in_thread(pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    """`call()` on a thread of the pool, as part of the request that is being answered."""
    return await asyncio.get_running_loop().run_in_executor(pool, contextvars.copy_context().run, call)


class Backend:
    """A service behind two small pools: reads share `READERS` threads, appends have one thread of their own.

    Appends wait for the disk and reads for the processor, so that neither queues behind the other. The service may be
    missing (no workspace content, no release): then calls raise NotReady with the reason, and it is looked for again.
    """

    def __init__(
        self,
        open_it: Callable[[], Service],
        readers: int = READERS,
        reports: Callable[[], Path] | None = None,
        open_intake: Callable[[], Intake] | None = None,
        folder: Path | None = None,
    ) -> None:
        """`open_intake`: where events go while there is no release yet. `folder`: of the workspace."""
        self.on_page: Callable[[PageMade], None] | None = None  # is told of every page
        self.draining = False  # about to stop: what comes is still answered, but nothing more should be sent here
        self._folder = folder
        self._open, self._why, self._reports = open_it, "not opened yet", reports
        self._open_intake = open_intake
        self._service: Service | None = None
        self._intake: Intake | None = None
        self._looked, self._lock = 0.0, threading.Lock()
        self._readers = ThreadPoolExecutor(readers, "segue-read")
        self._writer = ThreadPoolExecutor(1, "segue-write")
        self._waiting = 0
        self.pressure = Pressure()

    def _page(self, made: PageMade) -> None:
        self.pressure.page(made, self._waiting)
        if self.on_page is not None:
            self.on_page(made)

    def _opened(self) -> Service:
        with self._lock:
            if self._service is None:
                if time.monotonic() - self._looked < REOPEN_S and self._looked:
                    raise NotReady(self._why)
                self._looked = time.monotonic()
                try:
                    self._service = self._open()
                    self._service.on_page, self._service.pressed = self._page, self.pressure
                except SegueError as e:
                    self._why = str(e)
                    if isinstance(e, WorkspaceError):
                        raise
                    raise NotReady(self._why) from e
            return self._service

    def open(self) -> str:
        """Open now; the reason where nothing can be served yet, else an empty string. WorkspaceError passes."""
        try:
            self._opened()
        except NotReady as e:
            return str(e)
        return ""

    @property
    def current(self) -> Service | None:
        """The service where it is open."""
        return self._service

    @property
    def why(self) -> str:
        """Why nothing is served, where that is so."""
        return self._why if self._service is None else ""

    @property
    def waiting(self) -> int:
        """Calls of the service that wait for a thread, or have one."""
        return self._waiting

    @property
    def disk_free(self) -> int | None:
        """Bytes that are free where the workspace lies; None where that is nowhere."""
        try:
            return None if self._folder is None else shutil.disk_usage(self._folder).free
        except OSError:
            return None

    @property
    def folder(self) -> Path:
        """Of the workspace. NotReady where there is none."""
        if self._folder is None:
            raise NotReady("no workspace whose records could be shown")
        return self._folder

    def reports(self) -> Path:
        """The folder of what checks of the data said; there without a service. NotReady where there is no workspace."""
        if self._reports is None:
            raise NotReady("no workspace whose checks could be shown")
        return self._reports()

    async def read(self, call: Callable[[Service], T]) -> T:
        """`call(service)` on a reader thread."""
        return await self._run(self._readers, lambda: call(self._opened()))

    async def work(self, call: Callable[[], T]) -> T:
        """`call()` on a reader thread."""
        return await self._run(self._readers, call)

    async def library(self, call: Callable[[Library], T]) -> T:
        """`call(library)` on a reader thread; before the first release, too."""
        if self._service is None and self._intake is None:
            await self._on_writer(self.intake)
        return await self._run(self._readers, lambda: call(self._library()))

    async def understanding(self) -> None:
        """Until words can be placed: that loads an encoder once, and must keep no reader from pages meanwhile."""
        while self._service is not None and not self._service.words_ready():
            await asyncio.sleep(LOOK_S)

    async def append(self, events: Sequence[AnyEvent], items: Sequence[Item] = ()) -> Counts:
        """Events of the tenant, and what is known of their items, into the log; before the first release, too.

        Durable when this returns.
        """
        return await self._run(self._writer, lambda: self._appended(events, items))

    async def take(self, batches: Sequence[Batch]) -> Sequence[Taken]:
        """Batches of events into the log, in one commit; before the first release, too."""
        return await self._on_writer(lambda: self._taking(batches))

    async def reading(self) -> tuple[str, Rules]:
        """The tenant that is served, and when its events may have happened."""
        service = self._service
        intake = service.intake if service is not None else self._intake
        if intake is None:
            intake = await self._on_writer(self.intake)
        return intake.tenant, intake.rules

    async def deliveries(self, call: Callable[[Intake], T]) -> T:
        """`call(intake)` on the writer thread: dead letters and the audit."""
        return await self._on_writer(lambda: call(self.intake()))

    async def erase(self, listener: str, keys: int) -> Receipt:
        """Forget a listener, on the writer thread, with or without a release; UnknownName where nothing was known."""
        return await self._on_writer(lambda: self._erased(listener, keys))

    def _erased(self, listener: str, keys: int) -> Receipt:
        intake, service = self.intake(), self._service
        if service is not None:
            return service.erase(listener, keys)
        return erase(intake.workspace, intake.tenant, listener, keys)

    def _appended(self, events: Sequence[AnyEvent], items: Sequence[Item]) -> Counts:
        intake, service = self.intake(), self._service
        if service is not None:
            return service.append(events, items)
        return intake.workspace.log.append(events, items, intake.tenant)

    def _library(self) -> Library:
        service, intake = self._service, self._intake
        if service is not None or intake is None:
            return self._opened().library
        return Library(intake.workspace, intake.tenant)

    async def _on_writer(self, call: Callable[[], T]) -> T:
        return await in_thread(self._writer, call)

    def _taking(self, batches: Sequence[Batch]) -> Sequence[Taken]:
        intake = self.intake()
        service = self._service
        return service.take(batches) if service is not None else intake.take(batches)

    def intake(self) -> Intake:
        """Where events go in. On the writer thread alone; NotReady where there is nowhere to put them."""
        try:
            return self._opened().intake
        except NotReady:
            if self._open_intake is None:
                raise
        if self._intake is None:
            self._intake = self._open_intake()
        return self._intake

    async def _run(self, pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Busy(f"{self._waiting} requests are waiting; ask again in a second")
        self._waiting += 1
        try:
            return await in_thread(pool, call)
        finally:
            self._waiting -= 1

    async def follow_releases(self) -> None:
        """Until cancelled: take up a new release as it is promoted. The one that is there gets ready for searches, a
        moment after the start: whoever waited for that is answered first."""
        warm = False
        while True:
            await asyncio.sleep(REOPEN_S)
            service = self._service
            try:
                if service is not None and not warm:
                    warm = True  # where it cannot be, new releases are looked for all the same
                    await asyncio.to_thread(service.warm)
                elif service is not None and await asyncio.to_thread(service.reload):  # takes long: not on a reader
                    sweep()
            except Exception as e:  # whatever it was this time, the next release is still looked for
                self._why = str(e)
                structlog.get_logger().error("releases not followed", error=f"{type(e).__name__}: {e}")

    def close(self) -> None:
        """Let running calls end, then close the service."""
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)
        close = getattr(self._service, "close", None)
        if close is not None:
            close()
        if self._intake is not None:
            self._intake.workspace.close()
