"""Balance by hand, by enumeration, and against what it must be at its ends: nothing at 0, the target at the far end."""

from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.slates import Arms
from segue.core.types import F32, F64
from segue.policies import choose, probabilities
from segue.policies.greedy import Greedy
from segue.policies.plackett_luce import PlackettLuce
from segue.ranking import SMOOTHING, Balance, divergence

seeds = st.integers(0, 2**32 - 1)


def drawn(seed: int, arms: int, categories: int, sharp: float = 0.3) -> tuple[F32, F32, F32]:
    """(C,) a target, (A, C) shares and (A,) scores."""
    rng = np.random.default_rng(seed)
    target = rng.dirichlet(np.ones(categories)).astype(np.float32)
    shares = rng.dirichlet(np.full(categories, sharp), arms).astype(np.float32)
    return target, shares, rng.normal(size=arms).astype(np.float32)


def slate(scores: F32, balance: Balance, k: int) -> tuple[int, ...]:
    arms = Arms.of(range(len(scores)), scores)
    return choose(Greedy(), arms, k, np.random.default_rng(0), added=balance.added).chosen


def mix(shares: F32, chosen: Sequence[int]) -> F64:
    return np.asarray(shares[list(chosen)].mean(axis=0), np.float64)


@given(seeds)
def test_divergence_is_zero_for_the_same_and_above_it_for_others(seed: int) -> None:
    target, shares, _ = drawn(seed, 2, 6)
    assert divergence(target, target) == pytest.approx(0, abs=1e-9)
    different = np.abs(shares - target).max(axis=1) > 1e-3
    assert (divergence(target, shares)[different] > 0).all()
    assert (divergence(target, shares) <= -np.log(SMOOTHING) + 1e-9).all()


def test_divergence_by_hand() -> None:
    found = divergence(np.array([0.5, 0.5]), np.array([0.25, 0.75]), smoothing=0.0)
    assert float(found) == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))
    nothing_shared = divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert float(nothing_shared) == pytest.approx(-np.log(SMOOTHING))


@given(seeds, st.integers(0, 4), st.integers(0, 5))
def test_what_is_added_is_what_the_divergence_of_all_cards_falls_by(seed: int, chosen: int, above: int) -> None:
    target, shares, _ = drawn(seed, 7, 5)
    target[4] = 0
    target /= target.sum()
    rng = np.random.default_rng(seed)
    page = rng.dirichlet(np.ones(5), above).sum(axis=0) if above else None
    cards = rng.integers(1, 9, 7).astype(np.float32)
    rows = rng.permutation(7)[:chosen].tolist()
    n = above + cards[rows].sum()
    held = (cards[rows, None] * shares[rows]).sum(axis=0) + (0 if page is None else page)
    before = n * divergence(target, held / n) if n else 0.0
    after = (n + cards) * divergence(target, (held + cards[:, None] * shares) / (n + cards)[:, None])
    balance = Balance.of(target, shares, 0.7, page, cards)
    assert balance.added(rows) == pytest.approx(0.7 * (before - after) / cards, abs=1e-4)


def test_several_distributions_add_up() -> None:
    target, shares, _ = drawn(1, 6, 5)
    kinds, of_kind, _ = drawn(2, 6, 3)
    both = Balance.of(np.concatenate([target, kinds]), np.concatenate([shares, of_kind], axis=1), 0.4)
    apart = Balance.of(target, shares, 0.4).added([1, 3]) + Balance.of(kinds, of_kind, 0.4).added([1, 3])
    assert both.added([1, 3]) == pytest.approx(apart, abs=1e-5)


@given(seeds)
def test_without_a_weight_or_a_target_it_is_plain_relevance(seed: int) -> None:
    target, shares, scores = drawn(seed, 9, 4)
    best = tuple(np.argsort(-scores, kind="stable")[:5].tolist())
    assert slate(scores, Balance.of(target, shares, 0.0), 5) == best
    assert slate(scores, Balance.of(np.zeros(4), shares, 5.0), 5) == best


def test_a_weight_moves_it_from_plain_relevance() -> None:
    """The control of the one above: one taste has all the best scores."""
    shares = np.repeat(np.eye(2, dtype=np.float32), 6, axis=0)
    scores = (-np.arange(12) / 12).astype(np.float32)
    assert slate(scores, Balance.of(np.array([0.5, 0.5]), shares, 0.0), 6) == tuple(range(6))
    assert sum(i < 6 for i in slate(scores, Balance.of(np.array([0.5, 0.5]), shares, 5.0), 6)) == 3


@given(seeds)
def test_without_end_the_mix_comes_as_near_the_target_as_the_arms_allow(seed: int) -> None:
    target, _, scores = drawn(seed, 18, 3)
    pure = np.eye(3, dtype=np.float32)  # so that a list of 6 is how many it has of each
    chosen = slate(scores, Balance.of(target, np.repeat(pure, 6, axis=0), 1e4), 6)
    found = float(divergence(target, mix(pure, [i // 6 for i in chosen])))
    every = [float(divergence(target, mix(pure, c))) for c in combinations_with_replacement(range(3), 6)]
    assert found <= 1.1 * min(every) + 1e-6
    assert found < np.median(every)


@given(seeds)
def test_greedy_keeps_the_bound_of_steck(seed: int) -> None:
    """Below a page of cards, relevance plus K · λ · Σ p log(held) is monotone and submodular, so that choosing greedily
    by it gains (1 - 1/e) of what is best (Nemhauser et al. 1978). Its terms are those of Balance, each step n + 1
    weighed anew by K / (n + 1)."""
    target, shares, scores = drawn(seed, 9, 4, 0.2)
    scores = np.abs(scores)
    page, k, weight = np.full(4, 0.5), 4, 0.8

    def worth(chosen: Sequence[int]) -> float:
        rows = list(chosen)
        held = (1 - SMOOTHING) * (page + shares[rows].sum(axis=0)) + SMOOTHING * target * (2 + len(rows))
        return float(scores[rows].sum() + k * weight * (target @ np.log(held)))

    def added(chosen: Sequence[int]) -> F64:
        n = 2 + len(chosen)
        balance = Balance.of(target, shares, weight * k / (n + 1), page)
        return balance.added(chosen)

    arms = Arms.of(range(9), scores)
    found = worth(choose(Greedy(), arms, k, np.random.default_rng(0), added=added).chosen) - worth(())
    best = max(worth(c) for c in combinations(range(9), k)) - worth(())
    assert found >= (1 - 1 / np.e) * best


def test_the_probabilities_of_a_balanced_slate_are_exact() -> None:
    target, shares, scores = drawn(3, 8, 4)
    arms, policy = Arms.of(range(8), scores), PlackettLuce()
    added = Balance.of(target, shares, 0.5).added
    decision = choose(policy, arms, 5, np.random.default_rng(0), added=added)
    again = probabilities(policy, arms, decision.chosen, np.random.default_rng(0), added)
    assert decision.propensities == pytest.approx(again.tolist())
    plain = probabilities(policy, arms, decision.chosen, np.random.default_rng(0))
    assert decision.propensities != pytest.approx(plain.tolist())


@given(seeds, st.integers(0, 40), st.integers(0, 9))
def test_what_is_steady_is_what_was_added_before_the_last_eighth(seed: int, above: int, chosen: int) -> None:
    target, shares, _ = drawn(seed, 12, 5)
    rng = np.random.default_rng(seed)
    page = rng.dirichlet(np.ones(5), above).sum(axis=0) if above else None
    rows = rng.permutation(12)[:chosen].tolist()
    balance, asked = Balance.of(target, shares, 0.7, page), Balance.of(target, shares, 0.7, page)
    found = balance.steady(rows)
    exact = [asked.added(rows[:i]) for i in range(chosen + 1)]
    stood = max(i for i in range(chosen + 1) if found == pytest.approx(exact[i], rel=1e-12))
    assert chosen - stood <= (above + stood) / 8
    if above + chosen < 16:
        assert stood == chosen
    for i in range(chosen):  # asked on the way as choices are made, it says the same
        balance.steady(rows[:i])
    assert balance.steady(rows).tolist() == found.tolist()
    assert balance.steady(rows) is balance.steady(rows)


def test_the_cards_above_count() -> None:
    shares = np.eye(2, dtype=np.float32)
    target = np.array([0.5, 0.5])
    assert slate(np.zeros(2, np.float32), Balance.of(target, shares, 1.0, np.array([3.0, 0.0])), 1) == (1,)
    assert slate(np.zeros(2, np.float32), Balance.of(target, shares, 1.0, np.array([0.0, 3.0])), 1) == (0,)
