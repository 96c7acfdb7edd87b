"""API keys: made, listed, taken away."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.workplace import console, open_workspace, out


def create(
    scopes: Annotated[str, typer.Option(help="What it opens: read, write, admin; comma-separated.")] = "read,write",
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    listener: Annotated[
        str, typer.Option(help="Whose own it is: for the players of this listener.", show_default=False)
    ] = "",
    digest: Annotated[
        bool,
        typer.Option("--digest", help="For clients that send an MD5 of it: Subsonic's t and s, Last.fm."),
    ] = False,
) -> None:
    """Make a key. It is shown once; the workspace keeps only its hash, or with --digest what makes it again."""
    from segue.web.auth import Keys, parse_scopes

    with open_workspace(create=True) as (workspace, _):
        secret, key = Keys(workspace.path).create(parse_scopes(scopes), label, listener, digest)
    console.print(f"key {key.id} opens {', '.join(key.scopes)}; this is the only time it is shown:")
    out.print(secret)


def listing() -> None:
    """The keys there are, without their secrets."""
    from segue.web.auth import Keys

    with open_workspace() as (workspace, _):
        keys = Keys(workspace.path).all()
    if not keys:
        out.print("no keys: the service answers on this machine only")
    for key in keys:
        out.print(f"{key.id}  {','.join(key.scopes)}  {key.label}", markup=False)


def revoke(key: Annotated[str, typer.Argument(help="Id of the key, as `segue key list` shows it.")]) -> None:
    """Take a key away; it stops working at once."""
    from segue.web.auth import Keys

    with open_workspace() as (workspace, _):
        gone = Keys(workspace.path).revoke(key)
    console.print(f"key {gone.id} no longer opens anything")
