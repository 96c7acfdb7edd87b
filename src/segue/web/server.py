"""`segue serve`: the application on a socket."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvicorn
from threadpoolctl import threadpool_limits

from segue.core.errors import UsageError
from segue.core.settings import read_settings
from segue.store.delivery.intake import Intake
from segue.store.workspace import Workspace
from segue.web.application import create_app
from segue.web.auth import Keys, is_open
from segue.web.guard import is_loopback
from segue.web.service import Backend, Service
from segue.web.watch import make_log

TURN_S = 0.001  # that a thread keeps the interpreter while others wait for it
GRACE_S = 10  # for requests that are being answered when the server is told to stop


def open_workspace(workspace: Path, tenant: str | None) -> Service:
    """The service of a workspace."""
    from segue.app import open_service

    service: Service = open_service(workspace, tenant)
    return service


def open_reports(workspace: Path, tenant: str | None) -> Path:
    """The folder of what checks said of a workspace."""
    from segue.app import reports_of

    return reports_of(workspace, tenant)


def open_intake(workspace: Path, tenant: str | None) -> Intake:
    """Where events go while there is no release."""
    opened = Workspace.open(workspace)
    return Intake(opened, tenant or opened.settings.tenant)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket, or UsageError saying what stands in the way."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host.strip("[]"), port))
    except (OSError, OverflowError) as e:
        sock.close()
        raise UsageError(f"cannot listen on {host} port {port}: {e}; --port 0 takes any free one") from None
    return sock


def address(sock: socket.socket, host: str) -> str:
    """The URL that reaches a socket."""
    port = sock.getsockname()[1]
    shown = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1", "::1") else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def serve(
    workspace: Path,
    host: str | None = None,
    port: int | None = None,
    tenant: str | None = None,
    allow_hosts: Sequence[str] = (),
    access_log: bool = True,
    on_ready: Callable[[str], None] = print,
    on_setup: Callable[[str, str], None] | None = None,
    open_to_all: bool = False,
) -> None:
    """Serve a workspace until told to stop (SIGINT, SIGTERM). `on_ready` gets the URL once it is being listened to.

    Host and port not given are those of the settings. WorkspaceError where there is no workspace; UsageError where an
    address that others can reach is asked for while the workspace has neither a key nor an operator, unless
    `open_to_all`. `on_setup` gets the address and the token of the first set-up, while there is no operator.
    """
    settings = read_settings(workspace)
    host, port = settings.host if host is None else host, settings.port if port is None else port
    keys = Keys(workspace, tenant or settings.tenant)
    local = is_loopback(host)
    if not local and is_open(keys) and not open_to_all:
        raise UsageError(
            f"{host} can be reached from other machines, and this workspace has no key and no operator: anybody could "
            "read and write. Make one with `segue keys create` or `segue operators add NAME`, serve on 127.0.0.1, or "
            "say --open-to-all"
        )
    log = make_log(sys.stderr, as_json=not sys.stderr.isatty())
    backend = Backend(
        lambda: open_workspace(workspace, tenant),
        reports=lambda: open_reports(workspace, tenant),
        open_intake=lambda: open_intake(workspace, tenant),
    )
    sock = bind(host, port)
    try:
        why = backend.open()
        if why:
            log.warning("not ready", reason=why)
        hosts = (*allow_hosts, host) if local or is_open(keys) else (list(allow_hosts) or None)
        app = create_app(
            backend,
            keys,
            hosts,
            log.info if access_log else None,
            log.error,
            settings.ingest_queue_mb << 20,
            numeric_hosts=open_to_all,
        )
        config = uvicorn.Config(
            app, loop=_loop(), http="httptools", ws="none", lifespan="on", log_config=None, access_log=False,
            server_header=False, date_header=True, proxy_headers=False, timeout_keep_alive=15, backlog=512,
            timeout_graceful_shutdown=GRACE_S,
        )  # fmt: skip

        def ready() -> None:
            on_ready(address(sock, host))
            if on_setup is not None and not keys.operators.any():
                on_setup(f"{address(sock, host)}setup", keys.operators.new_setup())

        server = _Announcing(config, ready)
        with _for_answering():
            server.run(sockets=[sock])
    finally:
        sock.close()


def _loop() -> str:
    return "asyncio" if sys.platform == "win32" else "uvloop"


@contextlib.contextmanager
def _for_answering() -> Iterator[None]:
    """A process that answers many small requests: one thread a product of matrices, short turns, a small heap to sweep.

    More threads of linear algebra wait for one another by spinning; with the usual turns of 5 ms a request that comes
    back from the disk or from such a product may wait so long for each of its steps.
    """
    before = sys.getswitchinterval()
    gc.collect()
    gc.freeze()  # the release stays
    sys.setswitchinterval(TURN_S)
    try:
        with threadpool_limits(1):
            yield
    finally:
        sys.setswitchinterval(before)
        gc.unfreeze()


class _Announcing(uvicorn.Server):
    """Says where it is once it listens, and comes back from a signal instead of dying by it."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
