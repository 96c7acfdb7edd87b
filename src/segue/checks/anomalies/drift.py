"""A day is not like the days before."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.anomalies._apart import apart


def drift(look: Look) -> Iterator[Finding]:
    if look.relation == "day":
        yield from apart(
            look, "drift", skew=False, fix="find what changed that day, a client, an import, or the listeners; if it "
            "is here to stay, raise `drift` of the column in the schema",
        )  # fmt: skip


plugin = drift
