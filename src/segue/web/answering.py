"""One process that answers what comes in on a socket."""

from __future__ import annotations

import contextlib
import gc
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import msgspec
import uvicorn
from threadpoolctl import threadpool_limits

from segue.core.settings import read_settings
from segue.store.delivery.intake import Intake
from segue.store.delivery.kafka import intake_of
from segue.store.workspace import Workspace
from segue.web.application import create_app
from segue.web.auth import Keys
from segue.web.guard import is_loopback
from segue.web.service import Backend, Service
from segue.web.traces import Traces
from segue.web.watch import everything_logged

TURN_S = 0.001  # that a thread keeps the interpreter while others wait for it
BACKLOG = 512  # connections that may wait to be accepted
SWEEP_AFTER = 10_000  # objects that came and stayed, before the youngest are looked through
GRACE_S = 10  # for requests that are being answered when the server is told to stop


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is served where; a worker process gets it as JSON."""

    workspace: str
    host: str
    tenant: str | None = None
    allow_hosts: tuple[str, ...] = ()
    access_log: bool = True
    drain_s: float = 0.0
    open_to_all: bool = False


def open_workspace(workspace: Path, tenant: str | None) -> Service:
    """The service of a workspace."""
    from segue.app import open_service

    service: Service = open_service(workspace, tenant, keep_pages=True)
    return service


def open_reports(workspace: Path, tenant: str | None) -> Path:
    """The folder of what checks said of a workspace."""
    from segue.app import reports_of

    return reports_of(workspace, tenant)


def open_intake(workspace: Path, tenant: str | None) -> Intake:
    """Where events go while there is no release."""
    opened = Workspace.open(workspace)
    return intake_of(opened, tenant or opened.settings.tenant)


def answer(plan: Plan, sock: socket.socket, on_ready: Callable[[], None], watcher: int = 0) -> None:
    """Answer what comes in on a socket, in this process, until told to stop, or until its `watcher` is gone."""
    workspace, settings, local = Path(plan.workspace), read_settings(Path(plan.workspace)), is_loopback(plan.host)
    tenant = plan.tenant or settings.tenant
    keys = Keys(workspace, tenant, closed=not (local or plan.open_to_all))

    def backend_of(tenant: str) -> Backend:
        return Backend(
            lambda: open_workspace(workspace, tenant),
            reports=lambda: open_reports(workspace, tenant),
            open_intake=lambda: open_intake(workspace, tenant),
            folder=workspace,
        )

    backend = backend_of(tenant)
    with everything_logged(sys.stderr, as_json=not sys.stderr.isatty()) as log:
        why = backend.open()
        if why:
            log.warning("not ready", reason=why)
        hosts = (*plan.allow_hosts, plan.host) if local or plan.open_to_all else (list(plan.allow_hosts) or None)
        app = create_app(
            backend, keys, hosts, log.info if plan.access_log else None, log.error, settings.ingest_queue_mb << 20,
            numeric_hosts=plan.open_to_all, origins=settings.origins,
            traces=Traces(settings.traces, settings.traces_share) if settings.traces else None, others=backend_of,
            most=settings.tenants_open,
        )  # fmt: skip
        config = uvicorn.Config(
            app, loop=_loop(), http="httptools", ws="none", lifespan="on", log_config=None, access_log=False,
            server_header=False, date_header=True, timeout_keep_alive=15, backlog=BACKLOG,
            timeout_graceful_shutdown=GRACE_S, proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
        )  # fmt: skip
        with _for_answering():
            _Stopping(config, on_ready, backend, plan.drain_s, watcher).run(sockets=[sock])


def _loop() -> str:
    return "asyncio" if sys.platform == "win32" else "uvloop"


@contextlib.contextmanager
def _for_answering() -> Iterator[None]:
    """A process that answers many small requests: one thread a product of matrices, short turns, a small heap to sweep,
    which is seldom swept: meanwhile nobody is answered.

    More threads of linear algebra wait for one another by spinning; with the usual turns of 5 ms a request that comes
    back from the disk or from such a product may wait so long for each of its steps.
    """
    before = sys.getswitchinterval()
    youngest, *older = gc.get_threshold()
    gc.collect()
    gc.freeze()  # the release stays
    gc.set_threshold(SWEEP_AFTER, *older)
    sys.setswitchinterval(TURN_S)
    try:
        with threadpool_limits(1):
            yield
    finally:
        sys.setswitchinterval(before)
        gc.set_threshold(youngest, *older)
        gc.unfreeze()


class _Stopping(uvicorn.Server):
    """Says when it listens, and comes back from a signal instead of dying by it."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], backend: Backend, drain_s: float, watcher: int
    ) -> None:
        super().__init__(config)
        self._ready, self._backend, self._drain_s, self._watcher = ready, backend, drain_s, watcher
        self._stop_at = math.inf

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins to drain; another one stops at once."""
        if self._backend.draining:
            super().handle_exit(sig, frame)
        self._backend.draining = True
        self._stop_at = time.monotonic() + self._drain_s

    async def on_tick(self, counter: int) -> bool:
        alone = bool(self._watcher) and os.getppid() != self._watcher  # it was killed, and nobody ends this process
        return await super().on_tick(counter) or alone or time.monotonic() >= self._stop_at

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
