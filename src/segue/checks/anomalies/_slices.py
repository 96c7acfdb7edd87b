"""How large slices are."""

from __future__ import annotations

from segue.checks.statistics import TableStatistics


def known_rows(table: TableStatistics, label: str) -> int | None:
    """Rows in which it is known what slice they are of; None where the table was not sliced so."""
    by = [part.partition("=")[0] for part in label.split(", ")]
    if ", ".join(sorted(by)) not in table.sliced or any(b not in table.columns for b in by):
        return None
    return min(table.columns[b].present for b in by)


def share_of(table: TableStatistics, label: str) -> float:
    """Of these rows; 0 where there are none."""
    total = known_rows(table, label)
    return table.slices[label].rows / total if label in table.slices and total else 0.0
