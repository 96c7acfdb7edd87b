"""A dozen faults, ten good batches of a small world, as benchmarks/faults.py and benchmarks/clean.py have them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

DOZEN = (
    "tier is gone", "an experiment's arm is logged", "ms_played as text", "3 % of devices are 'unknown'",
    "0.5 % of ms_played is the largest integer", "ms_played in seconds", "every device is 'phone'",
    "country is empty in 15 %", "2 % of the events come twice", "5 % of the items are not in the catalogue",
    "2 % lie a year ahead", "no premium",
)  # fmt: skip


@pytest.fixture(scope="module")
def modules() -> Any:
    """faults, clean, tables: scripts beside each other, found only while they are imported."""
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        import _tables as tables  # type: ignore[import-not-found]
        import clean  # type: ignore[import-not-found]
        import faults  # type: ignore[import-not-found]
    finally:
        sys.path.remove(folder)
    return faults, clean, tables


@pytest.fixture(scope="module")
def scene(modules: Any) -> Any:
    """Two weeks of a small world, and the day after them: of some 500 rows, so that some faults are three rows."""
    faults, _, tables = modules
    events = replace(tables.world(listeners=60, days=20, seed=5)["events"], slices=(("tier",), ("device",)))
    days = events.periods("1d")[-19:]
    return faults.Scene(tables.Known.of(events, days[:14], "day"), days[14])


def test_a_dozen_faults_are_found_by_name(modules: Any, scene: Any) -> None:
    faults = modules[0]
    dozen = [f for f in faults.FAULTS if f.scene == "events" and f.what in DOZEN]
    assert len(dozen) == len(DOZEN)
    outcomes = [faults.tried(f, scene) for f in dozen]
    assert not [o for o in outcomes if o.error]
    assert sum(o.found for o in outcomes) >= 10, [o.what for o in outcomes if not o.found]
    assert sum(o.named for o in outcomes) >= 7, [o.what for o in outcomes if not o.named]


def test_what_is_counted_is_new_and_at_the_place(modules: Any, scene: Any) -> None:
    """The controls: a fault elsewhere, and one that is there without the fault, do not count."""
    faults = modules[0]
    gone = next(f for f in faults.FAULTS if f.what == "tier is gone")
    elsewhere = faults.Fault(gone.scene, gone.kind, gone.what, gone.inject, ("country",))
    assert faults.tried(gone, scene).named
    assert not faults.tried(elsewhere, scene).found
    broken = gone.inject(scene.batch, np.random.default_rng(0), scene.known.before_rows)
    assert not faults.tried(faults.Fault("", "missing-column", "", lambda r, *_: r.head(-1), ("tier",)),
                            faults.Scene(scene.known, broken)).found  # fmt: skip
    with pytest.raises(AssertionError, match="nothing was broken"):
        faults.tried(faults.Fault("", "", "", lambda r, *_: r), scene)


def test_the_same_fault_again_is_the_same_answer(modules: Any, scene: Any) -> None:
    faults = modules[0]
    fault = next(f for f in faults.FAULTS if f.what == "3 % of devices are 'unknown'")
    assert faults.tried(fault, scene) == faults.tried(fault, scene)


def test_ten_good_batches_are_quiet(modules: Any, scene: Any) -> None:
    clean = modules[1]
    rng = np.random.default_rng(7)
    batches = [clean.Batch("", "", scene.known, scene.batch)]  # the next day: after later ones days would be missing
    batches += [clean.Batch("", "", scene.known, clean._again(scene.batch, rng)) for _ in range(9)]
    answers = [clean.answer(b) for b in batches]
    assert sum(bool(a.fail) for a in answers) <= 1, [a.fail for a in answers if a.fail]
    assert sum(bool(a.warn) for a in answers) <= 2, [a.warn for a in answers if a.warn]
    assert sum(a.naive for a in answers) >= 5  # the control: distances alone cry wolf


def test_tables_say_what_they_count(modules: Any, scene: Any) -> None:
    faults, clean, _ = modules
    outcomes = [faults.Outcome("events", "gap", "x", True, False, ("drift",))] * 3
    assert "| found | 100.0% | 100.0%–100.0% | 3 |" in faults.summary(outcomes)
    assert "| own kind named | 0.0% | 0.0%–0.0% | 3 |" in faults.summary(outcomes)
    assert "## Missed, or not called by its name: 3" in faults.listing(outcomes)
    answers = [clean.Answer("events", "by day", 200, ("events.x:drift",), (), True)] * 2
    assert "| with an error | 100.0% | 100.0%–100.0% | 2 |" in clean.summary(answers)
    assert "| drift | 2 | 0 |" in clean.summary(answers)
