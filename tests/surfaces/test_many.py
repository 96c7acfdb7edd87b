"""What came many at a time is found again by listener, in order of arrival, and lies in few places."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segue.surfaces.many import Layers


@given(st.lists(st.lists(st.integers(1, 4), max_size=20), max_size=12))
def test_each_listener_has_what_came_in_order(batches: list[list[int]]) -> None:
    layers, n = Layers(), 0
    came: list[tuple[int, int]] = []
    for batch in batches:
        numbers = np.arange(n, n + len(batch))
        layers.add(np.array(batch, np.int32), numbers, 10 * numbers)
        came += zip(batch, numbers.tolist())
        n += len(batch)
    for listener in range(6):
        wanted = [number for who, number in came if who == listener]
        parts = layers.parts(listener)
        assert [x for part in parts for x in part[0].tolist()] == wanted
        assert [x for part in parts for x in part[1].tolist()] == [10 * x for x in wanted]
        assert layers.count(listener) == len(wanted)
    assert all(len(a) >= 2 * len(b) for a, b in pairwise(layers._all))
