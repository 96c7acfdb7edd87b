"""The reward by hand, and the refusals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import UsageError
from segue.core.types import F32, Bools, Candidates, Query
from segue.ranking import Expected


class Column:
    """A head that reads its answer off a column."""

    def __init__(self, column: int) -> None:
        self.column = column

    def predict(self, features: F32) -> F32:
        out: F32 = features[:, self.column]
        return out


FEATURES = np.array([[0.5, 0.2], [0.4, 0.4], [0.1, 0.05]], np.float32)
NEW = np.array([False, True, True])
HEADS = {"stream": Column(0), "completion": Column(1)}


def ranker(weights: Mapping[str, float], heads: Mapping[str, Column] = HEADS) -> Expected:
    def values(query: Query, candidates: Candidates) -> F32:
        out: F32 = FEATURES[candidates.items - 1]
        return out

    def new(query: Query, candidates: Candidates) -> Bools:
        return NEW[candidates.items - 1]

    return Expected(values, heads, weights, new)


def scores(weights: Mapping[str, float], heads: Mapping[str, Column] = HEADS) -> F32:
    pool = Candidates.of(np.array([3, 1, 2], np.int32), np.array([9, np.nan, 7], np.float32), "test")
    ranked = ranker(weights, heads)(Query("default", 1), pool)
    assert ranked.items.tolist() == [3, 1, 2]
    return ranked.scores


def test_by_hand() -> None:
    got = np.exp(scores({"stream": 1, "completion": 0.5, "discovery": 0.3}))
    want = [0.1 + 0.5 * 0.05 + 0.3 * 0.1, 0.5 + 0.5 * 0.2, 0.4 + 0.5 * 0.4 + 0.3 * 0.4]
    np.testing.assert_allclose(got, want, rtol=1e-4)


def test_the_weights_decide_what_stands_first() -> None:
    assert int(np.argmax(scores({"stream": 1}))) == 1
    assert int(np.argmax(scores({"stream": 1, "discovery": 0.5}))) == 2
    assert int(np.argmax(scores({"completion": 1}))) == 2


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10), st.floats(0.1, 10))
def test_scores_are_finite_and_a_common_factor_changes_no_order(s: float, c: float, d: float, factor: float) -> None:
    one = scores({"stream": s, "completion": c, "discovery": d})
    other = scores({"stream": s * factor, "completion": c * factor, "discovery": d * factor})
    assert np.isfinite(one).all()
    if max(s, c) > 0.1:  # a discovery alone leaves what is not new at the floor
        np.testing.assert_allclose(other - one, np.log(factor), atol=1e-2)


def test_a_head_of_no_worth_is_not_asked() -> None:
    np.testing.assert_allclose(scores({"stream": 1}, {"stream": Column(0)}), np.log([0.1, 0.5, 0.4]), atol=1e-4)
    assert len(ranker({"stream": 1})(Query("default", 1), Candidates.none())) == 0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="no reward 'joy'; there are: stream, completion, discovery"):
        ranker({"joy": 1})
    with pytest.raises(UsageError, match="0 or more"):
        ranker({"stream": -1})
    with pytest.raises(UsageError, match="discovery needs a model of stream; there are: completion"):
        ranker({"discovery": 1}, {"completion": Column(1)})
