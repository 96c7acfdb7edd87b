"""Figures of RecTools on a small fixed set, kept in rectools.json beside this script.

RecTools is a reference, not a dependency: it lives in an environment of its own.

    python3.11 -m venv .pytest_cache/rectools
    .pytest_cache/rectools/bin/pip install rectools==0.19.0
    .pytest_cache/rectools/bin/python tests/golden/make_rectools.py

The set: 12 listeners, 30 items, lists of 10 without ties, 1 to 6 held-out items each, tags and an artist an item.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.metrics import (
    MRR,
    NDCG,
    AvgRecPopularity,
    CatalogCoverage,
    HitRate,
    IntraListDiversity,
    MeanInvUserFreq,
    PairwiseDistanceCalculator,
    PairwiseHammingDistanceCalculator,
    Recall,
)

LISTENERS, ITEMS, LENGTH, CUTS = 12, 30, 10, (3, 10)


class Cosine(PairwiseDistanceCalculator):
    """1 - cosine of two items' tags."""

    def __init__(self, tags: Any) -> None:
        self.unit = tags / np.linalg.norm(tags, axis=1, keepdims=True)

    def _get_distances_for_item_pairs(self, items_0: Any, items_1: Any) -> Any:
        left, right = self.unit[np.asarray(items_0)], self.unit[np.asarray(items_1)]
        return 1 - (left * right).sum(axis=1)


def make() -> dict[str, Any]:
    rng = np.random.default_rng(2026)
    scores = rng.permuted(np.tile(np.arange(ITEMS), (LISTENERS, 1)), axis=1)
    truth = [sorted(rng.choice(ITEMS, size, replace=False).tolist()) for size in rng.integers(1, 7, LISTENERS)]
    taken = [sorted(rng.choice(ITEMS, 5, replace=False, p=_skewed()).tolist()) for _ in range(LISTENERS)]
    tags = rng.integers(0, 3, (ITEMS, 5)).astype(float)
    tags[:, 0] += 1
    artist = rng.integers(1, 8, ITEMS)

    order = np.argsort(-scores, axis=1)[:, :LENGTH]
    reco = pd.DataFrame(
        {
            Columns.User: np.repeat(np.arange(LISTENERS), LENGTH),
            Columns.Item: order.ravel(),
            Columns.Rank: np.tile(np.arange(1, LENGTH + 1), LISTENERS),
        }
    )
    wanted, history = _pairs(truth), _pairs(taken)
    one_hot = pd.DataFrame((artist[:, None] == np.unique(artist)).astype(int), index=np.arange(ITEMS))
    figures: dict[str, Any] = {}
    for k in CUTS:
        for name, values in {
            f"ndcg@{k}": NDCG(k=k, divide_by_achievable=True).calc_per_user(reco, wanted),
            f"recall@{k}": Recall(k=k).calc_per_user(reco, wanted),
            f"hr@{k}": HitRate(k=k).calc_per_user(reco, wanted),
            f"mrr@{k}": MRR(k=k).calc_per_user(reco, wanted),
            f"novelty@{k}": MeanInvUserFreq(k=k).calc_per_user(reco, history),
            f"popularity@{k}": AvgRecPopularity(k=k).calc_per_user(reco, history),
            f"tag-diversity@{k}": IntraListDiversity(k=k, distance_calculator=Cosine(tags)).calc_per_user(reco),
            f"artist-hamming@{k}": IntraListDiversity(
                k=k, distance_calculator=PairwiseHammingDistanceCalculator(one_hot)
            ).calc_per_user(reco),
        }.items():
            figures[name] = values.sort_index().tolist()
        figures[f"coverage@{k}"] = CatalogCoverage(k=k, normalize=True).calc(reco, np.arange(ITEMS))
    return {
        "rectools": version("rectools"),
        "scores": scores.tolist(),
        "truth": truth,
        "history": taken,
        "tags": tags.tolist(),
        "artist": artist.tolist(),
        "figures": figures,
    }


def _skewed() -> Any:
    weight = 1 / np.arange(1, ITEMS + 1)
    return weight / weight.sum()


def _pairs(rows: list[list[int]]) -> pd.DataFrame:
    indptr = np.cumsum([0, *map(len, rows)])
    users = np.concatenate([np.full(b - a, u) for u, (a, b) in enumerate(pairwise(indptr))])
    items = np.concatenate([np.array(row) for row in rows])
    return pd.DataFrame(
        {Columns.User: users, Columns.Item: items, Columns.Weight: 1, Columns.Datetime: pd.Timestamp("2026-01-01")}
    )


if __name__ == "__main__":
    out = Path(__file__).with_name("rectools.json")
    out.write_text(json.dumps(make()).replace('], "', '],\n"').replace('}, "', '},\n"') + "\n")
