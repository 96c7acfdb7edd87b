"""A column that the schema asks for is not there."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks.anomalies import Look


def missing_column(look: Look) -> Iterator[Finding]:
    if look.schema is None:
        return
    for name, column in look.schema.columns.items():
        here = column.environments is None or look.environment is None or look.environment in column.environments
        if column.required and here and name not in look.statistics.columns:
            others = ", ".join(look.statistics.columns)
            yield Finding(
                "missing-column", "fail", f"the column {name} is not there; there are: {others}",
                look.statistics.rows, table=look.name, column=name,
                fix=f"bring {name} back, or take it out of the schema if it is gone for good",
            )  # fmt: skip


plugin = missing_column
