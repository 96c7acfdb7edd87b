"""Counts of pairs are those of a plain table, however they come, wait, are laid together and are asked about."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.features import _pairs
from segue.features._pairs import NEVER_DAYS, Pairs

NOW, DAY = 1_790_000_000_000, 86_400_000
HALF = 30.0
event = st.tuples(st.integers(1, 4), st.integers(0, 5), st.integers(0, 300))  # listener, thing, days ago
step = st.one_of(st.lists(event, max_size=25), st.integers(1, 5), st.just("saved"))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hardly any wait, and hardly anybody is kept together."""
    monkeypatch.setattr(_pairs, "WAITING", 7)
    monkeypatch.setattr(_pairs, "KNOWN", 2)


def all_is_known(pairs: Pairs, table: dict[int, dict[int, list[int]]], listener: int) -> None:
    things = np.arange(-1, 7)
    counts, days = pairs.of(listener, things, NOW)
    ago = [table[listener].get(int(t), []) for t in things]
    assert counts == pytest.approx([sum(2 ** (-d / HALF) for d in each) for each in ago])
    assert days == pytest.approx([min(each, default=NEVER_DAYS) for each in ago])
    found, sums = pairs.all_of(listener, NOW)
    assert found.tolist() == sorted(table[listener])
    assert sums == pytest.approx(counts[1 + found])


@settings(max_examples=60, deadline=None)
@given(st.lists(step, max_size=12))
def test_what_is_counted_is_what_a_table_has(steps: list[object]) -> None:
    pairs = Pairs(HALF)
    table: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for said in steps:
        if isinstance(said, list):
            columns = np.array(said, np.int64).reshape(-1, 3).T
            pairs.add(columns[0], columns[1], NOW - columns[2] * DAY)
            for listener, thing, ago in said:
                table[listener][thing].append(ago)
        elif isinstance(said, int):
            all_is_known(pairs, table, said)
        else:
            state, pairs = pairs.state(), Pairs(HALF)
            pairs.restore(state)
    for listener in range(1, 6):
        all_is_known(pairs, table, listener)


def test_layers_stay_few() -> None:
    pairs, rng = Pairs(HALF), np.random.default_rng(0)
    for _ in range(400):
        pairs.add(rng.integers(1, 50, 6), rng.integers(0, 1_000, 6), np.full(6, NOW))
    sizes = [len(layer) for layer in pairs._layers]
    assert 1 < len(sizes) <= 10
    assert all(a >= 2 * b for a, b in pairwise(sizes))
