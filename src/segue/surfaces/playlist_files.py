"""Lists of tracks as players read them: JSPF, XSPF and M3U."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from segue.core.errors import UnknownName
from segue.store.facts import Facts

XSPF = "http://xspf.org/ns/0/"
RECORDING = "https://musicbrainz.org/recording/"
_ODD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 may not hold


@dataclass(frozen=True, slots=True)
class TrackList:
    """A list with its head."""

    title: str
    tracks: Sequence[Facts]
    identifier: str = ""
    creator: str = ""
    note: str = ""
    at: int = 0  # UTC ms; 0 unknown


def xml_text(text: str) -> str:
    """Without the characters that no XML may hold; the library escapes the others."""
    return _ODD.sub("", text)


def credit(facts: Facts) -> str:
    """The artists as one line."""
    return ", ".join(artist.name for artist in facts.artists)


def moment(at: int) -> str:
    """UTC ms as ISO 8601."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identifiers(facts: Facts) -> list[str]:
    """Addresses and uris by which others know a track, the most common first."""
    mbid = facts.outside_id("mbid")
    return [*([RECORDING + mbid] if mbid else []), facts.uri]


def jspf(found: TrackList) -> dict[str, Any]:
    """The list as JSPF, ready for JSON."""
    tracks: list[dict[str, Any]] = []
    for facts in found.tracks:
        track: dict[str, Any] = {"identifier": identifiers(facts), "title": facts.title}
        track |= {"creator": credit(facts)} if facts.artists else {}
        track |= {"album": facts.album.name} if facts.album else {}
        track |= {"duration": facts.duration_ms} if facts.duration_ms else {}
        tracks.append(track)
    head = {"title": found.title, "creator": found.creator, "annotation": found.note, "identifier": found.identifier}
    return {
        "playlist": {name: text for name, text in head.items() if text}
        | ({"date": moment(found.at)} if found.at else {})
        | {"track": tracks}
    }


def xspf(found: TrackList) -> bytes:
    """The list as XSPF."""
    root = ET.Element("playlist", {"version": "1", "xmlns": XSPF})

    def add(parent: ET.Element, name: str, text: str) -> None:
        if text:
            ET.SubElement(parent, name).text = xml_text(text)

    add(root, "title", found.title)
    add(root, "creator", found.creator)
    add(root, "annotation", found.note)
    add(root, "identifier", found.identifier)
    add(root, "date", moment(found.at) if found.at else "")
    tracks = ET.SubElement(root, "trackList")
    for facts in found.tracks:
        track = ET.SubElement(tracks, "track")
        for identifier in identifiers(facts):
            add(track, "identifier", identifier)
        add(track, "title", facts.title)
        add(track, "creator", credit(facts))
        add(track, "album", facts.album.name if facts.album else "")
        add(track, "duration", str(facts.duration_ms) if facts.duration_ms else "")
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def m3u(found: TrackList, places: Mapping[str, str]) -> bytes:
    """The list as extended M3U in UTF-8. `places` are where the sound of a uri lies; without one stands the uri."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(found.title)}"]
    for facts in found.tracks:
        seconds = round(facts.duration_ms / 1000) if facts.duration_ms else -1
        by = f"{_line(credit(facts))} - " if facts.artists else ""
        lines.append(f"#EXTINF:{seconds},{by}{_line(facts.title)}")
        if facts.album:
            lines.append(f"#EXTALB:{_line(facts.album.name)}")
        lines.append(_line(places.get(facts.uri, facts.uri)))
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _line(text: str) -> str:
    """On one line, and no directive of its own."""
    return " ".join(xml_text(text).split()).lstrip("#")


FORMS: dict[str, tuple[str, Callable[[TrackList, Mapping[str, str]], bytes]]] = {
    "jspf": ("application/jspf+json", lambda found, _: msgspec.json.format(msgspec.json.encode(jspf(found)), indent=1)),
    "xspf": ("application/xspf+xml", lambda found, _: xspf(found)),
    "m3u": ("audio/x-mpegurl; charset=utf-8", m3u),
}


def written(found: TrackList, form: str, places: Mapping[str, str]) -> tuple[bytes, str]:
    """A list in one of the forms, with its media type; UnknownName for another form."""
    if form not in FORMS:
        raise UnknownName("form of a playlist", form, FORMS)
    media, write = FORMS[form]
    return write(found, places), media
