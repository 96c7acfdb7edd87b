"""A slice that has to be there vanished, or shrank: premium rows missing from training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segue.checks import Finding, Level
from segue.checks._samples import at_least, chance_below
from segue.checks.anomalies import Look
from segue.checks.anomalies._slices import alike, known_rows, share_of, worth
from segue.checks.statistics.tables import OTHER, slice_name

DAY_ROWS = 50
"""Rows of a day before from which on its shares count."""
FEWEST = 30  # rows of a slice of the data before that say something
LEAST, LEAST_PAIR, SHRUNK = 0.02, 0.03, 0.5
"""Share of the rows that a slice has to have lost, of one column and of two; what is left of its odds."""


def slice_gone(look: Look) -> Iterator[Finding]:
    odds = look.odds / 4
    left: dict[str, float] = {}  # of a slice that was told of: what is left of its usual share
    asked = _asked(look)
    for label in sorted(asked, key=lambda label: (label.count(","), -asked[label][1])):
        least, usual = asked[label]
        there = look.statistics.slices.get(label)
        rows, total = there.rows if there else 0, known_rows(look.statistics, label)
        by_parts = min((left.get(part, 1.0) for part in label.split(", ")), default=1.0)
        if not total or by_parts * usual - rows / total < LEAST:
            continue
        likeness = alike(look, label)
        bound = by_parts * _bound(look, label, least, usual, likeness)  # the rest is told of with the part
        usual, share = by_parts * usual, rows / total
        if chance_below(rows, total, bound, worth(look.statistics, look, likeness)) > odds:
            continue
        gone = rows == 0 or share < 0.05 * usual
        if not gone and not share < bound - LEAST:
            continue
        left[label] = share / usual
        level: Level = "fail" if gone or share < 0.3 * usual else "warn"
        yield look.finding(
            "slice-vanished" if gone else "slice-shrank", level,
            f"{f'no rows of {label}' if rows == 0 else f'{rows:,} rows of {label} ({share:.2%} of {total:,})'}; "
            f"{usual:.1%} {look.then if look.before else 'at least are asked for'}",
            max(0, round(usual * total) - rows), slice=label,
            fix=f"find where rows of {label} are dropped: a join, a filter, a client that stopped sending",
        )  # fmt: skip


def _asked(look: Look) -> Mapping[str, tuple[float, float]]:
    """Slice → (least share by the schema, 0 where it does not ask; usual share)."""
    found: dict[str, tuple[float, float]] = {}
    for wanted in look.schema.slices if look.schema else []:
        if wanted.environments is None or look.environment is None or look.environment in wanted.environments:
            found[slice_name(wanted.where)] = (wanted.share, wanted.share)
    if look.before is None:
        return found
    for label, part in look.before.slices.items():
        total = known_rows(look.before, label)
        if OTHER in label or not total or part.rows < FEWEST:
            continue
        usual = part.rows / total
        if usual >= (LEAST if label.count("=") == 1 else LEAST_PAIR):
            found[label] = (found.get(label, (0.0, 0.0))[0], usual)
    return found


def _bound(look: Look, label: str, least: float, usual: float, likeness: float) -> float:
    """The least share that is no chance: by the schema, and by what the data before leave plausible."""
    part = look.before.slices.get(label) if look.before else None
    total = known_rows(look.before, label) if look.before else None
    if look.before is None or part is None or not total or usual != part.rows / total:
        return least  # of the schema alone
    plausible = at_least(part.rows, total, worth(look.before, look, likeness))
    days = [share_of(d, label) for d in look.days if d.rows >= DAY_ROWS]
    plausible = min(plausible, *days) if days else plausible
    plausible = SHRUNK * plausible / (1 - plausible + SHRUNK * plausible)
    return plausible if look.days else max(plausible, min(least, usual))


plugin = slice_gone
