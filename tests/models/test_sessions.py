"""Sessions by hand."""

from __future__ import annotations

from collections.abc import Callable

from segue.core.types import Interactions
from segue.models._sessions import sessions

Make = Callable[..., Interactions]
DAY = 86_400_000


def test_a_gap_or_another_owner_begins_a_session(taken: Make) -> None:
    data = taken([[1, 2, 3, 4], [], [5, 6]], n=6, days=[[0, 1, 5, 6], [], [6, 7]])
    got, whose = sessions(data, 2 * DAY)
    assert got.indptr.tolist() == [0, 2, 4, 6]
    assert got.rows.tolist() == data.rows.tolist()
    assert whose.tolist() == [1, 1, 3]
    assert got.owners.tolist() == [1, 2, 3]
    assert sessions(data, 10 * DAY)[0].indptr.tolist() == [0, 4, 6]


def test_without_times_or_events_nothing_is_cut(taken: Make) -> None:
    data = taken([[1, 2]], n=2, ordered=True)
    assert sessions(data, 1)[0] is data
    got, whose = sessions(taken([[]], n=2, days=[[]]), 1)
    assert got.shape == (0, 2)
    assert len(whose) == 0
