"""From a log to recommendations of a kind that a listener never took, by what they heard; and not without a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segue.app import open_service
from segue.core.events import Item, Play
from segue.core.types import Context, Kind
from segue.jobs.recommend import recommend_all
from segue.jobs.train import train
from segue.runs.releases import current_release
from segue.store.workspace import Workspace

TRACKS, BOOKS, PEOPLE, NEW = 40, 30, 120, 10
START = 1_700_000_000_000
GENRES = ("rock", "jazz")


def crowd(shuffled: bool) -> list[Play]:
    """Of two crowds: each has its own tracks and its own books; the last NEW of the people have no books.

    Shuffled, the tracks of a person say nothing of their books.
    """
    rng = np.random.default_rng(0)
    out = []
    for u in range(PEOPLE + NEW):
        heard = int(rng.integers(2)) if shuffled else u % 2
        taken = [("track", t) for t in rng.permutation(np.arange(heard, TRACKS, 2))[:10]]
        if u < PEOPLE:
            taken += [("audiobook", b) for b in rng.permutation(np.arange(u % 2, BOOKS, 2))[:5]]
        out += [
            Play(
                id=f"{u}-{kind}-{i}", listener=f"u{u}", item=f"segue:{kind}:t:{kind}{i}", at=START + 60_000 * n + u,
                ms_played=60_000,
            )
            for n, (kind, i) in enumerate(taken)
        ]  # fmt: skip
    return out


ITEMS = [
    Item(uri=f"segue:track:t:track{i}", title=f"Track {i}", artists=(f"segue:artist:t:a{i}",), genres=(GENRES[i % 2],))
    for i in range(TRACKS)
] + [Item(uri=f"segue:audiobook:t:audiobook{i}", title=f"Book {i}") for i in range(BOOKS)]


def workplace(folder: Path, shuffled: bool) -> Iterator[Workspace]:
    with Workspace.create(folder) as workspace:
        workspace.log.append(crowd(shuffled), ITEMS)
        train(workspace, "default", recipes=("item-knn",), tuning_trials=1)
        yield workspace


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    yield from workplace(tmp_path_factory.mktemp("crossed") / "ws", shuffled=False)


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    yield from workplace(tmp_path_factory.mktemp("shuffled") / "ws", shuffled=True)


def test_the_release_says_how_it_was_chosen(crossed: Workspace) -> None:
    release = current_release(crossed.path, "default")
    cards = {card.of: card for card in release.manifest.crossings}
    assert (cards["audiobook"].by, cards["audiobook"].people) == ("track", PEOPLE)
    assert cards["audiobook"].scores["blend"] > 1.2 * cards["audiobook"].scores["popular"]
    assert (release.folder / "crossing" / "audiobook" / "model.json").is_file()


def test_shuffled_music_gets_no_crossing(shuffled: Workspace) -> None:
    assert not current_release(shuffled.path, "default").manifest.crossings


def test_books_for_somebody_known_by_music_alone(crossed: Workspace) -> None:
    with open_service(crossed.path, "default") as service:
        for u in (PEOPLE, PEOPLE + 1):
            found = service.recommend(f"u{u}", "audiobook", 8)
            assert [int(c.title.split()[1]) % 2 for c in found.items] == [u % 2] * 8
            why = found.items[0].reason
            assert why is not None
            assert why.key == "same_taste"
            assert GENRES[u % 2] in why.text
        home = service.home(f"u{PEOPLE}", Context(now=START + 86_400_000))
        shelf = next(s for s in home.shelves if s.key == "audiobooks")
        assert [int(c.title.split()[1]) % 2 for c in shelf.cards[:5]] == [0] * 5
        some = service.recommend("u0", "audiobook", 3)  # who took five books is asked about those
        assert some.items[0].source == "model"


def test_everybody_at_once(crossed: Workspace, tmp_path: Path) -> None:
    people = [f"u{u}" for u in range(PEOPLE, PEOPLE + NEW)]
    recommend_all(crossed, "default", tmp_path / "out.jsonl", kind=Kind.AUDIOBOOK, n=8, only=[*people, "nobody"])
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    for line in lines[:-1]:
        side = int(line["listener"][1:]) % 2
        assert [int(item.removeprefix("audiobook")) % 2 for item in line["items"]] == [side] * 8
    assert len({int(item.removeprefix("audiobook")) % 2 for item in lines[-1]["items"]}) == 2
