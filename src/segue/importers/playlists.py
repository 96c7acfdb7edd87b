"""Playlists in files: JSPF, XSPF, M3U and M3U8, slices of the Million Playlist Dataset, and folders or zips of them.

An addition's time is that of the playlist (0 where it has none) plus its place in ms, so that the order is kept; its
identity is playlist, item and how often the item came before, so that a playlist that has grown adds what is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from segue.core.errors import InputError
from segue.core.events import LAST_AT, Bad, Item, PlaylistAdd, Record, event_id
from segue.core.types import Kind
from segue.importers._archive import members, suffix
from segue.importers._playlist_files import List, Track, jspf, m3u, mpd, xspf
from segue.importers._reading import Broken, decoded, some
from segue.importers._values import Names, Once, an_id, by_name

FORMAT = "playlists"
EXPECTED = "a playlist (.jspf, .xspf, .m3u, .m3u8, mpd.slice.*.json), or a folder or zip of them"
_READERS: dict[str, Callable[[str, Iterator[bytes]], Iterator[List | Track | Bad]]] = {
    ".jspf": jspf, ".xspf": xspf, ".m3u": m3u, ".m3u8": m3u, ".json": mpd,
}  # fmt: skip


@dataclass(frozen=True)
class Playlists:
    """Playlists: JSPF, XSPF, M3U, M3U8, Million Playlist Dataset slices, or a folder or zip of them."""

    listener: str = field(default="me", metadata={"help": "id of the listener whose playlists they are"})

    def read(self, path: Path) -> Iterator[Record]:
        return some(self._read(path), path, EXPECTED)

    def _read(self, path: Path) -> Iterator[Record]:
        listener, files = an_id(self.listener, "listener"), 0
        new = Once()
        for member in members(path, lambda name: suffix(name) in _READERS, EXPECTED):
            if isinstance(member, Bad):
                yield member
                continue
            files += 1
            name, raw = member
            read = _READERS.get(suffix(name))
            if read is None:
                raise InputError(f"{path} is not of a known kind of playlist; expected {EXPECTED}")
            yield from _file(name, read(name, decoded(raw)), listener, new)
        if not files:
            raise InputError(f"{path} holds no playlist; expected {EXPECTED}")


def _file(name: str, found: Iterator[List | Track | Bad], listener: str, new: Once) -> Iterator[Record]:
    """A playlist, then its tracks, then perhaps the next playlist."""
    playlist, place, at, times = "", 0, 0, Counter[str]()
    try:
        for one in found:
            if isinstance(one, Bad):
                yield Bad(line=one.line, reason=f"{name}: {one.reason}", raw=one.raw)
            elif isinstance(one, List):
                playlist, place, at, times = Names(Kind.PLAYLIST, one.source).uri(one.id), 0, one.at, Counter()
                yield Item(uri=playlist, title=one.title, description=one.description)
            else:
                place += 1
                try:
                    items = _items(one)
                except ValueError as e:
                    yield Bad(line=one.line, reason=f"{name}: {e}", raw=one.raw)
                    continue
                yield from (item for item in items if new(item.uri))
                item = items[-1].uri
                times[item] += 1
                yield PlaylistAdd(
                    id=event_id(FORMAT, listener, playlist, item, times[item]), listener=listener,
                    at=min((one.at or at) + place, LAST_AT), item=item, context=playlist,
                )  # fmt: skip
    except (Broken, OSError, ValueError) as e:
        yield Bad(line=0, reason=f"{name}: the file ends here: {e}")


def _items(track: Track) -> list[Item]:
    """The track, last, after its artist and album."""
    artists, albums = [], []
    if track.artist:
        uri = Names(Kind.ARTIST, track.source).uri(track.artist_id) if track.artist_id else None
        artists = [Item(uri=uri or by_name(Kind.ARTIST, track.artist), title=track.artist)]
    people = tuple(artist.uri for artist in artists)
    if track.album:
        uri = Names(Kind.ALBUM, track.source).uri(track.album_id) if track.album_id else None
        albums = [Item(uri=uri or by_name(Kind.ALBUM, track.artist, track.album), title=track.album, artists=people)]
    uri = Names(Kind.TRACK, track.source).uri(track.id) if track.id else by_name(Kind.TRACK, track.artist, track.title)
    album = albums[0].uri if albums else ""
    also = (f"spotify:track:{track.id}",) if track.source == "spotify" else ()
    also = (f"mbid:{track.id}",) if track.source == "musicbrainz" else also
    item = Item(
        uri=uri, title=track.title, artists=people, album=album, same_as=also, duration_ms=track.duration_ms
    )  # fmt: skip
    return [*artists, *albums, item]


plugin = Playlists
