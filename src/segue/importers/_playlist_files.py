"""One kind of playlist file a function: a List, then its Tracks, as said there; broken parts as Bad."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from segue.core.events import LOCAL, Bad
from segue.importers._json import decode, elements
from segue.importers._reading import MAX_RAW, split, text_of, whole
from segue.importers._values import clean, iso, ms, uuid

MAX_DOCUMENT = 1 << 26  # bytes of a JSPF or XSPF file
_SPOTIFY = re.compile(r"(?:spotify:track:|https?://open\.spotify\.com/(?:intl-\w+/)?track/)(\w{1,64})")
_RECORDING = re.compile(r"https?://musicbrainz\.org/recording/([0-9a-fA-F-]{36})")
_EXTINF = re.compile(r"#EXTINF:\s*(-?\d+)(?:\.\d+)?[^,]*,(.*)", re.ASCII)


@dataclass(frozen=True)
class List:
    """A playlist begins."""

    id: str
    title: str
    source: str = LOCAL
    description: str = ""
    at: int = 0  # UTC ms


@dataclass(frozen=True)
class Track:
    """One entry. Without an id it is known by artist and title."""

    title: str
    artist: str = ""
    album: str = ""
    id: str = ""
    source: str = ""
    artist_id: str = ""
    album_id: str = ""
    duration_ms: int = 0
    at: int = 0  # UTC ms
    line: int = 0
    raw: str = ""


Found = Iterator[List | Track | Bad]


def m3u(name: str, raw: Iterator[bytes]) -> Found:
    """M3U with or without the extended lines; an entry without names is called as its file."""
    title, artist, album, said, length, begun = "", "", "", "", 0, False
    for row in split(raw):
        if isinstance(row, Bad):
            yield row
            continue
        number, line = row[0], clean(row[1])
        if line.startswith("#"):
            key, _, value = line.partition(":")
            if key == "#PLAYLIST":
                title = value.strip()
            elif key == "#EXTALB":
                album = value.strip()
            elif key == "#EXTART":
                artist = value.strip()
            elif found := _EXTINF.fullmatch(line):
                length, said = int(found[1][:9]), found[2].strip()
            continue
        if not begun:
            begun = True
            yield List(id=_stem(name), title=title or _last(name))
        by, _, what = said.rpartition(" - ")
        spotify = _SPOTIFY.match(line)
        yield Track(
            title=what or said or _last(line.replace("\\", "/")), artist=by or artist, album=album,
            id=spotify[1] if spotify else "", source="spotify" if spotify else "",
            duration_ms=ms(length * 1000), line=number, raw=line[:MAX_RAW],
        )  # fmt: skip
        said, length, artist, album = "", 0, "", ""


def _stem(name: str) -> str:
    """The path below the folder, without its ending: what names a playlist that names itself nowhere."""
    low = name.removesuffix(".gz").removesuffix(".zst")
    return clean(str(PurePosixPath(low).with_suffix("")))[-400:]


def _last(name: str) -> str:
    return PurePosixPath(_stem(unquote(name) if "%" in name else name)).name if name.strip("/. ") else ""


def jspf(name: str, raw: Iterator[bytes]) -> Found:
    """JSON Shareable Playlist Format: the XSPF of JSON, as ListenBrainz writes it too."""
    document = decode(text_of(whole(raw, MAX_DOCUMENT)))
    playlist = document.get("playlist") if isinstance(document, dict) else None
    if not isinstance(playlist, dict) or not isinstance(playlist.get("track"), list):
        raise ValueError("not JSPF: it holds no playlist with a list of tracks")
    yield List(
        id=_first(playlist.get("identifier"))[:400] or _stem(name), title=clean(playlist.get("title")) or _last(name),
        description=clean(playlist.get("annotation")), at=_date(playlist.get("date")),
    )  # fmt: skip
    for number, track in enumerate(playlist["track"], 1):
        if isinstance(track, dict):
            yield _shared(track, number)
        else:
            yield Bad(line=number, reason="not a track", raw=str(track)[:MAX_RAW])


def _first(value: object) -> str:
    return clean(value[0] if isinstance(value, list) and value else value if isinstance(value, str) else "")


def _date(value: object) -> int:
    try:
        return iso(clean(value))
    except ValueError:
        return 0


def _shared(track: dict[str, Any], number: int) -> Track:
    """A track of JSPF, or of XSPF with its elements as texts."""
    links = [one for key in ("identifier", "location") for one in _texts(track.get(key))]
    source, id = "", ""
    for link in links:
        if found := _SPOTIFY.match(link):
            source, id = "spotify", found[1]
        elif (found := _RECORDING.match(link)) and uuid(found[1]):
            source, id = "musicbrainz", uuid(found[1])
        if id:
            break
    title = clean(track.get("title")) or (_last(links[-1]) if links else "")
    length = track.get("duration")
    length = int(length) if isinstance(length, str) and length.isascii() and length.isdigit() else length
    return Track(
        title=title, artist=clean(track.get("creator")), album=clean(track.get("album")), id=id, source=source,
        duration_ms=ms(length), line=number, raw=str(track)[:MAX_RAW],
    )  # fmt: skip


def _texts(value: object) -> list[str]:
    return [clean(one) for one in (value if isinstance(value, list) else [value])[:8] if isinstance(one, str)]


def xspf(name: str, raw: Iterator[bytes]) -> Found:
    """XML Shareable Playlist Format, version 1. Entities and document types are refused."""
    begun, number, head, depth = False, 0, dict[str, str](), 0
    try:
        document = io.BytesIO(whole(raw, MAX_DOCUMENT))
        for happened, element in iterparse(document, events=("start", "end"), forbid_dtd=True):
            depth += 1 if happened == "start" else -1
            if depth > 50:
                raise ValueError("nested too deeply")
            tag = element.tag.rpartition("}")[2]
            if happened == "start":
                if tag == "trackList" and not begun:
                    begun = True
                    yield List(
                        id=head.get("identifier", "")[:400] or _stem(name), title=head.get("title", "") or _last(name),
                        description=head.get("annotation", ""), at=_date(head.get("date", "")),
                    )  # fmt: skip
            elif depth == 1 and tag != "trackList":
                head[tag] = clean(element.text)
            elif tag == "track" and begun:
                number += 1
                yield _shared(_children(element), number)
                element.clear()
    except (ParseError, DefusedXmlException, LookupError) as e:
        yield Bad(line=number + 1, reason=f"not XML from here on: {type(e).__name__} {str(e)[:200]}")
        return
    if not begun:
        raise ValueError("not XSPF: it holds no trackList")


def _children(element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        tag = child.tag.rpartition("}")[2]
        if tag in ("identifier", "location"):
            found.setdefault(tag, []).append(child.text or "")
        else:
            found.setdefault(tag, (child.text or "").strip())
    return found


def mpd(_: str, raw: Iterator[bytes]) -> Found:
    """A slice of the Million Playlist Dataset (Chen et al., RecSys 2018): playlists with Spotify's ids."""
    for element in elements(raw, "playlists"):
        if isinstance(element, Bad):
            yield element
            continue
        number, playlist = element
        tracks = playlist.get("tracks") if isinstance(playlist, dict) else None
        pid = clean(playlist.get("pid")) if isinstance(playlist, dict) else ""
        if not isinstance(playlist, dict) or not isinstance(tracks, list) or not pid or len(pid) > 400:
            yield Bad(line=number, reason="not a playlist with a pid and tracks", raw=str(playlist)[:MAX_RAW])
            continue
        changed = playlist.get("modified_at")
        at = changed * 1000 if isinstance(changed, int) and 0 <= changed < 4_000_000_000 else 0
        title, words = clean(playlist.get("name")), clean(playlist.get("description"))
        yield List(id=pid, title=title, source="mpd", description=words, at=at)
        for track in tracks:
            fields = track if isinstance(track, dict) else {}
            id = clean(fields.get("track_uri")).rpartition(":")[2]
            if not id:
                yield Bad(line=number, reason="a track without track_uri", raw=str(track)[:MAX_RAW])
                continue
            yield Track(
                title=clean(fields.get("track_name")), artist=clean(fields.get("artist_name")),
                album=clean(fields.get("album_name")), id=id, source="spotify",
                artist_id=clean(fields.get("artist_uri")).rpartition(":")[2],
                album_id=clean(fields.get("album_uri")).rpartition(":")[2],
                duration_ms=ms(fields.get("duration_ms")), line=number, raw=str(track)[:MAX_RAW],
            )  # fmt: skip
