"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Kinds = Annotated[str | None, typer.Option(help="track, artist, album, show, episode, audiobook …", show_default=False)]
Count = Annotated[int, typer.Option("--n", "-n", min=1, max=1000, help="How many.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write JSON to this file.", show_default=False)]
HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write a page to this file.", show_default=False)]
OutFile = Annotated[Path | None, typer.Option("--out", help="With --all: file to write.", show_default=False)]
Activity = Annotated[str, typer.Option(help="What it is for: focus, workout, wind-down …", show_default=False)]
At = Annotated[str, typer.Option(help="Local time of day to pretend: 8:30.", show_default=False)]
Zone = Annotated[str, typer.Option(help="IANA time zone; default: the country's.", show_default=False)]
