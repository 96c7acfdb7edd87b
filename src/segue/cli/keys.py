"""API keys: made, listed, taken away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from segue.cli.workplace import console, open_workspace, out


def create(
    scopes: Annotated[
        str,
        typer.Option(
            help="What it opens: ingest, read, listener, admin; comma-separated. Without it ingest "
            "and read, or listener where a listener is named.",
            show_default=False,
        ),
    ] = "",
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    listener: Annotated[
        str, typer.Option(help="Whose own it is: opens what is this listener's alone.", show_default=False)
    ] = "",
    digest: Annotated[
        bool,
        typer.Option("--digest", help="For clients that send an MD5 of it: Subsonic's t and s, Last.fm."),
    ] = False,
) -> None:
    """Make a key. It is shown once; the workspace keeps only its hash, or with --digest what makes it again."""
    from segue.web.auth import Keys, parse_scopes

    chosen = parse_scopes(scopes or ("listener" if listener else "ingest,read"))
    with open_workspace(create=True) as (workspace, tenant):
        secret, key = Keys(workspace.path, tenant).create(chosen, label, listener, digest)
    console.print(f"key {key.id} opens {', '.join(key.scopes)}; this is the only time it is shown:")
    out.print(secret)


def listing() -> None:
    """The keys there are, of all tenants, without their secrets, and when each was last used (UTC)."""
    from segue.web.auth import Keys

    with open_workspace() as (workspace, tenant):
        opened = Keys(workspace.path)
        keys, used = opened.all(), opened.last_use.all()
    if not keys:
        out.print("no keys: the service answers on this machine only")
    for key in keys:
        made = _said(key.created, "%Y-%m-%d") or "?"
        last = f"used {when}" if (when := _said(used.get(key.id, 0), "%Y-%m-%d %H:%M")) else "never used"
        whose = f"{key.tenant or tenant}{f'/{key.listener}' if key.listener else ''}"
        out.print(
            f"{key.id}  {','.join(key.scopes)}  {whose}  {made}  {last}  {key.label}", markup=False, soft_wrap=True
        )


def _said(ms: int, form: str) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime(form) if ms else ""


def revoke(key: Annotated[str, typer.Argument(help="Id of the key, as `segue keys list` shows it.")]) -> None:
    """Take a key away; it stops working at once."""
    from segue.web.auth import Keys

    with open_workspace() as (workspace, _):
        gone = Keys(workspace.path).revoke(key)
    console.print(f"key {gone.id} no longer opens anything")
