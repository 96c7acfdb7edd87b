"""Values worked out by hand, and unbiasedness without a simulation: the mean over every log there can be, each with its
probability, is the true value."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product

import numpy as np
import pytest

from segue.core.types import F64
from segue.evaluation.ope import doubly_robust, pseudo_inverse, slates, weighting
from segue.evaluation.ope.terms import Terms

ARMS = 3
MU = np.array([0.5, 0.3, 0.2])
PI = np.array([0.1, 0.2, 0.7])
CHANCE = np.array([0.2, 0.5, 0.9])  # of a reward of 1
Q = np.array([0.3, 0.1, 0.6])  # a model that is wrong
TRUE = float(PI @ CHANCE)


def test_by_hand() -> None:
    reward, weight = np.array([1.0, 0.0, 1.0, 1.0]), np.array([2.0, 1.0, 0.5, 0.0])
    q, v = np.array([0.5, 0.5, 1.0, 0.0]), np.array([0.4, 0.6, 0.2, 0.8])
    assert weighting.ips(reward, weight).value == pytest.approx(2.5 / 4)
    assert weighting.clipped_ips(reward, weight, 1.5).value == pytest.approx(2.0 / 4)
    assert weighting.snips(reward, weight).value == pytest.approx(2.5 / 3.5)
    assert doubly_robust.dm(v).value == pytest.approx(0.5)
    assert doubly_robust.dr(reward, weight, q, v).value == pytest.approx(0.5 + (1.0 - 0.5 + 0.0 + 0.0) / 4)
    assert doubly_robust.sndr(reward, weight, q, v).value == pytest.approx(0.5 + 0.5 / 3.5)
    assert doubly_robust.switch_dr(reward, weight, q, v, 1.0).value == pytest.approx(0.5 - 0.5 / 4)
    shrunk = np.array([2 * 2 / 6, 2 / 3, 2 * 0.5 / 2.25, 0.0])
    assert doubly_robust.dr_os(reward, weight, q, v, 2.0).value == pytest.approx(
        0.5 + (shrunk[0] * 0.5 - shrunk[1] * 0.5) / 4
    )
    np.testing.assert_allclose(doubly_robust.mrdr_weights(PI, MU), [0.2, 0.2 * 0.7 / 0.09, 0.7 * 0.8 / 0.04])


def enumerated(estimate: Callable[[np.ndarray, F64], Terms], rounds: int = 2) -> float:
    """Σ P(log) × estimate over every log of some rounds: all choices and all outcomes."""
    total = 0.0
    for actions in product(range(ARMS), repeat=rounds):
        for rewards in product((0.0, 1.0), repeat=rounds):
            a, r = np.array(actions), np.array(rewards)
            chance = MU[a].prod() * np.where(r == 1, CHANCE[a], 1 - CHANCE[a]).prod()
            total += chance * estimate(a, r).value
    return total


def test_ips_and_dr_are_unbiased_over_every_log() -> None:
    w = PI / MU
    assert enumerated(lambda a, r: weighting.ips(r, w[a])) == pytest.approx(TRUE, abs=1e-12)
    v = np.full(2, PI @ Q)
    assert enumerated(lambda a, r: doubly_robust.dr(r, w[a], Q[a], v)) == pytest.approx(TRUE, abs=1e-12)
    blind = np.full(2, 0.37)  # a model that does not look at the choice
    assert enumerated(lambda a, r: doubly_robust.dr(r, w[a], blind, blind)) == pytest.approx(TRUE, abs=1e-12)


def test_control_clipping_a_wrong_propensity_and_the_model_alone_are_biased() -> None:
    w = PI / MU
    assert enumerated(lambda a, r: weighting.clipped_ips(r, w[a], 1.0)) < TRUE - 0.1
    assert enumerated(lambda a, r: weighting.ips(r, PI[a] / np.array([0.5, 0.25, 0.25])[a])) != pytest.approx(
        TRUE, abs=1e-3
    )
    assert doubly_robust.dm(np.full(2, PI @ Q)).value != pytest.approx(TRUE, abs=1e-3)


def test_dr_with_a_perfect_model_is_right_with_wrong_propensities() -> None:
    w = PI / np.array([0.1, 0.2, 0.7])
    v = np.full(2, TRUE)
    assert enumerated(lambda a, r: doubly_robust.dr(r, w[a], CHANCE[a], v)) == pytest.approx(TRUE, abs=1e-12)


SLOTS, ITEMS = 2, 3
PAGES = list(permutations(range(ITEMS), SLOTS))


def plackett_luce(score: F64) -> dict[tuple[int, ...], list[float]]:
    """Of every page the chances of its choices, each given the ones above."""
    out = {}
    for page in PAGES:
        left, chances = list(range(ITEMS)), []
        for item in page:
            chances.append(float(score[item] / score[left].sum()))
            left.remove(item)
        out[page] = chances
    return out


LOGGED, WANTED = plackett_luce(np.array([3.0, 2.0, 1.0])), plackett_luce(np.array([1.0, 1.0, 4.0]))


def slate_value(reward: Callable[[tuple[int, ...]], list[float]]) -> float:
    return sum(float(np.prod(WANTED[p])) * sum(reward(p)) for p in PAGES)


def over_pages(estimate: Callable[[F64, F64, tuple[int, ...]], Terms], reward: Callable) -> float:
    """Σ P(page) × estimate over every page (with its expected reward: the estimators are linear in it)."""
    total = 0.0
    for p in PAGES:
        w = np.array([WANTED[p]]) / np.array([LOGGED[p]])
        total += float(np.prod(LOGGED[p])) * estimate(np.array([reward(p)]), w, p).value
    return total


def anything(page: tuple[int, ...]) -> list[float]:
    """Rewards that depend on the whole page."""
    return [0.1 * page[0] + 0.3 * page[1] * page[0] + 0.2, 0.5 * (page[1] > page[0]) + 0.05 * page[1]]


def cascade(page: tuple[int, ...]) -> list[float]:
    return [0.1 + 0.2 * page[0], 0.4 * page[1] * (page[0] == 1) + 0.1]


def alone(page: tuple[int, ...]) -> list[float]:
    return [0.1 + 0.2 * page[0], 0.3 + 0.1 * page[1] ** 2]


def marginal(policy: dict[tuple[int, ...], list[float]]) -> F64:
    out = np.zeros((SLOTS, ITEMS))
    for p, chances in policy.items():
        out[np.arange(SLOTS), p] += np.prod(chances)
    return out


def test_slate_ips_is_unbiased_whatever_rewards_depend_on() -> None:
    assert over_pages(lambda r, w, p: slates.slate_ips(r, w), anything) == pytest.approx(slate_value(anything))


def test_rips_and_cascade_dr_are_unbiased_where_nothing_below_matters() -> None:
    assert over_pages(lambda r, w, p: slates.rips(r, w), cascade) == pytest.approx(slate_value(cascade))

    def with_model(r: F64, w: F64, p: tuple[int, ...]) -> Terms:
        first, second = np.array([0.7, 0.2, 0.4]), np.array([0.5, 0.9, 0.3])  # wrong on purpose
        q = np.array([[first[p[0]], second[p[1]]]])
        given = WANTED_GIVEN[p[0]]
        v = np.array([[marginal(WANTED)[0] @ first, given @ second]])
        return slates.cascade_dr(r, w, q, v)

    assert over_pages(with_model, cascade) == pytest.approx(slate_value(cascade))


WANTED_GIVEN = {
    first: np.array([WANTED.get((first, item), [0.0, 0.0])[1] for item in range(ITEMS)]) for first in range(ITEMS)
}


def test_control_rips_is_biased_where_what_is_below_matters() -> None:
    assert over_pages(lambda r, w, p: slates.rips(r, w), anything) != pytest.approx(slate_value(anything), abs=1e-3)


def test_iips_is_unbiased_where_a_reward_depends_on_its_own_choice() -> None:
    ratio = marginal(WANTED) / marginal(LOGGED)

    def own(r: F64, w: F64, p: tuple[int, ...]) -> Terms:
        return slates.iips(r, ratio[np.arange(SLOTS), p][None])

    assert over_pages(own, alone) == pytest.approx(slate_value(alone))
    assert over_pages(own, cascade) != pytest.approx(slate_value(cascade), abs=1e-3)


def test_pseudo_inverse_is_unbiased_for_sums_of_parts_also_when_choices_hang_together() -> None:
    pages = np.array(PAGES)
    gamma, _ = pseudo_inverse.moments(pages, np.array([np.prod(LOGGED[p]) for p in PAGES]), ITEMS)
    weight = dict(zip(PAGES, pseudo_inverse.page_weights(pages, gamma, marginal(WANTED))))

    def found(r: F64, w: F64, p: tuple[int, ...]) -> Terms:
        return slates.pi(r, np.array([weight[p]]))

    assert over_pages(found, alone) == pytest.approx(slate_value(alone))
    assert sum(float(np.prod(LOGGED[p])) * weight[p] for p in PAGES) == pytest.approx(1)


def test_uniform_moments_are_those_of_all_pages() -> None:
    gamma, theta = pseudo_inverse.moments(np.array(PAGES), np.full(len(PAGES), 1 / len(PAGES)), ITEMS)
    np.testing.assert_allclose(pseudo_inverse.uniform_moments(SLOTS, ITEMS), gamma, atol=1e-12)
    np.testing.assert_allclose(theta, 1 / ITEMS)
    with pytest.raises(ValueError, match="4 slots of 3 arms"):
        pseudo_inverse.uniform_moments(4, 3)


def test_where_slots_are_independent_the_pseudo_inverse_is_the_short_form() -> None:
    rng = np.random.default_rng(0)
    logged, wanted = rng.dirichlet(np.ones(3), 2), rng.dirichlet(np.ones(3), 2)
    pages = np.array(list(product(range(3), repeat=2)))
    chance = logged[0][pages[:, 0]] * logged[1][pages[:, 1]]
    gamma, _ = pseudo_inverse.moments(pages, chance, 3)
    ratio = (wanted / logged)[np.arange(2), pages]
    np.testing.assert_allclose(pseudo_inverse.page_weights(pages, gamma, wanted), ratio.sum(axis=1) - 1, atol=1e-9)
    reward = rng.random((9, 2))
    np.testing.assert_allclose(
        slates.pi_factored(reward, ratio).num[:, 0], slates.pi(reward, ratio.sum(axis=1) - 1).num[:, 0]
    )
