"""What evaluation or serving sees is not what was trained on."""

from __future__ import annotations

from collections.abc import Iterator

from segue.checks import Finding
from segue.checks.anomalies import Look
from segue.checks.anomalies._apart import apart


def skew(look: Look) -> Iterator[Finding]:
    if look.relation == "training":
        yield from apart(
            look, "skew", skew=True, fix="find the step that makes one of the two differently: the model does not know "
            "such data; or raise `skew` of the column in the schema",
        )  # fmt: skip


plugin = skew
