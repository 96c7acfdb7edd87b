"""The whole payload: findings, waived or not, and the tables they are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from segue.checks import Finding
from segue.checks.report.payload import Noted, Payload, Table, Waiver
from segue.checks.report.words import cut

if TYPE_CHECKING:
    from segue.checks.waivers import Waived

MESSAGE, EXAMPLE, EXAMPLES = 1000, 400, 12
"""Characters of a message and of an example row; example rows."""
FINDINGS = 2000
ORDER = ("fail", "warn", "note")


def payload_of(
    findings: Iterable[Finding], tables: Sequence[Table], *, at: int, waived: Iterable[Waived] = (), title: str = ""
) -> Payload:
    """What a page shows of a check made at a time (UTC ms). `findings` are all of them, those that are waived too."""
    let_through = {w.name: Waiver(reason=w.reason, who=w.who, until=w.until) for w in waived}
    noted = [_noted(f, let_through.get(f.name)) for f in findings]
    noted.sort(key=lambda f: (f.waiver is not None, ORDER.index(f.level), f.table, f.name))
    return Payload(title=cut(title or "Check of the data", 200), at=at, findings=noted[:FINDINGS], tables=list(tables))


def _noted(finding: Finding, waiver: Waiver | None) -> Noted:
    return Noted(
        name=cut(finding.name, EXAMPLE),
        check=finding.check,
        level=finding.level,
        message=cut(finding.message, MESSAGE),
        count=finding.count,
        examples=tuple(cut(e, EXAMPLE) for e in finding.examples[:EXAMPLES]),
        table=cut(finding.table, 300),
        column=cut(finding.column, 300),
        slice=cut(finding.slice, 300),
        fix=cut(finding.fix, MESSAGE),
        waiver=waiver if finding.level != "note" else None,
    )
