"""Tables by hand, intervals against published ones, and a diagram that is well-formed and stays inside."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segue.core.errors import UsageError
from segue.core.types import F32
from segue.evaluation.calibration import diagram, reliability, wilson


def draws(n: int, seed: int = 0) -> tuple[F32, F32]:
    rng = np.random.default_rng(seed)
    chance = rng.beta(2, 5, n)
    return chance.astype(np.float32), (rng.random(n) < chance).astype(np.float32)


def test_by_hand() -> None:
    chance = np.array([0.2, 0.2, 0.2, 0.2, 0.8, 0.8], np.float32)
    label = np.array([0, 0, 0, 1, 1, 1], np.float32)
    got = reliability(chance, label, bins=2)
    assert [(b.count, round(b.predicted, 6), b.observed) for b in got.bins] == [(4, 0.2, 0.25), (2, 0.8, 1.0)]
    assert got.ece == pytest.approx((4 * 0.05 + 2 * 0.2) / 6, abs=1e-6)
    assert got.brier == pytest.approx((3 * 0.04 + 0.64 + 2 * 0.04) / 6, abs=1e-6)
    assert got.log_loss == pytest.approx(-(5 * np.log(0.8) + np.log(0.2)) / 6, abs=1e-6)
    assert got.base_log_loss == pytest.approx(np.log(2))


def test_wilson_as_published() -> None:
    """81 of 263, as in Newcombe (1998), table I: .2553 to .3662."""
    low, high = wilson(81 / 263, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0.0, 20)[0] == 0
    assert wilson(0.5, 0) == (0, 1)


def test_calibrated_probabilities_lie_inside_and_others_do_not() -> None:
    chance, label = draws(20_000)
    good, bad = reliability(chance, label, bins=20), reliability(np.sqrt(chance), label, bins=20)
    assert sum(b.low <= b.predicted <= b.high for b in good.bins) >= 17
    assert sum(b.low <= b.predicted <= b.high for b in bad.bins) <= 3, "the control: too high everywhere"
    assert good.ece < 0.012 < 0.1 < bad.ece
    assert good.log_loss < min(bad.log_loss, good.base_log_loss)


@given(arrays(np.int64, 40, elements=st.integers(0, 3)), st.integers(1, 12))
def test_a_weight_counts_rows(weight: np.ndarray, bins: int) -> None:
    chance, label = draws(40)
    if not weight.any():
        weight[0] = 1
    a = reliability(chance, label, weight.astype(np.float32), bins)
    b = reliability(np.repeat(chance, weight), np.repeat(label, weight), bins=bins)
    assert (a.ece, a.brier, a.log_loss) == pytest.approx((b.ece, b.brier, b.log_loss), abs=1e-6)
    np.testing.assert_allclose(
        [(x.predicted, x.observed) for x in a.bins], [(x.predicted, x.observed) for x in b.bins], atol=1e-6
    )
    assert sum(x.count for x in b.bins) == weight.sum()


def test_equal_predictions_share_a_bin() -> None:
    chance, label = np.full(50, 0.3, np.float32), np.r_[np.ones(15), np.zeros(35)].astype(np.float32)
    got = reliability(chance, label)
    assert len(got.bins) == 1
    assert got.ece == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("width", [320, 540])
def test_the_diagram_is_well_formed_and_inside(width: int) -> None:
    got = reliability(*draws(500))
    picture = ET.fromstring(diagram(got, width, "streamed <b>"))
    assert len(picture.findall(".//circle")) == len(got.bins)
    across = [float(c.get("cx", "nan")) for c in picture.findall(".//circle")]
    up = [float(c.get("cy", "nan")) for c in picture.findall(".//circle")]
    assert all(0 < v < width for v in across)
    assert all(0 < v < float(picture.get("height", "0")) for v in up)
    assert across == sorted(across)
    assert up[0] > up[-1], "more came of what was thought likelier"


def test_nothing_to_compare_is_said() -> None:
    none = np.zeros(0, np.float32)
    with pytest.raises(UsageError, match="no rows"):
        reliability(none, none)
    with pytest.raises(UsageError, match="bins"):
        reliability(*draws(5), bins=0)
