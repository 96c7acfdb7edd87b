from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.types import F64
from segue.evaluation.simulation import SUMS, WEEK, Run, Simulation, ratio_interval


def run(policy: str, rate: float, seed: int = 0, listeners: int = 200, days: int = 20, **changes: Any) -> Run:
    """A policy whose pages are streamed from at a known rate, by the same listeners with the same visits."""
    rng = np.random.default_rng(seed)
    visits = rng.poisson(1.2, (listeners, days)).astype(float)
    figures: dict[str, F64] = {n: np.zeros((listeners, days)) for n in SUMS}
    figures |= {"visits": visits, "streams": visits * rate, "expected": visits * rate, "seen": visits * 20}
    genres = np.zeros((listeners, 4))
    genres[:, :2] = 3
    control = np.arange(listeners) % 5 == 0
    figures["streams"][control] = visits[control]
    made = Run(
        policy, seed, {"days": days}, control, np.ones(listeners, bool), figures, genres,
        {"shown": 10, "streamed": 5, "catalogue": 100}, ((0, 4.0, 2.0), (days - 1, 4.0, 3.0)),
    )  # fmt: skip
    return replace(made, **changes)


def test_rates_and_ratios_are_those_planted() -> None:
    s = Simulation.of([run("popularity", 1.0), run("ours", 1.7)])
    best = s.outcomes[0]
    assert (best.policy, s.baseline) == ("ours", "popularity")
    assert best.figures["streams per visit"].mean == pytest.approx(1.7)
    assert best.beside["streams per visit"].mean == pytest.approx(1.7)
    assert best.beside["streams per visit*"].low == pytest.approx(1.7)
    assert best.figures["genres"].mean == pytest.approx(np.log(2))
    assert best.figures["regret"].mean == pytest.approx(3 / 8)
    assert best.last["regret"].mean == pytest.approx(1 / 4)
    assert best.figures["still active"].mean == 1.0
    assert best.listeners == 160  # the control group is left out
    assert not s.outcomes[1].beside


def test_intervals_hold_the_planted_difference_and_tell_noise_from_none() -> None:
    rng = np.random.default_rng(1)
    ours, base = run("ours", 1.0), run("popularity", 1.0)
    noisy = {**ours.figures, "streams": rng.poisson(ours.figures["visits"] * 1.05).astype(float)}
    wide = Simulation.of([replace(ours, figures=noisy), base]).outcomes[0].beside["streams per visit"]
    assert wide.low < 1.05 < wide.high
    assert 0.02 < wide.high - wide.low < 0.2


def test_seeds_are_pooled_and_the_same_run_counts_once() -> None:
    one = Simulation.of([run("ours", 1.5), run("ours", 1.5), run("popularity", 1.0)])
    two = Simulation.of(
        [run("ours", 1.5), run("ours", 1.9, seed=1), run("popularity", 1.0), run("popularity", 1.0, seed=1)]
    )
    assert one.outcomes[0].seeds == (0,)
    assert two.outcomes[0].seeds == (0, 1)
    assert 1.6 < two.outcomes[0].figures["streams per visit"].mean < 1.8
    assert two.outcomes[0].listeners == 320


def test_who_is_lost_is_not_active() -> None:
    r = run("ours", 1.0)
    r.figures["visits"][:100, -WEEK:] = 0
    active = Simulation.of([r]).outcomes[0].figures["still active"]
    assert active.mean == pytest.approx(0.5, abs=0.02)


def test_a_run_is_read_back_as_it_was_written() -> None:
    r = run("ours", 1.5, predictions=({"day": 1, "policy": "x", "value": None},))
    again = Run.from_dict(r.as_dict())
    assert all(np.allclose(again.figures[n], r.figures[n], atol=1e-3) for n in SUMS)
    assert again.best == r.best
    assert again.predictions == r.predictions
    assert np.array_equal(again.control, r.control)
    with pytest.raises(InputError, match="not a run"):
        Run.from_dict({"policy": "x"})


def test_curves_are_means_of_the_days_before() -> None:
    r = run("ours", 1.0)
    r.figures["streams"][:, 10:] *= 2
    s = Simulation.of([r, run("popularity", 1.0)])
    curve = dict(s.curve("ours", "streams per visit"))
    assert curve[10] == pytest.approx(1.0)
    assert curve[20] == pytest.approx(2.0)
    assert 1.0 < curve[13] < 2.0
    assert len(s.visits_a_day("ours")) == 20


def test_an_interval_of_a_ratio_covers_it() -> None:
    rng, hits = np.random.default_rng(0), 0
    for i in range(200):
        den = rng.poisson(5, 150).astype(float)
        num = rng.poisson(den * 0.8).astype(float)
        found = ratio_interval(num, den, 0.95, 300, seed=i)
        hits += found.low <= 0.8 <= found.high
    assert hits >= 182


def test_nothing_to_report_is_said() -> None:
    with pytest.raises(InputError, match="no run"):
        Simulation.of([])
    with pytest.raises(InputError, match="ours"):
        Simulation.of([run("ours", 1.0)], baseline="popular")
