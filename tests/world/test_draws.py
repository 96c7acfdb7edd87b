from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segue.world.draws import Draw, pick, ragged, unit, zipf

weights = st.lists(st.lists(st.sampled_from([0.0, 0.1, 1.0, 7.0]), min_size=1, max_size=6), min_size=1, max_size=8)


@given(weights, st.integers(0, 2**32 - 1))
def test_draws_stay_in_their_group_and_never_take_what_has_no_weight(rows: list[list[float]], seed: int) -> None:
    indptr = np.concatenate([[0], np.cumsum([len(r) for r in rows])])
    flat = np.concatenate([np.array(r) for r in rows])
    group = np.repeat(np.arange(len(rows)), 50)
    drawn = Draw.of(indptr, flat).draw(group, np.random.default_rng(seed).random(len(group)))
    assert (drawn >= indptr[group]).all()
    assert (drawn < indptr[group + 1]).all()
    empty = np.array([sum(r) == 0 for r in rows])[group]
    assert (flat[drawn][~empty] > 0).all()


def test_shares_are_those_of_the_weights() -> None:
    table = np.array([[1.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    u = (np.arange(10_000) + 0.5) / 10_000
    draw = Draw.table(table)
    first = np.bincount(draw.column(np.zeros(10_000, np.int64), u), minlength=3)
    none = np.bincount(draw.column(np.ones(10_000, np.int64), u), minlength=3)
    assert first.tolist() == [2500, 0, 7500]
    assert np.abs(none - 3333).max() <= 1
    assert np.bincount(pick(np.repeat(table[:1], 10_000, 0), u), minlength=3).tolist() == [2500, 0, 7500]
    assert pick(table[1:], np.array([0.7])).tolist() == [0]


def test_ragged_counts_within_each_row() -> None:
    row, place = ragged(np.array([2, 0, 3]))
    assert row.tolist() == [0, 0, 2, 2, 2]
    assert place.tolist() == [0, 1, 0, 1, 2]


def test_unit_and_zipf() -> None:
    rng = np.random.default_rng(0)
    assert np.allclose(np.linalg.norm(unit(rng.normal(size=(5, 4, 3))), axis=-1), 1, atol=1e-6)
    falling = np.sort(zipf(1_000, 1.0, rng))[::-1]
    assert falling[0] > 50 * falling[500]
