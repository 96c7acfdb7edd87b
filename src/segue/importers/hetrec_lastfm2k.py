"""HetRec 2011 Last.fm: artists, play totals of 1,892 listeners, and dated tags (Cantador et al., RecSys 2011).

A tag on an artist that artists.dat does not name goes to quarantine: nobody ever played it, and it has no name to show.
The friendships of `user_friends.dat` are not read: no event says that two listeners know each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from segue.core.errors import InputError
from segue.core.events import Bad, Counted, Item, Record, Tag
from segue.core.types import Kind
from segue.importers._reading import Row, lines, rows, some
from segue.importers._values import EventIds, Names, an_id, clean, count, day, integer

FORMAT = "hetrec-lastfm2k"
EXPECTED = "the folder of hetrec2011-lastfm-2k with artists.dat and user_artists.dat"


@dataclass(frozen=True)
class HetrecLastfm2k:
    """The folder of hetrec2011-lastfm-2k: artists, play totals and tags."""

    def read(self, path: Path) -> Iterator[Record]:
        if not path.is_dir():
            raise InputError(f"{path} is not a folder; expected {EXPECTED}")
        for name in ("artists.dat", "user_artists.dat"):
            if not (path / name).is_file():
                raise InputError(f"{path} holds no {name}; expected {EXPECTED}")
        artists = Names(Kind.ARTIST, FORMAT)
        named: set[str] = set()
        for record in some(_artists(path / "artists.dat", artists), path / "artists.dat", "a row an artist"):
            if isinstance(record, Item):
                named.add(record.uri)
            yield record
        totals = _totals(path / "user_artists.dat", artists)
        yield from some(totals, path / "user_artists.dat", "a row a listener and artist")
        if (path / "tags.dat").is_file() and (path / "user_taggedartists.dat").is_file():
            yield from _tags(path, artists, named)


def _table(path: Path, columns: tuple[str, ...]) -> Iterator[Row | Bad]:
    """Lines after the header, which must name these columns first."""
    expected = "a tab-separated table with the header " + " ".join(columns)
    found = lines(path, expected)
    first = next(found, None)
    if first is None:
        raise InputError(f"{path} holds no rows; expected {expected}")
    if isinstance(first, Bad) or tuple(first[1].split("\t"))[: len(columns)] != columns:
        raise InputError(f"{path} does not begin with the header {' '.join(columns)!r}")
    return found


def _fields(text: str, n: int) -> list[str]:
    fields = text.split("\t")
    if len(fields) < n:
        raise ValueError(f"{len(fields)} columns, expected {n}")
    return fields


def _artists(path: Path, artists: Names) -> Iterator[Record]:
    def parse(text: str) -> Iterator[Record]:
        artist, name = _fields(text, 2)[:2]
        yield Item(uri=artists.uri(artist), title=clean(name))

    yield from rows(_table(path, ("id", "name")), parse, "artists.dat: ")


def _totals(path: Path, artists: Names) -> Iterator[Record]:
    ids = EventIds(FORMAT)

    def parse(text: str) -> Iterator[Record]:
        user, artist, weight = _fields(text, 3)[:3]
        listener, item = an_id(user, "userID"), artists.uri(artist)
        yield Counted(
            id=ids("counted", listener, item), listener=listener, at=0, item=item, count=count(weight, "weight")
        )

    yield from rows(_table(path, ("userID", "artistID", "weight")), parse, "user_artists.dat: ")


def _tags(path: Path, artists: Names, named: set[str]) -> Iterator[Record]:
    """Every tag as an event; the catalogue's tags are made of them."""
    words: dict[str, str] = {}
    ids = EventIds(FORMAT)

    def learn(text: str) -> Iterator[Record]:
        tag, value = _fields(text, 2)[:2]
        if not (word := clean(value)):
            raise ValueError(f"tag {tag[:40]} has no words")
        words[tag] = word
        return iter(())

    def parse(text: str) -> Iterator[Record]:
        user, artist, tag, *when = _fields(text, 6)[:6]
        listener, item = an_id(user, "userID"), artists.uri(artist)
        if item not in named:
            raise ValueError(f"artist {artist[:40]!r} is not in artists.dat")
        if (word := words.get(tag)) is None:
            raise ValueError(f"tag {tag[:40]!r} is not in tags.dat")
        at = day(*(integer(part, name) for part, name in zip(reversed(when), ("year", "month", "day"), strict=True)))
        yield Tag(id=ids("tag", listener, item, word, at), listener=listener, at=at, item=item, words=word)

    yield from rows(_table(path / "tags.dat", ("tagID", "tagValue")), learn, "tags.dat: ")
    columns = ("userID", "artistID", "tagID", "day", "month", "year")
    yield from rows(_table(path / "user_taggedartists.dat", columns), parse, "user_taggedartists.dat: ")


plugin = HetrecLastfm2k
