"""What rows of the log tell features: takes, cards shown, and which card each take answers.

Rows are taken in order of arrival, so that a batch tells the same as its rows one by one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.core.events import Decided, Follow, Play, PlaylistAdd, Save, Skip
from segue.core.protocols import Facts
from segue.core.types import F32, I32, I64, Bools, Kind
from segue.features._lifted import Lifted
from segue.store import decisions
from segue.store.decisions import Slates, slates
from segue.store.edge import CODES, encoded
from segue.store.told import HEARD_MS
from segue.store.tuning import Counts

READ = tuple(dict.fromkeys([*decisions.READ, "type", "item", "ms_played", "reason_end"]))
"""Columns of the log that features are told of."""
DAY_MS = 86_400_000
WINDOW_MS = DAY_MS  # after a showing, during which a stream answers it
MOST_PAGES = 50  # of one listener that are remembered
LOOK_CARD, LOOK_ROW = 0.85, 0.8  # how much less each card after the third and each row after the second is looked at
TAKES = (Play, Skip, Save, Follow, PlaylistAdd)
TAKE_CODES = np.array([CODES[t] for t in TAKES])


@dataclass(frozen=True, slots=True)
class Takes:
    """E events of listeners with items, by arrival."""

    order: I64  # (E,) place among the rows told of
    listener: I32  # (E,)
    item: I32  # (E,) position in the facts
    at: I64  # (E,) UTC ms
    heard: Bools  # (E,) taken for good: heard 30 s, saved, followed; else it was left
    timed: Bools  # (E,) its hour tells something of the listener: not where they said that it does not


@dataclass(frozen=True, slots=True)
class Cards:
    """C cards that were shown, or that were answered by a stream, by arrival."""

    order: I64  # (C,) place among the rows told of
    listener: I32  # (C,)
    item: I32  # (C,) position in the facts
    at: I64  # (C,) UTC ms: of the showing, or of the answer
    shelf: I32  # (C,) position in the names of shelves
    look: F32  # (C,) how likely it was looked at, by its place; 1 for answers


@dataclass(frozen=True)
class Told:
    """What some rows of the log say."""

    takes: Takes
    shown: Cards
    answers: Cards
    shelves: Sequence[str]  # plug-in names so far; grows, never changes

    @cached_property
    def newest(self) -> int:
        """UTC ms: time of the newest page; 0 where there is none."""
        return int(self.shown.at.max(initial=0))

    def between(self, start: int, stop: int) -> Told:
        """What the rows start:stop of those told of say."""
        return Told(
            _cut(self.takes, start, stop), _cut(self.shown, start, stop), _cut(self.answers, start, stop), self.shelves
        )


T = TypeVar("T", Takes, Cards)


@dataclass(slots=True)
class _Page:
    at: int
    rows: list[tuple[list[int], int]] = field(default_factory=list)  # items as positions in the facts, shelf
    answered: set[int] = field(default_factory=set)


class _ReaderState(msgspec.Struct):
    shelves: list[str]
    pages: list[tuple[str, int, int, list[tuple[list[int], int]], list[int]]]  # name, listener, time, rows, answered


class Reader:
    """Reads on, batch by batch, and remembers the pages of the last day."""

    def __init__(self, facts: Facts, counts: Counts | None = None) -> None:
        """`counts` says what is no part of a listener's taste: it is left out, as if it were not in the log."""
        self.facts, self._counts = facts, counts
        self.shelves: list[str] = []
        self._codes: dict[str, int] = {}
        self._pages: dict[str, _Page] = {}
        self._of: dict[int, deque[str]] = {}
        self._above = Lifted.of(facts)

    def read(self, table: pa.Table, pages: Slates | None = None) -> Told:
        """Rows of the log with the columns READ, in order of arrival; `pages`: those among them, once read."""
        types = table["type"].to_numpy()
        takes = self._takes(table, np.flatnonzero(np.isin(types, TAKE_CODES)))
        pages = slates(table.select([*decisions.READ, "type"])) if pages is None else pages
        rows = np.flatnonzero(types == CODES[Decided])
        shown = self._shown(pages, rows)
        return Told(takes, shown, self._answers(table, takes, shown, rows, pages), self.shelves)

    def state(self) -> bytes:
        """The pages that are remembered, and the names of shelves, as JSON."""
        who = {name: listener for listener, names in self._of.items() for name in names}
        pages = [[name, who[name], p.at, p.rows, sorted(p.answered)] for name, p in self._pages.items()]
        return msgspec.json.encode({"shelves": self.shelves, "pages": pages})

    def restore(self, text: bytes) -> None:
        """Into a reader that has read nothing; ValueError where it is no such state."""
        state = msgspec.json.decode(text, type=_ReaderState)
        self.shelves.extend(state.shelves)
        self._codes.update({name: code for code, name in enumerate(self.shelves)})
        for name, listener, at, rows, answered in state.pages:
            self._pages[name] = _Page(at, rows, set(answered))
            self._of.setdefault(listener, deque()).append(name)

    def _takes(self, table: pa.Table, rows: NDArray[np.intp]) -> Takes:
        part = table.select(["type", "listener", "item", "at", "ms_played", "reason_end"]).take(pa.array(rows))
        item = self.facts.rows(part["item"].to_numpy()) if len(self.facts.items) else np.full(len(rows), -1)
        kind = part["type"].to_numpy()
        ms = pc.fill_null(part["ms_played"], 0).to_numpy()
        reason = pc.fill_null(part["reason_end"], "")
        done = pc.equal(reason, "trackdone").to_numpy()
        scrobble = (ms == 0) & pc.equal(reason, "").to_numpy()
        heard = np.where(kind == CODES[Play], (ms >= HEARD_MS) | done | scrobble, kind != CODES[Skip])
        keep = item >= 0
        found = Takes(
            rows[keep].astype(np.int64), part["listener"].to_numpy()[keep].astype(np.int32),
            item[keep].astype(np.int32), part["at"].to_numpy()[keep], heard[keep], np.ones(int(keep.sum()), np.bool_),
        )  # fmt: skip
        if self._counts is None:
            return found
        count, timed = self._counts.of(found.listener, found.item, found.at, found.heard)
        return _some(replace(found, timed=timed), count)

    def _shown(self, part: Slates, rows: NDArray[np.intp]) -> Cards:
        """Of the decided rows at these places."""
        slate = part.chosen_row
        position = np.arange(len(slate)) - part.chosen_ptr[slate]
        names = [key.partition(":")[0] for key in part.shelf]
        for name in names:
            if name not in self._codes:
                self._codes[name] = len(self.shelves)
                self.shelves.append(name)
        shelf = np.array([self._codes[name] for name in names], np.int32)
        look = LOOK_CARD ** np.maximum(position - 2, 0) * LOOK_ROW ** np.maximum(part.row[slate] - 1, 0)
        item = self.facts.rows(part.items) if len(self.facts.items) else np.full(len(slate), -1)
        return Cards(
            rows[slate].astype(np.int64), part.listener[slate], item.astype(np.int32), part.at[slate], shelf[slate],
            look.astype(np.float32),
        )  # fmt: skip

    def _answers(self, table: pa.Table, takes: Takes, shown: Cards, rows: NDArray[np.intp], pages: Slates) -> Cards:
        """Row by row in order of arrival: a page is remembered, a stream looks for its card."""
        names, codes = encoded(table["page"].take(pa.array(takes.order)))
        heard = np.flatnonzero(takes.heard)
        when = np.concatenate([rows, takes.order[heard]])
        which = np.concatenate([np.arange(len(rows)), heard])
        is_page = np.arange(len(when)) < len(rows)
        listener, item, at, card_item = (
            takes.listener.tolist(), takes.item.tolist(), takes.at.tolist(), shown.item.tolist()
        )  # fmt: skip
        ends = pages.chosen_ptr.tolist()
        found: list[tuple[int, int, int, int, int]] = []
        order = np.argsort(when, kind="stable")
        for page_row, i in zip(is_page[order].tolist(), which[order].tolist()):
            if page_row:
                lo, hi = ends[i], ends[i + 1]
                if hi > lo:
                    who, moment, shelf = int(shown.listener[lo]), int(shown.at[lo]), int(shown.shelf[lo])
                    self._remember(pages.page[i], who, moment, card_item[lo:hi], shelf)
            elif listener[i] in self._of:
                page = names[codes[i]] if codes[i] >= 0 else ""
                got = self._card(listener[i], item[i], at[i], page)
                if got is not None:
                    found.append((int(takes.order[i]), listener[i], got[0], at[i], got[1]))
        columns = np.array(found, np.int64).reshape(-1, 5).T
        return Cards(
            columns[0], columns[1].astype(np.int32), columns[2].astype(np.int32), columns[3],
            columns[4].astype(np.int32), np.ones(columns.shape[1], np.float32),
        )  # fmt: skip

    def _remember(self, name: str, listener: int, at: int, items: list[int], shelf: int) -> None:
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = _Page(at)
            mine = self._of.setdefault(listener, deque())
            mine.append(name)
            while len(mine) > MOST_PAGES or self._pages[mine[0]].at < at - WINDOW_MS:
                del self._pages[mine.popleft()]
        page.rows.append((items, shelf))

    def _card(self, listener: int, item: int, at: int, name: str) -> tuple[int, int] | None:
        """The card a stream answers and its shelf; None where there is none, or it was answered before."""
        mine = self._of[listener]
        own = [name] if name in self._pages and name in mine else []
        for candidate in (item, int(self._above.album[item]), int(self._above.artist[item])):
            if candidate < 0:
                continue
            for key in own or reversed(mine):
                page = self._pages[key]
                if not own and not 0 <= at - page.at < WINDOW_MS:
                    continue
                for items, shelf in page.rows:
                    if candidate in items:
                        if candidate in page.answered:
                            return None
                        page.answered.add(candidate)
                        return candidate, shelf
        return None


def makers(facts: Facts) -> I32:
    """(N,) position of the artist or author, of the show of an episode, of itself where it is one; -1 unknown."""
    n = np.arange(len(facts.items))
    if not len(n):
        return n.astype(np.int32)
    artist, album = facts.rows(facts.artist), facts.rows(facts.album)
    itself = np.isin(facts.kind, [Kind.ARTIST, Kind.SHOW, Kind.AUTHOR])
    out = np.where(itself, n, np.where(artist >= 0, artist, np.where(facts.kind == Kind.EPISODE, album, -1)))
    return out.astype(np.int32)


def _cut(columns: T, start: int, stop: int) -> T:
    lo, hi = np.searchsorted(columns.order, [start, stop])
    return _some(columns, slice(int(lo), int(hi)))


def _some(columns: T, rows: slice | Bools) -> T:
    return type(columns)(*(getattr(columns, name)[rows] for name in columns.__slots__))
