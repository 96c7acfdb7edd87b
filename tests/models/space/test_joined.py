"""Sessions and playlists as one pool of histories."""

from dataclasses import replace

import numpy as np
import pytest

from segue.models.pmi_vectors import PmiVectors
from segue.models.space.joined import joined


@pytest.fixture
def ordered(taken):
    return taken([[1, 2, 3], [4, 5], [2, 1, 5, 3]], 6, ordered=True)


def test_every_owner_keeps_its_own_history(ordered):
    both = joined([ordered, ordered])
    assert len(both.owners) == 2 * len(ordered.owners)
    assert len(np.unique(both.owners)) == len(both.owners)
    u = len(ordered.owners)
    np.testing.assert_array_equal(both.rows[both.indptr[u] : both.indptr[u + 1]],
                                  ordered.rows[: ordered.indptr[1]])  # fmt: skip
    np.testing.assert_allclose(both.matrix().sum(axis=0), 2 * ordered.matrix().sum(axis=0))


def test_pairs_add_up(ordered):
    """Twice the same histories are the same space."""
    one = PmiVectors(dimensions=8).pmi(ordered)
    np.testing.assert_allclose(
        PmiVectors(dimensions=8).pmi(joined([ordered, ordered])).toarray(), one.toarray(), atol=1e-4
    )


def test_one_population_is_itself_and_strangers_are_refused(ordered):
    assert joined([ordered]) is ordered
    with pytest.raises(ValueError, match="same items"):
        joined([ordered, replace(ordered, items=ordered.items[:-1])])
