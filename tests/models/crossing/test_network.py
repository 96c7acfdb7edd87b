"""The sampled softmax, and several networks served as one."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from segue.models.crossing import Points
from segue.models.crossing._people import histories
from segue.models.crossing.network import CrossNetwork, sampled, side_by_side

from .conftest import TASTES

pytest.importorskip("torch", reason="networks are trained in torch, of the extra ml")


def test_a_sampled_softmax_finds_the_taste_too(planted) -> None:
    data = planted(400)
    rng = np.random.default_rng(1)
    recipe = CrossNetwork(full=10, negatives=20, nets=2, rate=3e-3)
    model = recipe.fit(data.of, data.by, Points.of(data.by, rng), rng)
    best = np.argsort(-model.score(histories(data.by, np.arange(400))), axis=1)[:, :10]
    assert (best % TASTES == data.taste[:, None]).mean() > 0.7


def test_sampled_columns_hold_the_truth_and_are_drawn_as_often_as_said() -> None:
    chances = np.array([0.5, 0.3, 0.1, 0.05, 0.05], np.float32)
    truth, rng = sp.csr_array(np.array([[0, 0, 0, 0, 1]], np.float32)), np.random.default_rng(0)
    drawn = [sampled(chances, truth, 1, rng) for _ in range(2_000)]
    assert all(4 in columns for columns in drawn)
    often = np.array([np.mean([c in columns for columns in drawn]) for c in range(4)])
    assert np.allclose(often, chances[:4], atol=0.04)


def test_side_by_side_is_the_mean() -> None:
    rng = np.random.default_rng(0)

    def net() -> list[tuple[np.ndarray, np.ndarray]]:
        sizes = [(3, 5), (5, 4), (4, 6)]
        return [(rng.normal(size=s).astype(np.float32), rng.normal(size=s[1]).astype(np.float32)) for s in sizes]

    def run(layers, x):
        for n, (w, b) in enumerate(layers):
            x = x @ w + b
            x = np.maximum(x, 0) if n + 1 < len(layers) else x
        return x

    nets, x = [net(), net(), net()], rng.normal(size=(7, 3)).astype(np.float32)
    assert np.allclose(run(side_by_side(nets), x), np.mean([run(n, x) for n in nets], axis=0), atol=1e-4)
