"""Start the service from the command line."""

from __future__ import annotations

from pathlib import Path

from segue.cli.workplace import console


def start_server(
    path: Path, host: str | None, port: int | None, open_to_all: bool = False, workers: int | None = None,
    drain_s: float = 0.0,
) -> None:  # fmt: skip
    """Serve until told to stop; where an address is not given, the workspace's settings say it."""
    from segue.core.settings import read_settings
    from segue.web.server import serve as run

    settings = read_settings(path)
    run(
        path,
        settings.host if host is None else host,
        settings.port if port is None else port,
        tenant=settings.tenant,
        workers=workers,
        drain_s=drain_s,
        on_ready=lambda url: console.print(f"serving [bold]{url}[/]  (Ctrl-C stops)"),
        on_setup=lambda url, token: console.print(f"to set up who may sign in: [bold]{url}[/] with the token {token}"),
        open_to_all=open_to_all,
    )
