"""How far two data sets are apart, column by column, and whether that is more than chance."""

from segue.checks.drift.compare import compare
from segue.checks.drift.distance import USUAL, ColumnDistance

__all__ = ["USUAL", "ColumnDistance", "compare"]
