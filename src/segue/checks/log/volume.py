"""Volume: an import that brought far less than the last one of its format, or mostly quarantine."""

from __future__ import annotations

from segue.checks import Finding
from segue.checks.log import Facts

SHRUNK = 0.5  # of the records of the import before
REFUSED = 0.2  # of the records of one import


def volume(facts: Facts) -> list[Finding]:
    found: list[Finding] = []
    latest: dict[str, dict[str, object]] = {}
    before: dict[str, dict[str, object]] = {}
    for report in facts.imports:
        name = str(report["format"])
        if name not in latest:
            latest[name] = report
        elif name not in before:
            before[name] = report
    for name, report in latest.items():
        records, refused = int(str(report["records"])), int(str(report["quarantined"]))
        if records and refused / records > REFUSED:
            message = f"the last import of {name} put {refused / records:.0%} of its rows into quarantine"
            found.append(Finding("volume", "fail", message, refused, (str(report["quarantine"]),)))
        if name in before and records < SHRUNK * (had := int(str(before[name]["records"]))):
            message = f"the last import of {name} read {records:,} rows; the one before read {had:,}"
            found.append(Finding("volume", "fail", message, had - records))
    return found


plugin = volume
