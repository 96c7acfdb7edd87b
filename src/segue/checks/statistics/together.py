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
BLOCK = 16_384


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
    rows, n = given[0].rows, len(given)
    count, sums, squares, products = (np.zeros((n, n)) for _ in range(4))
    shift: F64 | None = None
    with np.errstate(all="ignore"):  # what is too large to square is left out below
        for start in range(0, rows, BLOCK):
            x, has = _block(given, start, min(start + BLOCK, rows))
            if shift is None:  # near the means, so that little is lost to rounding
                shift = x.sum(axis=1) / np.maximum(has.sum(axis=1), 1)
            x -= shift[:, None]
            x *= has
            count += has @ has.T
            sums += x @ has.T  # of the first, where both are
            squares += (x * x) @ has.T
            products += x @ x.T
        assert shift is not None
        means = np.divide(sums, count, out=np.zeros_like(sums), where=count > 0)
        products -= means * means.T * count
        squares -= means * means * count
    found = []
    for i, j in combinations(range(n), 2):
        values = (shift[i] + means[i, j], shift[j] + means[j, i], squares[i, j], squares[j, i], products[i, j])
        if count[i, j] and np.isfinite(values).all():
            a, b, c, d, e = map(float, values)
            found.append(
                Together(
                    a=given[i].name, b=given[j].name, rows=int(count[i, j]),
                    mean_a=a, mean_b=b, squares_a=max(c, 0.0), squares_b=max(d, 0.0), products=e,
                )
            )  # fmt: skip
    return found


def _block(columns: Sequence[Values], start: int, end: int) -> tuple[F64, F64]:
    """(n, rows) numbers, 0 where there is none, and (n, rows) 1 where there is one."""
    x, has = np.empty((len(columns), end - start)), np.ones((len(columns), end - start))
    for row, column in enumerate(columns):
        x[row] = column.row_numbers(start, end)
        finite = np.isfinite(x[row])
        if not finite.all():
            has[row] = finite
            x[row, ~finite] = 0.0
    return x, has


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
