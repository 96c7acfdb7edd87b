"""Commands that ask a release something."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segue.cli.options import Activity, At, Count, Json, Kinds, OutFile, Zone
from segue.cli.workplace import out


def home(
    listener: Annotated[str, typer.Argument(help="Listener id as imported; an unknown one gets a newcomer's Home.")],
    familiarity: Annotated[float, typer.Option(help="The dial: 0 all new … 1 all familiar.", min=0, max=1)] = 0.5,
    country: Annotated[str, typer.Option(help="Where they are (ISO code).", show_default=False)] = "",
    zone: Zone = "",
    at: At = "",
    activity: Activity = "",
    json: Json = False,
) -> None:
    """A listener's Home: shelves, cards and why each is there."""
    from segue.cli.show import context, print_home, print_json, service

    where = context(familiarity=familiarity, country=country, zone=zone, at=at, activity=activity)
    page = service().home(listener, where)
    print_json(out, page) if json else print_home(out, page)


def recommend(
    listener: Annotated[str | None, typer.Argument(help="Listener id as imported.", show_default=False)] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everybody, to a file.")] = False,
    listeners_file: Annotated[
        Path | None, typer.Option(help="Only the listeners named in this file, one a line.", show_default=False)
    ] = None,
    kind: Kinds = None,
    n: Annotated[
        int | None, typer.Option("--n", "-n", help="How many; default 10, with --all 100.", min=1, max=10_000)
    ] = None,
    seen: Annotated[str, typer.Option(help="With --all: drop or keep what the listener already had.")] = "drop",
    seed_item: Annotated[
        list[str] | None, typer.Option(help="Start from this item; may be repeated.", show_default=False)
    ] = None,
    words: Annotated[str, typer.Option(help="What it should be like: calm piano for studying.")] = "",
    activity: Activity = "",
    at: At = "",
    zone: Zone = "",
    out_file: OutFile = None,
    json: Json = False,
) -> None:
    """Recommendations for one listener, or with --all for everybody."""
    from segue.cli.show import batch, context, print_found, service

    if (all_ or listeners_file) and (activity or at or zone):
        raise typer.BadParameter("--activity, --at and --zone are for one LISTENER")
    if all_ or listeners_file:
        batch("listener", out_file, kind=kind, n=n or 100, seen=seen, only=listeners_file)
        return
    if listener is None:
        raise typer.BadParameter("name a LISTENER, or ask for --all")
    where = context(zone=zone, at=at, activity=activity)
    seeds = tuple(seed_item or ())
    found = service().recommend(listener, kind=kind, n=n or 10, seeds=seeds, context=where, words=words)
    print_found(out, found, found.items, json)


def continue_(
    all_: Annotated[bool, typer.Option("--all", help="Every playlist, to a file.")] = False,
    n: Annotated[int, typer.Option("--n", "-n", help="How many a playlist.", min=1, max=10_000)] = 500,
    seen: Annotated[str, typer.Option(help="drop or keep what the playlist already holds.")] = "drop",
    kind: Kinds = None,
    out_file: OutFile = None,
) -> None:
    """What to add to playlists."""
    from segue.cli.show import batch

    if not all_:
        raise typer.BadParameter("ask for --all")
    batch("playlist", out_file, kind=kind, n=n, seen=seen, only=None)


def similar(
    item: Annotated[str, typer.Argument(help="Uri, id as imported, or exact title.")],
    kind: Kinds = None,
    n: Count = 10,
    json: Json = False,
) -> None:
    """Items like an item."""
    from segue.cli.show import print_found, service

    found = service().similar(item, kind=kind, n=n)
    print_found(out, found, found, json)


def path(
    start: Annotated[str, typer.Argument(metavar="FROM", help="Uri, id as imported, or exact title.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Likewise.")],
    kind: Kinds = None,
    n: Annotated[int, typer.Option("--n", "-n", min=2, max=100, help="How many, both ends included.")] = 10,
    json: Json = False,
) -> None:
    """A sonic path: from one item to another in small, even steps."""
    from segue.cli.show import print_found, service

    found = service().path(start, end, n=n, kind=kind)
    print_found(out, found, found.items, json)


def radio(
    seed: Annotated[list[str] | None, typer.Argument(help="Items, or names of genres.", show_default=False)] = None,
    words: Annotated[str, typer.Option(help="What it should sound like.", show_default=False)] = "",
    listener: Annotated[str, typer.Option(help="Whose taste counts, too.", show_default=False)] = "",
    familiarity: Annotated[float, typer.Option(help="The dial: 0 all new … 1 all familiar.", min=0, max=1)] = 0.5,
    kind: Kinds = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, max=1000, help="How many a page.")] = 25,
    page: Annotated[int, typer.Option(min=0, help="Which page; there is always another.")] = 0,
    shuffle: Annotated[int, typer.Option(min=0, help="Another number, another order.")] = 0,
    json: Json = False,
) -> None:
    """An endless station from any seed: tracks, artists, genres, playlists, or words."""
    from segue.cli.show import context, print_found, service

    moment = context(familiarity=familiarity, country="")
    found = service().radio(tuple(seed or ()), words, listener, kind, n, page, shuffle, moment)
    print_found(out, found, found.items, json)


def search(
    words: Annotated[str, typer.Argument(help="Part of a title, or what it should be like.")],
    kind: Kinds = None,
    n: Count = 10,
    json: Json = False,
) -> None:
    """Find items by title; where none has it, by what the words say."""
    from segue.cli.show import print_found, service

    found = service().search(words, kind=kind, n=n)
    print_found(out, found, found, json)
