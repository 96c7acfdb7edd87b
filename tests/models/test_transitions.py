"""Transitions counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from segue.core.types import Interactions, Queries
from segue.models._pairs import lagged
from segue.models.transitions import Transitions

Make = Callable[..., Interactions]
RNG = np.random.default_rng(0)
CHAIN = Transitions(window=1, last=1, smoothing=0.0, backward=0.0, source_power=0.0, target_power=0.0)


@pytest.fixture
def lines(taken: Make) -> Interactions:
    return taken([[1, 2, 3], [1, 2, 4], [2, 1]], n=4, ordered=True)


def asked(*history: int) -> Queries:
    return Queries.of(np.array([0, len(history)]), np.array(history, np.int32))


def test_first_order_counts(lines: Interactions) -> None:
    want = np.zeros((4, 4))
    want[0, 1], want[1, 2], want[1, 3], want[1, 0] = 2, 1, 1, 1
    np.testing.assert_array_equal(lagged(lines, window=1).toarray(), want)


def test_the_markov_chain_looks_at_the_last_item_only(lines: Interactions) -> None:
    model = CHAIN.fit(lines, RNG)
    np.testing.assert_array_equal(model.score(asked(4, 3, 1))[0], [0, 2, 0, 0])
    longer = replace(CHAIN, last=2, history_decay=0.5).fit(lines, RNG)
    np.testing.assert_array_equal(longer.score(asked(2, 1))[0], [0.5, 2, 0.5, 0.5])


def test_order_matters_control(taken: Make) -> None:
    turned = taken([[3, 2, 1], [4, 2, 1], [1, 2]], n=4, ordered=True)
    np.testing.assert_array_equal(CHAIN.fit(turned, RNG).score(asked(1))[0], [0, 1, 0, 0])


def test_lags_decay_and_owners_do_not_mix(taken: Make) -> None:
    data = taken([[1, 2, 3], [4, 1]], n=4, ordered=True)
    got = lagged(data, window=3, lag_power=1.0, lag_decay=0.5).toarray()
    want = np.zeros((4, 4))
    want[0, 1], want[1, 2], want[0, 2], want[3, 0] = 1, 1, 0.5 / 2, 1
    np.testing.assert_allclose(got, want)


def test_backward_weight_and_owner_power(taken: Make) -> None:
    data = taken([[1, 2, 3, 4]], n=4, ordered=True)
    got = lagged(data, window=1, backward=0.25, owner_power=0.5).toarray()
    assert (got[0, 1], got[1, 0]) == (0.5, 0.125)


def test_an_item_does_not_follow_itself(taken: Make) -> None:
    data = taken([[1, 1, 2]], n=2, ordered=True)
    np.testing.assert_array_equal(lagged(data, window=1).toarray(), [[0, 1], [0, 0]])


def test_smoothing_is_the_log_of_a_dirichlet_mean(lines: Interactions) -> None:
    """Ranks by sum over the history of log((C + s) / (C. + N s)), whose item-free part is left out."""
    got = replace(CHAIN, smoothing=0.5, last=2, history_decay=0.7).fit(lines, RNG).score(asked(1, 2))[0]
    counts = lagged(lines, window=1).toarray()
    probability = (counts + 0.5) / (counts.sum(axis=1, keepdims=True) + 4 * 0.5)
    want = 0.7 * np.log(probability[0]) + np.log(probability[1])
    np.testing.assert_allclose(got - got[0], want - want[0], rtol=1e-5, atol=1e-6)


def test_two_steps_reach_what_one_does_not(taken: Make) -> None:
    data = taken([[1, 2], [2, 3]], n=3, ordered=True)
    one = CHAIN.fit(data, RNG).score(asked(1))[0]
    two = replace(CHAIN, second_step=0.5).fit(data, RNG).score(asked(1))[0]
    assert one[2] == 0
    np.testing.assert_allclose(two, [0, 1, 0.5])


def test_powers_divide_by_relative_sums(lines: Interactions) -> None:
    got = replace(CHAIN, source_power=1.0, target_power=0.5, last=0, history_decay=1.0).fit(lines, RNG)
    counts = lagged(lines, window=1).toarray()
    mean = counts.sum() / 2  # two items have successors
    rows, columns = np.maximum(counts.sum(1), 1e-9) / mean, np.maximum(counts.sum(0), 1e-9) / mean
    np.testing.assert_allclose(got.weights.toarray(), counts / rows[:, None] / columns**0.5, rtol=1e-5)


def test_only_the_strongest_are_kept(lines: Interactions) -> None:
    kept = replace(CHAIN, neighbours=1).fit(lines, RNG).weights
    assert np.diff(kept.indptr).tolist() == [1, 1, 0, 0]
