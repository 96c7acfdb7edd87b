"""Lists, cards and places on the map: what is asked one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import msgspec
import numpy as np

from segue.app.live import Live, kind_of, now_ms
from segue.core.errors import InputError, NotReady, UnknownName, UsageError
from segue.core.slates import Reason
from segue.core.types import Candidates, Context, Kind
from segue.surfaces.about import About
from segue.surfaces.browse import Browse
from segue.surfaces.clips import Clip, Clips, simulated
from segue.surfaces.home.crossed import hardly_tried, why_crossed
from segue.surfaces.home.kitchen import NOT_CAPPED, leaving_out
from segue.surfaces.library import Library
from segue.surfaces.path import sonic_path
from segue.surfaces.radio import radio
from segue.surfaces.search import Search
from segue.surfaces.serving import Serving
from segue.surfaces.taste.views import TasteView
from segue.surfaces.taste.whole import taste_of
from segue.surfaces.views import (
    AboutView,
    CardView,
    ListenerView,
    PathView,
    RadioView,
    Recommendations,
    SearchView,
    ShelfCards,
    SpotView,
)

SAVED = 200  # of what was saved, that is listed


class Answers(Live):
    """What may be asked beside Home."""

    @cached_property
    def _clips(self) -> Clips:
        return Clips(self.workspace.path / "clips")

    def recommend(
        self,
        listener: str,
        kind: Kind | str | None = None,
        n: int = 10,
        seeds: Sequence[str] = (),
        context: Context | None = None,
        words: str = "",
    ) -> Recommendations:
        """The n best that the listener never took, in the model's order; like the seeds where there are some.

        With words, what lies nearest to them, and to the seeds, in the taste space; else for the activity of the
        context, or for the time of day where it pretends one. NotReady where the release has no space, or no moods.
        Of a kind they hardly tried, what people of their taste in another kind take, where the release knows that.
        """
        timed = context is not None and context.clock >= 0
        serving, number, context = self._begin(listener, replace(context or Context(), words=words))
        numbers = tuple(self._number(serving, seed, listener) for seed in seeds)
        kitchen = serving.kitchen(number, replace(context, seeds=numbers), None if kind is None else [kind_of(kind)])
        query = kitchen.query
        drop = leaving_out(np.concatenate([query.history, np.array(numbers, np.int32)]))
        source, reason = self._way(serving, context, numbers, timed)
        best = Candidates.none()
        if source == "model" and hardly_tried(kitchen, query):
            best = kitchen.serve("across-kinds", query, n, without=NOT_CAPPED, drop=drop)
        if len(best):
            source = "across-kinds"
        else:
            best = kitchen.serve(source, query, n, without=NOT_CAPPED, drop=drop)
        if words and not len(best):
            _readable(serving)
        if not len(best) and source in ("model", "for-now"):
            source, reason = "popular", Reason("popular")
            best = kitchen.serve(source, query, n, without=NOT_CAPPED, drop=drop)
        if source == "across-kinds":
            reasons = [fit[0] for fit in why_crossed(kitchen, query, best)]
        else:
            reasons = [reason] * len(best) if reason else kitchen.why(query, best.items)
        saved = serving.listening.saved(number)
        cards = tuple(
            serving.cards.card(item, why, score, source, item in saved)
            for item, why, score in zip(best.items.tolist(), reasons, best.scores.tolist())
        )
        return Recommendations(self.tenant, listener, serving.release.id, query.kind.label, cards)

    def _way(
        self, serving: Serving, context: Context, seeds: tuple[int, ...], timed: bool
    ) -> tuple[str, Reason | None]:
        """The source of a plain list, and the reason that all of it shares."""
        if context.words:
            return "near-seeds", Reason("near_words", words=(context.words,))
        if seeds:
            return "similar-to-seed", Reason("like", seeds)
        if context.activity:
            if serving.stock.moods is None:
                raise NotReady("this release knows no moods: run `segue train`")
            return "by-mood", Reason("fits_activity", words=(context.activity,))
        return ("for-now" if timed else "model"), None

    def similar(self, uri_or_text: str, kind: Kind | str | None = None, n: int = 10) -> list[CardView]:
        """Items like one, named by its uri, the id of a source, or its title."""
        serving = self._fresh()
        return list(self._like(serving, self._number(serving, uri_or_text), kind_of(kind) if kind else None, n))

    def _like(self, serving: Serving, number: int, kind: Kind | None, n: int, who: int = 0) -> Iterator[CardView]:
        """Of the item's own kind where none is named; less what a listener wants none of."""
        wanted = kind or Kind(int(serving.stock.facts.kind[serving.snapshot.catalogue.row(number)]))
        kitchen = serving.kitchen(0, Context(now=now_ms(), seeds=(number,)), [wanted])
        query = replace(kitchen.board.query(wanted), tuned=serving.listening.tuned(who))
        best = kitchen.serve("similar-to-seed", query, n, without=NOT_CAPPED)
        reason, saved = Reason("like", (number,)), serving.listening.saved(who)
        for item, score in zip(best.items.tolist(), best.scores.tolist()):
            yield serving.cards.card(item, reason, score, "similar-to-seed", item in saved)

    def path(
        self, start: str, end: str, n: int = 10, kind: Kind | str | None = None, context: Context | None = None
    ) -> PathView:
        """From one item to another in n small, even steps through the taste space, both included."""
        serving = self._fresh()
        one, other = self._number(serving, start), self._number(serving, end)
        facts = serving.stock.facts
        kinds = {Kind(int(facts.kind[row])) for row in facts.rows(np.array([one, other], np.int32))}
        wanted = kind_of(kind) if kind else kinds.pop() if len(kinds) == 1 else serving.stock.primary
        kitchen = serving.kitchen(
            0, replace(context or Context(), now=(context or Context()).now or now_ms()), [wanted]
        )
        items, steps = sonic_path(kitchen, one, other, n, wanted)
        cards = tuple(serving.cards.bare(item) for item in items.tolist())
        return PathView(self.tenant, serving.release.id, cards, tuple(round(s, 4) for s in steps.tolist()))

    def radio(
        self, seeds: Sequence[str] = (), words: str = "", listener: str = "", kind: Kind | str | None = None,
        n: int = 25, page: int = 0, shuffle: int = 0, context: Context | None = None,
    ) -> RadioView:  # fmt: skip
        """A page of a station that starts from items, genres or words: endless, and the same for the same question.

        UnknownName for a seed that is neither an item nor a genre; UsageError without any.
        """
        serving, number, context = self._begin(listener, context)
        if not seeds and not words:
            raise UsageError("a radio starts from something: an item, a genre, or words")
        genres = [s for s in seeds if not s.startswith("segue:") and serving.stock.genre_columns(s)]
        items = [self._number(serving, s, listener) for s in seeds if s not in genres]
        wanted = kind_of(kind) if kind else serving.stock.primary
        kitchen = serving.kitchen(number, replace(context, seeds=tuple(items)), [wanted])
        said = [*genres, words] if words else genres
        found, near = radio(kitchen, wanted, items, said, n, page, shuffle)
        if not len(found):
            raise InputError(f"nothing is known to be near {', '.join([*seeds, *([words] if words else [])])!r}")
        reason = Reason("like", tuple(items)) if items else Reason("near_words", words=tuple(said))
        saved, rows = serving.listening.saved(number), zip(found.tolist(), near.tolist(), strict=True)
        cards = tuple(serving.cards.card(i, reason, round(s, 4), "radio", i in saved) for i, s in rows)
        return RadioView(self.tenant, listener, serving.release.id, wanted.label, page, shuffle, cards)

    def space_map(self) -> bytes:
        """The taste space, packed for a page that draws it: `segue.surfaces.map`."""
        return self._fresh().map.body

    def space_items(self, at: Sequence[int] = (), uris: Sequence[str] = ()) -> list[SpotView]:
        """Items by their place among the points of the map, or by uri; those that are not on it are left out."""
        serving = self._fresh()
        drawn = serving.map
        numbers = np.array([self._number(serving, uri) for uri in uris], np.int32)
        places = [*(a for a in at if 0 <= a < len(drawn.items)), *drawn.places(numbers).tolist()]
        return [SpotView(a, serving.cards.bare(int(drawn.items[a]))) for a in places if a >= 0]

    def space_near(self, at: int, n: int = 12) -> list[SpotView]:
        """Items of the same kind that lie nearest in the space to a point of the map, nearest first."""
        serving = self._fresh()
        drawn, space = serving.map, serving.stock.space
        if not 0 <= at < len(drawn.items):
            raise InputError(f"no point {at} on this map; it has {len(drawn.items)}")
        assert space is not None
        number = int(drawn.items[at])
        row = int(space.rows(np.array([number], np.int32))[0])
        items, near = serving.stock.nearest(space.vectors[row], n + 1, Kind(int(space.kind[row])))
        found = zip(items.tolist(), drawn.places(items).tolist(), near.tolist(), strict=True)
        spots = [SpotView(p, serving.cards.bare(i), round(c, 4)) for i, p, c in found if p >= 0 and i != number]
        return spots[:n]

    def card(self, uri: str) -> CardView:
        """One item, or UnknownName."""
        serving = self._fresh()
        return serving.cards.bare(self._number(serving, uri))

    def clip(self, uri: str) -> Clip:
        """A short sound of a track: rendered where the catalogue is simulated, else cut from the imported file.

        UnknownName where there is none. Nothing is decoded or rendered before the clip is read.
        """
        serving = self._fresh()
        number, facts = self._number(serving, uri), serving.snapshot.catalogue
        path = self.workspace.sounds.path(number)
        if path is not None:
            return self._clips.excerpt(path)
        if serving.snapshot.simulated and simulated(facts, number):
            return self._clips.rendered(facts, number)
        raise UnknownName("sound of", uri, ["simulated tracks", "tracks of `segue import audio-folder`"])

    def history(self, listener: str, n: int = 50) -> list[CardView]:
        """What the listener took, of all kinds, newest first, each item once."""
        serving, number, _ = self._begin(listener, None)
        parts = [serving.listening.history(number, kind) for kind in serving.listening.kinds] if number else []
        at = np.concatenate([p[2] for p in parts]) if parts else np.zeros(0, np.int64)
        order = np.argsort(-at, kind="stable")
        items = np.concatenate([p[0] for p in parts])[order] if parts else at
        saved = serving.listening.saved(number)
        return [serving.cards.card(i, saved=i in saved) for i in list(dict.fromkeys(items.tolist()))[:n]]

    def taste(self, listener: str, context: Context | None = None) -> TasteView:
        """What is believed of a listener, what each belief rests on, and what they said of it themselves."""
        serving, number, context = self._begin(listener, context)
        saved = self.library.saved(listener) if number else []
        return taste_of(serving, listener, number, context, saved[:SAVED])

    def search(self, words: str, kind: Kind | str | None = None, n: int = 10) -> list[CardView]:
        """Items whose title holds the words; where there are none, those that lie nearest to them."""
        found = self.search_titles(words, kind, n)
        space = self._serving.stock.space
        if found or not words.strip() or space is None or space.words is None:
            return found
        return list(self.recommend("", kind, n, words=words).items)

    def search_titles(self, words: str, kind: Kind | str | None = None, n: int = 10) -> list[CardView]:
        """Items whose titles or makers' names have the words, or those that were likely meant: what fits best first."""
        serving = self._fresh()
        found = serving.titles.find(words).items
        if kind is not None:
            found = found[serving.stock.facts.kind[serving.stock.facts.rows(found)] == kind_of(kind)]
        return [serving.cards.bare(number) for number in found[:n].tolist()]

    def search_page(self, words: str, kind: Kind | str | None = None, n: int = 10, listener: str = "") -> SearchView:
        """The n best of each kind whose titles or makers' names have the words; what is popular without words."""
        return self._search(words, kind, n, listener).page()

    def search_near(self, words: str, kind: Kind | str | None = None, n: int = 10, listener: str = "") -> SearchView:
        """The n of each kind that lie nearest to what the words say. The first question loads an encoder: seconds."""
        return self._search(words, kind, n, listener).near()

    def words_ready(self) -> bool:
        """Whether what lies near to words is found without a wait; if not, what that takes is loaded from here on.

        True where the release places no words.
        """
        space = self._serving.stock.space
        return space is None or space.words is None or space.words.ready

    def _search(self, words: str, kind: Kind | str | None, n: int, listener: str) -> Search:
        serving, who, context = self._begin(listener, Context(words=words.strip()))
        return Search(serving, context, kind_of(kind) if kind else None, n, who)

    def about(self, uri: str, listener: str = "", n: int = 24) -> AboutView:
        """One item, what belongs to it and n like it, with what the listener saved; UnknownName for no such item."""
        serving, who, _ = self._begin(listener, None)
        number = self._number(serving, uri, listener)
        view = About(serving, number, serving.listening.saved(who)).view()
        like = tuple(self._like(serving, number, None, n, who))
        more = (ShelfCards("like", f"More like {view.card.title}", like),) if like else ()
        return msgspec.structs.replace(view, shelves=(*view.shelves, *more))

    def listeners(self, prefix: str = "", limit: int = 50) -> list[ListenerView]:
        """Listeners whose id starts with the prefix, those who took most first."""
        serving = self._fresh()
        who = serving.snapshot.listeners
        plays = serving.plays
        out = []
        for row in np.lexsort((who.numbers, -plays)).tolist():
            id = who.id(int(who.numbers[row]))
            if id.startswith(prefix):
                out.append(ListenerView(id, int(plays[row]), who.country[row].decode()))
                if len(out) == limit:
                    break
        return out

    @property
    def library(self) -> Library:
        """What listeners heard, love and keep."""
        return Library(self.workspace, self.tenant)

    @property
    def browse(self) -> Browse:
        """The catalogue of the release by artist and album."""
        return Browse(self._fresh())


def _readable(serving: Serving) -> None:
    """NotReady where the release has no place for words."""
    space = serving.stock.space
    if space is None or space.words is None:
        raise NotReady("this release places no words: run `segue train`, with titles, tags or descriptions imported")
