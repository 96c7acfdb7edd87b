"""`segue serve`: the application on a socket."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from segue.core.errors import UsageError
from segue.core.settings import read_settings
from segue.web.answering import Plan, answer
from segue.web.auth import Keys, is_open
from segue.web.guard import is_loopback
from segue.web.notify import notify
from segue.web.workers import supervise


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
    workers: int | None = None,
    drain_s: float = 0.0,
) -> None:
    """Serve a workspace until told to stop (SIGINT, SIGTERM). `on_ready` gets the URL once it is being listened to.

    Host, port and workers that are not given are those of the settings. When told to stop, requests are taken for
    `drain_s` more seconds while /api/health says 503, so that whoever sends them can look elsewhere; then those under
    way are finished. WorkspaceError where there is no workspace; UsageError where an address that others can reach is
    asked for while the workspace has neither a key nor an operator, unless `open_to_all`. `on_setup` gets the address
    and the token of the first set-up, while there is no operator.
    """
    settings = read_settings(workspace)
    host, port = settings.host if host is None else host, settings.port if port is None else port
    workers = settings.workers if workers is None else workers
    keys = Keys(workspace, tenant or settings.tenant)
    if not is_loopback(host) and is_open(keys) and not open_to_all:
        raise UsageError(
            f"{host} can be reached from other machines, and this workspace has no key and no operator: anybody could "
            "read and write. Make one with `segue keys create` or `segue operators add NAME`, serve on 127.0.0.1, or "
            "say --open-to-all"
        )
    plan = Plan(
        workspace=str(workspace), host=host, tenant=tenant, allow_hosts=tuple(allow_hosts), access_log=access_log,
        drain_s=drain_s, open_to_all=open_to_all,
    )  # fmt: skip
    sock = bind(host, port)
    try:

        def ready() -> None:
            notify("READY=1")
            on_ready(address(sock, host))
            if on_setup is not None and not keys.operators.any():
                on_setup(f"{address(sock, host)}setup", keys.operators.new_setup())

        if workers > 1:
            supervise(plan, sock, workers, ready)
        else:
            answer(plan, sock, ready)
    finally:
        sock.close()
