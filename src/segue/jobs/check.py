"""`segue check`: run every check over the log and the catalogue, and decide whether the gate is open."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from segue.checks import Finding
from segue.checks.log import Facts, run_checks
from segue.core.errors import UnknownName
from segue.core.events import EVENT_TYPES
from segue.jobs.facts import snapshot_of
from segue.jobs.ingest import IMPORT
from segue.runs.ledger import Ledger
from segue.store.snapshot import Snapshot, open_snapshot
from segue.store.workspace import Workspace

if TYPE_CHECKING:
    from rich.console import Console

TYPE_NAMES = tuple(str(t.__struct_config__.tag) for t in EVENT_TYPES)
COLUMNS = ("id", "type", "listener", "item", "playlist", "at", "ms_played", "words", "page", "position")
KEPT = 0.9  # share of a population's events that has to be left since the snapshot it is held against
COLOURS = {"fail": "bold red", "warn": "yellow", "note": "dim"}


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found."""

    tenant: str
    events: int
    items: int
    findings: Sequence[Finding]

    @property
    def failed(self) -> bool:
        return any(f.level == "fail" for f in self.findings)

    def json(self) -> str:
        rows = [asdict(f) for f in self.findings]
        body = {"tenant": self.tenant, "events": self.events, "items": self.items, "failed": self.failed}
        return json.dumps(body | {"findings": rows}, indent=2) + "\n"

    def html(self) -> str:
        rows = "".join(
            f"<tr class={f.level}><td>{f.level}<td>{html.escape(f.check)}<td>{html.escape(f.message)}<td>{f.count:,}"
            f"<td>{html.escape(', '.join(f.examples))}"
            for f in self.findings
        )
        state = "failed" if self.failed else "passed"
        return (
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>segue check: {state}</title><style>:root{{color-scheme:light dark}}"
            "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
            "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem .4rem 0;"
            "border-bottom:1px solid #8884}.fail td:first-child{color:#c33;font-weight:600}"
            f".warn td:first-child{{color:#b70}}</style><h1>Check {state}</h1><p>{self.events:,} events, "
            f"{self.items:,} items, tenant {html.escape(self.tenant)}</p><table><tr><th>level<th>check<th>what"
            f"<th>rows<th>examples{rows or '<tr><td colspan=5>nothing to complain about'}</table></html>\n"
        )

    def print(self, console: Console) -> None:
        from rich.text import Text

        console.print(f"{self.events:,} events, {self.items:,} items")
        for finding in self.findings:
            shown = f" ({finding.count:,} rows)" if finding.count else ""
            examples = f"; for example {', '.join(finding.examples)}" if finding.examples else ""
            line = Text.assemble((f"{finding.level:4} ", COLOURS[finding.level]), (f"{finding.check}: ", "bold"))
            console.print(line.append(f"{finding.message}{shown}{examples}"))
        console.print("[bold red]check failed[/]" if self.failed else "[bold green]check passed[/]")


def check(workspace: Workspace, tenant: str, against: str | None = None) -> Report:
    """Every check over the log as it stands; with `against`, volumes also against an earlier snapshot."""
    snapshot = snapshot_of(workspace, tenant)
    events = workspace.log.read(tenant, columns=COLUMNS)
    view = snapshot.catalogue
    named = np.array([view.title(int(i)) != view.source_id(int(i)) for i in view.items], np.bool_)
    facts = Facts(
        int(time.time() * 1000), events, TYPE_NAMES, view.items, named, view.duration, _imports(workspace, tenant)
    )
    findings = run_checks(facts)
    if against is not None:
        findings += _against(workspace, snapshot, against)
    return Report(tenant, events.num_rows, len(view.items), findings)


def _imports(workspace: Workspace, tenant: str) -> list[dict[str, object]]:
    with Ledger(workspace.path / "runs") as ledger:
        runs = ledger.runs(limit=200, name=IMPORT)
    return [r.result for r in runs if r.status == "done" and r.result and r.params.get("tenant") == tenant]


def _against(workspace: Workspace, now: Snapshot, name: str) -> list[Finding]:
    """A population that lost more than a tenth of its events since an earlier snapshot."""
    root = workspace.path / "snapshots"
    if not (root / name).is_dir():
        raise UnknownName("snapshot", name, sorted(p.name for p in root.glob("*") if not p.name.startswith(".")))
    before = open_snapshot(root / name)
    have = {(kind, owner): events for kind, owner, events in now.populations()}
    return [
        Finding("volume", "fail", f"{kind.label}s of {owner}s: {left:,} events, {events:,} before", events - left)
        for kind, owner, events in before.populations()
        if (left := have.get((kind, owner), 0)) < KEPT * events
    ]
