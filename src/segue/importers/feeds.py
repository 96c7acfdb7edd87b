"""Podcasts: feeds, and OPML lists of them, in files, folders and zips, or at an address."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from segue.core.addresses import feed_address
from segue.core.errors import InputError
from segue.core.events import LAST_AT, Bad, Follow, Item, Record, event_id
from segue.importers._archive import members, suffix
from segue.importers._feed import bare, feed
from segue.importers._fetch import fetched
from segue.importers._reading import MAX_RAW, Broken, decoded, some, text_of, whole
from segue.importers._values import Once, an_id, clean

FORMAT = "feeds"
EXPECTED = "a podcast feed (.xml, .rss, .atom), a list of them (.opml), or a folder or zip of such files"
ENDINGS = (".xml", ".rss", ".atom", ".opml")
MAX_DOCUMENT = 1 << 25  # bytes of one feed or list
MAX_FEEDS = 10_000  # of one list
SHOW = "segue:show:"
AT_ONCE = 8  # feeds that are fetched side by side


@dataclass(frozen=True)
class Feeds:
    """Podcast feeds (RSS, Atom) and OPML lists of them: shows and episodes, and who subscribed to them."""

    listener: str = field(
        default="", metadata={"help": "id of the listener whose subscriptions an OPML lists; nobody's if left out"}
    )
    fetch: bool = field(default=True, metadata={"help": "fetch the feeds that an OPML lists"})
    private: bool = field(default=False, metadata={"help": "feeds that an OPML lists may lie in your own network"})
    address: str = field(default="", metadata={"help": "where the feed was found, if its file does not say it"})

    def read(self, path: Path) -> Iterator[Record]:
        return some(self._read(path), path, EXPECTED)

    def _read(self, path: Path) -> Iterator[Record]:
        new, files = Once(), 0
        if self.listener:
            an_id(self.listener, "listener")
        for member in members(path, lambda name: suffix(name) in ENDINGS, EXPECTED):
            if isinstance(member, Bad):
                yield member
                continue
            files += 1
            name, raw = member
            try:
                document = _document(raw)
                if b"<opml" in document[:4096].lower():
                    yield from self._list(document, name, new)
                else:
                    yield from _new(feed(document, self.address), new)
            except (Broken, OSError, ValueError) as e:
                yield Bad(line=0, reason=f"{name}: {e}", raw=name[:MAX_RAW])
        if not files:
            raise InputError(f"{path} holds no feed; expected {EXPECTED}")

    def _list(self, document: bytes, name: str, new: Once) -> Iterator[Record]:
        """The feeds of an OPML, in its order; one that cannot be had is a Bad row, and the next is read."""
        import listparser

        found = listparser.parse(document)
        named = {link: clean(one.get("title")) for one in found["feeds"] if (link := feed_address(one["url"]))}
        if not named:
            raise ValueError("it lists no feeds")
        made = found["meta"].get("created_parsed")
        at = min(max(0, int(made.timestamp() * 1000)), LAST_AT) if made is not None else 0
        addresses = list(named)[:MAX_FEEDS]
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE, "segue-feed") as pool:
            documents = pool.map(partial(self._fetched, Path(folder)), addresses)
            for number, (address, got) in enumerate(zip(addresses, documents), 1):
                records = list(_of(address, named[address], got, f"{name}: ", number))
                yield from _new(records, new)
                if self.listener:
                    show = next(r.uri for r in records if isinstance(r, Item) and r.uri.startswith(SHOW))
                    id = event_id(FORMAT, self.listener, show)
                    yield Follow(id=id, listener=self.listener, at=at, item=show, attrs={"feed": address})
        if len(named) > MAX_FEEDS:
            yield Bad(line=MAX_FEEDS, reason=f"{name}: {len(named) - MAX_FEEDS} feeds more than are read of one list")

    def _fetched(self, folder: Path, address: str) -> bytes | Exception:
        """The document, or why it cannot be had; empty where nothing is to be fetched."""
        if not self.fetch:
            return b""
        try:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                file = fetched(address, Path(own), private=self.private)
                return _document(iter([file.read_bytes()]))
        except (InputError, OSError) as e:
            return e


def _of(address: str, title: str, document: bytes | Exception, list_name: str, number: int) -> Iterator[Item | Bad]:
    """What is known of a feed in a list: all of it, or its address and title alone, and why."""
    try:
        if isinstance(document, Exception):
            raise ValueError(str(document))
        if document:
            yield from feed(document, address)
            return
    except ValueError as e:
        yield Bad(line=number, reason=f"{list_name}{address[:200]}: {e}", raw=address[:MAX_RAW])
    yield bare(address, title)


def _new(records: Iterable[Item | Bad], new: Once) -> Iterator[Item | Bad]:
    return (record for record in records if isinstance(record, Bad) or new(record.uri))


def _document(raw: Iterator[bytes]) -> bytes:
    """A whole file, as UTF-8 where it does not say what it is written in."""
    data = whole(decoded(raw), MAX_DOCUMENT)
    return data if b"encoding=" in data[:200] else text_of(data).encode()


plugin = Feeds
