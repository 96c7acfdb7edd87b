"""ListenBrainz exports: listens, and loves and hates. A listen's length is not known: it is a play of 0 ms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from segue.core.errors import InputError
from segue.core.events import MAX_ID, Bad, Item, Play, Rating, Record, Uri, event_id
from segue.core.types import Kind
from segue.importers._archive import members
from segue.importers._json import decode, elements
from segue.importers._reading import MAX_RAW, decoded, some, split
from segue.importers._values import MAX_WORDS, Once, an_id, by_name, checked, clean, iso, ms, uuid

FORMAT = "listenbrainz"
SOURCE = "musicbrainz"
EXPECTED = "a ListenBrainz export: the zip, its folder, a .jsonl or .json of listens"


@dataclass(frozen=True)
class Listenbrainz:
    """A ListenBrainz export (zip, folder, .jsonl or .json): listens, loves and hates."""

    listener: str = field(default="me", metadata={"help": "id of the listener whose export it is"})

    def read(self, path: Path) -> Iterator[Record]:
        return some(self._read(path), path, EXPECTED)

    def _read(self, path: Path) -> Iterator[Record]:
        parse, files = Listens(an_id(self.listener, "listener")), 0
        for member in members(path, _wanted, EXPECTED):
            if isinstance(member, Bad):
                yield member
                continue
            files += 1
            name, raw = member
            for row in _rows(raw):
                if isinstance(row, Bad):
                    yield Bad(line=row.line, reason=f"{name}: {row.reason}", raw=row.raw)
                    continue
                number, value, text = row
                try:
                    yield from parse(decode(text) if text else value)
                except ValueError as e:
                    yield Bad(line=number, reason=f"{name}: {e}", raw=(text or str(value))[:MAX_RAW])
        if not files:
            raise InputError(f"{path} holds no listens; expected {EXPECTED}")


def _wanted(name: str) -> bool:
    last = name.rpartition("/")[2].lower()
    if last in ("user.json", "pinned_recording.jsonl"):
        return False
    return last.endswith((".jsonl", ".json", ".jsonl.gz", ".json.gz", ".listens"))


def _rows(raw: Iterator[bytes]) -> Iterator[tuple[int, object, str] | Bad]:
    """Of an array its elements, else the lines: number, value, text of the line."""
    data = decoded(raw)
    try:
        first = next(data, b"")
    except (InputError, OSError) as e:
        yield Bad(line=1, reason=f"the file ends here: {e}")
        return
    whole = chain([first], data)
    found = elements(whole) if first.lstrip()[:1] == b"[" else split(whole)
    for row in found:
        if isinstance(row, Bad):
            yield row
        elif isinstance(row[1], str):
            yield row[0], None, row[1]
        else:
            yield row[0], row[1], ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class Listens:
    """Rows of one listener as records; ValueError for one that is neither a listen nor a feedback.

    A listen's identity is its time and names, since the MusicBrainz id that is matched to them may change.
    """

    def __init__(self, listener: str) -> None:
        self.listener, self.new = listener, Once()

    def __call__(self, row: object) -> Iterator[Record]:
        found = _dict(row)
        if "listened_at" in found:
            return self._listen(found)
        if "score" in found:
            return self._feedback(found)
        raise ValueError("neither a listen nor a feedback")

    def _listen(self, row: dict[str, Any]) -> Iterator[Record]:
        at = _seconds(row["listened_at"], "listened_at")
        said = _dict(row.get("track_metadata"))
        items = _items(said, clean(row.get("recording_msid")))
        names = (clean(said.get("artist_name")), clean(said.get("track_name")))
        yield from (item for item in items if self.new(item.uri))
        player = clean(_dict(said.get("additional_info")).get("media_player"))[:200]
        yield Play(
            id=event_id(FORMAT, "listen", self.listener, at, *names), listener=self.listener, at=at,
            item=items[-1].uri, ms_played=0, device=player,
        )  # fmt: skip

    def _feedback(self, row: dict[str, Any]) -> Iterator[Record]:
        score = row["score"]
        if score not in (-1, 0, 1):
            raise ValueError(f"score is not -1, 0 or 1: {str(score)[:40]}")
        mbid, msid = uuid(row.get("recording_mbid")), clean(row.get("recording_msid"))
        at = _seconds(row["created"], "created") if row.get("created") else 0
        said = _dict(row.get("track_metadata"))
        if said.get("track_name"):
            items = _items(said | {"recording_mbid": mbid}, msid)
        elif mbid or msid:
            uri = Uri(Kind.TRACK, SOURCE if mbid else "listenbrainz", an_id(mbid or msid, "recording"))
            items = [Item(uri=str(uri), same_as=_also(mbid, msid))]
        else:
            raise ValueError("names no recording")
        yield from (item for item in items if self.new(item.uri))
        item = items[-1].uri
        id = event_id(FORMAT, "feedback", self.listener, at, mbid or msid or item, score)
        yield Rating(id=id, listener=self.listener, at=at, item=item, value=float(score))


def _seconds(value: object, what: str) -> int:
    if isinstance(value, str):
        return iso(value) if not value.isdigit() else checked(int(value[:20]) * 1000)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise ValueError(f"{what} is not a time: {str(value)[:40]}")
    return checked(int(value * 1000))


def _also(mbid: str, msid: str) -> tuple[str, ...]:
    return (*((f"mbid:{mbid}",) if mbid else ()), *((f"msid:{msid[:100]}",) if msid else ()))


def _items(said: dict[str, Any], msid: str) -> list[Item]:
    """The recording, last, after its artists and its release. Ids the player sent go before those matched later."""
    title, credit = clean(said.get("track_name")), clean(said.get("artist_name"))
    if not title:
        raise ValueError("no track_name")
    info, mapped = _dict(said.get("additional_info")), _dict(said.get("mbid_mapping"))
    mbid = uuid(info.get("recording_mbid")) or uuid(mapped.get("recording_mbid")) or uuid(said.get("recording_mbid"))
    artists = _artists(info, mapped, credit)
    people = tuple(artist.uri for artist in artists)
    release, release_mbid = clean(said.get("release_name")), uuid(info.get("release_mbid"))
    albums = []
    if release:
        also = (f"mbid:{release_mbid}",) if release_mbid else ()
        albums = [Item(uri=by_name(Kind.ALBUM, credit, release), title=release, artists=people, same_as=also)]
    ids = list(_also(mbid, msid))
    isrc = clean(info.get("isrc")).replace("-", "").upper()
    if len(isrc) == 12:
        ids.append(f"isrc:{isrc}")
    spotify = clean(info.get("spotify_id")).rpartition("/")[2].rpartition(":")[2]
    if spotify and len(spotify) < MAX_ID // 2:
        ids.append(f"spotify:track:{spotify}")
    length = ms(info.get("duration_ms")) or _whole_seconds(info.get("duration"))
    uri = str(Uri(Kind.TRACK, SOURCE, mbid)) if mbid else by_name(Kind.TRACK, credit, title)
    album = albums[0].uri if albums else ""
    track = Item(uri=uri, title=title, artists=people, album=album, same_as=tuple(ids), duration_ms=length)
    return [*artists, *albums, track]


def _whole_seconds(value: object) -> int:
    return ms(value * 1000) if isinstance(value, int | float) else 0


def _artists(info: dict[str, Any], mapped: dict[str, Any], credit: str) -> list[Item]:
    """One by one where the mapping names them; else the whole credit, with its id if it has just one."""
    listed = mapped.get("artists")
    if isinstance(listed, list):
        pairs = [(clean(_dict(a).get("artist_credit_name")), uuid(_dict(a).get("artist_mbid"))) for a in listed]
        if pairs and all(name for name, _ in pairs):
            return [_artist(*pair) for pair in pairs[:MAX_WORDS]]
    found = info.get("artist_mbids") or mapped.get("artist_mbids")
    alone = uuid(found[0]) if isinstance(found, list) and len(found) == 1 else ""
    return [_artist(credit, alone)] if credit else []


def _artist(name: str, mbid: str) -> Item:
    uri = str(Uri(Kind.ARTIST, SOURCE, mbid)) if mbid else by_name(Kind.ARTIST, name)
    return Item(uri=uri, title=name, same_as=_also(mbid, ""))


plugin = Listenbrainz
