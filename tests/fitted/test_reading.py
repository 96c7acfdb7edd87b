"""How a history is read."""

from __future__ import annotations

import numpy as np

from segue.core.types import Queries
from segue.fitted._reading import Reading, positions

ITEMS = np.array([2, 4, 6, 8], np.int32)


def read(reading: Reading, *history: int, weights: list[float] | None = None) -> list[float]:
    w = None if weights is None else np.array(weights, np.float32)
    queries = Queries.of(np.array([0, len(history)]), np.array(history, np.int32), w)
    return [round(float(v), 5) for v in reading.of_queries(queries, ITEMS).toarray()[0]]


def test_age_counts_distinct_items_from_the_newest() -> None:
    half = Reading(decay=0.5)
    assert read(half, 2, 4, 6) == [0.25, 0.5, 1, 0]
    assert read(half, 2, 4, 2, 2) == [1, 0.5, 0, 0]
    assert read(half, 2, 99, 4) == [0.5, 1, 0, 0], "what is unknown has no age"


def test_weights_of_an_item_add_up_before_the_power() -> None:
    assert read(Reading(power=0.5), 2, 4, 2, weights=[1, 9, 3]) == [2, 3, 0, 0]
    assert read(Reading(power=0.0), 2, 4, 2, weights=[1, 9, 3]) == [1, 1, 0, 0]


def test_only_the_newest_count() -> None:
    assert read(Reading(last=2), 2, 4, 6) == [0, 1, 1, 0]


def test_no_histories_and_no_items() -> None:
    assert Reading().of_queries(Queries.of(np.array([0, 0]), np.zeros(0, np.int32)), ITEMS).shape == (1, 4)
    assert positions(np.array([3], np.int32), np.zeros(0, np.int32)).tolist() == [-1]
    assert positions(np.array([1, 2, 5, 8, 9], np.int32), ITEMS).tolist() == [-1, 0, -1, 3, -1]
