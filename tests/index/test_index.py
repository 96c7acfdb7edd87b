"""Found by a graph, with and without filters, is what working out all products finds."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.index import EXACT_BELOW, Graph, Index, exact

TRACK, SHOW, FEW = 1, 5, 7


def clustered(n: int, d: int, seed: int) -> np.ndarray:
    """Groups of groups, some points several times over: what a catalogue looks like."""
    rng = np.random.default_rng(seed)
    groups = rng.standard_normal((20, d))[rng.integers(0, 20, n // 10)] + rng.standard_normal((n // 10, d))
    points = groups[rng.integers(0, len(groups), n)] + 0.7 * rng.standard_normal((n, d))
    points[: n // 20] = points[n // 20]
    points = points[rng.permutation(n)]
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def index() -> Index:
    vectors = clustered(9_500 + 8_500 + 50, 24, 0)
    labels = np.random.default_rng(1).permutation(np.repeat([TRACK, SHOW, FEW], [9_500, 8_500, 50])).astype(np.uint8)
    return Index.build(vectors, labels)


def points(index: Index, seed: int, n: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    near = index.vectors[rng.integers(0, len(index.vectors), n)] + 0.05 * rng.standard_normal((n, 24))
    return np.asarray(near / np.linalg.norm(near, axis=1, keepdims=True), np.float32)


def share_found(index: Index, seed: int, n: int, label: int | None, allowed: np.ndarray | None) -> float:
    """Of the n nearest of 25 points; a row as near as the last of them is as good."""
    of_label = np.ones(len(index.labels), bool) if label is None else index.labels == label
    wanted = of_label if allowed is None else of_label & allowed
    hits = 0
    for point in points(index, seed, 25):
        rows, near = index.nearest(point, n, label, allowed)
        best = exact(index.vectors, point, n, wanted)[1]
        assert len(set(rows.tolist())) == len(rows) == min(n, wanted.sum())
        assert wanted[rows].all()
        assert (np.diff(near) <= 0).all()
        np.testing.assert_allclose(near, index.vectors[rows] @ point, atol=1e-6)
        hits += int((near >= best[-1] - 1e-6).sum()) if len(best) else 0
    return hits / (25 * min(n, int(wanted.sum()))) if wanted.any() else 1.0


@given(st.integers(0, 99), st.sampled_from([1, 10, 50]), st.sampled_from([TRACK, SHOW, FEW, None]),
       st.sampled_from([0.0, 0.001, 0.03, 0.3, 0.6, 0.9]))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_filters_lose_nothing(index, seed, n, label, share):
    allowed = np.random.default_rng(seed).random(len(index.labels)) < share
    assert share_found(index, seed, n, label, allowed) >= 0.98


@given(st.integers(0, 99), st.sampled_from([TRACK, None]))
@settings(max_examples=10, deadline=None)
def test_a_filter_that_leaves_only_what_is_far_loses_nothing_either(index, seed, label):
    here = points(index, seed, 25)
    allowed = (index.vectors @ here.mean(axis=0)) < -0.02
    assert share_found(index, seed, 10, label, allowed) >= 0.98


def test_without_asking_for_more_a_filter_would_lose_most(index):
    allowed = np.random.default_rng(0).random(len(index.labels)) < 0.3
    kept = [allowed[index.graphs[TRACK].nearest(p, 10)].sum() for p in points(index, 0, 25)]
    assert np.mean(kept) < 5


def test_without_a_filter(index):
    for label in (TRACK, SHOW, None):
        assert share_found(index, 3, 10, label, None) >= 0.98
    assert share_found(index, 3, 10, FEW, None) == 1
    assert set(index.graphs) == {TRACK, SHOW}  # of the others there are too few to be worth one


def test_nothing_is_found_where_there_is_nothing(index):
    point = index.vectors[0]
    assert not len(index.nearest(point, 0)[0])
    assert not len(index.nearest(point, 5, 3)[0])
    assert not len(index.nearest(point, 5, TRACK, np.zeros(len(index.labels), bool))[0])
    assert len(index.nearest(point, 10**6, TRACK)[0]) == 9_500


def test_saved_and_loaded_it_answers_the_same_and_is_built_the_same_again(index, tmp_path):
    index.save(tmp_path)
    again = Index.load(tmp_path, index.vectors, index.labels)
    rebuilt = Index.build(index.vectors, index.labels)
    for point in points(index, 5, 20):
        for label in (TRACK, SHOW, FEW):
            want = index.nearest(point, 10, label)[0].tolist()
            assert again.nearest(point, 10, label)[0].tolist() == want
            assert rebuilt.nearest(point, 10, label)[0].tolist() == want
    rebuilt.graphs[TRACK].save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / f"near-{TRACK}.voyager").read_bytes()
    (tmp_path / f"near-{SHOW}.voyager").write_bytes(b"nothing")
    with pytest.raises(InputError, match="holds no index"):
        Index.load(tmp_path, index.vectors, index.labels)


def test_several_threads_may_ask(index):
    asked = points(index, 7, 40)
    want = [index.nearest(p, 10, TRACK)[0].tolist() for p in asked]
    wrong: list[int] = []

    def ask() -> None:
        for _ in range(5):
            wrong.extend(i for i, p in enumerate(asked) if index.nearest(p, 10, TRACK)[0].tolist() != want[i])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_a_graph_that_finds_too_little_is_not_believed(index):
    class Lost(Graph):
        def nearest(self, point, n):
            return super().nearest(point, n)[:3]

    lost = Index(index.vectors, index.labels, {TRACK: Lost(index.graphs[TRACK].inner)})
    assert len(lost.nearest(index.vectors[0], 10, TRACK)[0]) == 10


def test_small_ones_have_no_graph():
    vectors = clustered(EXACT_BELOW - 1, 8, 0)
    assert not Index.build(vectors, np.full(len(vectors), TRACK, np.uint8)).graphs
