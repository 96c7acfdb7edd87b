"""What every shelf and every page must be, by being there, for listeners and catalogues of every sort."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from segue.app import open_service
from segue.core.events import AnyEvent, Counted, Item, Play, PlaylistAdd
from segue.core.slates import Home
from segue.core.types import Context, Kind
from segue.runs.releases import Release
from segue.store.workspace import Workspace
from segue.surfaces.explain import explain
from segue.surfaces.home.page import FEWEST
from segue.surfaces.home.shelves import SHELVES
from segue.surfaces.serving import Serving, ways_of

NOW, DAY_MS, HOUR_MS = 1_790_000_000_000, 86_400_000, 3_600_000
LISTENERS = ("L0", "L1", "L2", "L3", "nobody")
CONTEXTS = {
    "plain": Context(now=NOW),
    "strict": Context(now=NOW, country="SE", explicit=False, exclude=("tag:christmas", "kind:show")),
    "familiar": Context(now=NOW, familiarity=1.0),
    "new": Context(now=NOW, familiarity=0.0),
    "active": Context(now=NOW, activity="workout"),
    "morning": Context(now=NOW - NOW % DAY_MS + 8 * HOUR_MS),
    "night": Context(now=NOW - NOW % DAY_MS + 22 * HOUR_MS, zone="Europe/Stockholm"),
    "all excluded": Context(now=NOW, exclude=tuple(f"kind:{k.label}" for k in Kind)),
}


def home_of(serving: Serving, listener: str, context: Context, explore: bool = True, short: bool = False) -> Home:
    if not explore:
        serving = replace(serving, ways=ways_of(serving.settings.model_copy(update={"explore": False}), serving.stock))
    number = serving.snapshot.listeners.number(listener) or 0
    return serving.home(number, context, np.random.default_rng(0), short=short)[0]


@pytest.mark.parametrize("name", SHELVES)
@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("circumstances", CONTEXTS)
def test_every_shelf(name: str, listener: str, circumstances: str, serving: Serving) -> None:
    number = serving.snapshot.listeners.number(listener) or 0
    views = []
    for _ in range(2):
        kitchen = serving.kitchen(number, CONTEXTS[circumstances])
        views.append(list(SHELVES[name]().build(kitchen.query, kitchen)))
    assert [(v.key, v.title, v.candidates.items.tolist()) for v in views[0]] == [
        (v.key, v.title, v.candidates.items.tolist()) for v in views[1]
    ]
    assert len({v.key for v in views[0]}) == len(views[0])
    for offer in views[0]:
        assert offer.shelf == SHELVES[name]().key
        assert offer.title
        items = offer.candidates.items
        assert len(np.unique(items)) == len(items)
        assert len(items) <= serving.settings.shelf_arms or name not in ("because", "made-for-you")
        for fit in offer.reasons(items):
            assert all(explain(reason, serving.stock.name) for reason in fit)
            assert len({reason.key for reason in fit}) == len(fit) >= 1
        assert np.isfinite(offer.candidates.scores).all()


@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("circumstances", CONTEXTS)
@pytest.mark.parametrize("short", [False, True])
def test_every_page(listener: str, circumstances: str, short: bool, serving: Serving) -> None:
    home = home_of(serving, listener, CONTEXTS[circumstances], short=short)
    quick = {shelf.key for shelf in serving.quick.values()}
    assert not short or {s.key.partition(":")[0] for s in home.shelves} <= quick
    settings, facts = serving.settings, serving.snapshot.catalogue
    assert bool(home.shelves) == (circumstances != "all excluded")
    assert len(home.shelves) <= settings.page_shelves
    items = [c.item for s in home.shelves for c in s.cards]
    assert len(set(items)) == len(items), "no item twice on a page"
    assert len({s.key for s in home.shelves}) == len(home.shelves)
    for shelf in home.shelves:
        assert FEWEST <= len(shelf.cards) <= settings.shelf_cards
        artists = facts.artist[facts.rows(np.array([c.item for c in shelf.cards]))]
        counts = np.bincount(artists[artists > 0], minlength=1)
        if shelf.key.partition(":")[0] != "mix":
            assert counts.max() <= settings.artist_cap
        assert not any(a == b and a for a, b in pairwise(artists)), "artists are spaced apart"


@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("circumstances", CONTEXTS)
@pytest.mark.parametrize("short", [False, True])
def test_what_is_logged_is_what_is_shown(listener: str, circumstances: str, short: bool, serving: Serving) -> None:
    home = home_of(serving, listener, CONTEXTS[circumstances], short=short)
    above: set[int] = set()
    assert len(home.decisions) == len(home.shelves)
    for shelf, decision in zip(home.shelves, home.decisions):
        assert decision.shelf.arms[decision.shelf.chosen[0]] == shelf.key
        cards = decision.cards
        assert [cards.arms[i] for i in cards.chosen] == [c.item for c in shelf.cards]
        assert not above & set(cards.arms), "what stands above is no longer available"
        assert [d.arms[d.chosen[0]] for d in decision.reasons] == [c.reason.key for c in shelf.cards]
        assert {d.policy for d in (decision.shelf, cards, *decision.reasons)} == {serving.settings.policy}
        assert cards.release == serving.release.id
        above |= {c.item for c in shelf.cards}
        assert 0 < decision.propensity <= 1


def test_the_page_says_what_fell(serving: Serving) -> None:
    fell = dict(home_of(serving, "L0", CONTEXTS["strict"]).dropped)
    assert fell["explicit"] > 0
    assert fell["heard-lately"] > 0


def test_the_dial_moves_made_for_you_from_new_to_familiar(serving: Serving) -> None:
    facts, means = serving.snapshot.catalogue, []
    for dial in np.linspace(0, 1, 6):
        shares = []
        for u in range(30):
            number = serving.snapshot.listeners.number(f"L{u}")
            assert number is not None
            history = serving.listening.history(number, Kind.TRACK)[0]
            known = set(facts.artist[facts.rows(history)].tolist())
            home = home_of(serving, f"L{u}", replace(CONTEXTS["plain"], familiarity=float(dial)), False)
            for shelf in home.shelves:
                if shelf.key == "made-for-you":
                    artists = facts.artist[facts.rows(np.array([c.item for c in shelf.cards]))].tolist()
                    shares.append(np.mean([a in known for a in artists]))
        means.append(float(np.mean(shares)))
    assert means == sorted(means)
    assert means[-1] > means[0] + 0.3


def plays(n: int, items: list[str]) -> list[AnyEvent]:
    rng = np.random.default_rng(0)
    return [
        Play(id=f"{u}-{i}", listener=f"L{u}", item=str(item), ms_played=100_000, at=NOW - (12 * u + i) * DAY_MS // 10)
        for u in range(n)
        for i, item in enumerate(rng.choice(items, 12))
    ]


CATALOGUES: dict[str, tuple[list[AnyEvent], list[Item], str]] = {
    "one item": (plays(2, ["segue:track:x:only"]), [], "track"),
    "tracks without titles or artists": (plays(20, [f"segue:track:x:{i}" for i in range(60)]), [], "track"),
    "totals of artists": (
        [
            Counted(id=f"{u}-{a}", listener=f"L{u}", item=f"segue:artist:x:{a}", count=1 + (a * 7 + u) % 40, at=0)
            for u in range(20)
            for a in range(40)
            if (a + u) % 2 == 0 or a < 10
        ],
        [Item(uri=f"segue:artist:x:{a}", title=f"Artist {a}") for a in range(40)],
        "artist",
    ),
    "playlists that nobody plays": (
        [
            PlaylistAdd(
                id=f"{p}-{i}", listener="editor", item=f"segue:track:x:{(p * 5 + i) % 80}", at=NOW - i * DAY_MS,
                context=f"segue:playlist:x:{p}",
            )
            for p in range(16)
            for i in range(15)
        ],
        [Item(uri=f"segue:track:x:{i}", title=f"Song {i}", artists=(f"segue:artist:x:{i // 4}",)) for i in range(80)],
        "track",
    ),
    "shows alone": (plays(15, [f"segue:show:x:{i}" for i in range(30)]), [], "show"),
}  # fmt: skip


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_catalogue(name: str, tmp_path: Path, release_of: Callable[..., Release]) -> None:
    events, items, kind = CATALOGUES[name]
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append(events, items)
    release_of(tmp_path / "ws", tmp_path / "models", (kind,))
    with open_service(tmp_path / "ws") as service:
        for listener in ("L1", "editor", "nobody"):
            view = service.home(listener, Context(now=NOW))
            assert all(len(s.cards) >= FEWEST for s in view.shelves)
            assert all(c.title and c.reason and c.reason.text for s in view.shelves for c in s.cards)
            assert bool(view.shelves) == (name != "one item")
        keys = {s.key.partition(":")[0] for s in service.home("L1", Context(now=NOW)).shelves}
        if name not in ("one item", "playlists that nobody plays"):
            assert keys >= {"made-for-you", "jump-back-in"}
        service.recommend("L1", n=5)
        service.similar(str(getattr(events[0], "item", "")), n=5)
