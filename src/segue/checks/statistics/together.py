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
from segue.core.types import F64

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
    given = [c.finite_rows() for c in columns]
    places = [i for i, (_, lacking) in enumerate(given) if lacking is not None]
    products, sums, squares, count = (np.zeros((n, n)) for _ in range(4))
    total = np.zeros(n)
    block = [numbers[:BLOCK] for numbers, _ in given]
    shift: F64 = np.array([b.mean() for b in block])  # near the means, so that little is lost to rounding
    for start in range(0, rows, BLOCK):
        end = min(start + BLOCK, rows)
        x = np.empty((n, end - start))
        for i, (numbers, lacking) in enumerate(given):
            np.subtract(numbers[start:end], shift[i], out=x[i])
            if lacking is not None:
                np.copyto(x[i], 0.0, where=lacking[start:end])
        products += x @ x.T
        total += x.sum(axis=1)
        if places:  # what the rows that lack column j have of column i, and how many lack both
            gone = np.array([lacking[start:end] for _, lacking in given if lacking is not None], np.float64)
            sums[:, places] += x @ gone.T
            squares[:, places] += np.square(x, out=x) @ gone.T
            count[np.ix_(places, places)] += gone @ gone.T
    lacking_rows = count.diagonal()
    count = rows - lacking_rows[:, None] - lacking_rows[None, :] + count
    sums, squares = total[:, None] - sums, products.diagonal()[:, None] - squares
    means = np.divide(sums, count, out=np.zeros_like(sums), where=count > 0)
    return count, shift[:, None] + means, squares - means * means * count, products - means * means.T * count


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
