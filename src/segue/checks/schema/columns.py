"""The bounds of one column, from what good data looked like. The fewer rows were seen, the wider they are."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from segue.checks.schema.chance import at_most, downwards, upwards, with_odds
from segue.checks.schema.shape import ColumnSchema, Drift
from segue.checks.statistics import ColumnStatistics, Numbers, Tops

ENOUGH = 20
"""Rows below which nothing but the type is learned."""
DOMAIN, CODES = 100, 10
"""Most different values of a text, and of a whole number, that are listed."""
KEYS = 1000
"""Rows below which values that are all different may be so by accident."""
LABEL = 40
"""Characters, on average, above which a text is prose and no label."""
ONCE = 0.05
"""Share of rows with a value seen once above which values are not listed: most were not seen yet."""
RARE = 1e-4
"""Least share that values outside of a list may have: a new country comes along now and then."""
DAY = 86_400_000
CATEGORIES, OPEN, NUMBERS = Drift(linf=0.1, js=0.05), Drift(linf=0.1), Drift(quantile=0.25)
"""How far a column may move: listed values, texts that are not listed, numbers."""
_ID = re.compile(
    r"(?i:(^|_)(id|ids|uri|url|key|hash|uuid|isrc|isbn|seq|listener|user|session|item|artist|album|playlist|track|episode|show)$)"
    r"|[a-z]I[dD]s?$"
)
_UNITS = {"ms": r"_ms$|^ms_|milli", "s": r"_s$|_sec$|second", "share": r"share|ratio|rate$|probab|propensity",
          "count": r"count|^n_|plays$"}  # fmt: skip


def infer_column(whole: ColumnStatistics, parts: Sequence[ColumnStatistics | None]) -> ColumnSchema:
    """Of a column in all of the good data, and in each part of it: how much parts differ counts, too."""
    seen = [p for p in parts if p is not None]
    if whole.type == "null" or whole.present < ENOUGH:
        return ColumnSchema(type=whole.type, required=len(seen) == len(parts), missing=1.0, drift=None)
    low, high = span(whole)
    new = novel(seen)
    values = domain(whole) if new <= ONCE else None
    listed = values is not None
    return ColumnSchema(
        type=whole.type,
        required=len(seen) == len(parts),
        missing=most(whole.missing, whole.rows, [(p.missing, p.rows) for p in seen]),
        nonfinite=most(*_nonfinite(whole), [_nonfinite(p) for p in seen]) if whole.type == "float" else 0.0,
        values=values,
        outside=_outside(whole, values, new),
        min=None if listed else low,
        max=None if listed else high,
        unit=unit(whole),
        typical=None if listed else typical(whole, seen),
        largest=1.0 if is_key(whole) else largest(whole, seen),
        max_length=None if listed else length(whole.lengths),
        unique=is_key(whole),
        distinct=distinct(whole),
        drift=drift(whole, listed),
    )


def most(count: int, rows: int, parts: Sequence[tuple[int, int]] = (), factor: float = 1.5) -> float:
    """The largest share to put up with: of all rows, and of the part that had most. None in 10,000 means none."""
    if count == 0 and rows >= 10_000:
        return 0.0
    shares = [c / n for c, n in parts if n >= 100]
    bound = max([at_most(count, rows), *shares])
    return 1.0 if count == rows or bound > 0.99 else upwards(with_odds(bound, factor if count else 1.0))


def named_id(name: str) -> bool:
    """Whether a column is called as those are that say which one: `id`, `listener`, `album_id`."""
    return bool(_ID.search(name))


def domain(column: ColumnStatistics) -> list[str] | None:
    """The values of a column that has few, none of which stands for one thing or person."""
    top, rows = column.top, column.present
    if top is None or not top.complete or not top.values or column.type == "list":
        return None
    if column.type == "bool":
        return sorted(top.values)
    coded = sum(any(c.isdigit() for c in v) for v in top.values) > 0.8 * len(top.values)
    if named_id(column.name) or (column.type == "text" and coded and len(top.values) > 20):
        return None
    if column.type == "int" and (len(top.values) > CODES or min(top.counts) < 10):
        return None
    if column.type == "text" and column.lengths is not None and column.lengths.mean > LABEL:
        return None
    few = len(top.values) <= DOMAIN and rows >= 5 * len(top.values) and once(top) <= ONCE * rows
    return sorted(top.values, key=_order) if few else None


def once(top: Tops) -> int:
    """How many values were seen once: their share is that of values not seen yet."""
    return sum(c == 1 for c in top.counts)


def _order(value: str) -> tuple[float, str]:
    try:
        return float(value), value
    except ValueError:
        return math.inf, value


def novel(parts: Sequence[ColumnStatistics]) -> float:
    """The largest share of a later part that says what no part before it did: how open a list of values is."""
    tops = [p.top for p in parts if p.top is not None and p.top.complete and p.present >= 50]
    known: set[str] = set()
    shares = []
    for top in tops:
        shares.append(sum(c for v, c in zip(top.values, top.counts) if v not in known) / max(1, sum(top.counts)))
        known.update(top.values)
    return max(shares[max(3, len(shares) // 2) :], default=0.0)


def _outside(column: ColumnStatistics, values: list[str] | None, new: float) -> float:
    if column.type == "bool":
        return 0.0 if values and len(values) == 2 else upwards(at_most(0, column.present))
    if values is not None and column.top is not None:
        return upwards(max(RARE, at_most(once(column.top), column.present), with_odds(new, 1.5)))
    if column.type in ("int", "float", "time"):
        return upwards(at_most(0, column.present))  # one more number is the largest so far once in so many rows
    return 0.0


def _nonfinite(column: ColumnStatistics) -> tuple[int, int]:
    return column.nans + column.infinite, column.rows


def span(column: ColumnStatistics) -> tuple[float | None, float | None]:
    """Least and largest number, or time, with room on both sides; none for numbers that are names."""
    if column.times is not None:
        long = column.times.last - column.times.first
        back, ahead = max(2 * long, 365 * DAY), max(2 * long, 5 * 365 * DAY)
        return (column.times.first - back) // DAY * DAY, (column.times.last + ahead) // DAY * DAY
    numbers = column.numbers
    if column.type not in ("int", "float") or numbers is None or numbers.count < ENOUGH or names_things(column):
        return None, None
    if is_share(column):
        return 0.0, 1.0
    if numbers.min == numbers.max:  # nothing is known of how much it varies
        return (0.0 if numbers.min >= 0 else None), None
    middle = numbers.quantile(0.5)
    room = 0.5 + 20 / math.sqrt(numbers.count)
    wide = max(numbers.max - numbers.min, abs(numbers.max), 1e-9) / 10
    low = downwards(numbers.min - room * max(middle - numbers.min, wide))
    high = upwards(numbers.max + room * max(numbers.max - middle, wide))
    return (max(low, 0.0) if numbers.min >= 0 else low), (min(high, 0.0) if numbers.max <= 0 else high)


def is_share(column: ColumnStatistics) -> bool:
    """Whether a column holds fractions of 1."""
    n = column.numbers
    return column.type == "float" and n is not None and n.min >= 0 and n.max <= 1 and n.max > 0


def names_things(column: ColumnStatistics) -> bool:
    """Whole numbers called so are names, and those that are nearly all different and run on, or are as large as hashes:
    larger ones are to come. Others that are all different are measured finely."""
    numbers = column.numbers
    if column.type != "int" or numbers is None:
        return False
    if named_id(column.name):
        return True
    different = column.unique.count
    if unit(column) or column.present < 100 or different < 0.9 * column.present:
        return False
    return numbers.max - numbers.min < 4 * different or numbers.max > 2.0**48


def typical(column: ColumnStatistics, parts: Sequence[ColumnStatistics] = ()) -> tuple[float, float] | None:
    """Where the median may lie: three times up or down where all numbers have one sign, more after few rows."""
    numbers = column.numbers
    if column.type not in ("int", "float") or numbers is None or numbers.count < ENOUGH or names_things(column):
        return None
    middles = [n.quantile(0.5) for n in [numbers, *(p.numbers for p in parts if p.numbers)] if n.count >= 100]
    near, far = (numbers.quantile(q) for q in (0.35, 0.65))
    low, high = min([*middles, near]), max([*middles, far])
    factor = 3 + 30 / math.sqrt(numbers.count)
    if numbers.min >= 0:
        top = min(1.0, high * factor) if is_share(column) else upwards(high * factor)
        return (downwards(low / factor), top) if near > 0 else None
    inner = numbers.quantile(0.75) - numbers.quantile(0.25)
    return downwards(low - factor * inner), upwards(high + factor * inner)


def unit(column: ColumnStatistics) -> str:
    """As its name says it, where the numbers agree."""
    if column.numbers is None or column.type not in ("int", "float"):
        return ""
    found = next((u for u, pattern in _UNITS.items() if re.search(pattern, column.name, re.I)), "")
    return "" if found == "share" and not is_share(column) else found


def largest(column: ColumnStatistics, parts: Sequence[ColumnStatistics] = ()) -> float:
    """The share that one value may take. Above 98 % the column may as well be constant."""
    if column.top is None or not (column.top.counts or column.top.error) or column.type == "list":
        return 1.0
    first = max(column.top.counts, default=0) + column.top.error
    shares = [p.top.counts[0] / p.present for p in parts if p.top and p.top.counts and p.present >= 100]
    bound = with_odds(max([at_most(first, column.present), *shares]), 3)
    return 1.0 if bound > 0.98 else upwards(max(bound, 0.1))


def length(lengths: Numbers | None) -> int | None:
    """Three times the longest so far, more after few rows."""
    if lengths is None or lengths.count < ENOUGH:
        return None
    return int(upwards(max((3 + 60 / math.sqrt(lengths.count)) * lengths.max, lengths.max + 16)))


def is_key(column: ColumnStatistics) -> bool:
    """Whether no value comes twice, as far as sketches can tell, and that is no accident."""
    if column.type not in ("text", "int") or column.missing or column.rows < KEYS:
        return False
    if not named_id(column.name) and column.rows < 10_000:
        return False
    if column.unique.exact:
        return column.unique.count == column.rows
    return column.unique.repeated == 0 and column.unique.count > 0.8 * column.rows


def distinct(column: ColumnStatistics) -> tuple[float, float] | None:
    """Different values a row, where most rows have one of their own: fewer rows have more, so it holds for parts."""
    if column.present < 1000 or not (column.type == "text" or names_things(column)):
        return None
    ratio = min(1.0, column.unique.count / column.present)
    return (downwards(0.6 * ratio), 1.0) if ratio >= 0.5 else None


def drift(column: ColumnStatistics, listed: bool) -> Drift | None:
    """Thresholds by what kind of column it is: names of things move as they like, times and lists have the usual."""
    if listed:
        return CATEGORIES
    if names_things(column):
        return Drift()
    if column.type in ("int", "float"):
        return NUMBERS
    if column.type == "text":
        return OPEN if column.unique.count < 0.5 * max(1, column.present) else Drift()
    return None
