import os
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.errors import UsageError
from segue.core.types import Attributes, Interactions, Kind, Tagged
from segue.store.splits import Split, by_date, leave_last_out, leave_part_out

DATA = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def interactions(
    histories: dict[int, list[int]], n: int | None = None, *, ordered: bool = True, at=None
) -> Interactions:
    """Items are numbered from 101; times run 0, 1, 2 … within an owner."""
    n = n or 1 + max(max(h, default=0) for h in histories.values())
    lengths = [len(h) for h in histories.values()]
    rows = np.array([i for h in histories.values() for i in h], np.int32)
    none = np.zeros(n, np.int64)
    attributes = Attributes(
        none.astype(np.int32), none.astype(np.int32), sp.csr_array((n, 1)), sp.csr_array((n, 0)), none, none, none > 0
    )
    return Interactions(
        "test", Kind.TRACK, np.array(list(histories), np.int32), np.arange(101, 101 + n, dtype=np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), rows,
        np.array([i for k in lengths for i in range(k)] if at is None else at, np.int64),
        np.arange(1, len(rows) + 1, dtype=np.float32),
        np.array([b"IS", b"NO", b""] * len(histories), "S2")[: len(histories)],
        attributes, ordered, False,
    )  # fmt: skip


def histories(split: Split) -> list[list[int]]:
    q = split.queries
    return [q.items[lo:hi].tolist() for lo, hi in zip(q.indptr, q.indptr[1:])]


def truths(split: Split) -> list[list[int]]:
    return [split.truth_rows[lo:hi].tolist() for lo, hi in zip(split.truth_indptr, split.truth_indptr[1:])]


def trained(split: Split) -> list[list[int]]:
    t = split.train
    return [t.rows[lo:hi].tolist() for lo, hi in zip(t.indptr, t.indptr[1:])]


def test_leave_last_out_by_hand():
    data = interactions({7: [0, 1, 2, 3], 8: [1, 2], 9: [2, 0, 2]})
    split = leave_last_out(data)
    assert split.owners.tolist() == [7, 9]
    assert truths(split) == [[3], [2]]
    assert trained(split) == [[0, 1, 2], [1, 2], [2, 0]]
    assert histories(split) == [[101, 102, 103], [103, 101]]
    assert split.queries.weights.tolist() == [1, 2, 3, 7, 8]
    assert split.queries.at.tolist() == [0, 1, 2, 0, 1]
    assert split.queries.country.tolist() == [b"IS", b""]
    assert split.train.shape == data.shape
    assert split.train.id != data.id


def test_one_back_is_for_tuning():
    split = leave_last_out(interactions({7: [0, 1, 2, 3], 8: [1, 2], 9: [2, 0, 1]}), back=1)
    assert truths(split) == [[2], [0]]
    assert trained(split) == [[0, 1], [1, 2], [2]]


def test_no_order_no_last():
    with pytest.raises(UsageError, match="leave-part-out"):
        leave_last_out(interactions({1: [0, 1, 2]}, ordered=False))


def test_leave_part_out_hides_whole_items():
    rng = np.random.default_rng(3)
    data = interactions({u: rng.integers(0, 40, 30).tolist() for u in range(1, 51)} | {99: [5, 5, 5]}, 40)
    split = leave_part_out(data, owners=0.2, items=0.3, rng=np.random.default_rng(1))
    again = leave_part_out(data, owners=0.2, items=0.3, rng=np.random.default_rng(1))
    other = leave_part_out(data, owners=0.2, items=0.3, rng=np.random.default_rng(2))
    assert (truths(split), split.owners.tolist()) == (truths(again), again.owners.tolist())
    assert truths(split) != truths(other)
    assert len(split) == 10
    assert 99 not in split.owners  # one item cannot be parted
    whole = {u: data.rows[data.indptr[i] : data.indptr[i + 1]] for i, u in enumerate(data.owners.tolist())}
    for u, truth, history in zip(split.owners.tolist(), truths(split), histories(split)):
        distinct = set(whole[u].tolist())
        assert len(truth) == len(set(truth)) == round(0.3 * len(distinct))
        left = {h - 101 for h in history}
        assert left | set(truth) == distinct
        assert not left & set(truth)
    hidden = sum(int(np.isin(whole[u], truth).sum()) for u, truth in zip(split.owners.tolist(), truths(split)))
    assert len(split.train.rows) + hidden == len(data.rows)


def test_by_date_by_hand():
    data = interactions({1: [0, 1, 0, 2, 3, 2], 2: [0, 1], 3: [3, 2]}, at=[1, 2, 5, 6, 7, 8, 1, 2, 9, 9])
    split = by_date(data, 5)
    assert split.owners.tolist() == [1]  # 2 has nothing after, 3 nothing before
    assert truths(split) == [[2, 3]]
    assert histories(split) == [[101, 102]]
    assert trained(split) == [[0, 1], [0, 1], []]
    assert truths(by_date(data, 5, new_only=False)) == [[0, 2, 3]]


@pytest.mark.parametrize(("name", "owners", "items"), [("Beauty", 22_363, 12_101), ("LastFM", 1_090, 3_646)])
def test_every_owner_of_the_published_sets_is_asked(name: str, owners: int, items: int):
    path = DATA / "sequences" / f"{name}.txt"
    if not path.is_file():
        pytest.skip(f"no data at {path}; set SEGUE_DATA")
    lines = [[int(x) for x in line.split()] for line in path.read_text().splitlines()]
    data = interactions({line[0]: [i - 1 for i in line[1:]] for line in lines})
    assert data.shape == (owners, items)
    for back in (0, 1):
        split = leave_last_out(data, back)
        assert len(split) == owners
        assert [t[0] + 1 for t in truths(split)] == [line[-1 - back] for line in lines]


def test_a_split_takes_back_the_words_that_tell_what_it_hides():
    """Who tagged what they hide is not counted in training; what others said, and said of what stays, is."""
    said = Tagged(
        listener=np.array([1, 1, 2], np.int32), row=np.array([0, 2, 2], np.int32), tag=np.array([0, 1, 1], np.int32),
        at=np.array([5, 5, 5]),
    )  # fmt: skip
    tags = sp.csr_array(np.array([[1, 0], [0, 0], [0, 2], [0, 0]], np.float32))
    data = _four_items(tags, said)
    split = leave_last_out(data)
    assert split.truth_rows.tolist() == [2, 3]  # listener 1 loses item 2, listener 2 item 3
    assert split.train.attributes.tags.toarray().tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    assert split.train.attributes.tagged.listener.tolist() == [1, 2]
    assert data.attributes.tags.toarray()[2, 1] == 2  # the whole is as it was
    late = by_date(data, 4)  # words of later days are not known yet
    assert late.train.attributes.tags.nnz == 0


def _four_items(tags, said):
    none = np.zeros(4, np.int32)
    about = Attributes(
        none, none, sp.csr_array((4, 9), dtype=np.bool_), tags, none.astype(np.int64), none.astype(np.int64),
        none.astype(np.bool_), said,
    )  # fmt: skip
    return Interactions(
        "four", Kind.ARTIST, np.array([1, 2], np.int32), np.arange(10, 14, dtype=np.int32),
        np.array([0, 3, 6]), np.array([0, 1, 2, 2, 0, 3], np.int32), np.array([1, 2, 4, 1, 2, 4]),
        np.ones(6, np.float32), np.zeros(2, "S2"), about, True, True,
    )  # fmt: skip
