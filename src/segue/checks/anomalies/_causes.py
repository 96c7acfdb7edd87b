"""One fault shows in many ways; the way that names it best is kept, and what follows from it is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segue.checks import Finding, Level

MOVED = ("drift", "skew")
VALUES = ("out-of-range", "dominant-value", "cardinality-change", "correlation-broken", *MOVED)
VOLUME = ("volume-drop", "volume-surge", "gap", *MOVED)

CAUSES: dict[str, tuple[str, ...]] = {
    "empty-table": ("slice-vanished", "volume-drop", "truncated-day", "missing-values", "missing-column"),
    "empty-column": ("constant", "missing-values", "type-change", *VALUES),
    "missing-column": ("slice-vanished", "missing-values"),
    "type-change": ("out-of-domain", "missing-values", "form-change", "sentinel", "unjoinable", "constant",
                    "length-change", "negative", "not-finite", "duplicate-keys", "encoding", "clock-skew", *VALUES),
    "missing-values": ("constant", "unjoinable", "slice-vanished", "slice-shrank", "slice-surged", "length-change",
                       "form-change", *VALUES),
    "not-finite": VALUES,
    "swapped-columns": ("misaligned", "clipped", "language-change", "cardinality-change", "out-of-domain",
                        "unit-change", "constant", "form-change", "unjoinable", "negative",
                        "slice-new", "slice-vanished", "length-change", "type-change", "sentinel", "duplicate-keys",
                        *VALUES),
    "unit-change": ("clock-skew", "sentinel", "stale", "truncated-day", "time-zone", "out-of-domain", *VALUES),
    "negative": VALUES,
    "sentinel": ("out-of-domain", "clock-skew", "unjoinable", "negative", "slice-new", "slice-surged", "form-change",
                 "duplicate-keys", "slice-shrank", *VALUES),
    "constant": ("slice-surged", "slice-new", "slice-shrank", "out-of-domain", "duplicate-keys", "sentinel",
                 *VALUES),
    "encoding": ("out-of-domain", "form-change", "slice-new", "slice-vanished", "slice-shrank", "unjoinable", *VALUES),
    "out-of-domain": ("slice-new", "slice-vanished", "slice-shrank", "slice-surged", "form-change", "unjoinable",
                      *VALUES),
    "unjoinable": ("form-change", *VALUES),
    "form-change": ("cardinality-change", *MOVED),
    "length-change": ("form-change", "out-of-domain", "cardinality-change", "duplicate-keys", "sentinel", *MOVED),
    "dominant-value": ("slice-surged", "slice-shrank", "cardinality-change", *MOVED),
    "misaligned": ("correlation-broken", "dominant-value"),
    "clipped": ("dominant-value", *MOVED),
    "language-change": ("length-change", "form-change", *MOVED),
    "cardinality-change": MOVED,
    "out-of-range": MOVED,
    "clock-skew": ("out-of-range", "stale", "missing-day", "out-of-order", *VOLUME),
    "time-zone": ("clock-skew", "truncated-day", "missing-day", "out-of-order", "stale", *VOLUME),
    "truncated-day": VOLUME,
    "doubled-day": ("duplicate-rows", "duplicate-keys", "bot-listener", *VOLUME),
    "missing-day": VOLUME,
    "gap": ("volume-drop", *MOVED),
    "label-leakage": ("stale", "duplicate-keys", "sentinel", *VALUES),
    "repeated-batch": ("stale", "missing-day", "label-leakage"),
    "duplicate-rows": ("duplicate-keys", "volume-surge", "bot-listener"),
    "bot-listener": ("volume-surge", "dominant-value", *MOVED),
    "slice-vanished": ("slice-shrank", "slice-surged", "cardinality-change", "dominant-value",
                       "volume-drop", *MOVED),
    "slice-shrank": ("slice-surged",),
    "slice-new": ("slice-surged", *MOVED),
    "drift": ("slice-surged",),
    "skew": ("slice-surged",),
}  # fmt: skip
"""Kind → the kinds that are left out where it is found in the same column, or in the whole table."""

_SEVERITY: tuple[Level, ...] = ("fail", "warn", "note")


def explained(findings: Iterable[Finding]) -> list[Finding]:
    """Those that nothing else explains; each is as bad as the worst that it explains."""
    found = list(findings)
    kept = [f for f in found if not any(_explains(g, f) for g in found)]
    worst = {id(f): min((_SEVERITY.index(g.level) for g in found if _explains(f, g)), default=2) for f in kept}
    return [replace(f, level=_SEVERITY[min(_SEVERITY.index(f.level), worst[id(f)])]) for f in kept]


def _explains(cause: Finding, finding: Finding) -> bool:
    if cause is finding or cause.level == "note" != finding.level:
        return False
    if cause.check == finding.check:
        return bool(finding.slice and not cause.slice and cause.column == finding.column)
    if finding.check not in CAUSES.get(cause.check, ()):
        return False
    place = finding.column or finding.slice.partition("=")[0]
    if cause.column:
        return place in ("", cause.column)
    if cause.check in ("slice-new", "slice-surged"):  # which say nothing of other columns
        return place in [part.partition("=")[0] for part in cause.slice.split(", ")]
    return not cause.slice or not finding.slice or cause.slice.partition("=")[0] == finding.slice.partition("=")[0]
