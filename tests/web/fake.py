"""A small service in memory: enough catalogue to fill a page, and a Home that really changes with what is heard."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from segue.core.errors import InputError, NotReady, UnknownName
from segue.core.events import AnyEvent, Play, Rating, Remove, Save, Skip, Uri
from segue.core.types import Context, Kind
from segue.signals.rendering import encoded
from segue.store import receipts
from segue.store.delivery import Batch, Refused, Rules, Status, Taken
from segue.store.delivery.audit import Hour
from segue.store.delivery.dead_letters import DeadLetter
from segue.surfaces.clips import Clip
from segue.surfaces.home.told import PageMade
from segue.surfaces.map import MapHead, packed
from segue.surfaces.taste.views import TasteView
from segue.surfaces.views import (
    AboutView,
    ArmReport,
    CardView,
    DayReport,
    DecisionView,
    FoundView,
    HomeReport,
    HomeView,
    Judged,
    ListenerView,
    PathView,
    Person,
    PolicyReport,
    RadioView,
    Range,
    RankerReport,
    ReasonView,
    Recommendations,
    RowView,
    SearchView,
    ShelfCards,
    SpotView,
)

GENRES = ("dream pop", "jazz", "techno", "folk", "metal", "ambient", "hip hop", "classical", "soul", "indie rock")
FIRST = (
    "Velvet",
    "Paper",
    "Night",
    "Golden",
    "Silent",
    "Electric",
    "Wild",
    "Distant",
    "Hollow",
    "Slow",
    "Blue",
    "Amber",
)
SECOND = (
    "Harbour",
    "Lanterns",
    "Rivers",
    "Signals",
    "Orchard",
    "Machines",
    "Tides",
    "Echo",
    "Garden",
    "Ashes",
    "Comet",
)
HOSTILE = ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "javascript:alert(1) & <b>bold</b>")


SHOWN = 6
"""Cards of a shelf: each costs a browser 5 ms."""


@dataclass
class Receipt:
    accepted: int
    duplicates: int


@dataclass
class FakeIntake:
    """Where events go in, as far as reading them needs it."""

    tenant: str
    rules: Rules = field(default_factory=Rules)

    @property
    def dead(self) -> FakeIntake:
        return self

    @property
    def workspace(self) -> FakeIntake:
        return self

    @property
    def log(self) -> FakeIntake:
        return self

    def count(self, tenant: str, since: int | None = None) -> int:
        return 0

    @property
    def audit(self) -> FakeIntake:
        return self

    def counts(self) -> tuple[int, int]:
        return 0, 0

    def listed(self, limit: int, before: int) -> list[DeadLetter]:
        return []

    def get(self, id: int) -> DeadLetter:
        raise UnknownName("dead letter", str(id))

    def hours(self, client: str, since: int) -> list[Hour]:
        return []


def beside(name: str) -> Any:
    """A module of this folder: folders of tests are no packages."""
    known = f"segue_tests_{name}"
    if known not in sys.modules:
        spec = spec_from_file_location(known, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[known] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[known]


def _pick(words: Sequence[str], *parts: object) -> str:
    return words[int(hashlib.md5(repr(parts).encode()).hexdigest(), 16) % len(words)]


@cache
def _catalogue(n: int) -> dict[str, CardView]:
    cards: dict[str, CardView] = {}
    for i in range(n):
        genre = GENRES[i % len(GENRES)]
        person = Person(f"segue:artist:fake:a{i % 40}", f"{_pick(FIRST, i % 40)} {_pick(SECOND, i % 40, 1)}")
        title = f"{_pick(FIRST, i, 2)} {_pick(SECOND, i, 3)}"
        if i % 37 == 5:
            title = HOSTILE[(i // 37) % len(HOSTILE)]
        kind = {7: "album", 11: "show", 13: "audiobook", 17: "artist", 19: "playlist", 23: "episode"}.get(
            i % 24, "track"
        )
        name = person.name if kind == "artist" else title
        cards[f"segue:{kind}:fake:{i}"] = CardView(
            f"segue:{kind}:fake:{i}", str(i), kind, name, () if kind == "artist" else (person,), genres=(genre,),
            duration_ms=75_000 + i % 30 * 1000, explicit=i % 9 == 0, description="About " + name,
            clip=kind == "track" and i % 5 != 0,
        )  # fmt: skip
    return cards


def _around(mean: float, half: float) -> Range:
    return Range(mean, mean - half, mean + half)


def _wave(i: int, *parts: object) -> float:
    """-1 to 1, always the same."""
    return int(hashlib.md5(repr((i, parts)).encode()).hexdigest()[:6], 16) / 0x7FFFFF - 1


def _arm(key: str, title: str, i: int) -> ArmReport:
    seen, rate = 41_300 // (i + 1), 0.213 - 0.011 * i + 0.002 * _wave(i)
    half = 1.96 * (rate * (1 - rate) / seen) ** 0.5
    return ArmReport(key=key, title=title, shown=int(seen * 2.7), seen=seen, streams=int(seen * rate),
                     rate=_around(rate, half))  # fmt: skip


def _ranker(head: str, base: float, gain: float, error: float) -> RankerReport:
    rows = []
    for i in range(8):
        predicted, cards = base * (0.25 + 0.34 * i), 9_400 // (1 + (i - 2) ** 2)
        observed = min(0.98, predicted * (1 + error * (i - 3)))
        half = 1.96 * (observed * (1 - observed) / cards) ** 0.5
        rows.append((predicted, observed, max(0.0, observed - half), observed + half, cards))
    return RankerReport(head=head, recipe="boosted-trees", rows=sum(r[4] for r in rows), log_loss=0.4318 * (1 - gain),
                        base_log_loss=0.4318, calibration_error=abs(error) * base, reliability=tuple(rows))  # fmt: skip


def made_up_report(cards: Sequence[CardView], tenant: str = "default") -> HomeReport:
    """What a Home of three policies and a fortnight might have to say."""
    policies = (
        PolicyReport(policy="plackett-luce", pages=163_421, listeners=4_310, share=0.8, seen=2_614_736,
                     streams=_around(2.3127, 0.0412), discoveries=_around(0.6841, 0.0187), explored=0.0627,
                     cost=_around(0.0583, 0.0061)),
        PolicyReport(policy="greedy", pages=20_428, listeners=539, share=0.1, seen=326_848,
                     streams=_around(2.2406, 0.1178), discoveries=_around(0.5127, 0.0462), explored=0.0,
                     cost=Range(0.0, 0.0, 0.0)),
        PolicyReport(policy="popularity", pages=20_428, listeners=541, share=0.1, seen=326_848,
                     streams=_around(1.4083, 0.0894), discoveries=_around(0.2904, 0.0341), explored=0.0),
    )  # fmt: skip
    estimator = "dr; a row's streams do not depend on the rows above, but for what these have left"
    judged = (
        Judged(policy="plackett-luce", streams=_around(0.4127, 0.0164), effective=48_211.4, estimator=estimator),
        Judged(policy="epsilon-greedy", streams=_around(0.3951, 0.0112), effective=71_902.0, estimator=estimator),
        Judged(policy="lin-ucb", streams=_around(0.371, 0.048), effective=1_204.8, estimator=estimator),
        Judged(policy="boltzmann", streams=None, effective=38.2, estimator=estimator,
               refused="52,108 pages are worth 38 under the target; it takes 50: the log rarely did what it does"),
        Judged(policy="greedy", streams=None, estimator=estimator,
               refused="12.4% of what the target would do was never logged or not possible; at most 1% may be"),
    )  # fmt: skip
    days = []
    for d in range(7, 21):
        for p in policies:
            rise = 0.012 * (d - 14) if p.policy != "popularity" else 0.0
            streams = p.streams.mean * (1 + rise + 0.03 * _wave(d, p.policy))
            days.append(DayReport(day=f"2026-05-{d:02}", policy=p.policy, pages=p.pages // 14, streams=streams))
    shelves = (("jump-back-in", "Jump back in"), ("made-for-you", "Made for you"), ("playlists", "Your daily mixes"),
               ("artists", "Artists you might like"), ("genre:jazz", "New in jazz"))  # fmt: skip
    return HomeReport(
        tenant=tenant, release="r-1", policy="plackett-luce", exploring=True, control=0.1,
        since=1_778_112_000_000, until=1_779_321_599_000, pages=204_277, seen=3_268_432, waiting=1_408,
        policies=policies, judged=judged, days=tuple(days),
        shelves=tuple(_arm(key, title, i) for i, (key, title) in enumerate(shelves)),
        items=tuple(_arm(c.uri, c.title, i) for i, c in enumerate(list(cards)[:10])),
        rankers=(_ranker("stream", 0.19, 0.087, 0.02), _ranker("completion", 0.31, 0.041, -0.03)),
    )  # fmt: skip


@dataclass
class FakeService:
    """Home: what was heard, what is like it, and the rest, without what was skipped."""

    release: str | None = "r-1"
    simulated: bool = True
    tenant: str = "default"
    released: int = 1_790_000_000_000
    behind: int = 0
    on_page: Callable[[PageMade], None] | None = None
    size: int = 480
    mapped: bool = True
    unready: int = 0  # times that words are not to be placed yet
    seen: dict[str, AnyEvent] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    pages: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.cards = dict(_catalogue(self.size))
        self.names = [f"L{i:05d}" for i in range(60)] + ["<b>mallory</b>"]
        self.report: HomeReport | None = made_up_report(list(self.cards.values()), self.tenant)

    def _of(self, listener: str, kind: type[AnyEvent]) -> list[str]:
        return [e.item for e in self.seen.values() if e.listener == listener and isinstance(e, kind)]  # type: ignore[union-attr]  # Play, Skip, Save have items

    def _saved(self, listener: str) -> set[str]:
        """What was saved and not taken out again since."""
        kept: dict[str, bool] = {}
        for e in self.seen.values():
            if e.listener == listener and isinstance(e, Save | Remove):
                kept[e.item] = isinstance(e, Save)
        return {item for item, yes in kept.items() if yes}

    def _hidden(self, listener: str) -> set[str]:
        """What was last rated -1."""
        last = {e.item: e.value for e in self.seen.values() if e.listener == listener and isinstance(e, Rating)}
        return {item for item, value in last.items() if value <= -1}

    def _said(self, listener: str) -> dict[str, float]:
        with self.lock:
            said: dict[str, float] = beside("made_up_taste").said_in(list(self.seen.values()), listener)
        return said

    def taste(self, listener: str, context: Context | None = None) -> TasteView:
        """Of those with a name: some of everything was heard, most of it of two genres."""
        start = int(hashlib.md5(listener.encode()).hexdigest(), 16) % self.size
        cards = list(self.cards.values())[start:] + list(self.cards.values())[:start]
        heard = self.history(listener, 50)
        if listener in self.names:
            liked = {cards[0].genres, cards[3].genres}
            heard += [c for c in cards if c.genres in liked][:30] + cards[:14]
        head = self.tenant, listener, str(self.release)
        view: TasteView = beside("made_up_taste").made_up_taste(
            heard, self._said(listener), self._saved(listener), head
        )
        return view

    def _shown(self, card: CardView, key: str, text: str, because: tuple[Person, ...], saved: set[str]) -> CardView:
        reason = ReasonView(key, text, because)
        return CardView(
            card.uri, card.id, card.kind, card.title, card.artists, card.album, card.genres, card.description,
            card.duration_ms, card.explicit, reason, 1.0, key, card.uri in saved, card.clip,
        )  # fmt: skip

    def home(self, listener: str, context: Context | None = None, *, log_impressions: bool = False) -> HomeView:
        context = context or Context()
        with self.lock:
            heard, skipped = self._of(listener, Play), set(self._of(listener, Skip)) | self._hidden(listener)
            saved = self._saved(listener)
        start = int(hashlib.md5(listener.encode()).hexdigest(), 16) % self.size
        pool = [
            c for c in list(self.cards.values())[start:] + list(self.cards.values())[:start] if c.uri not in skipped
        ]
        pool = [c for c in pool if context.explicit or not c.explicit]
        pool = beside("made_up_taste").wanted(pool, self._said(listener))
        if context.familiarity > 0.7:
            pool.reverse()
        shelves, used = [], set[str]()

        def shelf(
            key: str, title: str, why: str, text: str, cards: list[CardView], because: tuple[Person, ...] = ()
        ) -> None:
            mine = [c for c in cards if c.uri not in used][:SHOWN]
            used.update(c.uri for c in mine)
            if mine:
                shelves.append(ShelfCards(key, title, tuple(self._shown(c, why, text, because, saved) for c in mine)))

        recent = [self.cards[u] for u in dict.fromkeys(reversed(heard)) if u in self.cards]
        shelf("jump-back-in", "Jump back in", "listened", "You listened to this", recent)
        for one in recent[:2]:
            like = [c for c in pool if c.genres == one.genres and c.kind in ("track", "album", "artist")]
            text = f"Because you listened to {one.title}"
            shelf(f"because:{one.id}", text, "similar_to", text, like, (Person(one.uri, one.title),))
        shelf(
            "made-for-you",
            "Made for you",
            "taste",
            "Close to what you play most",
            [c for c in pool if c.kind in ("track", "album")],
        )
        for kind, title in (("playlist", "Your daily mixes"), ("artist", "Artists you might like"),
                            ("show", "Shows you might like"), ("audiobook", "Audiobooks for you")):  # fmt: skip
            shelf(kind + "s", title, "popular", "Popular with listeners like you", [c for c in pool if c.kind == kind])
        for genre in GENRES[:2]:
            shelf(
                f"genre:{genre}",
                f"New in {genre}",
                "new_in_genre",
                f"New in {genre}",
                [c for c in pool if c.genres == (genre,)],
            )
        decision = DecisionView(
            "fake",
            str(self.release),
            0.0,
            tuple(
                RowView(tuple(t.key for t in shelves[i:]), 0, 1.0, len(s.cards), (1.0,) * len(s.cards))
                for i, s in enumerate(shelves)
            ),
        )
        known = bool(heard) or listener in self.names
        return HomeView(
            f"page-{next(self.pages)}",
            self.tenant,
            listener,
            str(self.release),
            tuple(shelves),
            decision,
            self.simulated,
            known,
        )

    def recommend(self, listener: str, kind: str | None = None, n: int = 10, seeds: Sequence[str] = (),
                  context: Context | None = None, words: str = "") -> Recommendations:  # fmt: skip
        for seed in seeds:
            self.card(seed)
        wanted = kind or "track"
        cards = [c for c in self.cards.values() if c.kind == wanted and words in c.title][:n]
        return Recommendations(self.tenant, listener, str(self.release), wanted, tuple(cards))

    def card(self, uri: str) -> CardView:
        Uri.parse(uri)
        if uri not in self.cards:
            raise UnknownName("item", uri)
        return self.cards[uri]

    def clip(self, uri: str) -> Clip:
        """A tone of four seconds."""
        card = self.card(uri)
        if not card.clip:
            raise UnknownName("sound of", uri)
        tone = 0.2 * np.sin(2 * np.pi * (200 + int(card.id)) * np.arange(4 * 22_050) / 22_050)
        return Clip(f"tone-{card.id}", lambda: encoded(tone.astype(np.float32)))

    def similar(self, uri_or_text: str, kind: str | None = None, n: int = 10) -> list[CardView]:
        one = self.card(uri_or_text)
        return [c for c in self.cards.values() if c.genres == one.genres and c != one and kind in (None, c.kind)][:n]

    def path(self, start: str, end: str, n: int = 10, kind: str | None = None) -> PathView:
        first, last = self.card(start), self.card(end)
        between = [c for c in self.cards.values() if c.kind == (kind or "track") and c not in (first, last)][: n - 2]
        return PathView(self.tenant, str(self.release), (first, *between, last), (0.8,) * (len(between) + 1))

    def radio(self, seeds: Sequence[str] = (), words: str = "", listener: str = "", kind: str | None = None,
              n: int = 25, page: int = 0, shuffle: int = 0, context: Context | None = None) -> RadioView:  # fmt: skip
        genres = {g for s in seeds for g in (self.card(s).genres if s.startswith("segue:") else (s,))} | {words}
        near = [c for c in self.cards.values() if genres & set(c.genres) and c.kind == (kind or "track")]
        cards = tuple(near[(page * n + i) % len(near)] for i in range(n)) if near else ()
        return RadioView(self.tenant, listener, str(self.release), kind or "track", page, shuffle, cards)

    def space_map(self) -> bytes:
        if not self.mapped:
            raise NotReady("this release has no taste space: run `segue train` where something was listened to")
        cards = list(self.cards.values())
        turn = np.array([GENRES.index(c.genres[0]) for c in cards]) * (2 * np.pi / len(GENRES))
        middle = np.stack([np.cos(turn), np.sin(turn)], axis=1) * 22_000
        around = np.random.default_rng(0).standard_normal((len(cards), 2)) * 4_500
        self.places = np.clip(32_768 + middle + around, 0, 65_535).astype(np.uint16)
        columns: dict[str, NDArray[Any]] = {
            "x": self.places[:, 0], "y": self.places[:, 1],
            "kind": np.array([Kind.parse(c.kind) for c in cards], np.uint8),
            "genre": np.array([GENRES.index(c.genres[0]) for c in cards], np.uint8),
            "size": (np.arange(len(cards)) * 255 // len(cards)).astype(np.uint8),
        }  # fmt: skip
        head = MapHead(
            release=str(self.release), points=len(cards), of=len(cards), kinds=tuple(k.label for k in Kind),
            genres=GENRES, kept=0.913, columns=tuple((name, c.dtype.name) for name, c in columns.items()),
        )  # fmt: skip
        return packed(head, columns)

    def space_items(self, at: Sequence[int] = (), uris: Sequence[str] = ()) -> list[SpotView]:
        cards = list(self.cards.values())
        return [SpotView(a, cards[a]) for a in (*at, *(cards.index(self.card(u)) for u in uris))]

    def space_near(self, at: int, n: int = 12) -> list[SpotView]:
        cards = list(self.cards.values())
        like = [i for i, c in enumerate(cards) if c.genres == cards[at].genres and i != at]
        return [SpotView(i, cards[i], 0.9) for i in like[:n]]

    def append(self, events: Sequence[AnyEvent]) -> Receipt:
        with self.lock:
            before = len(self.seen)
            for e in events:
                if isinstance(e, Play) and Uri.parse(e.item).kind is Kind.GENRE:
                    raise InputError("a genre cannot be played")
                self.seen.setdefault(e.id, e)
            fresh = len(self.seen) - before
        return Receipt(fresh, len(events) - fresh)

    @property
    def intake(self) -> FakeIntake:
        return FakeIntake(self.tenant)

    def take(self, batches: Sequence[Batch]) -> list[Taken]:
        out = []
        for batch in batches:
            statuses: list[Status] = ["refused"] * batch.rows
            refused = list(batch.refused)
            for place, event in zip(batch.places, batch.events):
                try:
                    statuses[place] = "accepted" if self.append([event]).accepted else "duplicate"
                except InputError as e:
                    refused.append(Refused(place, str(e), "item", b"{}"))
            out.append(Taken(statuses, tuple(sorted(refused, key=lambda r: r.index))))
        return out

    def listeners(self, prefix: str = "", limit: int = 50) -> list[ListenerView]:
        return [ListenerView(n, 100 - i, "SE") for i, n in enumerate(self.names) if n.startswith(prefix)][:limit]

    def erase(self, listener: str, keys: int = 0) -> receipts.Receipt:
        with self.lock:
            gone = [id for id, e in self.seen.items() if e.listener == listener]
            for id in gone:
                del self.seen[id]
        return receipts.Receipt("r1", self.released, self.tenant, "salt", "ab" * 32, (), (), ())

    def history(self, listener: str, n: int) -> list[CardView]:
        return [self.cards[u] for u in reversed(self._of(listener, Play)) if u in self.cards][:n]

    def search_titles(self, words: str, kind: str | None, n: int) -> list[CardView]:
        return [c for c in self.cards.values() if words.lower() in c.title.lower() and kind in (None, c.kind)][:n]

    def search_page(self, words: str, kind: str | None, n: int, listener: str = "") -> SearchView:
        found = self.search_titles(words, None, self.size)
        genre = [c for c in self.cards.values() if c.genres == (words.lower(),)]
        kinds = tuple(
            FoundView(k, len(of), tuple(of[: n if kind in (None, k) else 0]))
            for k in dict.fromkeys(c.kind for c in found)
            if (of := [c for c in found if c.kind == k])
        )
        by = "title" if words else "popular"
        return SearchView(words, by, kinds, genre=FoundView("track", len(genre), tuple(genre[:n])) if genre else None,
                          genres=() if words else GENRES)  # fmt: skip

    def words_ready(self) -> bool:
        self.unready -= 1
        return self.unready < 0

    def search_near(self, words: str, kind: str | None, n: int, listener: str = "") -> SearchView:
        """What has two words or more says something."""
        near = tuple(self.cards.values())[:4] if " " in words else ()
        return SearchView(words, "near", (FoundView("track", len(near), near),) if near else ())

    def about(self, uri: str, listener: str = "") -> AboutView:
        one, saved = self.card(uri), self._saved(listener)
        mine = {one.uri} if one.kind == "artist" else {a.uri for a in one.artists}
        cards = [msgspec.structs.replace(c, saved=c.uri in saved) for c in self.cards.values()]
        by = [c for c in cards if mine & {a.uri for a in c.artists} and c.uri != uri]
        parts = cards[:14] if one.kind in ("album", "playlist", "show") else []
        shelves = [ShelfCards("parts", "14 tracks", tuple(c for c in parts if c.kind == "track")),
                   ShelfCards("tracks", "Most heard", tuple(c for c in by if c.kind == "track")),
                   ShelfCards("albums", "Albums", tuple(c for c in by if c.kind == "album")),
                   ShelfCards("like", f"More like {one.title}", tuple(self.similar(uri, None, 24)))]  # fmt: skip
        return AboutView(
            msgspec.structs.replace(one, saved=uri in saved), released=1_600_000_000_000, language="en", listeners=41,
            part_of=Person("segue:album:fake:7", "An album") if one.kind == "track" else None,
            shelves=tuple(s for s in shelves if s.cards),
        )  # fmt: skip

    def home_report(self) -> HomeReport:
        if self.report is None:
            raise NotReady("no pages have been learned from yet: run `segue learn`")
        return self.report

    def reload(self) -> bool:
        return False

    def warm(self) -> None:
        pass
