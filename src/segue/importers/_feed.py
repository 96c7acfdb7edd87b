"""One podcast feed: its show and episodes as catalogue items.

RSS 2.0 and Atom by feedparser, which reads what is broken, too; with the namespaces of iTunes and of the Podcast Index.
"""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid5

from segue.core.addresses import feed_address
from segue.core.events import LAST_AT, Bad, Item, event_id, outside_id
from segue.core.types import Kind
from segue.importers._reading import MAX_RAW
from segue.importers._values import MAX_WORDS, Names, by_name, clean, uuid
from segue.importers._values import ms as duration

SOURCE = "podcast"
MOST = 50_000  # episodes of one feed; the newest stand first
SEEN = 1 << 16  # bytes in which a feed is known to be one
GUIDS = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # podcast:guid is the name of a feed's address in it
_BLOCKED = re.compile(rb"<podcast:block(\s[^>]{0,200})?>\s*yes\s*<", re.IGNORECASE)
_WHOM = re.compile(rb"\bid\s*=\s*[\"']([^\"']{0,60})")
_EXPLICIT = re.compile(rb"(<itunes:explicit>\s*)(?:true|explicit)(?=\s*<)", re.IGNORECASE)
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_LAUGHS = re.compile(rb"<!ENTITY", re.IGNORECASE)


def feed(document: bytes, address: str = "") -> Iterator[Item | Bad]:
    """The show, then its episodes; `address` is where the feed was found, where that is known.

    ValueError where it is no feed, or its publisher wants it on no list. An episode that is to be on none is a Bad row.
    """
    import feedparser  # it takes .1 s, which other importers need not wait for

    if not _FEED.search(document[:SEEN]):
        raise ValueError("not a feed: it begins as neither RSS nor Atom")
    if _LAUGHS.search(document):
        raise ValueError("it declares entities of its own, which no feed needs")
    if any(
        (whom := _WHOM.search(b[1] or b"")) is None or whom[1].lower() == b"segue" for b in _BLOCKED.finditer(document)
    ):
        raise ValueError("its publisher asks not to be listed (podcast:block)")
    found = feedparser.parse(io.BytesIO(_EXPLICIT.sub(rb"\1yes", document)), resolve_relative_uris=False)
    head, entries = found.feed, found.entries
    title = plain(head.get("title"))
    if not title:
        raise ValueError("not a feed: it has no title")
    if head.get("itunes_block") == 1:
        raise ValueError("its publisher asks not to be listed (itunes:block)")
    host = plain(head.get("author"))
    people = [Item(uri=by_name(Kind.AUTHOR, host), title=host)] if host else []
    own = next((a.get("href") for a in head.get("links", ()) if a.get("rel") == "self"), "")
    link = feed_address(address) or feed_address(own)
    guid = uuid(clean(head.get("podcast_guid"))) or (guid_of(link) if link else "")
    show = Item(
        uri=Names(Kind.SHOW, SOURCE).uri(guid) if guid else by_name(Kind.SHOW, host, title), title=title,
        description=plain(head.get("subtitle") or head.get("summary")), artists=tuple(p.uri for p in people),
        genres=_words(head), explicit=head.get("itunes_explicit") is True, language=_language(head),
        same_as=(*((outside_id("feed", link),) if link else ()), *((f"podcast:{guid}",) if guid else ())),
    )  # fmt: skip
    yield from (*people, show)
    for number, entry in enumerate(entries[:MOST], 1):
        try:
            yield _episode(entry, show)
        except ValueError as e:
            yield Bad(line=number, reason=f"{title[:80]}: {e}", raw=clean(entry.get("title"))[:MAX_RAW])
    if len(entries) > MOST:
        yield Bad(line=MOST, reason=f"{title[:80]}: {len(entries) - MOST} episodes more than the {MOST} that are read")


def _episode(entry: Any, show: Item) -> Item:
    title = plain(entry.get("title"))
    sound = next((feed_address(a.get("href")) for a in entry.get("links", ()) if a.get("rel") == "enclosure"), "")
    id = clean(entry.get("id")) or sound
    if not title or not id:
        raise ValueError(f"an episode without a {'title' if id else 'guid or enclosure'}")
    if entry.get("itunes_block") == 1:
        raise ValueError("the publisher asks not to list this episode (itunes:block)")
    content = next((c.get("value") for c in entry.get("content", ()) if c.get("value")), "")
    at = calendar.timegm(entry.published_parsed) * 1000 if entry.get("published_parsed") else 0
    name = f"{show.uri.rpartition(':')[2]}/{id}"
    return Item(
        uri=Names(Kind.EPISODE, SOURCE).uri(name if len(name) <= 300 else event_id(name)), title=title,
        description=plain(entry.get("summary") or content), artists=show.artists, album=show.uri, genres=show.genres,
        same_as=(outside_id("enclosure", sound),) if sound else (), duration_ms=_length(entry.get("itunes_duration")),
        released=at if 0 <= at <= LAST_AT else 0, explicit=entry.get("itunes_explicit") is True or show.explicit,
        language=show.language,
    )  # fmt: skip


def bare(address: str, title: str) -> Item:
    """A show of which no more is known than where its feed is."""
    guid = guid_of(address)
    same = (outside_id("feed", address), f"podcast:{guid}")
    return Item(uri=Names(Kind.SHOW, SOURCE).uri(guid), title=title, same_as=same)


def guid_of(address: str) -> str:
    """The podcast:guid of a feed that states none: by its address without the scheme and slashes at its end."""
    return str(uuid5(GUIDS, address.partition("://")[2].rstrip("/")))


def plain(text: object) -> str:
    """Text without markup; a paragraph or a break in it is a new line."""
    said = clean(text)
    if "<" not in said and "&" not in said:
        return said
    reading = _Text()
    reading.feed(said)
    reading.close()
    return clean(re.sub(r"\s*\n\s*", "\n", "".join(reading.parts)))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag in ("p", "br", "li", "div", "tr"):
            self.parts.append("\n")


def _words(head: Any) -> tuple[str, ...]:
    words = (clean(tag.get("term")) for tag in head.get("tags", ()))
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_WORDS]


def _language(head: Any) -> str:
    word = clean(head.get("language")).replace("_", "-").partition("-")[0].lower()
    return word if word.isascii() and word.isalpha() and len(word) in (2, 3) else ""


def _length(text: object) -> int:
    """ms of `3723`, `62:03` or `1:02:03`; 0 where it is none of these."""
    parts = clean(text).split(":")
    if len(parts) > 3 or not all(p.isascii() and p.replace(".", "", 1).isdigit() and len(p) < 9 for p in parts):
        return 0
    seconds = 0.0
    for part in parts:
        seconds = 60 * seconds + float(part)
    return duration(1000 * seconds)
