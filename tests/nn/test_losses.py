"""The softmax over a catalogue against its definition, and the sampled one against that."""

from __future__ import annotations

import numpy as np
import pytest

from segue.nn.losses import softmax_loss

torch = pytest.importorskip("torch")

P, N, D, W = 6, 50, 4, 3


def parts() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    weight = rng.random((P, W))
    weight[0, 1:] = 0  # nothing but the next
    weight /= weight.sum(axis=1, keepdims=True)
    wanted = np.stack([rng.choice(N, W, replace=False) for _ in range(P)])
    return rng.normal(size=(P, D)), rng.normal(size=(N, D)), wanted, weight


def test_is_the_cross_entropy_with_what_is_wanted() -> None:
    states, targets, wanted, weight = parts()
    scores = states @ targets.T
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    want = -np.mean([weight[p] @ log_p[p, wanted[p]] for p in range(P)])
    got = softmax_loss(*map(torch.from_numpy, (states, targets, wanted, weight)))
    assert float(got) == pytest.approx(want, rel=1e-9)


def test_all_items_drawn_once_are_the_whole_catalogue() -> None:
    states, targets, wanted, weight = map(torch.from_numpy, parts())
    drawn = torch.arange(N), torch.zeros(N).double()  # each is expected once
    whole = softmax_loss(states, targets, wanted, weight)
    assert float(softmax_loss(states, targets, wanted, weight, drawn)) == pytest.approx(float(whole), rel=1e-9)


def test_a_sample_estimates_the_whole_however_it_is_drawn() -> None:
    """Uneven draws. The log of an estimate falls a little short, without the correction four times as much."""
    states, targets, wanted, weight = map(torch.from_numpy, parts())
    rng = np.random.default_rng(1)
    share = np.arange(1, N + 1) / np.arange(1, N + 1).sum()
    whole = float(softmax_loss(states, targets, wanted, weight))
    found, naive = [], []
    for _ in range(200):
        rows, times = np.unique(rng.choice(N, 300, p=share), return_counts=True)
        expected = torch.from_numpy(np.log(300 * share[rows] / times))
        found.append(float(softmax_loss(states, targets, wanted, weight, (torch.from_numpy(rows), expected))))
        naive.append(float(softmax_loss(states, targets, wanted, weight, (torch.from_numpy(rows), 0 * expected))))
    assert np.mean(found) == pytest.approx(whole, abs=0.04)
    assert whole - np.mean(naive) > 0.09
