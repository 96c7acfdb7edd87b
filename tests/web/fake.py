"""A small service in memory: enough catalogue to fill a page, and a Home that really changes with what is heard."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from tests.web.fake_intake import FakeIntake
from tests.web.made_up_cards import GENRES, catalogue
from tests.web.made_up_home import made_up_home
from tests.web.made_up_report import made_up_report
from tests.web.made_up_taste import made_up_taste, said_in, wanted

from segue.core.errors import InputError, NotReady, UnknownName
from segue.core.events import AnyEvent, Play, Rating, Remove, Save, Skip, Uri
from segue.core.types import Context, Kind
from segue.signals.rendering import encoded
from segue.store import receipts
from segue.store.delivery import Batch, Refused, Status, Taken
from segue.surfaces.clips import Clip
from segue.surfaces.home.told import PageMade
from segue.surfaces.map import MapHead, packed
from segue.surfaces.taste.views import TasteView
from segue.surfaces.views import (
    AboutView,
    CardView,
    FoundView,
    HomeReport,
    HomeView,
    ListenerView,
    PathView,
    Person,
    RadioView,
    Recommendations,
    SearchView,
    ShelfCards,
    SpotView,
)


@dataclass
class Receipt:
    accepted: int
    duplicates: int


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
        self.cards = dict(catalogue(self.size))
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
            return said_in(list(self.seen.values()), listener)

    def _turned(self, listener: str) -> list[CardView]:
        """All cards, from where this listener begins."""
        cards, start = list(self.cards.values()), int(hashlib.md5(listener.encode()).hexdigest(), 16) % self.size
        return cards[start:] + cards[:start]

    def taste(self, listener: str, context: Context | None = None) -> TasteView:
        """Of those with a name: some of everything was heard, most of it of two genres."""
        cards = self._turned(listener)
        heard = self.history(listener, 50)
        if listener in self.names:
            liked = {cards[0].genres, cards[3].genres}
            heard += [c for c in cards if c.genres in liked][:30] + cards[:14]
        head = self.tenant, listener, str(self.release)
        return made_up_taste(heard, self._said(listener), self._saved(listener), head)

    def home(self, listener: str, context: Context | None = None, *, log_impressions: bool = False) -> HomeView:
        context = context or Context()
        with self.lock:
            heard, skipped = self._of(listener, Play), set(self._of(listener, Skip)) | self._hidden(listener)
            saved = self._saved(listener)
        pool = [c for c in self._turned(listener) if c.uri not in skipped]
        pool = [c for c in pool if context.explicit or not c.explicit]
        pool = wanted(pool, self._said(listener))
        if context.familiarity > 0.7:
            pool.reverse()
        recent = [self.cards[u] for u in dict.fromkeys(reversed(heard)) if u in self.cards]
        shelves, decision = made_up_home(recent, pool, saved, str(self.release))
        return HomeView(
            f"page-{next(self.pages)}", self.tenant, listener, str(self.release), shelves, decision, self.simulated,
            known=bool(heard) or listener in self.names,
        )  # fmt: skip

    def home_to_send(self, *asked: Any, **options: Any) -> HomeView:
        return self.home(*asked, **options)

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
