"""How two columns of numbers go together: means, squares and products of the rows that have both.

Merged as Chan, Golub and LeVeque do it, "Updating formulae and a pairwise algorithm for computing
sample variances", 1979.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

import msgspec
import numpy as np

from segue.checks.statistics.columns import kept_number
from segue.checks.statistics.values import Values
from segue.core.types import F64, Bools

MOST = 64
"""Columns that are held against each other: the first of a table."""
BLOCK = 8192
"""Rows that are multiplied at once."""


class Together(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of the rows in which both columns have a finite number."""

    a: str
    b: str
    rows: int = 0
    mean_a: float = 0.0
    mean_b: float = 0.0
    squares_a: float = 0.0  # sum of squared distances from the mean
    squares_b: float = 0.0
    products: float = 0.0  # sum of products of the distances from the means

    @property
    def correlation(self) -> float:
        """Pearson's; NaN where one of them does not vary."""
        size = math.sqrt(self.squares_a) * math.sqrt(self.squares_b)
        return self.products / size if size else math.nan


def together_of(columns: Sequence[Values]) -> list[Together]:
    """Of every two of the columns of numbers of a batch."""
    given = [c for c in columns if c.type in ("int", "float") and c.arrays.numbers is not None and c.rows]
    given = sorted(given[:MOST], key=lambda c: c.name)
    if len(given) < 2:
        return []
    with np.errstate(all="ignore"):  # what is too large to square is left out
        count, means, squares, products = _moments(given)
    found = []
    for i, j in combinations(range(len(given)), 2):
        values = (means[i, j], means[j, i], squares[i, j], squares[j, i], products[i, j])
        if count[i, j] and np.isfinite(values).all():
            a, b, c, d, e = map(float, values)
            found.append(
                Together(
                    a=given[i].name, b=given[j].name, rows=int(count[i, j]),
                    mean_a=a, mean_b=b, squares_a=max(c, 0.0), squares_b=max(d, 0.0), products=e,
                )
            )  # fmt: skip
    return found


def _moments(columns: Sequence[Values]) -> tuple[F64, F64, F64, F64]:
    """(n, n) of the rows that both have: their count, the mean of the first, its squares, products with the second."""
    rows, n = columns[0].rows, len(columns)
    products, sums, squares, count = (np.zeros((n, n)) for _ in range(4))
    whole = np.zeros((2, n))  # sums and squares of each column by itself
    shift: F64 | None = None
    for start in range(0, rows, BLOCK):
        x, holes = _block(columns, start, min(start + BLOCK, rows))
        if shift is None:  # near the means, so that little is lost to rounding
            shift = x.sum(axis=1) / x.shape[1]
        x -= shift[:, None]
        for i, gone in holes.items():
            np.copyto(x[i], 0.0, where=gone)
        products += x @ x.T
        squared = x * x
        whole += x.sum(axis=1), squared.sum(axis=1)
        if holes:  # what the rows that lack column j have of column i, and how many lack both
            gone = np.array(list(holes.values()), np.float64)
            places = list(holes)
            sums[:, places] += x @ gone.T
            squares[:, places] += squared @ gone.T
            count[np.ix_(places, places)] += gone @ gone.T
    assert shift is not None
    lacking = count.diagonal()
    count = rows - lacking[:, None] - lacking[None, :] + count
    sums, squares = whole[0][:, None] - sums, whole[1][:, None] - squares
    means = np.divide(sums, count, out=np.zeros_like(sums), where=count > 0)
    return count, shift[:, None] + means, squares - means * means * count, products - means * means.T * count


def _block(columns: Sequence[Values], start: int, end: int) -> tuple[F64, dict[int, Bools]]:
    """(n, rows) numbers, 0 where there is none; and where those are, of the columns that have such rows."""
    x, holes = np.empty((len(columns), end - start)), {}
    for i, column in enumerate(columns):
        x[i] = column.row_numbers(start, end)
        finite = np.isfinite(x[i])
        if not finite.all():
            holes[i] = ~finite
            np.copyto(x[i], 0.0, where=holes[i])
    return x, holes


def merged_together(given: Iterable[Sequence[Together]]) -> list[Together]:
    """Of the pairs of all, in the order in which they are first met."""
    found: dict[tuple[str, str], Together] = {}
    for pairs in given:
        for pair in pairs:
            before = found.get((pair.a, pair.b))
            found[pair.a, pair.b] = pair if before is None else _merged(before, pair)
    return list(found.values())


def _merged(a: Together, b: Together) -> Together:
    rows = a.rows + b.rows
    apart_a, apart_b, weight = b.mean_a - a.mean_a, b.mean_b - a.mean_b, a.rows * b.rows / rows
    return Together(
        a=a.a,
        b=a.b,
        rows=rows,
        mean_a=a.mean_a + apart_a * b.rows / rows,
        mean_b=a.mean_b + apart_b * b.rows / rows,
        squares_a=kept_number(a.squares_a + b.squares_a + apart_a * apart_a * weight),
        squares_b=kept_number(a.squares_b + b.squares_b + apart_b * apart_b * weight),
        products=kept_number(a.products + b.products + apart_a * apart_b * weight),
    )
