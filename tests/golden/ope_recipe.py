"""Inputs of the golden figures of off-policy estimators: NumPy alone, the same in both environments.

From a log: choice, place, propensity and click. From nothing, by formulas over the row, the arm and the place: a target
policy, a model of the reward, three columns of context.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LOGS = ("random/all", "random/men", "random/women", "bts/all", "bts/men", "bts/women")
SLOTS = 3
CLIP, TAU, LAMBDA, RIDGE = 3.0, 2.0, 5.0, 7.0


@dataclass(frozen=True)
class Columns:
    action: I64
    slot: I64
    propensity: F64
    reward: F64
    arms: int

    @property
    def context(self) -> F64:
        """(n, 3)"""
        row = np.arange(len(self.action))
        return np.stack([np.sin(row), np.cos(2.7 * row), (row % 7) / 7], axis=1)


def read(folder: Path, name: str) -> Columns:
    """A log of the Open Bandit Dataset, in the order of its rows."""
    policy, campaign = name.split("/")
    with gzip.open(folder / policy / campaign / f"{campaign}.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    action = np.array([int(r["item_id"]) for r in rows])
    propensity = np.array([float(r["propensity_score"]) for r in rows])
    return Columns(
        action, np.array([int(r["position"]) - 1 for r in rows]), propensity,
        np.array([float(r["click"]) for r in rows]), int(action.max()) + 1,
    )  # fmt: skip


def made_up(n: int = 240, arms: int = 5) -> Columns:
    """A small log for where the data are not: the same number of rows in each place."""
    row = np.arange(n)
    action = (row * row + row // 3) % arms
    return Columns(
        action,
        row % SLOTS,
        0.05 + 0.9 * np.abs(np.sin(row * 1.3)),
        ((row * 7 + action) % 5 == 0).astype(np.float64),
        arms,
    )


def target(columns: Columns) -> F64:
    """(n, A, SLOTS) chances, different in every row."""
    row, arm, slot = np.arange(len(columns.action)), np.arange(columns.arms), np.arange(SLOTS)
    score = np.sin(0.01 * row[:, None, None] + 1.7 * arm[None, :, None] * (slot + 1)) + 0.3 * np.cos(arm)[None, :, None]
    e = np.exp(score)
    out: F64 = e / e.sum(axis=1, keepdims=True)
    return out


def model(columns: Columns) -> F64:
    """(n, A, SLOTS) predicted rewards."""
    row, arm, slot = np.arange(len(columns.action)), np.arange(columns.arms), np.arange(SLOTS)
    out: F64 = 0.005 * (1 + np.sin(0.03 * row[:, None, None] + arm[None, :, None] + 2.1 * slot))
    return out


@dataclass(frozen=True)
class Pages:
    """Rows of pages put together: the i-th row of each place makes page i."""

    page: I64  # (n,) each number SLOTS times
    action: I64
    slot: I64
    propensity: F64
    reward: F64
    chance: F64
    q: F64  # (P, SLOTS, A)
    over: F64  # (P, SLOTS, A)

    def cascade(self, chance: F64) -> F64:
        """(n,) chance of the page down to each place."""
        out: F64 = np.cumprod(chance.reshape(-1, SLOTS), axis=1, dtype=np.float64).ravel()
        return out

    def whole(self, chance: F64) -> F64:
        """(n,) chance of the page."""
        return np.repeat(chance.reshape(-1, SLOTS).prod(axis=1), SLOTS)


def pages(columns: Columns) -> Pages:
    places = [np.flatnonzero(columns.slot == s) for s in range(SLOTS)]
    p = min(map(len, places))
    rows = np.stack([of[:p] for of in places], axis=1)  # (P, SLOTS)
    over, q = target(columns), model(columns)
    slot = np.tile(np.arange(SLOTS), (p, 1))
    flat, at = rows.ravel(), slot.ravel()
    return Pages(
        np.repeat(np.arange(p), SLOTS), columns.action[flat], at, columns.propensity[flat], columns.reward[flat],
        over[flat, columns.action[flat], at], q[rows, :, slot], over[rows, :, slot],
    )  # fmt: skip
