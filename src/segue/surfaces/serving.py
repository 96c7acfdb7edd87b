"""One release, opened: everything that answers requests and does not change until the next release."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segue.candidates import SOURCES, Board, Stock
from segue.core.clock import HOUR_MS, ahead
from segue.core.protocols import Ranker, Rule, Scores, Shelf, Source
from segue.core.settings import Settings
from segue.core.slates import Home
from segue.core.types import I64, NO_IDS, Context, Ids, Interactions, Kind
from segue.fitted import Ahead, load_model
from segue.fitted.moods import Moods
from segue.fitted.space import Space
from segue.policies import make_policy
from segue.policies.greedy import Greedy
from segue.ranking import RANKERS
from segue.rules import make_rules
from segue.runs.releases import Release
from segue.store.snapshot import Owner, Snapshot, open_snapshot
from segue.store.workspace import Workspace
from segue.surfaces.cards import Cards
from segue.surfaces.clips import simulated
from segue.surfaces.home.checkpoint import opened
from segue.surfaces.home.kitchen import Kitchen
from segue.surfaces.home.mix import mix_of
from segue.surfaces.home.page import build_home
from segue.surfaces.home.recording import Recording
from segue.surfaces.home.shelves import SHELVES
from segue.surfaces.home.taught import LiveBook, Taught, load_heads, load_state, reward_weights
from segue.surfaces.home.valuing import ByPopularity, Valuer, untaught
from segue.surfaces.home.ways import POPULARITY, Way, way_of
from segue.surfaces.listening import Listening
from segue.surfaces.map import SpaceMap
from segue.surfaces.titles import Titles

OWNERS: tuple[Owner, ...] = ("listener", "playlist")
"""Whose model and whose popularity serve a kind: of whom there are more. One editor's adds say little of taste."""


@dataclass(frozen=True)
class Serving:
    """A release and its snapshot, with every plug-in made for them."""

    release: Release
    snapshot: Snapshot
    stock: Stock
    listening: Listening
    cards: Cards
    sources: Mapping[str, Callable[[Board], Source]]
    rules: Mapping[str, Rule]
    rankers: Mapping[str, Ranker]
    shelves: Mapping[str, Shelf]
    ways: Sequence[Way]
    settings: Settings
    book: LiveBook | None = None  # features, where something was learned that asks for them

    @classmethod
    def open(cls, workspace: Workspace, release: Release) -> Serving:
        """Maps the files of a release; raises a SegueError where one is missing or broken."""
        snapshot = open_snapshot(release.snapshot_folder)
        facts = snapshot.catalogue
        models: dict[Kind, Scores] = {}
        ahead: dict[Kind, Ahead] = {}
        data: dict[Kind, Interactions] = {}
        played = {(kind, owner) for kind, owner, _ in snapshot.populations()}
        for kind in Kind:
            taken = [snapshot.interactions(kind, owner) for owner in OWNERS if (kind, owner) in played]
            ranked = sorted(OWNERS, key=lambda o: -len(snapshot.interactions(kind, o).owners)) if taken else OWNERS
            folders = [f for f in (release.model_folder(kind, owner) for owner in ranked) if f is not None]
            if folders:
                models[kind], ahead[kind] = load_model(folders[0]), Ahead.load(folders[0])
            if taken:
                data[kind] = snapshot.interactions(kind, ranked[0])
        prefer = [k for k, o, _ in snapshot.populations() if o == "listener" and not snapshot.derived(k)]
        space = Space.load(release.space_folder) if release.space_folder else None
        moods = Moods.load(release.moods_folder) if release.moods_folder else None
        stock = Stock.make(facts, models, data, prefer[0] if prefer else None, ahead, space, moods, _crossings(release))
        listening = Listening(snapshot, tuple(stock.sections), moods)
        settings = workspace.settings
        taught = release.manifest.taught is not None
        book = opened(workspace, release.manifest.tenant, snapshot) if taught else None
        return cls(
            release, snapshot, stock, listening, Cards(facts, _sounding(workspace, snapshot)),
            {name: SOURCES[name] for name in SOURCES}, make_rules(facts, settings),
            {name: RANKERS[name](facts) for name in RANKERS}, {name: SHELVES[name]() for name in SHELVES},
            ways_of(settings, stock, book, release), settings, book,
        )  # fmt: skip

    @cached_property
    def plays(self) -> I64:
        """(U,) how many things each listener of the snapshot took."""
        who, out = self.snapshot.listeners, np.zeros(len(self.snapshot.listeners), np.int64)
        for kind, owner, _ in self.snapshot.populations():
            if owner == "listener" and not self.snapshot.derived(kind):
                taken = self.snapshot.interactions(kind, owner)
                out[np.searchsorted(who.numbers, taken.owners)] += np.diff(taken.indptr)
        return out

    def likely(self, most: int) -> Ids:
        """(I,) items that are likely to be shown, the most taken first."""
        data = [self.snapshot.interactions(kind) for kind in self.listening.taken]
        if not data:
            return NO_IDS
        items = np.concatenate([d.items for d in data])
        taken = np.concatenate([np.bincount(d.rows, minlength=len(d.items)) for d in data])
        return items[np.argsort(-taken, kind="stable")[:most]]

    @cached_property
    def quick(self) -> Mapping[str, Shelf]:
        """Shelves that a short page is made of."""
        return {name: shelf for name, shelf in self.shelves.items() if getattr(shelf, "quick", False)}

    @cached_property
    def map(self) -> SpaceMap:
        """The taste space for a page that draws it; NotReady where there is none."""
        return SpaceMap.of(self.stock, self.release.id, self.release.manifest.space)

    @cached_property
    def titles(self) -> Titles:
        """The words of titles and names, to search in."""
        return Titles.of(self.snapshot.catalogue, self.stock)

    @property
    def taught(self) -> bool:
        """Whether cards are valued by what was learned from pages that were shown."""
        return self.release.manifest.taught is not None

    def home(
        self, listener: int, context: Context, rng: np.random.Generator, kinds: Collection[Kind] | None = None,
        page: str = "", recorded: bool = False, short: bool = False,
    ) -> tuple[Home, Kitchen]:  # fmt: skip
        """The page of one request, with the features of its cards where that is asked, and what it was made in.

        A short one has no shelves but those that are made in little time.
        """
        kitchen = self.kitchen(listener, context, kinds)
        way = way_of(listener, self.ways)
        mix = mix_of(kitchen.board, self.listening.taken, self.listening.devices) if way.balance else None
        value = way.value
        if recorded and isinstance(value, Taught):
            value = Recording(value)
        tuned, shelves = kitchen.query.tuned, self.quick if short else self.shelves
        if tuned is not None and tuned.off:
            shelves = {key: shelf for key, shelf in shelves.items() if shelf.key not in tuned.off}
        made = build_home(page, kitchen, shelves, way.policy, rng, value, self.release.id, mix, way.balance)
        return (value.told(made) if isinstance(value, Recording) else made), kitchen

    def kitchen(self, listener: int, context: Context, kinds: Collection[Kind] | None = None) -> Kitchen:
        """What one request works in. `listener` 0 is nobody in particular."""
        queries = self.listening.queries(self.snapshot.tenant, listener, context, local_hour(context))
        main = self.stock.primary
        if kinds is not None and main not in kinds:
            main = next((k for k in kinds if k in self.stock.sections), main)
        elif main not in queries or not len(queries[main].history):
            heard = {k: len(q.history) for k, q in queries.items() if len(q.history)}
            main = max(sorted(heard), key=lambda k: heard[k]) if heard else main
        board = Board(self.stock, queries)
        return Kitchen(board, self.sources, self.rules, self.rankers, self.settings, main, kinds)


def _sounding(workspace: Workspace, snapshot: Snapshot) -> Callable[[int], bool]:
    """Which items can be heard: tracks of the simulated catalogue, and those of imported folders."""
    filed = workspace.sounds.numbers(snapshot.tenant)
    return lambda number: number in filed or (snapshot.simulated and simulated(snapshot.catalogue, number))


def _crossings(release: Release) -> dict[Kind, tuple[Kind, Scores]]:
    """By the kind recommended: the kind whose histories it is asked with, and the model."""
    cards = release.manifest.crossings
    return {Kind.parse(c.of): (Kind.parse(c.by), load_model(release.folder / c.folder)) for c in cards}


def ways_of(
    settings: Settings, stock: Stock, book: LiveBook | None = None, release: Release | None = None
) -> tuple[Way, ...]:
    """How pages are made under these settings: a share by popularity, the rest by the policy."""
    policy = make_policy(settings.policy)
    value: Valuer = untaught
    if book is not None and release is not None and release.manifest.taught is not None:
        value = Taught(book, load_heads(release, book.names), reward_weights(settings))
        if release.manifest.taught.policy == settings.policy:
            policy = policy.restored(load_state(release))
    main = Way(policy if settings.explore else Greedy(), value, balance=settings.balance)
    if not settings.control:
        return (main,)
    control = Way(Greedy(POPULARITY), ByPopularity(lambda pool: stock.popularity(pool.items)), settings.control)
    return (control, main)


def local_hour(context: Context) -> int:
    """Hour of day where the listener is; -1 where the request has no time. UsageError for an unknown zone."""
    return (context.now + ahead(context.zone, context.now)) // HOUR_MS % 24 if context.now > 0 else -1
