from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kendalltau

from segue.world import World
from segue.world.staying import ALIKE, DAYS, Staying


@pytest.fixture(scope="module")
def staying(world: World) -> Staying:
    return Staying.of(world, 1)


def test_traces_follow_their_chances(staying: Staying) -> None:
    rng = np.random.default_rng(0)
    who, show = np.zeros(4_000, np.int64) + 7, np.zeros(4_000, np.int64) + 3
    traces, chances = staying.traces(who, show, rng), staying.chances(who, show)
    assert traces.shape == (4_000, DAYS)
    assert np.abs(traces.mean(0) - chances[0]).max() < 0.03
    assert staying.values()[3] == pytest.approx(staying.chances(np.arange(400), np.full(400, 3)).sum(1).mean())


def test_the_first_days_tell_less_than_all_of_what_follows(staying: Staying) -> None:
    people = np.arange(staying.liking.shape[0])
    shows = range(len(staying.keeps))
    early = [staying.chances(people, np.full(len(people), s))[:, :2].sum(1).mean() for s in shows]
    alike = kendalltau(early, staying.values()).statistic
    assert 0.2 < alike < 0.75
    assert abs(np.corrcoef(staying.catches, staying.keeps)[0, 1] - ALIKE) < 0.25


def test_what_keeps_is_worth_more_and_what_is_liked_too(staying: Staying) -> None:
    values = staying.values()
    kept = staying.keeps > np.median(staying.keeps)
    assert values[kept].mean() > 1.5 * values[~kept].mean()
    show = np.zeros(2, np.int64)
    ends = np.array([staying.liking[:, 0].argmax(), staying.liking[:, 0].argmin()])
    assert staying.chances(ends, show).sum(1)[0] > staying.chances(ends, show).sum(1)[1]
