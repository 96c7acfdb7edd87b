"""GET /v1/overview: how it goes, at a glance, and what needs somebody first."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.checks.report import Summary, summary
from segue.core.errors import SegueError
from segue.runs.releases import standing
from segue.store.delivery.audit import HOUR_MS
from segue.store.delivery.intake import Intake
from segue.surfaces.views import HomeReport
from segue.web.api.health import LITTLE
from segue.web.api.imports import ImportView, imports
from segue.web.api.leaderboards import BoardView, boards
from segue.web.api.metrics import SpreadView, collected
from segue.web.api.releases import serving
from segue.web.auth import Scope
from segue.web.metrics import BUCKETS
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend
from segue.web.tenants import tenant_of, told_of_all

DAY_MS, AUDITED_MS = 24 * HOUR_MS, 7 * 24 * HOUR_MS


class Attention(msgspec.Struct, frozen=True):
    """Something that needs somebody."""

    level: Literal["fail", "warn"]
    text: str
    page: str  # where more is said of it


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """Events, as they came in."""

    events: int  # in the log
    today: int  # that happened since midnight, UTC
    behind: int  # in the log, and not known to pages yet
    lag: SpreadView  # from a batch being read to the disk, since the server was started
    edges: tuple[float, ...]  # seconds, of the lag
    dead_letters: int
    produced: int  # numbers that clients gave to events of the last seven days
    missing: int  # of these, what never came


class WinnerView(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluation said."""

    kind: str
    owner: str
    at: int  # UTC ms
    headline: str
    beaten: bool  # whether the first is surely better than the best baseline


class OverviewView(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    simulated: bool
    serving: str  # release; "" none
    made: int  # UTC ms: when that was
    current: str  # release that serves, or is about to
    attention: tuple[Attention, ...]  # what is worst first
    delivered: Delivered
    imported: ImportView | None  # the last import
    checked: Summary | None  # the last check of the data
    winners: tuple[WinnerView, ...]  # one a population that was evaluated
    home: HomeReport | None  # its policies alone; None before anything was learned from pages


async def overview(backend: Backend, request: Request, _params: NoParams) -> Response:
    folder, intake = backend.folder, await backend.deliveries(lambda intake: intake)
    service, now = backend.current, int(time.time() * 1000)
    counted, tenant, whole = request.app.state.metrics, tenant_of(request).name, told_of_all(request)
    home = await _home(backend)

    def made() -> OverviewView:
        behind = service.behind if service is not None else 0
        delivered, last = _delivered(intake, now), imports(folder, intake.tenant, 1)
        delivered = msgspec.structs.replace(delivered, behind=behind, lag=collected(counted, tenant, whole).lag)
        check, current = _checked(backend), standing(folder, intake.tenant)[0]
        winners = tuple(map(_winner, boards(folder, intake.tenant)))
        found = OverviewView(
            tenant=intake.tenant, simulated=bool(service and service.simulated), serving=serving(backend),
            made=service.released if service is not None and service.release else 0, current=current, attention=(),
            delivered=delivered, imported=last[0] if last else None, checked=check, winners=winners,
            home=home,
        )  # fmt: skip
        noted = sorted(_attention(found, backend), key=lambda a: a.level)
        return msgspec.structs.replace(found, attention=tuple(noted))

    return JSONResponse(await asyncio.to_thread(made))


async def _home(backend: Backend) -> HomeReport | None:
    try:
        found = await backend.read(lambda service: service.home_report())
    except SegueError:
        return None
    return msgspec.structs.replace(found, judged=(), shelves=(), items=(), days=(), rankers=())


def _delivered(intake: Intake, now: int) -> Delivered:
    log, hours = intake.workspace.log, intake.audit.hours("", now - AUDITED_MS)
    produced, came = sum(h.produced for h in hours), sum(h.delivered for h in hours)
    return Delivered(
        events=log.count(intake.tenant), today=log.count(intake.tenant, now // DAY_MS * DAY_MS), behind=0,
        lag=SpreadView((), 0.0), edges=BUCKETS, dead_letters=intake.dead.counts()[0], produced=produced,
        missing=produced - came,
    )  # fmt: skip


def _checked(backend: Backend) -> Summary | None:
    try:
        return summary(backend.reports())
    except SegueError:
        return None


def _winner(board: BoardView) -> WinnerView:
    first = board.models[0]
    low = first.difference.low if first.difference is not None else None
    return WinnerView(
        kind=board.kind, owner=board.owner, at=board.at, headline=board.headline, beaten=low is not None and low > 0
    )


def _attention(found: OverviewView, backend: Backend) -> list[Attention]:
    """What is wrong, each with the page that says more."""
    out: list[Attention] = []

    def add(level: Literal["fail", "warn"], text: str, page: str) -> None:
        out.append(Attention(level, text, page))

    if not found.serving:
        add("fail", f"Nothing is served: {backend.why or 'no release yet'}.", "/console/releases")
    elif found.current and found.current != found.serving:
        add("warn", f"Release {found.current} is current, and {found.serving} still serves.", "/console/releases")
    free = backend.disk_free
    if free is not None and free < LITTLE:
        add("fail", f"{free >> 20} MB are free where the workspace lies.", "/console/metrics")
    if found.checked is not None and found.checked.fails:
        add("fail", f"The last check found {_several(found.checked.fails, 'error')} in the data.", "/console/data")
    elif found.checked is not None and found.imported is not None and found.checked.at < found.imported.at:
        add("warn", "Data was imported after the last check.", "/console/data")
    last = found.imported
    if last is not None and last.status == "failed":
        add("fail", f"The import of {last.file or last.format} failed.", "/console/imports")
    if last is not None and last.quarantined:
        add("warn", f"{_several(last.quarantined, 'row')} of {last.file or last.format} could not be taken.",
            f"/console/imports#import-{last.id}")  # fmt: skip
    if found.delivered.dead_letters:
        add("warn", f"{_several(found.delivered.dead_letters, 'event')} refused, and kept to be looked at.",
            "/console/imports#letters")  # fmt: skip
    if found.delivered.missing:
        add("warn", f"{_several(found.delivered.missing, 'event')} of the last seven days never came.",
            "/console/imports#audit")  # fmt: skip
    for winner in found.winners:
        if not winner.beaten:
            text = f"No recipe is surely better than the best baseline at {winner.kind}s for {winner.owner}s."
            add("warn", text, "/console/leaderboard")
    return out


def _several(n: int, one: str) -> str:
    return f"{n:,} {one}" + ("" if n == 1 else "s")


RESOURCES = (
    Resource("GET", "/v1/overview", "How it goes at a glance: what serves, what came in, what was found, and what "
             "needs somebody first", overview, OverviewView, scope=Scope.ADMIN),
)  # fmt: skip
