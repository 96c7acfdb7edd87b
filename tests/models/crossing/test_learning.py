"""What is kept is chosen on people set aside; where music says nothing, popularity stays."""

from __future__ import annotations

import numpy as np

from segue.models.crossing._learning import FEWEST, learn_crossing
from segue.models.crossing._people import Pairs, histories

from .conftest import TASTES


def test_keeps_a_crossing_where_taste_crosses(planted) -> None:
    data = planted()
    found = learn_crossing(data.of, data.by, ["ridge"], np.random.default_rng(0))
    assert found.model is not None
    assert found.people == 240
    assert found.inner["blend"] > 1.3 * found.inner["popular"]
    best = np.argsort(-found.model.score(histories(data.by, np.arange(240))), axis=1)[:, :10]
    assert (best % TASTES == data.taste[:, None]).mean() > 0.7


def test_shuffled_music_leaves_popularity(planted) -> None:
    for seed in range(5):
        data = planted(seed=seed, shuffled=True)
        assert learn_crossing(data.of, data.by, ["ridge"], np.random.default_rng(seed)).model is None


def test_too_few_people_to_choose_by(planted) -> None:
    data = planted(FEWEST - 1)
    found = learn_crossing(data.of, data.by, ["ridge"], np.random.default_rng(0))
    assert found.model is None
    assert found.protocol == "too few people took both"


def test_pairs_are_people_with_both(planted) -> None:
    data = planted(40)
    less = data.of.only(data.of.owner_rows() >= 10)
    pairs = Pairs.make(less, data.by)
    assert pairs.of.tolist() == pairs.by.tolist() == list(range(10, 40))
