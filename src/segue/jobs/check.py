"""`segue check`: look at the log, the catalogue and every table, and decide whether the gate is open."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from rich.markup import escape

from segue.checks import Finding
from segue.checks.anomalies import find_anomalies
from segue.checks.drift import compare
from segue.checks.log import Facts, run_checks
from segue.checks.report import Payload, Table, payload_of, write
from segue.checks.report.tables import table_of
from segue.checks.schema import Environment, load_schemas
from segue.checks.waivers import Waived, load_waivers, waived
from segue.core.errors import UnknownName
from segue.core.events import EVENT_TYPES
from segue.jobs.alerts import alert
from segue.jobs.facts import snapshot_of
from segue.jobs.looks import Looked, look_at_files, looks
from segue.jobs.tables import table
from segue.runs.ledger import IMPORT, Ledger
from segue.store.snapshot import Snapshot, open_snapshot
from segue.store.workspace import CHECKS, Workspace

if TYPE_CHECKING:
    from rich.console import Console

TYPE_NAMES = tuple(str(t.__struct_config__.tag) for t in EVENT_TYPES)
COLUMNS = ("id", "type", "listener", "item", "playlist", "at", "ms_played", "words", "page", "position")
KEPT = 0.9  # share of a population's events that has to be left since the snapshot it is held against
COLOURS = {"fail": "bold red", "warn": "yellow", "note": "dim"}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found."""

    tenant: str
    events: int
    items: int
    findings: Sequence[Finding]  # open ones, the worst first
    waived: Sequence[Waived] = ()
    looked: Sequence[Looked] = ()
    found: Sequence[Finding] = ()  # all of them, also those that are waived
    at: int = 0  # UTC ms

    @property
    def failed(self) -> bool:
        return bool(self.errors)

    @property
    def errors(self) -> list[str]:
        """Names of the findings that close the gate."""
        return [f.name for f in self.findings if f.level == "fail"]

    def json(self) -> str:
        rows = [asdict(f) for f in self.findings]
        body = {"tenant": self.tenant, "events": self.events, "items": self.items, "failed": self.failed}
        tables = {t.look.name: {"rows": t.look.statistics.rows, "against": t.look.before_name} for t in self.looked}
        waived = [msgspec.to_builtins(w) for w in self.waived]
        return json.dumps(body | {"tables": tables, "findings": rows, "waived": waived}, indent=2) + "\n"

    def payload(self) -> Payload:
        """What the data page shows of it."""
        return payload_of(self.found, [_drawn(one) for one in self.looked], at=self.at, waived=self.waived)

    def print(self, console: Console, *, brief: bool = False) -> None:
        """In words; `brief` leaves out what nobody has to act upon."""
        from rich.text import Text

        if self.events or self.items:
            console.print(f"{self.events:,} events, {self.items:,} items")
        for look in () if brief else [one.look for one in self.looked]:
            against = f", against {look.before_name}" if look.before is not None else ""
            console.print(f"[dim]{escape(look.name)}: {look.statistics.rows:,} rows{escape(against)}[/]")
        for finding in self.findings:
            if brief and finding.level == "note":
                continue
            shown = f" ({finding.count:,} rows)" if finding.count else ""
            examples = f"; for example {', '.join(finding.examples)}" if finding.examples else ""
            line = Text.assemble((f"{finding.level:4} ", COLOURS[finding.level]), (f"{finding.name}: ", "bold"))
            console.print(line.append(f"{finding.message}{shown}{examples}"))
            if finding.fix and finding.level != "note":
                console.print(Text(f"     {finding.fix}", "dim"))
        for waiver in self.waived:
            line = Text.assemble(("waived ", "dim"), (f"{waiver.name}: ", "bold"), waiver.message)
            console.print(line.append(f" [{waiver.who}: {waiver.reason}]", "dim"))
        console.print("[bold red]check failed[/]" if self.failed else "[bold green]check passed[/]")


def check(
    workspace: Workspace,
    tenant: str,
    against: str | None = None,
    *,
    tables: Sequence[str] = (),
    alerting: bool = False,
    say: Say = lambda _: None,
) -> Report:
    """Every check over the log and the tables as they stand; with `against`, volumes also against an earlier snapshot.

    `tables`: only these, and not the log as a whole. With `alerting`, whoever is to know is told of what is new.
    """
    now = int(time.time() * 1000)
    for name in tables:
        table(name)  # UnknownName
    snapshot = snapshot_of(workspace, tenant)
    findings: list[Finding] = []
    events = 0
    if not tables:
        events, findings = _log(workspace, tenant, snapshot, now)
        if against is not None:
            findings += _against(workspace, snapshot, against)
    schemas, looked = load_schemas(workspace.path), []
    for one in looks(workspace, tenant, schemas, now, say, tables):
        looked.append(one)
        findings += weighed(find_anomalies(one.look), reviewed=one.look.name in schemas)
    still, passed = waived(findings, load_waivers(workspace.path), now)
    report = Report(tenant, events, len(snapshot.catalogue.items), worst_first(still), passed, looked, findings, now)
    if not tables and len(looked):
        write(workspace.derived(CHECKS, tenant), report.payload())
    if alerting and not tables:
        alert(workspace, tenant, report.findings)
    return report


def check_file(
    workspace: Workspace, path: Path, against: Path | None = None, *, environment: Environment | None = None,
    schema: str = "", slices: Sequence[Sequence[str]] = (),
) -> Report:  # fmt: skip
    """Every check over a file, by the schemas and the waivers of a workspace; with `against`, held against another.

    `environment` says what the file is for; in evaluation and serving `against` is what was trained on. `schema` names
    the table whose schema it should have: by default that of the file's own name.
    """
    now = int(time.time() * 1000)
    one = look_at_files(
        path, load_schemas(workspace.path), now, against=against, schema=schema, environment=environment, slices=slices
    )
    findings = weighed(find_anomalies(one.look), reviewed=one.look.schema is not None or against is not None)
    still, passed = waived(findings, load_waivers(workspace.path), now)
    return Report("", 0, 0, worst_first(still), passed, [one], findings, now)


def _drawn(one: Looked) -> Table:
    """One table as the data page draws it."""
    look = one.look
    apart = (
        []
        if look.before is None
        else compare(look.before, look.statistics, schema=look.schema, skew=look.relation == "training", days=look.days)
    )
    return table_of(
        look.statistics, name=look.name, this=one.history[-1][0] if one.history else look.name, before=look.before,
        before_name=look.before_name, distances=apart, history=one.history,
    )  # fmt: skip


def weighed(findings: Sequence[Finding], *, reviewed: bool) -> list[Finding]:
    """Where nobody reviewed what a table may look like, what is unusual in it is a warning and closes no gate."""
    return [f if reviewed or f.level != "fail" else replace(f, level="warn") for f in findings]


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (("fail", "warn", "note").index(f.level), f.name))


def _log(workspace: Workspace, tenant: str, snapshot: Snapshot, now: int) -> tuple[int, list[Finding]]:
    """How many events there are, and what is wrong with the log and the catalogue as they are kept."""
    events = workspace.log.read(tenant, columns=COLUMNS)
    view = snapshot.catalogue
    named = np.array([view.title(int(i)) != view.source_id(int(i)) for i in view.items], np.bool_)
    facts = Facts(now, events, TYPE_NAMES, view.items, named, view.duration, _imports(workspace, tenant))
    return events.num_rows, run_checks(facts)


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
