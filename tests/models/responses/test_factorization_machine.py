"""The slope is the loss's, and the served form sums every pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import scipy.sparse as sp

from segue.models.responses._rows import Rows
from segue.models.responses.factorization_machine import FactorizationMachine, loss

from .conftest import NAMES, Planted, log_loss


@pytest.fixture
def small() -> tuple[sp.csr_array, Rows]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 5)) * (rng.random((30, 5)) < 0.7)
    label = (rng.random(30) < 0.4).astype(np.float32)
    return sp.csr_array(x), Rows.of(x.astype(np.float32), label, rng.uniform(0.5, 3, 30).astype(np.float32), None)


def test_the_slope_by_differences(small: tuple[sp.csr_array, Rows]) -> None:
    at = loss(*small, rank=3, penalty=2.0, pair_penalty=5.0)
    theta = np.random.default_rng(1).normal(0, 0.5, 1 + 5 * 4)
    _, slope = at(theta)
    step = 1e-5 * np.eye(len(theta))
    by_hand = np.array([(at(theta + e)[0] - at(theta - e)[0]) / 2e-5 for e in step])
    np.testing.assert_allclose(slope, by_hand, atol=1e-8)
    assert np.abs(slope - by_hand[::-1]).max() > 1e-3, "the control"


def test_served_is_the_sum_over_pairs(train: Planted) -> None:
    """The folded form against the definition: x·w + Σ over i < j of (v_i·v_j) x_i x_j."""
    recipe = FactorizationMachine(rank=3, steps=10, folds=0)
    form = recipe.fit(train.features, train.label, train.weight, np.random.default_rng(0), NAMES).form
    rows = train.features[:20]
    codes = form.buckets.codes(rows).T  # type: ignore[attr-defined]
    sizes = form.buckets.sizes  # type: ignore[attr-defined]
    x = np.concatenate([form.scaling(rows), *(np.eye(s)[c] for s, c in zip(sizes, codes.T))], axis=1)  # type: ignore[attr-defined]
    v = form.vectors.astype(np.float64)  # type: ignore[attr-defined]
    pairs = sum((v[i] @ v[j]) * x[:, i] * x[:, j] for i, j in combinations(range(len(v)), 2))
    want = form.base + x @ form.weights + pairs  # type: ignore[attr-defined]
    np.testing.assert_allclose(form.logit(rows), want, atol=1e-4)
    assert np.abs(form.logit(rows) - (want - pairs)).max() > 0.05, "the control: without the pairs"


def test_three_seeds_come_to_much_the_same(train: Planted, held_out: Planted) -> None:
    recipe = FactorizationMachine(folds=0, steps=60)
    losses = [
        log_loss(held_out.label, recipe.fit(train.features, train.label, train.weight, rng).predict(held_out.features))
        for rng in map(np.random.default_rng, (1, 2, 3))
    ]
    assert max(losses) - min(losses) < 0.01
