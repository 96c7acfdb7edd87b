"""Playlists written to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segue.cli.workplace import console


def playlist(
    name: Annotated[str, typer.Argument(help="recommended, lately, radio, or the uri of a playlist.")],
    out_file: Annotated[Path, typer.Option("--out", help="File to write: .jspf, .xspf or .m3u.")],
    listener: Annotated[str, typer.Option(help="Whose it is, or for whom it is made.", show_default=False)] = "",
    seed: Annotated[list[str] | None, typer.Option(help="Of a radio; may be repeated.", show_default=False)] = None,
    words: Annotated[str, typer.Option(help="Of a radio: what it should sound like.", show_default=False)] = "",
    n: Annotated[int, typer.Option("--n", "-n", min=1, max=10_000, help="How many of what is made.")] = 50,
) -> None:
    """A playlist as a file that players read; an M3U names the files of imported folders."""
    from segue.cli.show import service
    from segue.surfaces.made_for import track_list
    from segue.surfaces.playlist_files import written

    with service() as opened:
        found = track_list(opened, name, listener, n, tuple(seed or ()), words)
        files = {f.uri: opened.workspace.sounds.path(f.number) for f in found.tracks}
        places = {uri: str(path) for uri, path in files.items() if path is not None}
        body, _ = written(found, out_file.suffix.removeprefix(".").lower().removesuffix("8"), places)
    out_file.write_bytes(body)
    console.print(f"{len(found.tracks):,} tracks: {out_file}")
