"""Items of another kind, placed by whose taste they were."""

import numpy as np
import pytest
import scipy.sparse as sp

from segue.models.space.takers import leaning, taste_of_owners


def test_items_lean_to_where_their_takers_differ_from_everybody():
    tastes = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 1], [0, 1, 1], [0, 0, 0]], np.float32)
    taken = sp.csr_array(np.array([[1, 0, 1, 0], [1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [1, 1, 1, 0]], np.float32))
    lean, takers = leaning(tastes, taken)
    leaning_to = np.array([[0.5, -0.5, 0], [-0.5, 0.5, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(lean, leaning_to, atol=1e-6)
    assert takers.tolist() == [2, 2, 4, 0], "who has no taste counts nowhere"


def test_a_taste_is_the_middle_of_what_was_taken():
    vectors = np.eye(3, dtype=np.float32)
    taken = sp.csr_array(np.array([[1, 1, 0], [0, 0, 5], [0, 0, 0]], np.float32))
    found = taste_of_owners(vectors, taken)
    assert found[0] == pytest.approx([0.5**0.5, 0.5**0.5, 0])
    assert found[1] == pytest.approx([0, 0, 1])
    assert not found[2].any()
    assert taken.max() == 5, "what was given stays"
