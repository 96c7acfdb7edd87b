"""Windows cover every event once as something to foretell; batches hold each window once, thinned in order."""

from __future__ import annotations

import numpy as np

from segue.nn.batches import batches, groups, windows


def test_windows_from_the_newest_back() -> None:
    starts, ends = windows(np.array([0, 1, 3, 13]), 5)
    assert list(zip(starts.tolist(), ends.tolist())) == [(1, 3), (8, 13), (4, 9), (3, 5)]
    foretold = [e for s, t in zip(starts, ends) for e in range(s + 1, t)]
    assert sorted(foretold) == [2, *range(4, 13)]


def test_every_window_once_in_tables_of_about_one_length() -> None:
    rng = np.random.default_rng(0)
    indptr = np.cumsum([0, *rng.integers(2, 30, 100)])
    starts, ends = windows(indptr, 31)
    seen, lengths = [], []
    for events, inside in batches(starts, ends, groups(np.sort(ends - starts), 16, 10_000), 0.0, rng):
        assert events.shape == inside.shape
        seen += events[inside].tolist()
        lengths.append(inside.sum(axis=1))
        assert all(np.all(np.diff(e[i]) == 1) for e, i in zip(events, inside))
    assert sorted(seen) == list(range(indptr[-1]))
    assert np.mean([np.ptp(n) for n in lengths]) < 6


def test_thinned_windows_keep_their_order_and_two_events() -> None:
    rng = np.random.default_rng(0)
    starts, ends = windows(np.array([0, 2, 500]), 1000)
    for share, low, high in ((0.4, 250, 350), (1.0, 2, 2)):
        for events, inside in batches(starts, ends, np.arange(len(starts) + 1), share, rng):
            kept = events[0][inside[0]]
            assert np.all(np.diff(kept) > 0)
            if len(kept) > 2:
                assert low <= len(kept) <= high
            assert len(kept) >= 2
            assert inside[0].tolist() == sorted(inside[0].tolist(), reverse=True)


def test_few_long_windows_make_as_many_batches_as_many_short_ones() -> None:
    lengths = np.array([2] * 9 + [10] * 5 + [50])
    assert groups(lengths, 4, 30).tolist() == [0, 4, 8, 11, 14, 15]
    assert groups(lengths, 4, 10_000).tolist() == [0, 4, 8, 12, 15]
    assert groups(lengths[:0], 4, 30).tolist() == [0]
