"""Reports as kept: one file a check, the newest of them also as `latest.json`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from segue.checks import Level
from segue.checks.report.payload import FORMAT, Payload, Waiver
from segue.core.errors import UnknownName, WorkspaceError

LATEST = "latest"
KEPT = 30
"""Reports that are kept."""
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")


class Kept(msgspec.Struct, frozen=True):
    """A report that can be read."""

    name: str  # 2026-11-26T090500Z
    at: int  # UTC ms


def write(folder: Path, payload: Payload) -> Path:
    """Keep a report in a folder, and make it the latest; the oldest go. The file it is in."""
    folder.mkdir(parents=True, exist_ok=True)
    name = datetime.fromtimestamp(payload.at / 1000, UTC).strftime("%Y-%m-%dT%H%M%SZ")
    content = msgspec.json.encode(payload)
    for file in (f"{name}.json", f"{LATEST}.json"):
        draft = folder / f".{file}.draft"
        draft.write_bytes(content)
        draft.replace(folder / file)
    for old in kept(folder)[KEPT:]:
        (folder / f"{old.name}.json").unlink(missing_ok=True)
    return folder / f"{name}.json"


def kept(folder: Path) -> list[Kept]:
    """Reports of a folder, the newest first."""
    names = sorted((p.stem for p in folder.glob("*.json") if _NAME.fullmatch(p.stem)), reverse=True)
    return [Kept(n, int(datetime.strptime(n, "%Y-%m-%dT%H%M%S%z").timestamp() * 1000)) for n in names]


def read(folder: Path, name: str = LATEST) -> Payload:
    """UnknownName for a report that is not there, WorkspaceError for one that cannot be read."""
    path = folder / f"{name}.json"
    if (name != LATEST and not _NAME.fullmatch(name)) or not path.is_file():
        raise UnknownName("report", name, [k.name for k in kept(folder)])
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Payload)
    except (OSError, msgspec.MsgspecError) as e:
        raise WorkspaceError(f"{path} holds no report of a check: {e}; run `segue check` again") from None
    if found.format != FORMAT:
        raise WorkspaceError(f"{path} is of form {found.format}, this is form {FORMAT}: run `segue check` again")
    return found


class Summary(msgspec.Struct, frozen=True):
    """What a check said, in numbers."""

    name: str  # of the report
    at: int  # UTC ms
    fails: int  # findings that close the gate
    warnings: int
    waived: int


class _Finding(msgspec.Struct):
    level: Level
    waiver: Waiver | None = None


class _Findings(msgspec.Struct):
    at: int
    findings: list[_Finding]


def summary(folder: Path) -> Summary | None:
    """Of the newest report; None where there is none. Only its findings are read. WorkspaceError as `read` says."""
    newest = next(iter(kept(folder)), None)
    if newest is None:
        return None
    path = folder / f"{newest.name}.json"
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Findings)
    except (OSError, msgspec.MsgspecError) as e:
        raise WorkspaceError(f"{path} holds no report of a check: {e}; run `segue check` again") from None
    open_ = [f.level for f in found.findings if f.waiver is None]
    waived = sum(f.waiver is not None for f in found.findings)
    return Summary(newest.name, found.at, open_.count("fail"), open_.count("warn"), waived)
