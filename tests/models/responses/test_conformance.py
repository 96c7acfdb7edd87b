"""What every response model must do; a new one is tested here by being there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.core.errors import InputError, NotReady
from segue.core.types import F32, F64
from segue.fitted.responses import Beta, Response, load_response, save_response
from segue.models.responses import RESPONSES
from segue.nn.training import Training

from .conftest import NAMES, Planted, log_loss, planted

SLACK = 0.75  # of what the truth gains on the base rate, a model must gain
QUICK: dict[str, dict[str, Any]] = {
    "boosted-trees": {"trees": 40},
    "factorization-machine": {"rank": 3, "steps": 50},
    "deep-cross": {"widths": (32,), "training": Training(epochs=15, rate=5e-3)},
}
NEEDS = {"boosted-trees": ("sklearn",), "deep-cross": ("torch", "onnx", "onnxruntime")}


def recipe(name: str) -> Any:
    kind: Any = RESPONSES[name]
    return kind(**QUICK.get(name, {}))


def fit(name: str, rows: Planted, weight: F32 | None = None, seed: int = 5) -> Response:
    weight = rows.weight if weight is None else weight
    fitted: Response = recipe(name).fit(rows.features, rows.label, weight, np.random.default_rng(seed), NAMES)
    return fitted


@pytest.fixture(scope="module", params=sorted(RESPONSES))
def name(request: pytest.FixtureRequest) -> Any:
    for module in NEEDS.get(request.param, ()):
        pytest.importorskip(module)
    return request.param


@pytest.fixture(scope="module")
def model(name: str, train: Planted) -> Response:
    return fit(name, train)


def off(label: F32, chance: F64) -> float:
    """Expected calibration error over ten bins of equally many rows."""
    order = np.argsort(chance, kind="stable")
    bins = np.array_split(order, 10)
    return float(sum(len(b) * abs(label[b].mean() - chance[b].mean()) for b in bins) / len(order))


def test_is_a_frozen_dataclass_with_a_docstring(name: str) -> None:
    kind = type(recipe(name))
    assert kind.__dataclass_params__.frozen
    assert (kind.__doc__ or "").strip()
    assert not hasattr(recipe(name), "__dict__"), "slots=True is missing"


def test_learns_what_was_planted(model: Response, train: Planted, held_out: Planted) -> None:
    chance = model.predict(held_out.features)
    assert chance.shape == (len(held_out.label),)
    assert chance.dtype == np.float32
    assert chance.min() > 0
    assert chance.max() < 1
    base = log_loss(held_out.label, np.full(len(chance), train.label.mean()))
    truth = log_loss(held_out.label, held_out.chance)
    gained = (base - log_loss(held_out.label, chance)) / (base - truth)
    assert gained > SLACK, gained


def test_finds_the_interaction(model: Response) -> None:
    """What is new is not streamed in the morning, and as much as anything later. A sum of features cannot say so."""
    taste = np.ones(4)
    rows = np.stack([taste, [4, 4, 20, 20], [0, 1, 0, 1], np.ones(4), np.full(4, 1000), np.full(4, 7)], axis=1)
    known, new, known_later, new_later = model.predict(rows.astype(np.float32))
    assert known - new > 0.25
    assert known_later - new_later < 0.15


def test_probabilities_are_calibrated(model: Response, held_out: Planted) -> None:
    chance = model.predict(held_out.features).astype(np.float64)
    assert off(held_out.label, chance) < 0.03
    assert off(held_out.label, chance**2) > 0.06, "the control: too low everywhere"


def test_calibration_mends_a_crooked_form(train: Planted) -> None:
    """Logits three times too large and shifted come back; without calibration they are far off."""
    from segue.models.responses._calibrating import beta

    logit = np.log(train.chance / (1 - train.chance))
    crooked = (3 * logit - 1).astype(np.float32)
    assert off(train.label, Beta()(crooked).astype(np.float64)) > 0.1
    assert off(train.label, beta(crooked, train.label, train.weight)(crooked).astype(np.float64)) < 0.02


def test_saved_and_loaded_it_answers_the_same(model: Response, held_out: Planted, tmp_path: Path) -> None:
    save_response(model, tmp_path / "response")
    loaded = load_response(tmp_path / "response", NAMES)
    np.testing.assert_array_equal(loaded.predict(held_out.features), model.predict(held_out.features))
    assert {p.suffix for p in (tmp_path / "response").rglob("*") if p.is_file()} <= {".npy", ".json", ".onnx"}


def test_other_features_are_refused_by_name(model: Response, tmp_path: Path) -> None:
    save_response(model, tmp_path / "response")
    with pytest.raises(InputError, match="missing 'hour'; extra 'minute'"):
        load_response(tmp_path / "response", [n.replace("hour", "minute") for n in NAMES])
    with pytest.raises(InputError, match="from column 0 on it takes taste, hour"):
        load_response(tmp_path / "response", NAMES[::-1])
    with pytest.raises(InputError, match="holds no response model"):
        load_response(tmp_path)


def test_same_seed_same_model(name: str, model: Response, train: Planted, held_out: Planted) -> None:
    again = fit(name, train)
    np.testing.assert_array_equal(again.predict(held_out.features), model.predict(held_out.features))


def test_a_row_twice_is_a_row_of_weight_two(name: str, held_out: Planted) -> None:
    """Half of the rows count twice: by weight or by being there twice. The control, counted once, is further away."""
    rows = planted(3_000, 3)
    times = 1 + (rows.features[:, 0] > 0) * (rows.label == 1)
    twice = Planted(np.repeat(rows.features, times, 0), np.repeat(rows.label, times), np.repeat(rows.chance, times))
    by_weight = fit(name, rows, times.astype(np.float32)).predict(held_out.features)
    by_rows = fit(name, twice).predict(held_out.features)
    once = fit(name, rows).predict(held_out.features)
    apart = float(np.abs(by_weight - by_rows).mean())
    assert apart < 0.03
    assert apart < 0.4 * float(np.abs(once - by_rows).mean())


def test_rows_of_weight_zero_say_nothing(name: str, model: Response, train: Planted, held_out: Planted) -> None:
    more = planted(300, 9)
    features = np.concatenate([train.features, more.features])
    label = np.concatenate([train.label, 1 - more.label])
    weight = np.concatenate([train.weight, np.zeros(300, np.float32)])
    silent = recipe(name).fit(features, label, weight, np.random.default_rng(5), NAMES)
    np.testing.assert_array_equal(silent.predict(held_out.features), model.predict(held_out.features))


def test_what_is_no_number_is_refused(name: str, model: Response, train: Planted) -> None:
    rng = np.random.default_rng(0)
    for bad in (np.nan, np.inf):
        features = train.features.copy()
        features[17, 1] = bad
        with pytest.raises(InputError, match=r"feature 'hour' is .* in row 17"):
            recipe(name).fit(features, train.label, train.weight, rng, NAMES)
        with pytest.raises(InputError, match="feature 'hour'"):
            model.predict(features)
    with pytest.raises(InputError, match="6: taste, hour"):
        model.predict(train.features[:, :3])
    with pytest.raises(InputError, match="label"):
        recipe(name).fit(train.features, train.label * 2, train.weight, rng)
    with pytest.raises(InputError, match="weight"):
        recipe(name).fit(train.features, train.label, -train.weight, rng)


def test_nothing_to_learn_is_said(name: str, train: Planted) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(NotReady, match="nothing to learn"):
        recipe(name).fit(train.features, np.zeros_like(train.label), train.weight, rng)
    with pytest.raises(NotReady):
        recipe(name).fit(train.features[:0], train.label[:0], train.weight[:0], rng)


def test_few_rows_and_no_rows(name: str) -> None:
    few = planted(12, 4)
    small = fit(name, few)
    assert np.isfinite(small.predict(few.features)).all()
    assert small.predict(few.features[:0]).shape == (0,)


def test_far_outside_the_training_rows(model: Response, train: Planted) -> None:
    far = train.features[:4] * np.float32(1e6)
    assert np.isfinite(model.predict(far)).all()
