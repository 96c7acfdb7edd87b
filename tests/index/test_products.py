import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segue.index import exact


def unit(seed: int, n: int, d: int = 8) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@given(st.integers(0, 50), st.integers(1, 60), st.integers(0, 70))
def test_it_is_a_sorted_cut_of_all_products(seed, size, n):
    vectors, point = unit(seed, size), unit(seed + 1, 1)[0]
    rows, near = exact(vectors, point, n)
    order = np.argsort(-(vectors @ point), kind="stable")[:n]
    assert rows.tolist() == order.tolist()
    np.testing.assert_allclose(near, (vectors @ point)[order], atol=1e-6)


def test_only_what_is_allowed_is_found():
    vectors = unit(0, 100)
    allowed = np.arange(100) % 7 == 3
    rows, _ = exact(vectors, vectors[3], 5, allowed)
    assert rows[0] == 3
    assert (rows % 7 == 3).all()
    assert len(rows) == 5
    assert not len(exact(vectors, vectors[3], 5, np.zeros(100, bool))[0])
