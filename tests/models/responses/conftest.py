"""Rows with a known answer: a logit of two main effects, a curve and an interaction; two columns say nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from segue.core.types import F32, F64

NAMES = ("taste", "hour", "new", "popular", "noise", "constant")


@dataclass(frozen=True)
class Planted:
    features: F32  # (n, 6)
    label: F32
    chance: F64  # what the label was drawn from

    @property
    def weight(self) -> F32:
        return np.ones(len(self.label), np.float32)


def planted(n: int, seed: int) -> Planted:
    rng = np.random.default_rng(seed)
    taste, popular, noise = rng.normal(size=(3, n))
    hour, new = rng.integers(0, 24, n), rng.integers(0, 2, n)
    logit = -0.8 + 1.2 * taste + 1.0 * ((hour >= 17) & (hour < 22)) - 2.4 * new * (hour < 12)
    chance = 1 / (1 + np.exp(-logit))
    label = (rng.random(n) < chance).astype(np.float32)
    columns = [taste, hour, new, np.exp(2 * popular), 1000 + noise, np.full(n, 7)]
    return Planted(np.stack(columns, axis=1).astype(np.float32), label, chance)


@pytest.fixture(scope="session")
def train() -> Planted:
    return planted(4_000, 1)


@pytest.fixture(scope="session")
def held_out() -> Planted:
    return planted(6_000, 2)


def log_loss(label: Any, chance: Any) -> float:
    y, p = np.asarray(label, np.float64), np.asarray(chance, np.float64)
    return float(-(y * np.log(p) + (1 - y) * np.log1p(-p)).mean())
