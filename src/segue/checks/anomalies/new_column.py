"""A column that the schema does not know."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks.anomalies import Look


def new_column(look: Look) -> Iterator[Finding]:
    if look.schema is None or look.schema.extra:
        return
    for column in look.columns():
        if column.schema is None:
            shown = ", ".join(column.now.examples) or "no values"
            yield look.finding(
                "new-column", "warn", f"the column {column.name} ({column.now.type}) is not in the schema: {shown}",
                column.now.present, column.now.examples, column=column.name,
                fix=f"take {column.name} into the schema with `segue schema accept`, or stop sending it",
            )  # fmt: skip


plugin = new_column
