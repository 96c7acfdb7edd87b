"""A slice that was not there, or that has a far larger share of the rows than before."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks._samples import at_most, chance_above
from segue.checks.anomalies import Look
from segue.checks.anomalies._slices import DAY_ROWS, known_rows, part_of, restless, share_of
from segue.checks.statistics.tables import OTHER

NEW, MORE, ODDS = 0.02, 0.1, 1.5
"""Share of a new slice that is worth a word; what one that was there has to gain; times its odds."""


def slice_grown(look: Look) -> Iterator[Finding]:
    if look.before is None:
        return
    moving = restless(look)
    for label, part in look.statistics.slices.items():
        if part_of(label) in moving:
            continue
        total, before = known_rows(look.statistics, label), known_rows(look.before, label)
        if OTHER in label or label.count("=") > 1 or not total or not before or before < 50:
            continue
        was = look.before.slices[label].rows if label in look.before.slices else 0
        share, usual = part.rows / total, was / before
        bound = at_most(was, before, look.before_worth)
        bound = max(bound, max((share_of(d, label) for d in look.days if d.rows >= DAY_ROWS), default=0.0))
        if was:
            bound = ODDS * bound / (1 - bound + ODDS * bound)
        if share < bound + (MORE if was else NEW) or chance_above(part.rows, total, bound, look.worth) > look.odds / 4:
            continue
        yield look.finding(
            "slice-surged" if was else "slice-new", "warn",
            f"{part.rows:,} of {total:,} rows ({share:.1%}) are of {label}; {f'{usual:.1%}' if was else 'none'} "
            f"{look.then}", part.rows, slice=label,
            fix=f"look what sends rows of {label}; if it is here to stay, let the schema know",
        )  # fmt: skip


plugin = slice_grown
