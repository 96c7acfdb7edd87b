"""A column that the schema asks for is not there."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from segue.checks import Finding
from segue.checks.anomalies import Look


def missing_column(look: Look) -> Iterator[Finding]:
    if look.schema is None:
        return
    there = look.statistics.columns
    for name, column in look.schema.columns.items():
        here = column.environments is None or look.environment is None or look.environment in column.environments
        if column.required and here and name not in there:
            others = ", ".join(there)
            near = get_close_matches(name, [c for c in there if c not in look.schema.columns], 1)
            yield look.finding(
                "missing-column", "fail", f"the column {name} is not there; there are: {others}",
                look.statistics.rows, column=name,
                fix=f"rename {near[0]} to {name}, if that is it" if near else
                f"bring {name} back, or take it out of the schema if it is gone for good",
            )  # fmt: skip


plugin = missing_column
