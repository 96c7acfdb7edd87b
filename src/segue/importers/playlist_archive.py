"""The playlist archive: a table of public editorial playlists, a row a track that stood in one, with its days.

What is added is an event at the day it was added; what was removed is a second event at the day it was removed. The
archive names no people: all events are of one curator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from segue.core.errors import InputError
from segue.core.events import Bad, Item, PlaylistAdd, Record, Remove
from segue.core.types import Kind
from segue.importers._reading import lines, rows, some
from segue.importers._values import MAX_WORDS, EventIds, Names, Once, an_id, clean, iso, ms

FORMAT = "playlist-archive"
SOURCE = "spotify"  # whose ids they are
COLUMNS = (
    "playlist_id", "playlist_title", "description", "track_id", "track_title", "artist_ids", "artist_names", "album_id",
    "album_title", "length", "added", "removed",
)  # fmt: skip
EXPECTED = "playlist_tracks.tsv or .tsv.gz with the header " + " ".join(COLUMNS)


@dataclass(frozen=True)
class PlaylistArchive:
    """playlist_tracks.tsv (or .tsv.gz, or its folder): public playlists with the days tracks came and went."""

    listener: str = field(default=FORMAT, metadata={"help": "id of the one curator whom all events are put down to"})

    def read(self, path: Path) -> Iterator[Record]:
        table = _table(path)
        found = lines(table, EXPECTED)
        first = next(found, None)
        if first is None:
            raise InputError(f"{table} holds no rows; expected {EXPECTED}")
        names = [] if isinstance(first, Bad) else first[1].split("\t")
        if missing := [c for c in COLUMNS if c not in names]:
            raise InputError(f"{table} has no column {', '.join(missing)}; expected {EXPECTED}")
        parse = _Rows(an_id(self.listener, "listener"), [names.index(c) for c in COLUMNS])
        yield from some(rows(found, parse), table, EXPECTED)


def _table(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(f for f in path.iterdir() if f.name.endswith((".tsv", ".tsv.gz")) and not f.is_symlink())
    if len(found) != 1:
        what = f"{len(found)} tables" if found else "no .tsv or .tsv.gz"
        raise InputError(f"{path} holds {what}; expected {EXPECTED}")
    return found[0]


class _Rows:
    """Each playlist, album, artist and track is said once, where it first comes up."""

    def __init__(self, listener: str, places: list[int]) -> None:
        self.listener, self.places, self.width = listener, places, max(places) + 1
        self.ids, self.new = EventIds(FORMAT), Once()
        self.playlists, self.tracks, self.artists, self.albums = (
            Names(kind, SOURCE) for kind in (Kind.PLAYLIST, Kind.TRACK, Kind.ARTIST, Kind.ALBUM)
        )

    def __call__(self, text: str) -> Iterator[Record]:
        fields = text.split("\t")
        if len(fields) < self.width - 1:  # the last, `removed`, may be cut off
            raise ValueError(f"{len(fields)} columns, expected {self.width}")
        fields += [""] * (self.width - len(fields))
        (
            playlist_id, playlist_title, description, track_id, track_title, artist_ids, artist_names, album_id,
            album_title, length, added, removed,
        ) = (clean(fields[place]) for place in self.places)  # fmt: skip
        playlist, track = self.playlists.uri(playlist_id), self.tracks.uri(track_id)
        came = iso(added)
        left = iso(removed) if removed else None
        ids, names = artist_ids.split(";")[:MAX_WORDS] if artist_ids else [], artist_names.split(";")
        artists = tuple(self.artists.uri(one) for one in ids)
        album = self.albums.uri(album_id) if album_id else ""
        if self.new(playlist):
            yield Item(uri=playlist, title=playlist_title, description=description)
        if self.new(track):
            yield from (
                Item(uri=artist, title=name.strip() if len(names) == len(ids) else "", same_as=_also("artist", one))
                for artist, name, one in zip(artists, names, ids, strict=False)
                if self.new(artist)
            )
            if album and self.new(album):
                yield Item(uri=album, title=album_title, same_as=_also("album", album_id))
            yield Item(
                uri=track, title=track_title, artists=artists, album=album, duration_ms=duration_ms(length),
                same_as=_also("track", track_id),
            )  # fmt: skip
        yield PlaylistAdd(
            id=self.ids(playlist, track, "added", came), listener=self.listener, at=came, item=track, context=playlist
        )
        if left is not None:
            yield Remove(
                id=self.ids(playlist, track, "removed", left), listener=self.listener, at=left, item=track,
                context=playlist,
            )  # fmt: skip


def _also(kind: str, one: str) -> tuple[str, ...]:
    """The id as other sources name it."""
    return (f"spotify:{kind}:{one}",)


def duration_ms(length: str) -> int:
    """`3:47` or `1:02:03` in ms; 0 where it is neither."""
    parts = length.split(":")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        return 0
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return ms(seconds * 1000)


plugin = PlaylistArchive
