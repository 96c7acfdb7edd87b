"""What each card that was shown led to: plays, saves and dislikes brought back to the showing that they answer.

An answer that names its page belongs to that page's card; any other to the latest showing of its item to its listener
within the window before it. So an answer belongs to one showing at most, wherever in the order of arrival it comes, and
all of it is a function of the set of rows: the same rows twice, or in another order, give the same. A play of an
episode answers the card of its show where the episode itself was not shown, and so for albums and artists.

Who does not look does not decline. The first cards of the first rows count as seen (a cascade, Craswell et al. 2008);
an answer from the page shows that everything up to it was seen, too: the rows above, and its row as far as it stands.
A card that is known to have been seen by its own answer alone is no fair sample of what such cards lead to: those that
were seen further down and left unanswered are missing beside it. `fair` leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segue.core.events import Click, Follow, Play, PlaylistAdd, Rating, Remove, Save, Skip
from segue.core.types import F32, I32, I64, Bools, Ids
from segue.store.decisions import Slates
from segue.store.edge import CODES, encoded
from segue.store.told import HEARD_MS

FOLDER = "outcomes"
"""Of a workspace: where what cards led to is kept, a folder a tenant; made from the log, and made anew at need."""
ANSWERS = (Play, Skip, Save, Remove, Follow, PlaylistAdd, Rating, Click)
"""Types of events that may answer a card."""
READ = ("seq", "type", "listener", "item", "at", "page", "ms_played", "value", "reason_end")
"""Columns of the log that are read."""
SKEW_MS = 600_000
"""How much earlier than its page an answer that names it may be: clocks of devices run behind."""
HEARD_OUT = 0.9  # of the duration: the end of many recordings is silence
UNKNOWN_SHARE = 0.5  # of what was streamed, where nobody knows how long it is, or for how long it was heard


class Catalogue(Protocol):
    """What is read of `segue.store.catalogue_view.CatalogueView`."""

    items: Ids
    artist: Ids
    album: Ids
    duration: I64

    def rows(self, numbers: Ids) -> NDArray[np.intp]: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a card counts as seen, and what an answer is worth."""

    window_ms: int = 86_400_000  # after the impression, during which an answer counts
    streamed_ms: int = HEARD_MS
    rows: int = 2  # seen on every page
    cards: int = 3  # seen of every row that is
    stream: float = 0.7
    share: float = 0.15  # times the share of its duration that was heard
    save: float = 0.15
    skip: float = 0.1  # taken off
    hide: float = 0.5  # taken off


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What C cards led to, in the order of `Slates.items`; as far as known where it is not settled."""

    row: I32  # (C,) on the page, 0 the top
    position: I32  # (C,) on the shelf
    seen: Bools  # (C,)
    fair: Bools  # (C,) seen whatever came of it: what rates may be learned from
    settled: Bools  # (C,) the window is over
    streamed: Bools  # (C,)
    ms: I64  # (C,) heard
    share: F32  # (C,) of the duration, the longest play, in [0, 1]
    completed: Bools  # (C,)
    saved: Bools  # (C,) and not taken back; or loved
    skipped: Bools  # (C,) started and left, and not streamed
    hid: Bools  # (C,) rated below 0
    reward: F32  # (C,) in [0, 1]

    def __len__(self) -> int:
        return len(self.row)


def outcomes(
    slates: Slates, answers: pa.Table, facts: Catalogue | None = None, terms: Terms | None = None,
    watermark: int | None = None,
) -> Outcomes:  # fmt: skip
    """Of every card of the slates, from rows of the log with the columns READ (other types may be among them).

    `watermark` (UTC ms): every page up to then is given; by default the time of the newest page.
    """
    terms = terms or Terms()
    shown = _Shown.of(slates, facts)
    events = _Answers.of(answers, shown, facts)
    card, paged = _attributed(shown, events, terms)
    mine = np.flatnonzero(card >= 0)
    card, paged, events = card[mine], paged[mine], events.take(mine)
    c = len(shown.item)

    heard = _Heard.of(events, terms)
    streamed = _any(c, card[heard.streamed])
    share = np.zeros(c, np.float32)
    np.maximum.at(share, card[heard.play], heard.share[heard.play])
    ms = np.bincount(card[heard.play], events.ms[heard.play], c).astype(np.int64)
    left = (events.type == CODES[Skip]) | (heard.play & ~heard.streamed & heard.ended)
    loved = (events.type == CODES[Rating]) & (events.value > 0)
    keeps = np.isin(events.type, [CODES[t] for t in (Save, Follow, PlaylistAdd)]) | loved
    saved = _last(c, card, events.at, keeps, events.type == CODES[Remove])
    rated = events.type == CODES[Rating]
    hid = _last(c, card, events.at, rated & (events.value < 0), rated & (events.value >= 0))
    skipped = _any(c, card[left]) & ~streamed
    newest = watermark if watermark is not None else int(slates.at.max(initial=0))
    from_page = card[paged & (events.type != CODES[Remove])]
    gain = terms.stream * streamed + terms.share * share + terms.save * saved - terms.skip * skipped - terms.hide * hid
    most = terms.stream + terms.share + terms.save
    return Outcomes(
        shown.row, shown.position, *_seen(slates, shown, from_page, terms), shown.at + terms.window_ms <= newest,
        streamed, ms, share, _any(c, card[heard.completed]), saved, skipped, hid,
        np.clip(gain / most, 0, 1).astype(np.float32),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shown:
    """C cards."""

    item: I64
    listener: I64
    at: I64
    page: I64  # code of the page, in the order of the pages' names
    slate: I64  # row of the Slates
    row: I32
    position: I32
    pages: dict[str, int]

    @classmethod
    def of(cls, slates: Slates, facts: Catalogue | None) -> _Shown:
        slate = slates.chosen_row
        pages = {name: i for i, name in enumerate(sorted(set(slates.page)))}
        codes = np.array([pages[name] for name in slates.page], np.int64)
        position = np.arange(len(slate)) - slates.chosen_ptr[slate]
        return cls(
            _current(slates.items, facts), slates.listener[slate].astype(np.int64), slates.at[slate], codes[slate],
            slate, slates.row[slate], position.astype(np.int32), pages,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Answers:
    """E events, each once."""

    type: NDArray[np.uint8]
    listener: I64
    item: I64
    album: I64  # 0: none, or not a play
    artist: I64  # 0: none, or not a play
    at: I64
    page: I64  # code, -1 none or unknown
    ms: I64
    value: F32
    ended: Bools  # the source said why it ended
    done: Bools  # it ended by itself
    duration: I64  # ms; 0 unknown

    @classmethod
    def of(cls, table: pa.Table, shown: _Shown, facts: Catalogue | None) -> _Answers:
        kind = table["type"].to_numpy()
        keep = np.isin(kind, [CODES[t] for t in ANSWERS])
        _, first = np.unique(table["seq"].to_numpy()[keep], return_index=True)
        table = table.take(pa.array(np.flatnonzero(keep)[first]))
        kind = table["type"].to_numpy()
        names, codes = encoded(table["page"])
        page = np.array([*(shown.pages.get(name, -1) for name in names), -1], np.int64)[codes]
        number = table["item"].to_numpy()
        album = artist = duration = np.zeros(len(number), np.int64)
        if facts is not None and len(facts.items):
            row = facts.rows(number)
            through = (row >= 0) & np.isin(kind, [CODES[Play], CODES[Skip]])
            album = np.where(through, facts.album[row], 0).astype(np.int64)
            artist = np.where(through, facts.artist[row], 0).astype(np.int64)
            duration = np.where(row >= 0, facts.duration[row], 0).astype(np.int64)
        reason = pc.fill_null(table["reason_end"], "")
        return cls(
            kind, table["listener"].to_numpy().astype(np.int64), _current(number, facts), album, artist,
            table["at"].to_numpy(), page, pc.fill_null(table["ms_played"], 0).to_numpy().astype(np.int64),
            pc.fill_null(table["value"], 0).to_numpy(), pc.not_equal(reason, "").to_numpy(),
            pc.equal(reason, "trackdone").to_numpy(), duration,
        )  # fmt: skip

    def take(self, rows: NDArray[np.intp]) -> _Answers:
        return _Answers(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Heard:
    """How far E events were heard; false and 0 for what is no play."""

    play: Bools
    streamed: Bools
    completed: Bools
    ended: Bools  # not only paused, as far as known
    share: F32

    @classmethod
    def of(cls, events: _Answers, terms: Terms) -> _Heard:
        play = events.type == CODES[Play]
        known = play & (events.duration > 0)
        part = np.where(known, events.ms / np.maximum(events.duration, 1), 0.0)
        completed = play & (events.done | (part >= HEARD_OUT))
        scrobble = play & (events.ms == 0) & ~events.ended
        streamed = play & ((events.ms >= terms.streamed_ms) | scrobble | completed)
        unknown = streamed & (~known | scrobble)
        share = np.where(completed, 1.0, np.where(unknown, UNKNOWN_SHARE, np.clip(part, 0, 1)))
        return cls(play, streamed, completed, events.ended | (events.ms > 0), share.astype(np.float32))


def _current(numbers: Ids, facts: Catalogue | None) -> I64:
    """(K,) the numbers that stand for these after merges; themselves where nothing is known."""
    if facts is None or not len(facts.items):
        return numbers.astype(np.int64)
    row = facts.rows(numbers)
    return np.where(row >= 0, facts.items[row], numbers).astype(np.int64)


def _attributed(shown: _Shown, events: _Answers, terms: Terms) -> tuple[I64, Bools]:
    """(E,) the card each event answers, -1 none; (E,) whether through its page."""
    found = np.full(len(events.item), -1, np.int64)
    if not len(shown.item) or not len(found):
        return found, np.zeros(len(found), np.bool_)
    names = (events.item, events.album, events.artist)
    of_page = np.lexsort((shown.position, shown.row, shown.item, shown.page))
    keys = (shown.page << 32 | shown.item)[of_page]
    for item in names:
        want = np.flatnonzero((found < 0) & (events.page >= 0) & (item > 0))
        card = _equal(keys, of_page, events.page[want] << 32 | item[want])
        late = events.at[want] - shown.at[card]
        ok = (card >= 0) & (shown.listener[card] == events.listener[want])
        ok &= (late >= -SKEW_MS) & (late < terms.window_ms)
        found[want[ok]] = card[ok]
    paged = found >= 0

    pairs, pair = np.unique(shown.listener << 32 | shown.item, return_inverse=True)
    start = int(shown.at.min())
    span = int(shown.at.max()) - start + 1
    by_time = np.lexsort((-shown.position, -shown.row, shown.page, shown.at, pair))  # of the same time the last page
    moments = (pair * span + shown.at - start)[by_time]
    for item in names:
        want = np.flatnonzero((found < 0) & (item > 0) & (events.at >= start))
        own = _equal(pairs, np.arange(len(pairs)), events.listener[want] << 32 | item[want])
        want, own = want[own >= 0], own[own >= 0]
        before = np.minimum(events.at[want] - start, span - 1)
        place = np.searchsorted(moments, own * span + before, side="right") - 1
        card = np.where(place >= 0, by_time[place], 0)
        ok = (place >= 0) & (pair[card] == own) & (events.at[want] - shown.at[card] < terms.window_ms)
        found[want[ok]] = card[ok]
    return found, paged


def _equal(keys: I64, of: NDArray[np.intp], wanted: I64) -> I64:
    """(W,) what the first of the sorted `keys` that equals each wanted one stands for; -1 where none does."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, of[place], -1)


def _seen(slates: Slates, shown: _Shown, answered: I64, terms: Terms) -> tuple[Bools, Bools]:
    """(C,) seen by the cascade, (C,) seen without its own answer; `answered`: cards with an answer from their page."""
    along = np.full(len(slates), -1, np.int64)  # of each row, how far it was surely looked at
    np.maximum.at(along, shown.slate[answered], shown.position[answered])
    down = np.full(len(shown.pages), -1, np.int64)
    np.maximum.at(down, shown.page[answered], shown.row[answered])
    reached = shown.row <= np.maximum(terms.rows - 1, down[shown.page])
    seen: Bools = reached & (shown.position <= np.maximum(terms.cards - 1, along[shown.slate]))
    own = np.zeros(len(shown.row), np.int64)
    own[answered] = 1
    others = np.bincount(shown.slate, own, len(slates)).astype(np.int64)[shown.slate] - own  # answered on its row
    row = (shown.row < terms.rows) | (down[shown.page] > shown.row) | (others > 0)
    fair: Bools = row & ((shown.position < terms.cards) | (along[shown.slate] > shown.position))
    return seen, fair


def _any(c: int, cards: I64) -> Bools:
    out = np.zeros(c, np.bool_)
    out[cards] = True
    return out


def _last(c: int, card: I64, at: I64, yes: Bools, no: Bools) -> Bools:
    """(C,) whether the last said of each card is yes; of the same time, yes is."""
    out = np.zeros(c, np.bool_)
    said = np.flatnonzero(yes | no)
    said = said[np.lexsort((yes[said], at[said]))]
    out[card[said]] = yes[said]  # in this order: the last stays
    return out
