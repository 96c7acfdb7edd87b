"""The ranking kernel against what the machine must do at least: python benchmarks/evaluation.py [listeners] [items].

In one run, on the same scores: reading the matrix once (its maximum), comparing it once with a value a row, and
partitioning every row once (numpy.partition, which finds the best k and neither orders them nor breaks ties). Scores
without ties, and scores that are nearly all 0, as of a model of transitions.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from segue.core.types import F32, I64
from segue.evaluation.intervals import resampled_means
from segue.evaluation.ranking import Lists, ranks, top_k

K, HISTORY, ROUNDS = 100, 20, 5


def best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of a few rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def above(scores: F32) -> I64:
    """(B,) one pass of comparisons."""
    return np.asarray(np.count_nonzero(scores > scores[:, :1], axis=1), np.int64)


def main() -> None:
    given = [int(a) for a in sys.argv[1:3]]
    listeners, items = given + [2_048, 12_101][len(given) :]
    rng = np.random.default_rng(0)
    dense = rng.random((listeners, items), dtype=np.float32)
    sparse = np.where(dense > 0.995, dense, np.float32(0))
    seen = np.sort(rng.permuted(np.tile(np.arange(items, dtype=np.int32), (listeners, 1)), axis=1)[:, :HISTORY], axis=1)
    drop = Lists(np.arange(listeners + 1) * HISTORY, seen.ravel())
    print(
        f"{listeners:,} listeners x {items:,} items, float32, {dense.nbytes / 1e6:.0f} MB; lists of {K}, {HISTORY} seen"
    )
    for name, scores in (("no ties", dense), ("nearly all 0", sparse)):
        read = best(partial(np.max, scores))
        split = best(partial(np.partition, scores, -K, axis=1))
        compare = best(partial(above, scores))
        listed = best(partial(top_k, scores, K, drop))
        print(
            f"{name:>13}: read {read * 1e3:.0f} ms, compare {compare * 1e3:.0f} ms, partition {split * 1e3:.0f} ms; "
            f"top_k {listed * 1e3:.0f} ms = {listed / split:.2f} x partition, {listed / read:.1f} x read"
        )
        for held in (1, 20, 100):
            truth = Lists(np.arange(listeners + 1) * held, rng.integers(0, items, listeners * held).astype(np.int32))
            ranked = best(partial(ranks, scores, truth, drop))
            print(f"{'':>15}ranks of {held} held out {ranked * 1e3:.0f} ms = {ranked / compare:.2f} x compare")
    values = rng.random((22_363, 10))
    print(f"bootstrap of 10 models, 22,363 listeners, 1,000 resamples: {best(partial(resampled_means, values)):.2f} s")


if __name__ == "__main__":
    main()
