"""A slice that has to be there vanished, or shrank: premium rows missing from training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segue.checks import Finding, Level
from segue.checks._samples import at_least, chance_below, chance_of_day
from segue.checks.anomalies import Look
from segue.checks.anomalies._slices import DAY_ROWS, alike, known_rows, part_of, restless, share_of, worth
from segue.checks.statistics.tables import OTHER, slice_name

DAYS = 7
"""Days before that tell what share a new one may have."""
FEWEST = 30  # rows of a slice of the data before that say something
LEAST, LEAST_PAIR, SHRUNK = 0.02, 0.03, 0.5
"""Share of the rows that a slice has to have lost, of one column and of two; what is left of its odds."""


def slice_gone(look: Look) -> Iterator[Finding]:
    odds = look.odds / 4
    left: dict[str, float] = {}  # of a slice that was told of: what is left of its usual share
    asked, moving = _asked(look), restless(look)
    for label in sorted(asked, key=lambda label: (label.count(","), -asked[label][1])):
        least, usual = asked[label]
        there = look.statistics.slices.get(label)
        rows, total = there.rows if there else 0, known_rows(look.statistics, label)
        by_parts = min((left.get(part, 1.0) for part in label.split(", ")), default=1.0)
        share = rows / total if total else 0.0
        if not total or by_parts * usual - share < LEAST or part_of(label) in moving:
            continue
        gone = rows == 0 or share < 0.05 * by_parts * usual
        days = [(share_of(d, label), d.rows) for d in look.days if d.rows >= DAY_ROWS]
        if len(days) >= DAYS:
            bound = by_parts * _shrunk(min(s for s, _ in days))
            chance = chance_of_day(share, total, [(by_parts * s, n) for s, n in days])[0]
        else:
            likeness = alike(look, label)
            plausible = _plausible(look, label, least, usual, likeness)
            bound = by_parts * (plausible if gone else max(_shrunk(plausible), min(least, usual)))
            chance = chance_below(rows, total, bound, worth(look.statistics, look, likeness))
        if chance > odds or not (gone or share < bound - LEAST):
            continue
        usual *= by_parts  # the rest is told of with the part
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


def _plausible(look: Look, label: str, least: float, usual: float, likeness: float) -> float:
    """The least share that the data before leave plausible, else that of the schema."""
    part = look.before.slices.get(label) if look.before else None
    total = known_rows(look.before, label) if look.before else None
    if look.before is None or part is None or not total or usual != part.rows / total:
        return least
    plausible = at_least(part.rows, total, worth(look.before, look, likeness))
    return min([plausible, *(share_of(d, label) for d in look.days if d.rows >= DAY_ROWS)])


def _shrunk(share: float) -> float:
    """With SHRUNK of its odds."""
    return SHRUNK * share / (1 - share + SHRUNK * share)


plugin = slice_gone
