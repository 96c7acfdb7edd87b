"""Sequences: a line a listener, `listener item item …`, oldest first, as papers publish them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from segue.core.errors import InputError
from segue.core.events import LOCAL, Counted, Item, Record, event_id
from segue.core.types import Kind
from segue.importers._reading import lines, open_file, rows, some
from segue.importers._values import MAX_WORDS, Names, Once, an_id, clean

FORMAT = "sequences"
EXPECTED = "text lines `listener item item …`, oldest first, separated by spaces"
MAX_ATTRIBUTES = 1 << 28  # bytes of the file of attributes


@dataclass(frozen=True)
class Sequences:
    """Text lines `listener item item …`, the oldest item first."""

    kind: str = field(default="track", metadata={"help": "kind of the items: track, artist, audiobook, …"})
    attributes: str = field(
        default="", metadata={"help": "JSON file {item: [attribute, …]}; each attribute becomes a tag of the item"}
    )
    namespace: str = field(default=LOCAL, metadata={"help": "name of the source of the ids"})

    def read(self, path: Path) -> Iterator[Record]:
        items = Names(Kind.parse(self.kind), self.namespace)
        attributes = _attributes(Path(self.attributes), items) if self.attributes else []
        yield from some(rows(lines(path, EXPECTED), _Lines(items)), path, EXPECTED)
        yield from attributes


class _Lines:
    """An event's time is its place in the listener's sequence, from 1, also over several lines of one listener.

    Its identity is listener, item and how often the listener had the item before: a sequence that has grown at its
    end keeps all its ids.
    """

    def __init__(self, items: Names) -> None:
        self.items, self.new = items, Once()
        self.places: Counter[str] = Counter()
        self.times: Counter[tuple[str, str]] = Counter()

    def __call__(self, text: str) -> Iterator[Record]:
        first, *taken = text.split()
        listener = an_id(first, "listener")
        if not taken:
            raise ValueError(f"listener {listener[:40]} without items")
        for item in [self.items.uri(one) for one in taken]:
            if self.new(item):
                yield Item(uri=item)
            self.places[listener] += 1
            self.times[listener, item] += 1
            yield Counted(
                id=event_id(FORMAT, listener, item, self.times[listener, item]), listener=listener,
                at=self.places[listener], item=item, count=1, ordered=True,
            )  # fmt: skip


def _attributes(path: Path, items: Names) -> list[Item]:
    expected = "a JSON object {item: [attribute, …]}"
    with open_file(path, expected) as file:
        raw = file.read(MAX_ATTRIBUTES + 1)
    if len(raw) > MAX_ATTRIBUTES:
        raise InputError(f"{path} is larger than {MAX_ATTRIBUTES} bytes")
    try:
        found = msgspec.json.decode(raw, type=dict[str, list[Any]])
        return [Item(uri=items.uri(item), tags=_tags(tags)) for item, tags in found.items()]
    except (ValueError, RecursionError) as e:
        raise InputError(f"{path}: {str(e)[:200]}; expected {expected}") from None


def _tags(found: list[Any]) -> tuple[str, ...]:
    """Words as they are; a number as `attribute:7`; each once, in the order given."""
    texts = [clean(one) if isinstance(one, str) else f"attribute:{one}"[:80] for one in found]
    return tuple(dict.fromkeys(filter(None, texts)))[:MAX_WORDS]


plugin = Sequences
