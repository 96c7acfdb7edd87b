"""Last.fm scrobbles as the common exporters write them: CSV or TSV, with a header or without.

Without a header the columns are artist, album, track, date (`21 Nov 2024 10:12`). A scrobble's length is not known: it
is a play of 0 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from segue.core.events import Bad, Item, Play, Record, Uri
from segue.core.types import Kind
from segue.importers._reading import Row, lines, rows, some
from segue.importers._table import SAMPLE, fields, records, sniffed
from segue.importers._values import EventIds, Once, an_id, by_name, checked, clean, day, iso, uuid

FORMAT = "lastfm-csv"
SOURCE = "musicbrainz"
EXPECTED = "a Last.fm CSV with artist, album, track and date"
_NAMES = {
    "artist": ("artist", "artist_name", "artistname", "artist name"),
    "album": ("album", "album_name", "albumname", "album name", "release"),
    "track": ("track", "track_name", "trackname", "track name", "title", "song", "name"),
    "uts": ("uts", "date_uts", "timestamp", "unix_time", "unixtime", "unix timestamp"),
    "date": ("date", "utc_time", "datetime", "time", "date/time", "date_time", "iso_time", "played_at"),
    "artist_mbid": ("artist_mbid", "artist mbid"),
    "album_mbid": ("album_mbid", "album mbid"),
    "track_mbid": ("track_mbid", "track mbid", "mbid"),
}
_HEADLESS = {"artist": 0, "album": 1, "track": 2, "date": 3}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


@dataclass(frozen=True)
class LastfmCsv:
    """Last.fm scrobbles as CSV: artist, album, track, date, with a header or without."""

    listener: str = field(default="me", metadata={"help": "id of the listener whose scrobbles they are"})

    def read(self, path: Path) -> Iterator[Record]:
        return some(self._read(path), path, EXPECTED)

    def _read(self, path: Path) -> Iterator[Record]:
        found = lines(path, EXPECTED)
        sample = list(islice(found, SAMPLE))
        texts = [row[1] for row in sample if not isinstance(row, Bad)]
        sep = sniffed(texts, ()) if texts else ","
        places = _header(fields(texts[0], sep)) if texts else {}
        whole = records(chain(sample, found), sep)
        parse = _Rows(an_id(self.listener, "listener"), sep, places or _HEADLESS)
        yield from rows(_after_header(whole) if places else whole, parse)


def _header(names: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; nothing if this is no header."""
    low = [name.strip().lower() for name in names]
    places = {
        what: next(low.index(name) for name in known if name in low)
        for what, known in _NAMES.items()
        if not set(known).isdisjoint(low)
    }
    return places if {"artist", "track"} <= places.keys() and ("uts" in places or "date" in places) else {}


def _after_header(whole: Iterator[Row | Bad]) -> Iterator[Row | Bad]:
    header = True
    for row in whole:
        if header and not isinstance(row, Bad):
            header = False
            continue
        yield row


class _Rows:
    def __init__(self, listener: str, sep: str, places: dict[str, int]) -> None:
        self.listener, self.sep, self.places = listener, sep, places
        self.ids, self.new = EventIds(FORMAT), Once()

    def __call__(self, text: str) -> Iterator[Record]:
        cells = fields(text, self.sep)
        if len(cells) <= max(self.places[what] for what in ("artist", "track")):
            raise ValueError(f"{len(cells)} columns, expected {max(self.places.values()) + 1}")
        row = {what: clean(cells[n]) if n < len(cells) else "" for what, n in self.places.items()}
        at = _moment(row.get("uts", ""), row.get("date", ""))
        items = _items(row)
        yield from (item for item in items if self.new(item.uri))
        id = self.ids(self.listener, row["artist"], row["track"], at)
        yield Play(id=id, listener=self.listener, at=at, item=items[-1].uri, ms_played=0)


def _moment(uts: str, date: str) -> int:
    if uts.isascii() and uts.isdigit():
        value = int(uts[:20])
        return checked(value * 1000 if value < 100_000_000_000 else value)
    if not date:
        raise ValueError("no date: perhaps a track that was playing while the export was made")
    if found := _DATE.fullmatch(date):
        month = _MONTHS.index(found[2].lower()) + 1 if found[2].lower() in _MONTHS else 0
        hour, minute, second = int(found[4]), int(found[5]), int(found[6] or 0)
        if not month or hour > 23 or minute > 59 or second > 59:
            raise ValueError(f"no such time: {date[:40]!r}")
        return day(int(found[3]), month, int(found[1])) + ((hour * 60 + minute) * 60 + second) * 1000
    return iso(date)


def _items(row: dict[str, str]) -> list[Item]:
    """The track, last, after its artist and album."""
    name, title, record = row["artist"], row["track"], row.get("album", "")
    if not title or not name:
        raise ValueError("no artist or no track")
    artist = _item(Kind.ARTIST, row.get("artist_mbid", ""), name)
    albums = [_item(Kind.ALBUM, row.get("album_mbid", ""), name, record, artists=(artist.uri,))] if record else []
    album = albums[0].uri if albums else ""
    track = _item(Kind.TRACK, row.get("track_mbid", ""), name, title, artists=(artist.uri,), album=album)
    return [artist, *albums, track]


def _item(kind: Kind, mbid: str, *names: str, artists: tuple[str, ...] = (), album: str = "") -> Item:
    known = uuid(mbid)
    uri = str(Uri(kind, SOURCE, known)) if known and kind is not Kind.TRACK else by_name(kind, *names)
    also = (f"mbid:{known}",) if known else ()
    return Item(uri=uri, title=names[-1], artists=artists, album=album, same_as=also)


plugin = LastfmCsv
