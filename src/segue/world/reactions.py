"""What listeners do with a page: look at it from the top, start some of what they see, hear it out or leave it.

A cascade (Craswell et al. 2008) over rows and cards: the first rows and the first cards of a row are always seen,
further ones with the chance of having gone on; a visit ends when enough was started.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from segue.core.types import F32, I64, Bools
from segue.world.audience import LEAST_PATIENCE, PATIENCE_SPAN, Audience
from segue.world.choice import BOOK, SHOW, appeal, finish
from segue.world.draws import F64, Index
from segue.world.keyed import poisson, uniform
from segue.world.manners import MOST_STREAMS, Manners
from segue.world.visits import Visits

ROW, CARD, START, DONE, SHORT, PART, LATER, WHEN, SAVE, HIDE, FILL, PAUSE = range(20, 32)  # purposes of keyed chance
PLAYED, SAVED, HIDDEN = range(3)
STREAM = 30_000  # ms
SOON, SOON_MS, FIRST_MS = 0.72, 13_000.0, 1_200.0  # of what is not heard out: share left at once, after about how long
LEAST, MOST = 0.1, 0.85  # of its length, heard of the rest
BOOK_MS, SPOKEN_MS = 35 * 60_000, 30 * 60_000  # a sitting with a book; what counts of an episode at most
NO_ROWS = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Shown:
    """C cards of pages, sorted by (visit, row, position)."""

    visit: Index  # (C,) row of the Visits
    row: Index  # (C,) of the shelf on the page
    position: Index  # (C,) on the shelf
    item: Index  # (C,) world number

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True)
class Inclined:
    """What would become of each of C cards if it were seen."""

    start: F64  # (C,) chance of starting it
    stream: F64  # (C,) chance that what is started is heard for 30 s
    finish: F64  # (C,) chance that it is heard to the end
    plays: Index  # (C,) world number of what would be played: the newest episode of a show
    length: I64  # (C,) ms
    appeal: F32  # (C,)


@dataclass(frozen=True, slots=True)
class Reactions:
    """What happened: E events by time, and what the log cannot know, card by card."""

    kind: Index  # (E,) PLAYED, SAVED or HIDDEN
    who: Index  # (E,)
    card: Index  # (E,) row in the Shown
    item: Index  # (E,) world number: of a show that was played, the episode
    at: I64  # (E,) UTC ms; of a play, when it ended
    ms: I64  # (E,) heard
    done: Bools  # (E,) heard to the end
    paged: Bools  # (E,) from the page; else later, elsewhere
    seen: Bools  # (C,)
    started: Bools  # (C,)
    streamed: Bools  # (C,)
    minutes: F64  # (V,) heard from the page
    found: Index  # (V,) makers that were new and heard to the end

    def events(self, rows: Index | Bools) -> Reactions:
        """Only some of the events."""
        cut = {f.name: getattr(self, f.name) for f in fields(self)}
        names = ("kind", "who", "card", "item", "at", "ms", "done", "paged")
        return Reactions(**{n: v[rows] if n in names else v for n, v in cut.items()})


def inclined(audience: Audience, visits: Visits, shown: Shown) -> Inclined:
    """By today's taste, the hour, what is known and what is worn out; nothing for what cannot be heard there."""
    m, truth = audience.manners, audience.truth
    who, at, hour = visits.who[shown.visit], visits.at[shown.visit], visits.hour[shown.visit]
    vector, domain, quality = truth.vectors(shown.item)
    liking = appeal(
        truth.listeners.tastes, who, vector, domain, quality, audience.progress(at), hour, visits.weekend[shown.visit]
    )
    times, heat = audience.times[who, shown.item], audience.heat[who, shown.item]
    logit = m.start + m.eager * liking + m.known * np.log1p(times) - m.worn * np.maximum(heat - 1, 0)
    logit = logit + m.spoken * _readiness(audience, who, domain, hour)
    plays, length = _playable(audience, shown.item, at)
    there = (plays >= 0) & truth.available(who, np.maximum(plays, 0), at)
    start = np.where(there, 1 / (1 + np.exp(-logit.astype(np.float64))), 0.0)
    ends = finish(liking, times.astype(np.float64), heat.astype(np.float64))
    some = SOON * np.exp(-(STREAM - FIRST_MS) / SOON_MS)
    some = some + (1 - SOON) * np.clip((MOST - STREAM / np.maximum(length, 1)) / (MOST - LEAST), 0, 1)
    return Inclined(start, ends + (1 - ends) * some, ends, plays, length, liking)


def react(audience: Audience, visits: Visits, shown: Shown) -> Reactions:
    """What becomes of pages; changes nothing: see `settle`. The same page meets the same luck whatever else is asked.

    A listener may be among the visits once: their second visit of a day depends on the first.
    """
    like, seed = inclined(audience, visits, shown), audience.seed
    key = (visits.who[shown.visit], visits.day[shown.visit], visits.nth[shown.visit])
    seen = _looked_at(audience, visits, shown)
    wants = uniform(seed, START, *key, shown.item) < like.start
    limit = 1 + poisson(
        audience.appetite[visits.who], uniform(seed, FILL, visits.who, visits.day, visits.nth), MOST_STREAMS - 1
    )
    before = _count_before(seen & wants, shown.visit)
    seen &= before < limit[shown.visit]
    started = seen & wants
    late = seen & ~wants & (uniform(seed, LATER, *key, shown.item) < audience.manners.later * like.start)

    rows = np.flatnonzero(started | late)
    keys = tuple(k[rows] for k in key)
    item, length = like.plays[rows], like.length[rows]
    done = uniform(seed, DONE, *keys, shown.item[rows]) < like.finish[rows]
    ms = _heard(seed, length, done, keys, shown.item[rows])
    now = started[rows]
    gap = 8_000 + (20_000 * uniform(seed, PAUSE, *keys, shown.item[rows])).astype(np.int64)
    end = visits.at[shown.visit[rows]] + _running(np.where(now, ms + gap, 0), shown.visit[rows])
    hours = 0.3 - 7.0 * np.log1p(-uniform(seed, WHEN, *keys, shown.item[rows]))
    at = np.where(now, end, visits.at[shown.visit[rows]] + (np.minimum(hours, 40.0) * 3_600_000).astype(np.int64) + ms)

    streamed = np.zeros(len(shown), bool)
    streamed[rows] = now & (ms >= STREAM)
    chance = 1 / (1 + np.exp(-like.appeal[rows].astype(np.float64)))
    saves = done & (
        uniform(seed, SAVE, *keys, shown.item[rows]) < audience.truth.listeners.saves[keys[0]] * 2 * chance**2
    )
    dislike = 1 / (1 + np.exp(2.0 + like.appeal.astype(np.float64)))
    hides = np.flatnonzero(seen & ~started & ~late & (uniform(seed, HIDE, *key, shown.item) < 0.004 * dislike))
    kept = rows[saves]

    parts = [
        (PLAYED, rows, item, at, ms, done, now),
        (SAVED, kept, shown.item[kept], at[saves] + 150, *_none(kept), now[saves]),
        (
            HIDDEN,
            hides,
            shown.item[hides],
            visits.at[shown.visit[hides]] + 5_000,
            *_none(hides),
            np.ones(len(hides), bool),
        ),
    ]
    card = np.concatenate([p[1] for p in parts])
    when = np.concatenate([p[3] for p in parts])
    order = np.argsort(when, kind="stable")
    minutes, found = _worth(audience, visits, shown, rows[now], ms[now], done[now])
    return Reactions(
        np.concatenate([np.full(len(p[1]), p[0]) for p in parts])[order], visits.who[shown.visit[card]][order],
        card[order], np.concatenate([p[2] for p in parts])[order], when[order],
        np.concatenate([p[4] for p in parts])[order], np.concatenate([p[5] for p in parts])[order],
        np.concatenate([p[6] for p in parts])[order], seen, started, streamed, minutes, found,
    )  # fmt: skip


def settle(audience: Audience, visits: Visits, shown: Shown, happened: Reactions) -> None:
    """What pages leave behind in their listeners; what is played later counts when `later` says so."""
    started = np.bincount(shown.visit[happened.started], minlength=len(visits))
    streamed = np.bincount(shown.visit[happened.streamed], minlength=len(visits))
    audience.judge(visits.who, happened.minutes, happened.found, started, started - streamed)
    heard = (happened.kind == PLAYED) & happened.paged & (happened.ms >= STREAM)
    audience.hear(happened.who[heard], happened.item[heard])


def expected(audience: Audience, visits: Visits, shown: Shown) -> F64:
    """(V,) streams that each page leads to on average: what `react` comes to over all luck, exactly."""
    return expected_by_card(audience, visits, shown, inclined(audience, visits, shown))[1]


def expected_by_card(audience: Audience, visits: Visits, shown: Shown, like: Inclined) -> tuple[F64, F64]:
    """(C,) how likely each card is seen, and (V,) the streams expected of each page.

    Follows the number of cards started so far through the page, row by row.
    """
    v, m = len(visits), audience.manners
    rows, cards = int(shown.row.max(initial=-1)) + 1, int(shown.position.max(initial=-1)) + 1
    start, stream = np.zeros((v, rows, cards)), np.zeros((v, rows, cards))
    there = np.zeros((v, rows, cards), bool)
    place = (shown.visit, shown.row, shown.position)
    start[place], stream[place], there[place] = like.start, like.stream, True
    seen = np.zeros((v, rows, cards))
    going = _going(audience.appetite[visits.who])
    count = np.zeros((v, MOST_STREAMS + 1))  # of starts so far, while the visit goes on
    count[:, 0] = 1.0
    value = np.zeros(v)
    for r in range(rows):
        if r >= m.first:
            count *= audience.patience[visits.who][:, None]
        here, gone = count, np.zeros_like(count)
        for c in range(cards):
            if c >= m.always:
                gone, here = gone + (1 - m.onward) * here, m.onward * here
            seen[:, r, c] = here.sum(1) * there[:, r, c]
            starts = here * start[:, r, c][:, None]
            value += starts.sum(1) * stream[:, r, c]
            here = here - starts
            here[:, 1:] += (starts * going)[:, :-1]
        count = here + gone
    return seen[place], value


def best_first(like: Inclined, visit: Index, item: Index, rows: int, cards: int) -> Shown:
    """For each visit the page of its items most likely streamed, in the order in which cards are seen for sure.

    `like` is of the candidates `visit` (n,), `item` (n,). Not proved to be the best page, but close: nothing that is
    surely seen stands behind something worse.
    """
    order, m = np.lexsort((-like.start * like.stream, visit)), Manners()
    visit, item = visit[order], item[order]
    nth = np.arange(len(visit)) - np.searchsorted(visit, visit)
    keep = nth < rows * cards
    visit, item, nth = visit[keep], item[keep], nth[keep]
    grid = sorted(((r, c) for r in range(rows) for c in range(cards)), key=lambda p: (_effort(p[0], p[1], m), p))
    row, position = (np.array([p[i] for p in grid]) for i in (0, 1))
    out = np.lexsort((position[nth], row[nth], visit))
    return Shown(visit[out], row[nth][out], position[nth][out], item[out])


def _effort(row: int, card: int, m: Manners) -> float:
    """How unlikely a place is to be seen, as minus a logarithm, for listeners of the usual patience."""
    rows, cards = max(row - m.first + 1, 0), max(card - m.always + 1, 0)
    return -rows * math.log(LEAST_PATIENCE + PATIENCE_SPAN / 2) - cards * math.log(m.onward)


def _looked_at(audience: Audience, visits: Visits, shown: Shown) -> Bools:
    """(C,) cards that would be seen if the visit never ended for having had enough."""
    m, seed = audience.manners, audience.seed
    who, day, nth = visits.who[shown.visit], visits.day[shown.visit], visits.nth[shown.visit]
    on = (shown.position < m.always) | (
        uniform(seed, CARD, who, day, nth, shown.row * 1_000 + shown.position) < m.onward
    )
    rows = int(shown.row.max(initial=-1)) + 1
    further = np.ones((len(visits), max(rows, 1)), bool)
    for r in range(m.first, rows):
        luck = uniform(seed, ROW, visits.who, visits.day, visits.nth, np.full(len(visits), r))
        further[:, r] = further[:, r - 1] & (luck < audience.patience[visits.who])
    group = shown.visit * max(rows, 1) + shown.row
    out: Bools = further[shown.visit, shown.row] & (_count_before(~on, group) == 0) & on
    return out


def _count_before(flags: Bools, group: Index) -> Index:
    """(n,) flags set before each place in its group; groups lie in one piece each."""
    running = np.concatenate([[0], np.cumsum(flags)])
    first = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(group) else NO_ROWS
    start = np.repeat(running[first], np.diff(np.concatenate([first, [len(group)]])))
    out: Index = running[:-1] - start
    return out


def _running(values: I64, group: Index) -> I64:
    """(n,) sum of the values up to each place in its group."""
    total = np.concatenate([[0], np.cumsum(values)])
    first = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(group) else NO_ROWS
    out: I64 = total[1:] - np.repeat(total[first], np.diff(np.concatenate([first, [len(group)]])))
    return out


def _going(appetite: F64) -> F64:
    """(V, MOST_STREAMS + 1) chance that a visit goes on after one card more was started than so far."""
    v, n = len(appetite), MOST_STREAMS + 1
    below = np.zeros((v, n + 1))  # chance that the Poisson part is less than k
    term = np.exp(-appetite)
    for k in range(1, n):
        below[:, k] = below[:, k - 1] + term
        term = term * appetite / k
    more = 1 - below  # that it is k or more: that a visit goes on after k starts
    more[:, n - 1 :] = 0.0  # as `poisson` is cut
    return np.divide(more[:, 1:], more[:, :-1], out=np.zeros((v, n)), where=more[:, :-1] > 0)


def _playable(audience: Audience, items: Index, at: I64) -> tuple[Index, I64]:
    """(n,) what is played where an item is started, -1 nothing, and how long it is, ms."""
    m, s, k = audience.truth.music, audience.truth.spoken, audience.truth.numbers
    plays, length = np.full(len(items), -1), np.full(len(items), 1, np.int64)
    track, show = items < k.artist, (items >= k.show) & (items < k.episode)
    book, episode = (items >= k.book) & (items < k.person), (items >= k.episode) & (items < k.book)
    plays[track], length[track] = items[track], m.duration[items[track]]
    wide = np.int64(1) << 42  # more than any time in ms
    newest = (
        np.searchsorted(s.episode_show * wide + s.episode_released, (items[show] - k.show) * wide + at[show], "right")
        - 1
    )
    out = newest >= s.show_ptr[items[show] - k.show]
    plays[show] = np.where(out, k.episode + newest, -1)
    length[show] = np.minimum(s.episode_duration[np.maximum(newest, 0)], SPOKEN_MS)
    plays[episode], length[episode] = (
        items[episode],
        np.minimum(s.episode_duration[items[episode] - k.episode], SPOKEN_MS),
    )
    plays[book], length[book] = items[book], np.minimum(s.book_duration[items[book] - k.book], BOOK_MS)
    return plays, length


def _heard(seed: int, length: I64, done: Bools, keys: tuple[Index, ...], item: Index) -> I64:
    """(n,) ms: all of it, or most often just the first seconds."""
    u, v = uniform(seed, SHORT, *keys, item), uniform(seed, PART, *keys, item)
    soon = FIRST_MS - SOON_MS * np.log1p(-v)
    part = np.where(u < SOON, np.minimum(soon, 0.9 * length), (LEAST + (MOST - LEAST) * v) * length)
    return np.where(done, length, part).astype(np.int64)


def _worth(audience: Audience, visits: Visits, shown: Shown, rows: Index, ms: I64, done: Bools) -> tuple[F64, Index]:
    """(V,) minutes heard of started cards `rows`, and makers that were not known and are heard to the end."""
    visit = shown.visit[rows]
    minutes = np.bincount(visit, ms / 60_000, minlength=len(visits)).astype(np.float64)
    maker = audience.maker(shown.item[rows])
    fresh = done & ~audience.met[visits.who[visit], maker]
    pairs = np.unique(visit[fresh] * np.int64(audience.truth.numbers.end) + maker[fresh])
    return minutes, np.bincount(pairs // audience.truth.numbers.end, minlength=len(visits))


def _readiness(audience: Audience, who: Index, domain: Index, hour: Index) -> F64:
    """(n,) at most 0, the logarithm of how rare shows or books are in one's own sessions at that hour; 0 for music."""
    people = audience.truth.listeners
    talk = people.talk[who] * np.where((hour >= 6) & (hour < 10), 1.6, 0.9)  # as in `sessions_of`
    reads = people.reads[who] * np.where((hour >= 20) | (hour < 2), 1.8, 0.8)
    share = np.where(domain == SHOW, talk, np.where(domain == BOOK, reads, 1.0))
    out: F64 = np.minimum(np.log((share + 0.03) / 0.4), 0.0)
    return out


def _none(rows: Index) -> tuple[I64, Bools]:
    return np.zeros(len(rows), np.int64), np.zeros(len(rows), bool)
