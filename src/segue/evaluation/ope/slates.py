"""Pages of several choices: estimators that differ in what they take a slot's reward to depend on.

standard       the whole page                       IPS: the product of all weights
reward-inter.  the choices above and its own        RIPS: McInerney et al. (2020)
cascade-DR     the same, with a model               Kiyohara et al. (2022)
independent    its own choice                       IIPS: Li et al. (2018)
pseudo-inverse a sum of a part a slot, unobserved   PI: Swaminathan et al. (2017)

Arrays are (P, K) float64: P pages, K slots from the top. A page with fewer than K choices has `shown` False, reward 0
and weight 1 in the rest. `weight` is that of the choice given the ones above it, but for IIPS and PI, where it is that
of the item in the slot whatever stands above; the two are the same where slots are filled independently.
"""

from __future__ import annotations

import numpy as np

from segue.core.types import F64, Bools
from segue.evaluation.ope.terms import Terms, mean_of


def slate_ips(reward: F64, weight: F64) -> Terms:
    return mean_of(weight.prod(axis=1) * reward.sum(axis=1))


def slate_snips(reward: F64, weight: F64) -> Terms:
    whole = weight.prod(axis=1)
    return Terms((whole * reward.sum(axis=1))[:, None], whole[:, None])


def rips(reward: F64, weight: F64) -> Terms:
    return mean_of((np.cumprod(weight, axis=1) * reward).sum(axis=1))


def snrips(reward: F64, weight: F64, shown: Bools) -> Terms:
    """Self-normalized a slot."""
    return _by_slot(reward, np.asarray(np.cumprod(weight, axis=1), np.float64), shown)


def iips(reward: F64, weight: F64) -> Terms:
    return mean_of((weight * reward).sum(axis=1))


def sniips(reward: F64, weight: F64, shown: Bools) -> Terms:
    return _by_slot(reward, weight, shown)


def cascade_dr(reward: F64, weight: F64, q: F64, v: F64) -> Terms:
    """`q` (P, K): the model's reward from this slot to the end, for the logged choice; `v`: its mean under the target,
    given the logged choices above. Both 0 where nothing is shown. Either may only look at what stands above."""
    so_far = np.cumprod(weight, axis=1)
    before = np.concatenate([np.ones((len(weight), 1)), so_far[:, :-1]], axis=1)
    return mean_of((so_far * (reward - q) + before * v).sum(axis=1))


def pi_factored(reward: F64, weight: F64) -> Terms:
    """The pseudo-inverse estimator where slots are filled independently: the page's reward times Σ_k w_k − K + 1."""
    return mean_of(reward.sum(axis=1) * (weight.sum(axis=1) - weight.shape[1] + 1))


def pi(reward: F64, page_weight: F64) -> Terms:
    """`page_weight` (P,) from `segue.evaluation.ope.pseudo_inverse`."""
    return mean_of(reward.sum(axis=1) * page_weight)


def snpi(reward: F64, page_weight: F64) -> Terms:
    return Terms((page_weight * reward.sum(axis=1))[:, None], page_weight[:, None])


def _by_slot(reward: F64, weight: F64, shown: Bools) -> Terms:
    there = shown.any(axis=0)
    reward, weight, shown = reward[:, there], weight[:, there], shown[:, there]
    share = shown.mean(axis=0)
    return Terms(np.where(shown, share * weight * reward, 0.0), np.where(shown, weight, 0.0))
