"""A small planted world for the request path: two tastes that never meet, and every exception a rule must see."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from segue.app import Service, open_service
from segue.core.events import AnyEvent, Item, Play
from segue.core.types import Context
from segue.fitted import save_model
from segue.jobs.moods import make_moods
from segue.jobs.space import make_space
from segue.models.item_knn import plugin as ItemKNN
from segue.runs.releases import (
    Manifest,
    MoodsCard,
    Population,
    Release,
    SpaceCard,
    current_release,
    promote,
    write_release,
)
from segue.store import snapshot
from segue.store.workspace import Workspace
from segue.surfaces.serving import Serving

LONG = (
    "tests/test_readme.py", "tests/jobs/test_simulate.py", "tests/jobs/test_killed.py", "tests/jobs/test_teach.py",
    "tests/checks/anomalies/test_every_anomaly.py", "tests/e2e/test_axe.py", "tests/e2e/test_console_page.py",
    "tests/e2e/data/test_any_data.py", "tests/web/compat/test_gpodder.py", "tests/web/hostile/test_texts.py",
    "tests/web/tenants/test_keys.py", "tests/web/test_workers.py",
)  # fmt: skip
"""Files that take long begin first, or one process is still at them when the others are done."""


def pytest_configure(config: pytest.Config) -> None:
    """Each process of several begins to collect at another folder, so that it finds there what others have compiled."""
    worker = getattr(config, "workerinput", None)
    if worker is not None and config.args == config.getini("testpaths"):
        folders = sorted(str(p) for p in Path(__file__).parent.iterdir() if p.is_dir() or p.match("test_*.py"))
        first = len(folders) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
        config.args[:] = folders[first:] + folders[:first]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (not item.nodeid.startswith(LONG), str(item.path)))


# What counts is the answer, not how busy the machine is; and a run is as the last one was.
# `--hypothesis-profile explore` looks elsewhere.
settings.register_profile("segue", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("segue")

DAY_MS = 86_400_000
NOW = 1_790_000_000_000
GENRES, MOODS = ("rock", "jazz"), ("energetic", "calm")


def _track(a: int, t: int) -> Item:
    return Item(
        uri=f"segue:track:t:a{a}t{t}", title=f"Song {t} of {a}", artists=(f"segue:artist:t:a{a}",),
        album=f"segue:album:t:a{a}b{t // 4}", duration_ms=200_000, explicit=t == 6,
        released=NOW - (1 + t) * 30 * DAY_MS,
        tags=("christmas music",) if (a, t) == (0, 7) else (),
        countries=("DE",) if t == 5 and a < 2 else (),
        available_from=NOW + DAY_MS if t == 4 and a < 2 else 0,
    )  # fmt: skip


def planted_items() -> list[Item]:
    """12 artists of 2 genres and 2 moods with 8 tracks each, shows and audiobooks of both, and each exception."""
    items = []
    for a in range(12):
        genre = GENRES[a % 2]
        items.append(
            Item(
                uri=f"segue:artist:t:a{a}",
                title=f"{genre.title()} Artist {a}",
                genres=(genre,),
                tags=(MOODS[a // 2 % 2],),
            )
        )
        items += [_track(a, t) for t in range(8)]
        who = (f"segue:artist:t:a{a}",)
        items += [Item(uri=f"segue:album:t:a{a}b{b}", title=f"Album {b} of {a}", artists=who) for b in range(2)]
    for i in range(10):
        genre = GENRES[i % 2]
        items.append(Item(uri=f"segue:show:t:s{i}", title=f"All about {genre} {i}", genres=(genre,)))
        items.append(Item(uri=f"segue:audiobook:t:b{i}", title=f"Book {i}", artists=(f"segue:author:t:w{i}",)))
    return items


def planted_plays() -> list[AnyEvent]:
    """30 listeners, even ones of rock and odd ones of jazz, 16 plays each; every third hears shows and books too."""
    rng = np.random.default_rng(3)
    events: list[AnyEvent] = []

    def play(u: int, item: str, days: float) -> None:
        at = NOW - int(days * DAY_MS)
        country = ("SE", "DE")[u // 2 % 2]
        events.append(
            Play(id=f"p{len(events)}", listener=f"L{u}", item=item, at=at, ms_played=200_000, country=country)
        )

    for u in range(30):
        for _ in range(16):
            artist = 2 * int(rng.integers(6)) + u % 2
            play(u, f"segue:track:t:a{artist}t{int(rng.integers(8))}", float(rng.uniform(0, 60)))
        if u % 3 == 0:
            for _ in range(3):
                play(u, f"segue:show:t:s{2 * int(rng.integers(5)) + u % 2}", float(rng.uniform(0, 60)))
                play(u, f"segue:audiobook:t:b{int(rng.integers(10))}", float(rng.uniform(0, 60)))
    return events


def make_release(folder: Path, scratch: Path, kinds: tuple[str, ...] = ("track",)) -> Release:
    """Snapshot, item neighbours for some kinds, taste space and moods, release, promote."""
    with Workspace.open(folder) as workspace:
        snap = snapshot.take(workspace, "default")
        populations, models = [], {}
        for kind, owner, _ in snap.populations():
            if kind.label in kinds:
                where = f"models/{kind.label}-{owner}"
                models[where] = scratch / f"{snap.id}-{kind.label}-{owner}"
                (scratch).mkdir(exist_ok=True)
                save_model(ItemKNN().fit(snap.interactions(kind, owner), np.random.default_rng(0)), models[where])
                populations.append(Population(kind=kind.label, owner=owner, model=where, recipe="item-knn"))
        space = make_space(scratch, snap, 0, lambda _: None)
        models |= {"moods": make_moods(scratch, snap, space, lambda _: None)} | ({"space": space} if space else {})
        manifest = Manifest(
            id="", tenant="default", created="", snapshot=snap.id, simulated=False, seed=0, version="test",
            code="test", populations=tuple(populations), space=SpaceCard(points=0, dimensions=0) if space else None,
            moods=MoodsCard(names=(), known=0),
        )  # fmt: skip
        release = write_release(folder, manifest, models)
    return promote(folder, "default", release.id)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released workspace; read it only."""
    folder = tmp_path_factory.mktemp("planted") / "ws"
    with Workspace.create(folder) as workspace:
        workspace.log.append(planted_plays(), planted_items())
    make_release(folder, tmp_path_factory.mktemp("models"))
    return folder


@pytest.fixture(scope="session")
def serving(planted: Path) -> Iterator[Serving]:
    """The planted release, opened; its listening is not to be added to."""
    with Workspace.open(planted) as workspace:
        yield Serving.open(workspace, current_release(planted, "default"))


@pytest.fixture
def service(planted: Path, tmp_path: Path) -> Iterator[Service]:
    """A service over a copy of the planted workspace that shows what it holds best and tries nothing."""
    folder = tmp_path / "ws"
    shutil.copytree(planted, folder)
    (folder / "segue.toml").write_text("explore = false\n")
    with open_service(folder) as opened:
        yield opened


@pytest.fixture
def spaceless(service: Service) -> Service:
    """The same without a taste space."""
    serving = service._serving
    service._serving = replace(serving, stock=replace(serving.stock, space=None))
    return service


@pytest.fixture
def now() -> Context:
    """The moment the planted world ends in, in Sweden."""
    return Context(now=NOW, country="SE")


@pytest.fixture(scope="session")
def release_of() -> Callable[..., Release]:
    """Takes a snapshot of a workspace and releases item neighbours of its tracks."""
    return make_release
