"""Our metrics against RecTools, a listener at a time. The figures and the script that made them lie beside this file.

Definitions that differ: RecTools' recall divides by |truth|, ours by min(|truth|, k) unless told otherwise; its MRR
stops at k; its Hamming distance of one-hot artists is 2 where ours is 1; its NDCG is ours with `divide_by_achievable`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import F32, I32, I64
from segue.evaluation import metrics
from segue.evaluation.ranking import Lists, ranks, top_k

Kept = dict[str, Any]


@pytest.fixture(scope="module")
def kept() -> Kept:
    out: Kept = json.loads(Path(__file__).with_name("rectools.json").read_text())
    return out


@pytest.fixture(scope="module")
def scores(kept: Kept) -> F32:
    return np.array(kept["scores"], np.float32)


@pytest.fixture(scope="module")
def truth(kept: Kept) -> Lists:
    return Lists(np.cumsum([0, *map(len, kept["truth"])]), np.concatenate(kept["truth"]).astype(np.int32))


@pytest.fixture(scope="module")
def takers(kept: Kept) -> I64:
    return np.bincount(np.concatenate(kept["history"]), minlength=len(kept["artist"]))


@pytest.mark.parametrize("k", [3, 10])
def test_accuracy(kept: Kept, scores: F32, truth: Lists, k: int) -> None:
    at, figures = ranks(scores, truth), kept["figures"]
    for name, ours in {
        "ndcg": metrics.ndcg(at, truth.indptr, k),
        "recall": metrics.recall(at, truth.indptr, k, capped=False),
        "hr": metrics.hit_rate(at, truth.indptr, k),
        "mrr": metrics.mrr(at, truth.indptr, k),
    }.items():
        np.testing.assert_allclose(ours, figures[f"{name}@{k}"], rtol=1e-7, err_msg=name)


def test_control_the_capped_recall_and_the_whole_mrr_are_other_figures(kept: Kept, scores: F32, truth: Lists) -> None:
    at, figures = ranks(scores, truth), kept["figures"]
    assert not np.allclose(metrics.recall(at, truth.indptr, 3), figures["recall@3"])
    assert not np.allclose(metrics.mrr(at, truth.indptr), figures["mrr@3"])
    assert not np.allclose(metrics.ndcg(at + 1, truth.indptr, 10), figures["ndcg@10"])


@pytest.mark.parametrize("k", [3, 10])
def test_beyond_accuracy(kept: Kept, scores: F32, takers: I64, k: int) -> None:
    lists, _ = top_k(scores, k)
    figures, n = kept["figures"], len(kept["artist"])
    assert metrics.coverage(lists, n) == pytest.approx(figures[f"coverage@{k}"])
    for name, ours in {
        "novelty": metrics.novelty(lists, takers, len(kept["history"])),
        "popularity": metrics.popularity(lists, takers),
        "tag-diversity": metrics.diversity(lists, sp.csr_array(np.array(kept["tags"]))),
        "artist-hamming": 2 * metrics.diversity(lists, one_hot(kept)),
    }.items():
        np.testing.assert_allclose(ours, figures[f"{name}@{k}"], rtol=1e-7, atol=1e-12, err_msg=name)


def test_control_other_lists_have_other_figures(kept: Kept, scores: F32, takers: I64) -> None:
    lists: I32 = top_k(-scores, 10)[0]
    assert not np.allclose(metrics.novelty(lists, takers, len(kept["history"])), kept["figures"]["novelty@10"])
    assert not np.allclose(metrics.diversity(lists, one_hot(kept)) * 2, kept["figures"]["artist-hamming@10"])


def one_hot(kept: Kept) -> sp.csr_array:
    artist = np.array(kept["artist"])
    return sp.csr_array((artist[:, None] == np.unique(artist)).astype(np.float32))
