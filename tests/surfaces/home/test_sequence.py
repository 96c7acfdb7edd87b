"""Artists are spaced apart whenever they can be."""

from collections import Counter
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from segue.surfaces.home.sequence import spaced


@given(st.lists(st.integers(0, 4), max_size=30))
def test_spaced_whenever_possible(artists: list[int]) -> None:
    order = spaced(artists)
    assert sorted(order) == list(range(len(artists)))
    known = Counter(a for a in artists if a)
    if not known or 2 * max(known.values()) <= len(artists) + 1:
        assert not any(artists[a] == artists[b] != 0 for a, b in pairwise(order))


def test_as_few_touch_as_can_be() -> None:
    for artists in ([1, 1, 1], [1, 1, 1, 2], [2, 1, 1, 1, 1]):

        def touching(order: list[int] | tuple[int, ...], artists: list[int] = artists) -> int:
            return sum(artists[a] == artists[b] for a, b in pairwise(order))

        assert touching(spaced(artists)) == min(touching(p) for p in permutations(range(len(artists))))


def test_what_is_fine_stays() -> None:
    assert spaced([3, 1, 3, 2]) == [0, 1, 2, 3]
    assert spaced([0, 0, 0]) == [0, 1, 2]
    assert spaced([1, 1, 2, 3]) == [0, 2, 1, 3]
