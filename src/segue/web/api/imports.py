"""GET /v1/imports…: what was brought in when, and the rows that could not be taken, as kept."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from pathlib import Path, PurePath
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError, UnknownName
from segue.runs.ledger import IMPORT, Run, noted
from segue.web.auth import Scope
from segue.web.resource import JSONResponse, Resource
from segue.web.service import Backend

NAMES = {IMPORT: "", "world": "simulated world"}
"""Runs of the ledger that bring something in, and the format of those that do not name one."""
QUARANTINE = "quarantine"
MAX_TEXT = 1_000  # characters of a reason, or of a row
LOOKED_AT = 20_000  # rows whose reasons are counted
REASONS = 10
_QUOTED = re.compile(r"'[^']*'")  # what of a reason is of its row alone


class Page(msgspec.Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=200, description="how many")] = 20
    before: Annotated[int, Meta(ge=0, le=1 << 62, description="only ids below; 0: from the newest on")] = 0


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    id: Annotated[int, Meta(ge=1, le=1 << 62, description="of the import")]
    at: Annotated[int, Meta(ge=0, le=1 << 62, description="where in the file to go on, as `next` says; 0: at its "
                            "beginning")] = 0  # fmt: skip
    limit: Annotated[int, Meta(ge=1, le=200, description="how many rows")] = 50


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    at: int  # UTC ms: when it began
    format: str
    file: str  # its name; "" where it was none
    status: str  # "done", "failed", or "running": also of one that was killed
    seconds: float
    records: int  # read, good and bad
    events: int  # new in the log
    duplicates: int  # already there
    items: int  # new in the catalogue
    items_known: int
    quarantined: int
    error: str


class ImportsView(msgspec.Struct, frozen=True):
    imports: tuple[ImportView, ...]  # newest first
    more: bool  # whether there are older ones


class QuarantinedRow(msgspec.Struct, frozen=True):
    line: int  # from 1; 0 where the format has no lines
    reason: str
    raw: str  # its beginning


class ReasonCount(msgspec.Struct, frozen=True):
    reason: str
    rows: int


class RowsView(msgspec.Struct, frozen=True):
    rows: tuple[QuarantinedRow, ...]
    next: int  # where to go on; 0: that was all
    quarantined: int
    reasons: tuple[ReasonCount, ...]  # of the first rows, the most frequent first; only with the first page
    counted: int  # rows that the reasons are of


class _Row(msgspec.Struct):
    line: int = 0
    reason: str = ""
    raw: str = ""


async def listed(backend: Backend, _request: Request, page: Page) -> Response:
    folder, (tenant, _) = backend.folder, await backend.reading()
    found = await asyncio.to_thread(imports, folder, tenant, page.limit + 1, page.before)
    return JSONResponse(ImportsView(tuple(found[: page.limit]), len(found) > page.limit))


async def quarantine(backend: Backend, _request: Request, rows: Rows) -> Response:
    folder, (tenant, _) = backend.folder, await backend.reading()
    return JSONResponse(await asyncio.to_thread(_rows, folder, tenant, rows))


def imports(folder: Path, tenant: str, limit: int, before: int = 0) -> list[ImportView]:
    """The newest of a tenant, from below an id on."""
    return [_view(run) for run in noted(folder, NAMES, tenant, limit, before)]


def _view(run: Run) -> ImportView:
    said: dict[str, Any] = run.result if isinstance(run.result, dict) else {}
    format = NAMES[run.name] or str(run.params.get("format", ""))
    known = {name: int(said.get(name) or 0) for name in ("records", "events", "duplicates", "items", "items_known",
                                                         "quarantined")}  # fmt: skip
    return ImportView(
        id=run.id, at=int(run.started * 1000), format=format, file=PurePath(run.inputs[0]).name if run.inputs else "",
        status=run.status, seconds=run.seconds or 0.0, error=(run.error or "")[:MAX_TEXT], **known,
    )  # fmt: skip


def _rows(folder: Path, tenant: str, asked: Rows) -> RowsView:
    run = next((r for r in noted(folder, NAMES, tenant, 1, asked.id + 1) if r.id == asked.id), None)
    if run is None:
        raise UnknownName("import", str(asked.id))
    *_, above, name = ("", "", *PurePath(str((run.result or {}).get(QUARANTINE) or "")).parts)
    # The workspace may have moved. Files of before lie beside the tenants' folders.
    file = folder / QUARANTINE / (above if above.isdecimal() else "") / name
    if not name or not file.is_file():
        return RowsView((), 0, _view(run).quarantined, (), 0)
    with file.open("rb") as lines:
        if asked.at:
            lines.seek(asked.at - 1)
            if lines.read(1) != b"\n":
                raise InputError(f"no row begins at {asked.at}; go on where `next` says")
        rows = tuple(_row(line) for _, line in zip(range(asked.limit), lines))
        # Iterating reads ahead, so that `tell` is of no use: each row ends where its bytes do.
        end = file.stat().st_size
        lines.seek(asked.at)
        for _ in rows:
            lines.readline()
        after = lines.tell()
        reasons: Counter[str] = Counter()
        if not asked.at:
            lines.seek(0)
            reasons.update(_QUOTED.sub("'…'", _row(line).reason) for _, line in zip(range(LOOKED_AT), lines))
    told = tuple(ReasonCount(reason, n) for reason, n in reasons.most_common(REASONS))
    return RowsView(rows, after if after < end else 0, _view(run).quarantined, told, reasons.total())


def _row(line: bytes) -> QuarantinedRow:
    try:
        row = msgspec.json.decode(line, type=_Row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        row = _Row(reason="this line of the file cannot be read", raw=line.decode("utf-8", "replace"))
    return QuarantinedRow(row.line, row.reason[:MAX_TEXT], row.raw[:MAX_TEXT])


RESOURCES = (
    Resource("GET", "/v1/imports", "What was brought in, newest first: rows taken, already there, quarantined", listed,
             ImportsView, Page, Scope.ADMIN),
    Resource("GET", "/v1/imports/{id}/quarantine", "Rows of an import that could not be taken, each with its reason",
             quarantine, RowsView, Rows, Scope.ADMIN, errors=(400, 401, 403, 404, 503)),
)  # fmt: skip
