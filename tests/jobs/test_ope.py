"""A log file judged by name: the whole way from a table to a report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import InputError, UnknownName
from segue.jobs.ope import judge_file, policies

CHANCE = (0.1, 0.3, 0.6)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Arm c is best; `new` takes it most of the time, `never` takes what the log never shows."""
    rng = np.random.default_rng(0)
    rows = ["page,listener,at,action,propensity,reward,arms,p_new,p_alone"]
    for n in range(3000):
        a = int(rng.choice(3, p=(0.5, 0.3, 0.2)))
        reward = int(rng.random() < CHANCE[a])
        rows.append(
            f"{n},u{n // 3},{1_767_225_600 + n},{'abc'[a]},{(0.5, 0.3, 0.2)[a]},{reward},a b c d,0.1 0.1 0.8 0.0,"
            f"{(0.2, 0.3, 0.5)[a]}"
        )
    rows.append("bad,u0,0,a,0,1,a b c d,0.1 0.1 0.8 0.0,0.1")
    path = tmp_path_factory.mktemp("ope") / "log.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_column_is_judged_with_everything_there_is(log: Path) -> None:
    report = judge_file(log, "new")
    assert report.value == pytest.approx(0.1 * 0.1 + 0.1 * 0.3 + 0.8 * 0.6, abs=0.05)
    assert report.low is not None
    assert report.high is not None
    assert report.low < 0.52 < report.high
    assert report.listeners == 1000
    assert report.rejected == {"propensity is 0 or less: what was chosen had a chance": 1}
    assert report.estimates["dm"].value == pytest.approx(0.52, abs=0.05)


def test_a_column_without_the_other_arms_has_no_direct_method(log: Path) -> None:
    report = judge_file(log, "alone")
    assert report.value == pytest.approx(0.2 * 0.1 + 0.3 * 0.3 + 0.5 * 0.6, abs=0.05)
    assert report.estimates["dm"].refused
    assert "context alone" in report.reward_model


def test_a_policy_that_does_what_was_never_logged_is_refused(log: Path) -> None:
    report = judge_file(log, "uniform")  # a quarter of it is arm d
    assert "25.0% of what the target would do was never logged" in report.refused
    assert report.value is None


def test_learned_policies_are_named_and_halved(log: Path) -> None:
    assert policies(log) == ["new", "alone", "logged", "uniform", "most-rewarded", "logistic"]
    report = judge_file(log, "most-rewarded")
    assert report.pages == 1500
    assert any("earlier half" in note for note in report.notes)


def test_wrong_names(log: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="new, alone, logged"):
        judge_file(log, "old")
    with pytest.raises(UnknownName, match="no estimator for this log 'rips'"):
        judge_file(log, "new", "rips")
    with pytest.raises(InputError, match="no log at"):
        judge_file(tmp_path / "nowhere.csv", "new")
