"""Any table of who took what: CSV, TSV, JSON lines, Parquet.

| given               | event                                                                       |
|---------------------|-----------------------------------------------------------------------------|
| time                | Play at that time, of unknown length                                        |
| time and weight     | Counted with the weight at that time, ordered                               |
| weight              | Counted with the weight; the rows have no order                             |
| neither             | Counted with 1; the rows have no order, whatever order the file has         |

A weight of 0 or less is no interaction: the row goes to quarantine. An event is known by listener, item and time (and
by how often they came before in the same import); so a total that has grown since the last import stays as it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from segue.core.events import LOCAL, MAX_ATTRS, Bad, Counted, Item, Play, Record
from segue.core.types import Kind
from segue.importers._reading import MAX_RAW, some
from segue.importers._table import table
from segue.importers._values import EventIds, Names, Once, an_id, checked, clean, count, iso

FORMAT = "interactions"
EXPECTED = "a table with a row an interaction"
MAX_KEPT = 1000  # characters of one kept value


@dataclass(frozen=True)
class Interactions:
    """Any table with a row an interaction: CSV, TSV, JSON lines or Parquet, plain, gzip or zstd.

    COL is the name of a column, or its number from 0 with --no-header.
    """

    listener: str = field(metadata={"help": "COL with the listener's id"})
    item: str = field(metadata={"help": "COL with the item's id"})
    time: str = field(default="", metadata={"help": "COL with the time: seconds or ms since 1970, or an ISO date"})
    weight: str = field(default="", metadata={"help": "COL with a count or strength over 0"})
    kind: str = field(default="track", metadata={"help": "kind of the items: track, artist, audiobook, …"})
    sep: str = field(
        default="", metadata={"help": "tab, comma, semicolon, pipe, space, or the character itself; default: guessed"}
    )
    header: bool = field(
        default=True, metadata={"help": "the first row names the columns", "flags": ("--header/--no-header",)}
    )
    title: str = field(default="", metadata={"help": "COL with the item's title"})
    artist: str = field(default="", metadata={"help": "COL with the name of the item's artist or author"})
    keep: tuple[str, ...] = field(
        default=(), metadata={"help": "COL kept as an attribute of the events; may be given again"}
    )
    namespace: str = field(default=LOCAL, metadata={"help": "name of the source of the item ids"})

    def read(self, path: Path) -> Iterator[Record]:
        kind = Kind.parse(self.kind)
        columns = [c for c in (self.listener, self.item, self.time, self.weight, self.title, self.artist) if c]
        rows = table(path, [*columns, *self.keep], self.sep, self.header)
        return some(_records(rows, _Rows(self, kind)), path, EXPECTED)


def _records(rows: Iterator[Any], parse: Callable[[Sequence[object]], Iterator[Record]]) -> Iterator[Record]:
    for row in rows:
        if isinstance(row, Bad):
            yield row
            continue
        number, cells, text = row
        try:
            yield from parse(cells)
        except ValueError as e:
            raw = text or str([str(cell)[:80] for cell in cells])
            yield Bad(line=number, reason=str(e), raw=raw[:MAX_RAW])


class _Rows:
    """Cells come in the order of the options that are given: listener, item, time, weight, title, artist, kept."""

    def __init__(self, options: Interactions, kind: Kind) -> None:
        self.options = options
        given = [bool(c) for c in (options.time, options.weight, options.title, options.artist)]
        places = [2 + sum(given[:i]) if there else 0 for i, there in enumerate(given)]
        self.time, self.weight, self.title, self.artist = places  # 0: not given
        self.kept = 2 + sum(given)
        author = Kind.AUTHOR if kind is Kind.AUDIOBOOK else Kind.ARTIST
        self.items, self.artists = Names(kind, options.namespace), Names(author, options.namespace)
        self.new, self.ids = Once(), EventIds(FORMAT)

    def __call__(self, cells: Sequence[object]) -> Iterator[Record]:
        listener, item = an_id(plain(cells[0]), "listener"), self.items.uri(plain(cells[1]))
        at = moment(cells[self.time]) if self.time else 0
        weight = count(plain(cells[self.weight]), "weight") if self.weight else 1.0
        attrs = self._attrs(cells[self.kept :]) if self.options.keep else {}
        if self.new(item):
            yield from self._item(item, cells)
        id = self.ids(item, listener, at) if self.time else self.ids(item, listener)
        if self.time and not self.weight:
            yield Play(id=id, listener=listener, at=at, item=item, ms_played=0, attrs=attrs)
        else:
            yield Counted(
                id=id, listener=listener, at=at, item=item, count=weight, ordered=bool(self.time), attrs=attrs
            )

    def _item(self, item: str, cells: Sequence[object]) -> Iterator[Record]:
        title = clean(plain(cells[self.title])) if self.title else ""
        name = clean(plain(cells[self.artist])) if self.artist else ""
        artists = (self.artists.uri(name),) if name else ()
        if artists and self.new(artists[0]):
            yield Item(uri=artists[0], title=name)
        yield Item(uri=item, title=title, artists=artists)

    def _attrs(self, cells: Sequence[object]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, cell in zip(self.options.keep, cells, strict=True):
            whole = isinstance(cell, bool | int) and abs(cell) < 2**53
            if whole or (isinstance(cell, float) and math.isfinite(cell)):
                kept[name] = cell
            elif cell is not None and (text := clean(plain(cell))[:MAX_KEPT]):
                kept[name] = text
        if len(kept) * MAX_KEPT > MAX_ATTRS // 8 and len(msgspec.json.encode(kept)) > MAX_ATTRS:
            raise ValueError(f"the kept columns hold more than {MAX_ATTRS} bytes")
        return kept


def plain(cell: object) -> str:
    """A cell as text; 12.0 of a column of floats is 12; nothing: ''."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else ("" if math.isnan(cell) else repr(cell))
    if isinstance(cell, int | date):
        return str(cell)
    raise ValueError(f"a {type(cell).__name__} where a single value was expected")


def moment(cell: object) -> int:
    """UTC ms of seconds, ms, µs or ns since 1970 (told apart by size), or of an ISO date or time; else ValueError."""
    if isinstance(cell, datetime):
        return checked(int((cell if cell.tzinfo else cell.replace(tzinfo=UTC)).timestamp() * 1000))
    if isinstance(cell, date):
        return iso(cell.isoformat())
    text = plain(cell).strip()
    if not text:
        raise ValueError("no time")
    is_day = len(text) == 8 and text.isdigit() and text[:2] in ("19", "20")  # 20201031
    try:
        value = math.nan if is_day else float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return iso(text.removesuffix(" UTC"))
    size = abs(value)
    if size < 1e11:
        return checked(int(value * 1000 + 0.5))
    return checked(int(value) if size < 1e14 else int(value / 1e3) if size < 1e17 else int(value / 1e6))


plugin = Interactions
