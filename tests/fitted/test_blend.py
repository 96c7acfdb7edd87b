"""The nearest items of a blend are those that comparing with everything finds."""

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import NO_IDS
from segue.fitted._reading import Reading
from segue.fitted.blend import Blend
from segue.fitted.factors import Factors
from segue.fitted.item_weights import ItemWeights
from segue.fitted.shared_traits import SharedTraits

N, D = 250, 8  # few enough that the scale of a dense part is taken from all


@pytest.fixture(params=["sparse and dense", "dense only", "traits"])
def blend(request):
    rng = np.random.default_rng(0)
    items = np.arange(1, N + 1, dtype=np.int32) * 3
    weights = sp.csr_array(sp.random_array((N, N), density=0.25, random_state=rng, dtype=np.float32))
    factors = Factors(items, rng.normal(size=(N, D)).astype(np.float32), np.ones(D, np.float32), Reading(), 0.1, 1.0, 0)
    traits = sp.csr_array(np.eye(4, dtype=np.float32)[rng.integers(0, 4, N)])
    parts = {
        "sparse and dense": (ItemWeights(items, weights, Reading()), factors),
        "dense only": (factors,),
        "traits": (SharedTraits(items, traits, 0.5, 0.0), ItemWeights(items, weights, Reading()), factors),
    }[request.param]
    shares = np.linspace(1, 0.5, len(parts)).astype(np.float32)
    return Blend(items, tuple(map(str, range(len(parts)))), parts, shares, shares)


def test_nearest_has_the_similarities_of_all(blend):
    for item in blend.items[::37].tolist():
        every = blend.similar(item)
        rows, values = blend.nearest(item, 10)
        assert len(rows) == 10
        np.testing.assert_allclose(values, every[rows], atol=1e-4)


def test_nearest_are_the_best_of_the_related(blend):
    item = int(blend.items[5])
    every = blend.similar(item)
    related = np.zeros(N, bool)
    for part in blend.components:
        if hasattr(part, "related"):
            related[part.related(item)[0]] = True
    among = related if related.any() else np.ones(N, bool)
    rows, _ = blend.nearest(item, 10)
    best = np.argsort(np.where(among, -every, np.inf), kind="stable")[:10]
    assert set(rows.tolist()) == set(best.tolist())


def test_nobody_is_near_a_stranger(blend):
    _, values = blend.nearest(1, 10)  # no such item
    assert not (values > 0).any()
    assert len(blend.nearest(1, 0)[0]) == len(NO_IDS)
