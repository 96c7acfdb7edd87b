"""Trees as masks say what scikit-learn's say; monotone where asked."""

from __future__ import annotations

import numpy as np
import pytest

from segue.core.errors import UnknownName, UsageError
from segue.fitted.responses import Beta
from segue.models.responses.boosted_trees import BoostedTrees

from .conftest import NAMES, Planted

ensemble = pytest.importorskip("sklearn.ensemble")


@pytest.mark.parametrize("leaves", [2, 8, 13, 33])
def test_masks_equal_the_trees_they_were_made_of(leaves: int, train: Planted, held_out: Planted) -> None:
    recipe = BoostedTrees(trees=15, leaves=leaves, least=5, folds=0)
    ours = recipe.fit(train.features, train.label, train.weight, np.random.default_rng(0), NAMES)
    theirs = ensemble.HistGradientBoostingClassifier(
        max_iter=15, max_leaf_nodes=leaves, learning_rate=recipe.rate, l2_regularization=recipe.penalty,
        min_samples_leaf=5, max_bins=recipe.bins, early_stopping=False, random_state=0,
    ).fit(train.features, train.label > 0)  # fmt: skip
    assert ours.calibration == Beta()
    rows = np.concatenate([held_out.features, train.features])  # the thresholds lie between training values
    np.testing.assert_allclose(ours.form.logit(rows), theirs.decision_function(rows), atol=1e-5)
    assert np.abs(ours.form.logit(rows) - theirs.decision_function(rows[::-1])).max() > 0.1, "the control"


def test_values_on_a_threshold_go_left() -> None:
    x = np.array([[1], [2], [3], [4]] * 20, np.float32)
    model = BoostedTrees(trees=1, leaves=2, least=1, folds=0).fit(
        x, (x[:, 0] > 2).astype(np.float32), np.ones(80, np.float32), np.random.default_rng(0)
    )
    edge = float(model.form.buckets.edges[0])  # type: ignore[attr-defined]
    below, at = model.predict(np.array([[np.nextafter(np.float32(edge), np.float32(0))], [edge]], np.float32))
    assert below < 0.5 < at


def test_a_label_between_counts_as_both(train: Planted, held_out: Planted) -> None:
    """Learning from the probabilities themselves comes nearer to them than learning from draws."""
    rng = np.random.default_rng(0)
    soft = BoostedTrees(trees=40).fit(train.features, train.chance.astype(np.float32), train.weight, rng)
    hard = BoostedTrees(trees=40).fit(train.features, train.label, train.weight, rng)
    off = [float(np.abs(m.predict(held_out.features) - held_out.chance).mean()) for m in (soft, hard)]
    assert off[0] < 0.7 * off[1]


def test_rising_and_falling(train: Planted) -> None:
    line = np.repeat(train.features[:50], 41, axis=0)
    line[:, 4] = np.tile(np.linspace(996, 1004, 41), 50)  # the noise

    def steps(**told: tuple[str, ...]) -> np.ndarray:
        recipe = BoostedTrees(trees=30, leaves=32, least=3, penalty=0, **told)  # type: ignore[arg-type]
        model = recipe.fit(train.features, train.label, train.weight, np.random.default_rng(0), NAMES)
        return np.diff(model.predict(line).reshape(50, 41), axis=1)

    assert steps(rising=("noise",)).min() >= -1e-6
    assert steps(falling=("noise",)).max() <= 1e-6
    free = steps()
    assert free.min() < -0.01
    assert free.max() > 0.01


def test_what_cannot_be_is_refused(train: Planted) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(UsageError, match="2 to 64"):
        BoostedTrees(leaves=65).fit(train.features, train.label, train.weight, rng)
    with pytest.raises(UnknownName, match="taste"):
        BoostedTrees(rising=("tempo",)).fit(train.features, train.label, train.weight, rng, NAMES)
