"""A draw without all chances is the draw with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.policies._chances import Proportional

seeds = st.integers(0, 2**32 - 1)


def asked(seed: int, arms: int = 7) -> tuple[Proportional, np.ndarray, np.ndarray | float]:
    """Chances, what is available and what is added."""
    rng = np.random.default_rng(seed)
    available = rng.random(arms) < 0.6
    available[rng.integers(arms)] = True
    added = rng.normal(size=arms) if seed % 2 else 0.0
    return (
        Proportional(rng.normal(size=arms) * 10 ** rng.uniform(-2, 3), 0.1, rng.uniform(0.001, 0.5)),
        available,
        added,
    )


@given(seeds, st.floats(0, 1, exclude_max=True))
def test_an_arm_is_drawn_with_the_chance_it_has(seed: int, u: float) -> None:
    chances, available, added = asked(seed)
    p = chances(available, added)
    assert p.sum() == pytest.approx(1)
    assert (p[available] > 0).all()
    assert not p[~available].any()
    arm, chance = chances.draw(available, added, u)
    assert available[arm]
    assert chance == pytest.approx(p[arm])


@given(seeds)
def test_of_all_numbers_each_arm_has_its_share(seed: int) -> None:
    chances, available, added = asked(seed)
    us = (np.arange(2_000) + 0.5) / 2_000
    drawn = np.bincount([chances.draw(available, added, u)[0] for u in us.tolist()], minlength=len(available)) / 2_000
    assert drawn == pytest.approx(chances(available, added), abs=0.003)


def test_what_is_added_counts_and_is_forgotten() -> None:
    chances, every = Proportional(np.zeros(2), 1.0, 0.0), np.ones(2, bool)
    assert chances(every, np.log([3.0, 1.0])).tolist() == pytest.approx([0.75, 0.25])
    assert chances(every, np.log([1.0, 3.0])).tolist() == pytest.approx([0.25, 0.75])
    assert chances(every, 0.0).tolist() == [0.5, 0.5]
