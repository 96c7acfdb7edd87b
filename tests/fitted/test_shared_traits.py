"""What is related by shared traits, looked up or multiplied out: the same."""

import numpy as np
import scipy.sparse as sp

from segue.fitted.shared_traits import SharedTraits


def test_one_trait_is_looked_up_as_several_are_multiplied_out() -> None:
    rng = np.random.default_rng(0)
    rows = (rng.random((40, 12)) < 0.08).astype(np.float32) * rng.random((40, 12)).astype(np.float32)
    traits = sp.csr_array(rows)
    model = SharedTraits(np.arange(100, 140, dtype=np.int32), traits, 1.0, 0.0)
    widths = np.diff(traits.indptr)
    assert {0, 1, 2} <= set(widths.tolist())
    for at in range(40):
        columns, values = model.related(100 + at)
        want = rows[at] @ rows.T
        want[at] = 0
        got = np.zeros(40, np.float32)
        got[columns] = values
        np.testing.assert_allclose(got, want, rtol=1e-6)
        assert at not in columns
