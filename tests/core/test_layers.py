"""However often something is laid on top, nothing is lost, the order stays, and there are few layers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from segue.core.layers import laid


@given(st.lists(st.lists(st.integers(), min_size=1, max_size=9), max_size=40))
def test_layers_are_few_and_hold_everything_in_order(batches: list[list[int]]) -> None:
    layers: tuple[list[int], ...] = ()
    for batch in batches:
        layers = laid(layers, batch, lambda below, above: below + above)
        assert all(len(below) >= 2 * len(above) for below, above in pairwise(layers))
    assert [x for layer in layers for x in layer] == [x for batch in batches for x in batch]


def test_what_is_much_longer_is_left_as_it_is() -> None:
    below = [1, 2, 3, 4]
    assert laid((below,), [5, 6], list.__add__)[0] is below
    assert laid((below,), [5, 6, 7], list.__add__) == ([1, 2, 3, 4, 5, 6, 7],)
