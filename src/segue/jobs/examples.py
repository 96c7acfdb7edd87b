"""What rankers learn from: each card that was seen, what was known of it when it was shown, and what it led to.

The log is read once more in order of arrival. Before each page features are told of everything that had arrived, then
asked about its cards, as serving asks; only then of the page itself and of what followed. A row that
arrived between a page and its record, which is written a moment later, is told after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pyarrow as pa

from segue.core.events import Decided
from segue.core.protocols import Facts
from segue.core.types import F32, F64, I32, I64, Bools, Candidates, Context, Ids, Query
from segue.features import READ, Book
from segue.jobs.attribute import read_outcomes
from segue.store.columns import address
from segue.store.decisions import Slates, slates
from segue.store.edge import CODES, encoded
from segue.store.log import EventLog
from segue.store.workspace import Workspace

AT_ONCE = 300_000  # rows of the log
RECORDED_MS = 60_000
"""Within so long after a page an answer may have come in before the page's record."""


@dataclass(frozen=True)
class Examples:
    """n cards that were seen whatever came of them, whose window is over; pages in order of arrival, from the top."""

    names: tuple[str, ...]  # (D,)
    features: F32  # (n, D) as of the moment before the page
    shelves: tuple[str, ...]  # plug-in names
    shelf: I32  # (n,) position in `shelves`
    policies: tuple[str, ...]
    policy: I32  # (n,) position in `policies`
    page: I64  # (n,) 0…P-1, ascending
    row: I32  # (n,) of the shelf on the page
    position: I32  # (n,) of the card on the shelf
    propensity: F64  # (n,) in (0, 1] of the card, given those above it on the shelf, times that of the shelf, likewise
    segment: I32  # (n,) the group of listeners that asked
    listener: Ids  # (n,)
    item: Ids  # (n,)
    at: I64  # (n,) UTC ms of the page
    streamed: Bools  # (n,)
    completed: Bools  # (n,)
    saved: Bools  # (n,)
    skipped: Bools  # (n,)
    hid: Bools  # (n,)
    share: F32  # (n,) heard of the duration
    reward: F32  # (n,) in [0, 1]
    seq: int  # rows of the log up to here were read

    @cached_property
    def pages(self) -> int:
        return len(np.unique(self.page))

    @cached_property
    def id(self) -> str:
        """Content address: 16 hex digits that change with any value."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        arrays = {name: v for name, v in columns.items() if isinstance(v, np.ndarray)}
        return address(arrays, {name: v for name, v in columns.items() if name not in arrays})

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: I64 | Bools) -> Examples:
        """Some of the rows; pages keep their numbers."""
        whole = ("names", "shelves", "policies", "seq")
        cut = {f.name: getattr(self, f.name) for f in fields(self)}
        return Examples(**{name: v if name in whole else v[rows] for name, v in cut.items()})


_NONE = np.zeros(0, np.int64)
LABELS = ("streamed", "completed", "saved", "skipped", "hid", "share", "reward")


def examples(
    workspace: Workspace, tenant: str, facts: Facts, features: Sequence[str] = (), since: int | None = None,
    until: int | None = None,
) -> Examples:  # fmt: skip
    """Of pages shown at since <= at < until (UTC ms), from what `attribute` kept; some features by name, or all."""
    return replayed(workspace.log, tenant, read_outcomes(workspace, tenant, since, until), Book(facts, features))


def replayed(log: EventLog, tenant: str, outcomes: pa.Table, book: Book, at_once: int = AT_ONCE) -> Examples:
    """The same from settled outcomes and a book that was told nothing yet. The book then knows the whole log."""
    return Replay(book, at_once).examples(log, tenant, outcomes)


class Replay:
    """Reads the log once and goes on from there: what was known before a page does not change when more arrives."""

    def __init__(self, book: Book, at_once: int = AT_ONCE) -> None:
        """`book` was told nothing yet."""
        self._book, self._at_once, self._seq = book, at_once, 0
        self._known: dict[tuple[str, int], F32] = {}  # (page, row) → (K, D) of its cards
        self._pages: dict[str, tuple[int, int]] = {}  # page → (UTC ms, segment)

    def examples(self, log: EventLog, tenant: str, outcomes: pa.Table, since: int = 0) -> Examples:
        """Of settled outcomes, after reading on. Pages from before `since` will not be asked for again."""
        self.read(log, tenant)
        self._known = {key: known for key, known in self._known.items() if self._pages[key[0]][0] >= since}
        self._pages = {page: about for page, about in self._pages.items() if about[0] >= since}
        cards = _Cards.of(outcomes)
        features: list[F32] = []
        rows: list[I64] = []
        pages: list[int] = []
        number: dict[str, int] = {}
        segments: list[int] = []
        for (page, row), known in self._known.items():
            found, which = cards.seen(page, row, len(known))
            if len(found):
                features.append(known[which])
                rows.append(found)
                pages += [number.setdefault(page, len(number))] * len(found)
                segments += [self._pages[page][1]] * len(found)
        return _put_together(self._book.names, outcomes, features, rows, pages, segments, self._seq)

    @property
    def names(self) -> tuple[str, ...]:
        """(D,) of the features."""
        return self._book.names

    def known(self, page: str, row: int) -> F32 | None:
        """(K, D) the features of the cards of a row of a page that was read; None where it was not."""
        return self._known.get((page, row))

    def read(self, log: EventLog, tenant: str) -> None:
        """All that has arrived since."""
        for table, shown in _batches(log, tenant, self._seq, self._at_once):
            self._seq = max(self._seq, int(table["seq"].to_numpy().max()))
            places = np.flatnonzero(table["type"].to_numpy() == CODES[Decided])
            told = self._book.reader.read(table, shown)
            could = _shown(shown)
            done = 0
            for first, stop in _pages(shown):
                place = int(places[first])
                self._book.tell(told.between(done, place))
                done = place
                lo, hi = int(shown.chosen_ptr[first]), int(shown.chosen_ptr[stop])
                values = self._book.values(asker(shown, first, tenant), could.take(np.arange(lo, hi)))
                for r in range(first, stop):
                    part = slice(int(shown.chosen_ptr[r]) - lo, int(shown.chosen_ptr[r + 1]) - lo)
                    self._known[shown.page[r], int(shown.row[r])] = values[part]
                about = int(shown.at[first]), int(shown.context[first].get("segment", 0))
                self._pages[shown.page[first]] = about
            self._book.tell(told.between(done, len(table)))


def asker(shown: Slates, row: int, tenant: str) -> Query:
    """Who asked for the page of a row, and when and where."""
    about = shown.context[row]
    now = int(about.get("now", shown.at[row]))
    context = Context(now=now, device=about.get("device", ""), country=about.get("country", ""))
    return Query(tenant, int(shown.listener[row]), context=context, hour=int(about.get("hour", -1)))


def _shown(shown: Slates) -> Candidates:
    """All cards of all pages, as their sources ranked them, each from the shelf it stood on.

    What a feature says of a candidate does not depend on the others, so that those not shown need not be asked about.
    """
    arm = shown.arm_ptr[shown.chosen_row] + shown.chosen
    names = [key.partition(":")[0] for key in shown.shelf]
    codes = {name: i for i, name in enumerate(dict.fromkeys(names))}
    source = np.array([codes[name] for name in names], np.int16)[shown.chosen_row]
    return Candidates(shown.arms[arm], shown.retrieved[arm], source, tuple(codes))


@dataclass(frozen=True, slots=True)
class _Cards:
    """Where the outcomes of each row of each page are."""

    found: dict[tuple[str, int], int]  # (page, row) → first of its cards, which follow one another
    look: Bools  # (C,) seen whatever came of it

    @classmethod
    def of(cls, outcomes: pa.Table) -> _Cards:
        first = np.flatnonzero(outcomes["position"].to_numpy() == 0)
        part = outcomes.select(["page", "row"]).take(pa.array(first))
        keys = zip(part["page"].to_pylist(), part["row"].to_pylist())
        return cls(dict(zip(keys, first.tolist())), outcomes["fair"].to_numpy(zero_copy_only=False))

    def seen(self, page: str, row: int, count: int) -> tuple[I64, I64]:
        """(n,) rows of the outcomes of a row of a page, and (n,) which of its `count` cards they are of."""
        place = self.found.get((page, row))
        if place is None:
            return _NONE, _NONE
        which = np.flatnonzero(self.look[place : place + count])
        return place + which, which


def _batches(log: EventLog, tenant: str, seq: int, at_once: int) -> Iterator[tuple[pa.Table, Slates]]:
    """The log as features are told of it, no page torn apart."""
    last = log.last_seq
    while seq < last:
        table = log.tail(tenant, seq, at_once, columns=READ)
        if not len(table):
            return
        if len(table) == at_once:
            table = table.slice(0, _whole(table))
        seq = int(table["seq"].to_numpy()[-1])
        table = table.take(pa.array(_as_known(table)))
        yield table, slates(table)


def _whole(table: pa.Table) -> int:
    """How many rows come before the page at the end, which may go on; all, where there is nothing else."""
    of_page = table["type"].to_numpy() == CODES[Decided]
    if not of_page[-1]:
        return len(table)
    others = np.flatnonzero(~of_page)
    start = int(others[-1]) + 1 if len(others) else 0
    names = table["page"].slice(start).to_pylist()
    same = next((i for i, name in enumerate(reversed(names)) if name != names[-1]), len(names))
    return len(table) - same or len(table)


def _as_known(table: pa.Table) -> I64:
    """(E,) the rows in order, but what came in between a page of its listener and its record after the record."""
    at, listener = table["at"].to_numpy(), table["listener"].to_numpy().astype(np.int64)
    place = np.arange(len(at))
    pages = np.flatnonzero(table["type"].to_numpy() == CODES[Decided])
    if not len(pages):
        return place
    # Of each row the last page of its listener that is not later, by listener and time.
    order = pages[np.lexsort((place[pages], at[pages], listener[pages]))]
    start, span = int(at.min()), int(at.max()) - int(at.min()) + 1
    if span > 2**62 // (int(listener.max()) + 1):  # a clock that is centuries wrong
        return place
    moments = listener[order] * span + at[order] - start
    before = np.searchsorted(moments, listener * span + at - start, side="right") - 1
    page = order[np.maximum(before, 0)]
    early = (before >= 0) & (listener[page] == listener) & (page > place) & (at - at[page] < RECORDED_MS)
    early[pages] = False
    return np.lexsort((early, np.where(early, page, place)))


def _pages(shown: Slates) -> Iterator[tuple[int, int]]:
    """Rows first:stop of each page."""
    start = 0
    for i in range(1, len(shown) + 1):
        if i == len(shown) or shown.page[i] != shown.page[start]:
            yield start, i
            start = i


def _put_together(
    names: tuple[str, ...], outcomes: pa.Table, features: list[F32], rows: list[I64], pages: list[int],
    segments: list[int], last: int,
) -> Examples:  # fmt: skip
    part = outcomes.take(pa.array(np.concatenate([_NONE, *rows])))
    plain = {n: part[n].to_numpy(zero_copy_only=False) for n in (*LABELS, "row", "position", "listener", "item", "at")}
    keys, of_key = encoded(part["shelf"])
    shelf = np.array([key.partition(":")[0] for key in keys], str)
    shelves, of_shelf = np.unique(shelf, return_inverse=True)
    policies, of_policy = encoded(part["policy"])
    return Examples(
        names=names, features=np.concatenate([np.zeros((0, len(names)), np.float32), *features]),
        shelves=tuple(shelves.tolist()), shelf=of_shelf[of_key].astype(np.int32),
        policies=tuple(policies), policy=of_policy.astype(np.int32),
        page=np.array(pages, np.int64), segment=np.array(segments, np.int32),
        propensity=part["propensity"].to_numpy() * part["shelf_p"].to_numpy(), seq=last, **plain,
    )  # fmt: skip
