"""A planted map from words to places, and the shortcut against fits that really leave one out."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np

from segue.core.types import F32


def module() -> Any:
    """The script beside the benchmark."""
    spec = importlib.util.spec_from_file_location("_titles", Path(__file__).parents[2] / "benchmarks" / "_titles.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["_titles"] = made
    spec.loader.exec_module(made)
    return made


map_titles = module().map_titles


def planted(p: int = 60, noise: float = 0.1) -> tuple[F32, F32]:
    rng = np.random.default_rng(0)
    texts = rng.standard_normal((p, 8)) + 1
    points = texts @ rng.standard_normal((8, 5)) + 3 + noise * rng.standard_normal((p, 5))
    return texts.astype(np.float32), points.astype(np.float32)


def fit(texts: F32, points: F32, penalty: float) -> tuple[F32, F32, F32]:
    centre, mean = texts.mean(axis=0), points.mean(axis=0)
    x = texts - centre
    return centre, mean, np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ (points - mean))


def test_left_out_is_what_a_fit_without_it_says() -> None:
    texts, points = planted()
    found = map_titles(texts, points)
    x = texts - texts.mean(axis=0)
    penalty = found.ridge * float((x * x).sum()) / len(x)
    for i in (0, 7, 59):
        rest = np.arange(60) != i
        centre, mean, weights = fit(texts[rest], points[rest], penalty)
        np.testing.assert_allclose(found.left_out[i], mean + (texts[i] - centre) @ weights, rtol=2e-3, atol=2e-3)


def test_the_map_is_that_of_all() -> None:
    texts, points = planted()
    found = map_titles(texts, points)
    x = texts - texts.mean(axis=0)
    centre, mean, weights = fit(texts, points, found.ridge * float((x * x).sum()) / len(x))
    got = found.mean + found.foretelling({"text": texts[:3]})
    np.testing.assert_allclose(got, mean + (texts[:3] - centre) @ weights, rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(found.foretelling({"text": np.zeros((1, 8), np.float32)}), 0)


def test_planted_words_tell_and_shuffled_ones_do_not() -> None:
    texts, points = planted()
    mean = points.mean(axis=0)

    def error(found: F32) -> float:
        return float(((found - points) ** 2).sum() / ((points - mean) ** 2).sum())

    assert error(map_titles(texts, points).left_out) < 0.05
    shuffled = map_titles(np.random.default_rng(1).permutation(texts), points)
    assert error(shuffled.left_out) > 0.9
