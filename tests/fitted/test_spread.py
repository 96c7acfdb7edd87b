"""A row times a matrix by its few rows: the product of the matrices, bit for bit."""

import numpy as np
import pytest
import scipy.sparse as sp

from segue.fitted._reading import spread


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("density", [0.0, 0.02, 0.3])
def test_it_is_the_product(index: type[np.generic], density: float) -> None:
    rng = np.random.default_rng(3)
    matrix = sp.csr_array(sp.random_array((90, 400), density=0.2, dtype=np.float32, rng=rng))
    matrix.indptr = matrix.indptr.astype(index)
    row = sp.csr_array(sp.random_array((1, 90), density=density, dtype=np.float32, rng=rng))
    found = spread(row, matrix)
    assert found.shape == (1, 400)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.asarray(matrix[row.indices].T @ row.data, np.float32)[None])
    assert np.allclose(found, (row @ matrix).toarray(), atol=1e-5)
    assert bool(found.any()) == bool(row.nnz)
