"""Findings that may stand for a while: `schema/waivers.toml` says which, why, who says so and until when."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import tomlkit

from segue.checks import Finding, Level
from segue.core.errors import InputError, UnknownName, UsageError

FILE = "schema/waivers.toml"
HEAD = """\
Findings that do not close the gate. finding: its name as `segue check` says it, * stands for anything.
until: the last day (UTC) on which it counts; without, it counts until it is removed."""


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding, or all of a pattern, that somebody answers for."""

    finding: str  # `events.ms_played:unit-change`, `train[tier=*]:slice-shrank`
    reason: str
    who: str
    since: date
    until: date | None = None

    def covers(self, finding: Finding) -> bool:
        pattern = ".*".join(map(re.escape, self.finding.split("*")))
        return re.fullmatch(pattern, finding.name, re.S) is not None

    def expired(self, now: int) -> bool:
        """Whether its last day is over at a time (UTC ms)."""
        return self.until is not None and datetime.fromtimestamp(now / 1000, UTC).date() > self.until


class Waived(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that was let through, as the manifest of a release keeps it."""

    name: str
    level: Level
    message: str
    waiver: str  # the pattern that covered it
    reason: str
    who: str
    until: str = ""  # YYYY-MM-DD


def waived(findings: Iterable[Finding], waivers: Sequence[Waiver], now: int) -> tuple[list[Finding], list[Waived]]:
    """(what still counts, what is let through) at a time (UTC ms). Of an expired waiver that would have let something
    through, a note tells. Notes need no waiver."""
    still: list[Finding] = []
    passed: list[Waived] = []
    late: dict[str, Finding] = {}
    for finding in findings:
        covering = [w for w in waivers if finding.level != "note" and w.covers(finding)]
        good = next((w for w in covering if not w.expired(now)), None)
        if good is None:
            still.append(finding)
            late |= {w.finding: _expired(w, finding) for w in covering}
        else:
            passed.append(
                Waived(
                    name=finding.name, level=finding.level, message=finding.message, waiver=good.finding,
                    reason=good.reason, who=good.who, until=good.until.isoformat() if good.until else "",
                )
            )  # fmt: skip
    return still + list(late.values()), passed


def _expired(waiver: Waiver, finding: Finding) -> Finding:
    return Finding(
        "waiver-expired", "note", f"the waiver of {waiver.finding} ended on {waiver.until}: {waiver.reason}"
        f" ({waiver.who})", table=finding.table, column=finding.column, slice=finding.slice,
        fix="mend the data, or waive it anew with `segue waive`",
    )  # fmt: skip


def load_waivers(workspace: Path) -> list[Waiver]:
    """The waivers of a workspace; none where nobody waived anything. InputError naming what is wrong in the file."""
    path = Path(workspace) / FILE
    if not path.exists():
        return []
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise InputError(f"{path}: {e}") from None
    if strange := [k for k in raw if k != "waivers"] or not isinstance(raw.get("waivers", []), list):
        raise InputError(
            f"{path}: {strange if isinstance(strange, list) else ''} is not known; it has [[waivers]] only"
        )
    return [_waiver(entry, f"{path}: waiver number {n}") for n, entry in enumerate(raw.get("waivers", []), 1)]


def _waiver(raw: Any, where: str) -> Waiver:
    try:
        found = msgspec.convert(raw, Waiver)
    except msgspec.ValidationError as e:
        raise InputError(f"{where}: {e}; it has: {', '.join(Waiver.__struct_fields__)}") from None
    for complaint in _complaints(found):
        raise InputError(f"{where}: {complaint}")
    return found


def _complaints(waiver: Waiver) -> Iterable[str]:
    if not waiver.finding.replace("*", "").strip(":.[]= "):
        yield f"{waiver.finding!r} would waive everything; name a check, a table or a column"
    for field in ("reason", "who"):
        if not getattr(waiver, field).strip():
            yield f"{field} is empty: whoever reads it later wants to know"


def add_waiver(workspace: Path, waiver: Waiver) -> None:
    """Write it into the file, in place of one of the same name. UsageError where it says too little."""
    for complaint in _complaints(waiver):
        raise UsageError(complaint)
    document = _document(workspace)
    kept = [w for w in load_waivers(workspace) if w.finding != waiver.finding]
    _write(workspace, document, [*kept, waiver])


def remove_waiver(workspace: Path, finding: str) -> Waiver:
    """Take one out of the file. UnknownName lists those there are."""
    there = load_waivers(workspace)
    gone = next((w for w in there if w.finding == finding), None)
    if gone is None:
        raise UnknownName("waiver", finding, [w.finding for w in there])
    _write(workspace, _document(workspace), [w for w in there if w.finding != finding])
    return gone


def _document(workspace: Path) -> tomlkit.TOMLDocument:
    path = Path(workspace) / FILE
    if path.exists():
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    document = tomlkit.document()
    for line in HEAD.splitlines():
        document.add(tomlkit.comment(line))
    return document


def _write(workspace: Path, document: tomlkit.TOMLDocument, wanted: Sequence[Waiver]) -> None:
    """Entries that stay are left as they were written, comments too."""
    if "waivers" not in document:
        document.append("waivers", tomlkit.aot())
    there = document["waivers"]
    assert isinstance(there, tomlkit.items.AoT)
    for n in reversed(range(len(there))):
        if msgspec.convert(there[n].unwrap(), Waiver) not in wanted:
            there.pop(n)
    kept = [msgspec.convert(entry.unwrap(), Waiver) for entry in there]
    for waiver in wanted:
        if waiver not in kept:
            table = tomlkit.table()
            table.update({k: v for k in Waiver.__struct_fields__ if (v := getattr(waiver, k)) is not None})
            there.append(table)
    if not len(there):
        document.remove("waivers")
    path = Path(workspace) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(tomlkit.dumps(document), encoding="utf-8")
    draft.replace(path)
