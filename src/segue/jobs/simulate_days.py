"""The days of one closed loop: visits, pages by the real Home, reactions into the log, and what is counted of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np

from segue.core.events import AnyEvent, Play, Rating, Save
from segue.core.slates import Home
from segue.core.types import F64, I64, Bools, Context
from segue.evaluation.simulation import SUMS, Run
from segue.jobs.simulate_judging import judged
from segue.store.workspace import Workspace
from segue.world import World
from segue.world.audience import Audience
from segue.world.columns import about_plays
from segue.world.genres import BOOKS, GENRES, TOPICS
from segue.world.log import DEVICES
from segue.world.places import PLACES
from segue.world.reactions import (
    HIDDEN,
    PLAYED,
    SAVED,
    STREAM,
    Reactions,
    Shown,
    best_first,
    expected,
    inclined,
    react,
    settle,
)
from segue.world.settings import DAY
from segue.world.visits import Visits, visits_of

NEW_DAYS = 21  # for which a track or a book is new
SAMPLED = 12  # visits a day whose page is held against the best
CONTROL = "popularity"  # what the log calls pages of the control group


class Page(Protocol):
    """A page that a server made, in numbers."""

    @property
    def page(self) -> str: ...
    @property
    def home(self) -> Home: ...


class Server(Protocol):
    """What serves Home: `segue.app.Service` is one."""

    def page(self, listener: str, context: Context | None = None) -> Any: ...
    def log_pages(self, pages: Sequence[Any]) -> None: ...
    def append(self, events: Sequence[AnyEvent]) -> Any: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass
class Loop:
    """One world under one policy."""

    world: World
    audience: Audience
    places: I64  # by catalogue number: world number, -1 none
    first: int  # day of the world on which the loop begins
    days: int
    rows: int  # of the best page, and the cards of each
    cards: int
    figures: dict[str, F64]  # (L, D)
    genres: F64  # (L, G)
    control: Bools  # (L,)
    shown: set[int] = field(default_factory=set)
    streamed: set[int] = field(default_factory=set)
    everybody: bool = False  # is made a page by popularity: then there is no control group
    best: list[tuple[int, float, float]] = field(default_factory=list)
    predictions: list[dict[str, Any]] = field(default_factory=list)
    later: list[tuple[int, int, int, AnyEvent]] = field(default_factory=list)  # at, who, item (-1: not heard), event
    count: int = 0  # events so far
    judged: int = 0  # the log up to here

    @classmethod
    def of(
        cls, world: World, audience: Audience, folder: Path, first: int, days: int, policy: str, page: tuple[int, int]
    ) -> Self:
        """A loop over a workspace that nobody has open."""
        people = len(world.listeners)
        with Workspace.open(folder) as workspace:
            tenant = workspace.settings.tenant
            with workspace.database.write():
                known = workspace.catalogue.item_numbers(workspace.database.tenant(tenant), world.uris)
            last = workspace.log.last_seq
        places = np.full(max(known.values()) + 1, -1, np.int64)
        number = {uri: i for i, uri in enumerate(world.uris)}
        for uri, n in known.items():
            places[n] = number[uri]
        figures = {n: np.zeros((people, days)) for n in SUMS}
        genres = np.zeros((people, len(GENRES) + len(TOPICS) + len(BOOKS)))
        everybody = policy == CONTROL
        control = np.zeros(people, bool)
        return cls(
            world, audience, places, first, days, *page, figures, genres, control, everybody=everybody, judged=last
        )

    def day(self, day: int, server: Server) -> None:
        """All visits of one day of the world, and the night after it."""
        midnight = self.world.settings.start + (day + 1) * DAY
        for i, visits in enumerate(visits_of(day, self.audience).waves()):
            self._wave(day, i, visits, midnight, server)
        due = [x for x in self.later if x[0] < midnight]
        self.later = [x for x in self.later if x[0] >= midnight]
        if due:
            server.append([x[3] for x in due])
            heard = [(who, item) for _, who, item, _ in due if item >= 0]
            who, item = (np.array(c, np.int64) for c in zip(*heard)) if heard else (np.zeros(0, np.int64),) * 2
            self.audience.hear(who, item)
        self.audience.night()

    def night(self, day: int, folder: Path) -> None:
        """What the log of the day predicts; nobody has the workspace open."""
        if self.everybody:
            return  # its scores are those of popularity
        with Workspace.open(folder) as workspace:
            self.predictions += judged(workspace, day - self.first, self.judged, CONTROL)
            self.judged = workspace.log.last_seq

    def _wave(self, day: int, wave: int, visits: Visits, midnight: int, server: Server) -> None:
        people = self.world.truth.listeners
        pages = []
        for who, at in zip(visits.who.tolist(), visits.at.tolist()):
            place = PLACES[people.home[who]]
            context = Context(now=at, country=place.code, zone=place.zone, device=DEVICES[people.devices[who, 0]])
            pages.append(server.page(self.world.listeners[who], context))
        server.log_pages(pages)
        shown = self._columns(pages)
        promised = expected(self.audience, visits, shown)
        happened = react(self.audience, visits, shown)
        self._count(day, visits, pages, shown, happened, promised)
        if wave == 0:
            self._regret(day, visits, promised)
        settle(self.audience, visits, shown, happened)
        now: list[AnyEvent] = []
        for at, who, item, event in self._events(visits, pages, shown, happened):
            if at < midnight or item < -1:
                now.append(event)
            else:
                self.later.append((at, who, item, event))
        server.append(now)

    def _columns(self, pages: Sequence[Page]) -> Shown:
        columns = [
            (v, r, p, card.item)
            for v, page in enumerate(pages)
            for r, shelf in enumerate(page.home.shelves)
            for p, card in enumerate(shelf.cards)
        ]
        visit, row, position, item = (np.array(c, np.int64) for c in zip(*columns))
        known = np.where(item < len(self.places), self.places[np.minimum(item, len(self.places) - 1)], -1)
        return Shown(visit, row, position, np.maximum(known, 0))

    def _count(
        self, day: int, visits: Visits, pages: Sequence[Page], shown: Shown, happened: Reactions, promised: F64
    ) -> None:
        d, n, k, music = day - self.first, len(visits), self.world.truth.numbers, self.world.truth.music
        if not self.everybody:
            self.control[visits.who] = [p.home.decisions[0].shelf.policy == CONTROL for p in pages]
        streams = happened.streamed
        maker = self.audience.maker(shown.item)
        met = self.audience.met[visits.who[shown.visit], maker]
        at, released = visits.at[shown.visit], np.zeros(len(shown), np.int64)
        track, book = shown.item < k.artist, (shown.item >= k.book) & (shown.item < k.person)
        released[track] = music.released[shown.item[track]]
        released[book] = self.world.truth.spoken.book_released[shown.item[book] - k.book]
        counts = {
            "visits": np.ones(n), "streams": _by(shown.visit, streams, n),
            "started": _by(shown.visit, happened.started, n), "seen": _by(shown.visit, happened.seen, n),
            "found": _by(shown.visit, streams & ~met, n),
            "fresh": _by(shown.visit, streams & (released > at - NEW_DAYS * DAY), n), "expected": promised,
            "minutes": happened.minutes,
        }  # fmt: skip
        for name, values in counts.items():
            self.figures[name][visits.who, d] += values
        np.add.at(self.genres, (visits.who[shown.visit[streams]], self._genre(shown.item[streams])), 1)
        ours = ~self.control[visits.who[shown.visit]]
        self.shown.update(shown.item[ours].tolist())
        self.streamed.update(shown.item[ours & streams].tolist())

    def _genre(self, item: I64) -> I64:
        """(n,) genre of music, topic of a show or genre of a book, counted on."""
        k, music, spoken = self.world.truth.numbers, self.world.truth.music, self.world.truth.spoken
        out = np.zeros(len(item), np.int64)
        track, show = item < k.artist, (item >= k.show) & (item < k.episode)
        book = (item >= k.book) & (item < k.person)
        out[track] = music.genre[music.track_artist[item[track]]]
        out[show] = len(GENRES) + spoken.topic[item[show] - k.show]
        out[book] = len(GENRES) + len(TOPICS) + spoken.book_genre[item[book] - k.book]
        return out

    def _regret(self, day: int, visits: Visits, promised: F64) -> None:
        """Some visits of those who are no control: what the best page of everything would have promised."""
        some = np.flatnonzero(~self.control[visits.who])
        some = some[:: max(1, len(some) // SAMPLED)][:SAMPLED]
        if not len(some):
            return
        k, mine = self.world.truth.numbers, visits.take(some)
        pool = np.concatenate([np.arange(k.artist), np.arange(k.show, k.episode), np.arange(k.book, k.person)])
        visit, item = np.repeat(np.arange(len(some)), len(pool)), np.tile(pool, len(some))
        zero = np.zeros_like(item)
        like = inclined(self.audience, mine, Shown(visit, zero, zero, item))
        best = best_first(like, visit, item, self.rows, self.cards)
        values = expected(self.audience, mine, best)
        self.best += [(day - self.first, float(b), float(g)) for b, g in zip(values, promised[some])]

    def _events(
        self, visits: Visits, pages: Sequence[Page], shown: Shown, happened: Reactions
    ) -> list[tuple[int, int, int, AnyEvent]]:
        """(at, listener, item heard or -1, event); item -2: it happened on the page."""
        uris, names, people = self.world.uris, self.world.listeners, self.world.truth.listeners
        out: list[tuple[int, int, int, AnyEvent]] = []
        tiers = np.append(people.premium, False)
        attrs, about = about_plays(happened.who, people.devices[happened.who, 0], tiers)
        told = [json.loads(words) for words in attrs]
        rows = zip(
            *(getattr(happened, f).tolist() for f in ("kind", "who", "card", "item", "at", "ms", "done", "paged")),
            about.tolist(),
        )
        for kind, who, card, item, at, ms, done, paged, words in rows:
            self.count += 1
            id, v = f"sim:{self.count}", int(shown.visit[card])
            page = pages[v].page if paged else ""
            event: AnyEvent
            if kind == PLAYED:
                above = int(shown.item[card])
                event = Play(
                    id=id, listener=names[who], item=uris[item], at=at, ms_played=ms, page=page,
                    reason_start="clickrow",
                    reason_end="trackdone" if done else "fwdbtn", context=uris[above] if above != item else "",
                    device=DEVICES[people.devices[who, 0]], country=PLACES[people.home[who]].code,
                    attrs=told[words],
                )  # fmt: skip
            elif kind == SAVED:
                event = Save(id=id, listener=names[who], item=uris[item], at=at, page=page)
            else:
                assert kind == HIDDEN
                event = Rating(id=id, listener=names[who], item=uris[item], at=at, value=-1.0, attrs={"page": page})
            heard = item if kind == PLAYED and ms >= STREAM else -1
            out.append((at, who, -2 if paged else heard, event))
        return out

    def result(self, policy: str, params: dict[str, Any]) -> Run:
        member = self.world.truth.listeners.joined <= self.first
        k = self.world.truth.numbers
        reach = {
            "shown": len(self.shown), "streamed": len(self.streamed),
            "catalogue": k.artist + (k.episode - k.show) + (k.person - k.book),
        }  # fmt: skip
        return Run(
            policy, int(params["seed"]), params, self.control, member, self.figures, self.genres, reach,
            tuple(self.best), tuple(self.predictions),
        )  # fmt: skip


def _by(visit: I64, flags: Bools, n: int) -> F64:
    return np.bincount(visit[flags], minlength=n).astype(np.float64)
