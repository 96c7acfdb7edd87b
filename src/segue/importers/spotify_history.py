"""The listening history that Spotify sends on request: the extended one, and the year of the account data.

A play stands at the time it ended, as the export has it. Short plays are kept; a row of 0 ms is a skip. Plays of a
private session are dropped. Of the person nothing is kept but the listener id given here: no address, no device.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segue.core.errors import InputError
from segue.core.events import MAX_TEXT, Bad, Item, Play, Record, Skip, event_id
from segue.core.types import Kind
from segue.importers._archive import members
from segue.importers._json import elements
from segue.importers._reading import decoded, some
from segue.importers._values import MAX_MS, Names, Once, an_id, by_name, clean, iso

FORMAT = "spotify-history"
SOURCE = "spotify"
EXPECTED = (
    "a Spotify export (zip or folder) with Streaming_History_Audio_*.json, endsong_*.json or StreamingHistory*.json"
)
_EXTENDED = re.compile(r"(?:.*/)?(?:Streaming_History_(?:Audio|Video)_|endsong)[^/]*\.json", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:.*/)?StreamingHistory[^/]*\.json", re.IGNORECASE)
_SHOWN = (
    "ts", "ms_played", "spotify_track_uri", "master_metadata_track_name", "spotify_episode_uri", "audiobook_uri",
    "endTime", "trackName", "episodeName", "msPlayed",
)  # fmt: skip


@dataclass(frozen=True)
class SpotifyHistory:
    """Spotify's listening history as it comes on request: the zip, its folder, or one of its JSON files."""

    listener: str = field(default="me", metadata={"help": "id of the listener whose history it is"})

    def read(self, path: Path) -> Iterator[Record]:
        return some(self._read(path), path, EXPECTED)

    def _read(self, path: Path) -> Iterator[Record]:
        parse, files = _Rows(an_id(self.listener, "listener")), 0
        extended = path.is_dir() and any(_EXTENDED.fullmatch(f.as_posix()) for f in path.rglob("*.json"))
        for member in members(path, lambda n: bool(_EXTENDED.fullmatch(n) or _ACCOUNT.fullmatch(n)), EXPECTED):
            if isinstance(member, Bad):
                yield member
                continue
            name, raw = member
            files += 1
            extended = extended or bool(_EXTENDED.fullmatch(name))
            if extended and _ACCOUNT.fullmatch(name):
                continue  # the same plays, said worse
            for element in elements(decoded(raw)):
                if isinstance(element, Bad):  # without its bytes, which may hold an address
                    yield Bad(line=element.line, reason=f"{name}: {element.reason}")
                    continue
                number, row = element
                try:
                    yield from parse(row)
                except ValueError as e:
                    yield Bad(line=number, reason=f"{name}: {e}", raw=_shown(row))
        if not files:
            raise InputError(f"{path} holds no listening history; expected {EXPECTED}")


def _shown(row: object) -> str:
    """What of a bad row may be kept."""
    return str({k: row[k] for k in _SHOWN if k in row})[:500] if isinstance(row, dict) else ""


class _Rows:
    def __init__(self, listener: str) -> None:
        self.listener, self.new = listener, Once()
        self.tracks, self.episodes, self.books = (
            Names(kind, SOURCE) for kind in (Kind.TRACK, Kind.EPISODE, Kind.AUDIOBOOK)
        )

    def __call__(self, row: object) -> Iterator[Record]:
        if not isinstance(row, dict):
            raise ValueError("not a JSON object")
        if row.get("incognito_mode"):
            return
        played = row.get("ms_played", row.get("msPlayed"))
        if isinstance(played, bool) or not isinstance(played, int) or not 0 <= played <= MAX_MS:
            raise ValueError(f"ms_played is not a number of ms: {str(played)[:40]}")
        at = iso(clean(row.get("ts", row.get("endTime"))))
        items = self._items(row)
        item = items[-1].uri
        yield from (fact for fact in items if self.new(fact.uri))
        id = event_id(FORMAT, self.listener, item, at, played)
        if not played:
            yield Skip(id=id, listener=self.listener, at=at, item=item)
            return
        yield Play(
            id=id, listener=self.listener, at=at, item=item, ms_played=played,
            reason_start=_word(row, "reason_start"), reason_end=_word(row, "reason_end"),
            country=_word(row, "conn_country")[:2], shuffle=row.get("shuffle") is True,
            offline=row.get("offline") is True, attrs=_attrs(row),
        )  # fmt: skip

    def _items(self, row: dict[str, Any]) -> list[Item]:
        """What was played, last, after the people, albums and shows it needs."""
        track, episode, book = (_local(row, k) for k in ("spotify_track_uri", "spotify_episode_uri", "audiobook_uri"))
        title = clean(row.get("master_metadata_track_name", row.get("trackName")))
        if track or title:
            return self._track(row, track, title)
        title = clean(row.get("episode_name", row.get("episodeName")))
        if episode or title:
            show = clean(row.get("episode_show_name", row.get("podcastName")))
            uri = self.episodes.uri(episode) if episode else by_name(Kind.EPISODE, show, title)
            if not show:
                return [Item(uri=uri, title=title)]
            whole = Item(uri=by_name(Kind.SHOW, show), title=show)
            return [whole, Item(uri=uri, title=title, album=whole.uri)]
        title = clean(row.get("audiobook_title"))
        if book or title:
            return [Item(uri=self.books.uri(book) if book else by_name(Kind.AUDIOBOOK, title), title=title)]
        raise ValueError("names no track, episode or audiobook")

    def _track(self, row: dict[str, Any], track: str, title: str) -> list[Item]:
        name = clean(row.get("master_metadata_album_artist_name", row.get("artistName")))
        record = clean(row.get("master_metadata_album_album_name"))
        uri = self.tracks.uri(track) if track else by_name(Kind.TRACK, name, title)
        artists = [Item(uri=by_name(Kind.ARTIST, name), title=name)] if name else []
        people = tuple(artist.uri for artist in artists)
        albums = [Item(uri=by_name(Kind.ALBUM, name, record), title=record, artists=people)] if record else []
        also = (f"spotify:track:{track}",) if track else ()
        album = albums[0].uri if albums else ""
        return [*artists, *albums, Item(uri=uri, title=title, artists=people, album=album, same_as=also)]


def _local(row: dict[str, Any], key: str) -> str:
    """The id in `spotify:track:ID`; '' for a local file, which has none."""
    parts = clean(row.get(key)).split(":")
    return parts[2] if len(parts) == 3 and parts[0] == "spotify" else ""


def _word(row: dict[str, Any], key: str) -> str:
    return clean(row.get(key))[:MAX_TEXT]


def _attrs(row: dict[str, Any]) -> dict[str, Any]:
    attrs: dict[str, Any] = {}
    if isinstance(row.get("skipped"), bool | int):
        attrs["skipped"] = bool(row["skipped"])
    if chapter := clean(row.get("audiobook_chapter_title"))[:500]:
        attrs["chapter"] = chapter
    return attrs


plugin = SpotifyHistory
