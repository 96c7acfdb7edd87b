"""Each source on the planted world, where what it must give is known."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from segue.candidates import SOURCES, Board, Section
from segue.candidates._board import strengths
from segue.candidates._section import best
from segue.core.types import F32, Context, Kind, Queries
from segue.surfaces.serving import Serving

NOW, DAY_MS = 1_790_000_000_000, 86_400_000


@pytest.fixture
def board(serving: Serving):
    def make(listener: str = "L0", **context: Any) -> Board:
        number = serving.snapshot.listeners.number(listener) or 0
        full = replace(Context(now=NOW), **context)
        return Board(serving.stock, serving.listening.queries("default", number, full, 12))

    return make


def names(serving: Serving, items: np.ndarray) -> list[str]:
    return [serving.snapshot.catalogue.source_id(int(i)) for i in items]


def artists(serving: Serving, items: np.ndarray) -> set[int]:
    return {int(name[1:].partition("t")[0]) for name in names(serving, items)}


def test_model_orders_as_the_model_does(serving: Serving, board) -> None:
    made = board()
    query = made.query(Kind.TRACK)
    found = SOURCES["model"](made)(query, 10)
    model = serving.stock.sections[Kind.TRACK].model
    assert model is not None
    scores = model.score(query.batch())[0]
    order = np.lexsort((model.items, -scores))[:10]
    assert found.items.tolist() == model.items[order].tolist()
    nobody = board("nobody")
    assert len(SOURCES["model"](nobody)(nobody.query(Kind.TRACK), 10)) == 0


def test_one_scoring_of_the_catalogue_a_request(serving: Serving, board, monkeypatch: pytest.MonkeyPatch) -> None:
    made, calls = board(), list[int]()
    real = Section.score

    def counted(self: Section, queries: Queries) -> F32:
        calls.append(len(queries))
        return real(self, queries)

    monkeypatch.setattr(Section, "score", counted)
    for name in ("model", "new-artists", "by-genre", "model"):
        SOURCES[name](made)(made.query(Kind.TRACK), 20)
    assert calls == [1]


def test_popular_here_is_not_popular_everywhere(serving: Serving, board) -> None:
    section = serving.stock.sections[Kind.TRACK]
    counts = np.bincount(section.data.matrix().indices, minlength=len(section))  # type: ignore[union-attr]  # it has plays
    assert section.popularity.tolist() == counts.tolist()
    everywhere = section.crowd("", 0)
    assert everywhere.sum() == pytest.approx(1, abs=1e-5)
    assert section.crowd("SE", 0).sum() == pytest.approx(1, abs=1e-5)
    assert not np.allclose(section.crowd("SE", 0), section.crowd("DE", 0))
    np.testing.assert_allclose(section.crowd("XX", 0), everywhere, rtol=1e-5)
    for country in ("SE", "", "DE", "SE"):
        crowd = section.crowd(country, 0)
        for n in (0, 3, len(section), 2 * len(section)):
            rows, shares = section.by_crowd(country, 0, n)
            assert rows.tolist() == np.lexsort((section.items, -crowd))[:n].tolist()
            assert shares.tolist() == crowd[rows].tolist()


def test_similar_stays_in_the_genre_and_leaves_the_seed_out(serving: Serving, board) -> None:
    facts = serving.snapshot.catalogue
    for seed in ("a3t1", "a3"):
        made = board(seeds=(facts.find(seed)[0],))
        found = SOURCES["similar-to-seed"](made)(made.query(Kind.TRACK), 20)
        assert len(found) >= 10
        assert all(a % 2 == 1 for a in artists(serving, found.items))
        assert seed not in names(serving, found.items)


def test_similar_without_a_model_goes_by_genre(serving: Serving, board) -> None:
    made = board(seeds=(serving.snapshot.catalogue.find("s1")[0],))
    found = SOURCES["similar-to-seed"](made)(made.query(Kind.SHOW), 20)
    assert names(serving, found.items)
    assert set(names(serving, found.items)) == {"s3", "s5", "s7", "s9"}


def test_recent_counts_new_plays_more() -> None:
    day = 86_400_000
    weights = np.ones(3, np.float32)
    assert strengths(weights, np.array([NOW - 60 * day, NOW - 30 * day, NOW])).tolist() == pytest.approx(
        [0.5 * np.log(2), np.sqrt(0.5) * np.log(2), np.log(2)], rel=1e-5
    )
    assert strengths(weights, np.array([1, 2, 3])).tolist() == pytest.approx([np.log(2)] * 3)


def test_by_genre_named_and_own(serving: Serving, board) -> None:
    jazz = board(words="Jazz")
    assert all(a % 2 for a in artists(serving, SOURCES["by-genre"](jazz)(jazz.query(Kind.TRACK), 50).items))
    own = board()
    found = artists(serving, SOURCES["by-genre"](own)(own.query(Kind.TRACK), 50).items)
    assert found
    assert all(a % 2 == 0 for a in found - {0})


def test_new_releases_are_new_and_suit(serving: Serving, board) -> None:
    made = board()
    found = SOURCES["new-releases"](made)(made.query(Kind.TRACK), 100)
    facts = serving.snapshot.catalogue
    released = facts.released[facts.rows(found.items)]
    assert len(found)
    assert ((released > NOW - 120 * DAY_MS) & (released <= NOW)).all()
    assert all(a % 2 == 0 for a in artists(serving, found.items))
    stranger = board("nobody")
    both = SOURCES["new-releases"](stranger)(stranger.query(Kind.TRACK), 100)
    assert {a % 2 for a in artists(serving, both.items)} == {0, 1}


def test_new_artists_are_new(serving: Serving, board) -> None:
    for listener in ("L0", "L1", "L2"):
        made = board(listener)
        query = made.query(Kind.TRACK)
        known = artists(serving, query.history)
        assert not known & artists(serving, SOURCES["new-artists"](made)(query, 200).items)


def test_shows_follow_the_taste_in_music(serving: Serving, board) -> None:
    for listener, odd in (("L2", 0), ("L1", 1)):  # neither ever heard a show
        made = board(listener)
        assert len(made.query(Kind.SHOW).history) == 0
        found = names(serving, SOURCES["same-taste"](made)(made.query(Kind.SHOW), 3).items)
        assert found
        assert all(int(name[1:]) % 2 == odd for name in found)


def test_best_breaks_ties_by_row_and_leaves_nothing_known_out() -> None:
    assert best(np.array([0, 2, 2, 1, -1, 2], np.float32), 2).tolist() == [1, 2]
    assert best(np.array([0, 2, 2, 1, -1, 2], np.float32), 9).tolist() == [1, 2, 5, 3]


def test_a_model_of_other_items_is_aligned(serving: Serving) -> None:
    section = serving.stock.sections[Kind.TRACK]
    assert section.model is not None
    every_other = section.model.items[::2]

    class Half:
        items = every_other

        def score(self, queries: Queries) -> F32:
            return np.tile(np.arange(len(self.items), dtype=np.float32), (len(queries), 1))

    half = replace(section, model=Half(), _near={}, _crowds={})
    scores = half.score(Queries.of(np.array([0, 0]), np.zeros(0, np.int32)))[0]
    assert scores[::2].tolist() == list(range(len(Half.items)))
    assert np.isnan(scores[1::2]).all()
    assert half.known.tolist() == [i % 2 == 0 for i in range(len(section))]
