"""GET /v1/metrics: what Prometheus is told, in the form in which a page draws it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable

import msgspec
from prometheus_client import Metric
from starlette.requests import Request
from starlette.responses import Response

from segue.web.auth import Scope
from segue.web.metrics import BUCKETS, Metrics
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend
from segue.web.tenants import tenant_of, told_of_all

PREFIX = "segue_"


class RouteView(msgspec.Struct, frozen=True, kw_only=True):
    """Requests to one route."""

    route: str
    statuses: dict[str, int]  # "200": how many
    counts: tuple[int, ...]  # of requests by how long they took: within each edge and above the one before; then beyond
    seconds: float  # all of them together


class AskingView(msgspec.Struct, frozen=True):
    """Requests of one tenant, those that were refused to it included."""

    tenant: str  # "": those that are not open now, together
    statuses: dict[str, int]  # "2xx": how many


class SpreadView(msgspec.Struct, frozen=True):
    """Durations by the same edges."""

    counts: tuple[int, ...]
    seconds: float


class NumbersView(msgspec.Struct, frozen=True, kw_only=True):
    """All counts are since `since`, of all worker processes together; what is no count is as of now."""

    at: int  # UTC ms
    since: int  # UTC ms
    processes: int  # that answer
    whole: bool  # whether it tells of the server as a whole: routes, queues, the disk, what other tenants ask
    tenants: tuple[AskingView, ...]  # those asking most first; where it is not whole, the one alone
    edges: tuple[float, ...]  # seconds
    routes: tuple[RouteView, ...]  # those asked most first
    running: int  # requests being answered
    turned_away: int  # requests answered 429
    reads_waiting: int
    events: dict[str, int]  # by outcome
    lag: SpreadView  # from a batch being read to the disk
    events_waiting: int
    events_waiting_bytes: int
    events_behind: int  # in the log, and not known to pages yet
    pages: dict[str, int]  # "new", or "kept" from before
    shelves: int  # on new pages
    empty_shelves: dict[str, int]
    candidates: dict[str, int]  # by source
    without: dict[str, int]  # pages for which a source had none
    ready: bool  # a release is served, by every process
    release_age_s: int
    swaps: int
    disk_free_bytes: int


async def numbers(_backend: Backend, request: Request, _params: NoParams) -> Response:
    counted: Metrics = request.app.state.metrics
    tenants, asking, whole = request.app.state.tenants, tenant_of(request), told_of_all(request)
    for one in {asking, tenants.own} if whole else {asking}:
        await asyncio.to_thread(counted.look, one.backend, one.name)  # the database may be busy
    return JSONResponse(await asyncio.to_thread(collected, counted, asking.name, whole))


def collected(counted: Metrics, tenant: str, whole: bool) -> NumbersView:
    """One look at the registry, for a tenant; `whole`: with what is of the server as a whole."""
    found = {family.name.removeprefix(PREFIX): family for family in counted.families(tenant, whole)}

    def total(name: str) -> int:
        return sum(_by(found, name, "").values())

    return NumbersView(
        at=int(time.time() * 1000), since=1000 * total("counting_since_seconds"), processes=counted.processes,
        whole=whole, tenants=_asking(found),
        edges=BUCKETS, routes=_routes(found), running=total("http_requests_running"),
        turned_away=total("events_turned_away"), reads_waiting=total("reads_waiting"),
        events=_by(found, "events", "outcome"), lag=_lag(found), events_waiting=total("events_waiting"),
        events_waiting_bytes=total("events_waiting_bytes"), events_behind=total("events_behind"),
        pages=_by(found, "home_pages", "made"), shelves=total("home_shelves"),
        empty_shelves=_by(found, "home_empty_shelves", "shelf"), candidates=_by(found, "home_candidates", "source"),
        without=_by(found, "home_no_candidates", "source"), ready=bool(total("ready")),
        release_age_s=total("release_age_seconds"), swaps=total("release_swaps"),
        disk_free_bytes=total("disk_free_bytes"),
    )  # fmt: skip


def _samples(found: dict[str, Metric], name: str, ending: str = "") -> Iterable[tuple[dict[str, str], float]]:
    family = found.get(name)
    wanted = PREFIX + name + ending
    return [(s.labels, s.value) for s in family.samples if s.name == wanted] if family is not None else []


def _by(found: dict[str, Metric], name: str, label: str) -> dict[str, int]:
    """Counts, or a gauge, by a label; all of it at "" where that is none. The largest first."""
    out: dict[str, float] = {}
    for ending in ("", "_total"):
        for labels, value in _samples(found, name, ending):
            out[labels.get(label, "")] = out.get(labels.get(label, ""), 0.0) + value
    return {k: int(v) for k, v in sorted(out.items(), key=lambda pair: (-pair[1], pair[0]))}


def _routes(found: dict[str, Metric]) -> tuple[RouteView, ...]:
    statuses: dict[str, dict[str, int]] = {}
    for labels, value in _samples(found, "http_requests", "_total"):
        there = statuses.setdefault(labels["route"], {})
        there[labels["status"]] = there.get(labels["status"], 0) + int(value)
    out = []
    for route, there in statuses.items():
        spread = _spread(found, "http_request_seconds", {"route": route})
        out.append(RouteView(route=route, statuses=there, counts=spread.counts, seconds=spread.seconds))
    return tuple(sorted(out, key=lambda r: (-sum(r.statuses.values()), r.route)))


def _asking(found: dict[str, Metric]) -> tuple[AskingView, ...]:
    tenants: dict[str, dict[str, int]] = {}
    for labels, value in _samples(found, "tenant_requests", "_total"):
        tenants.setdefault(labels["tenant"], {})[labels["status"]] = int(value)
    out = (AskingView(tenant, dict(sorted(statuses.items()))) for tenant, statuses in tenants.items())
    return tuple(sorted(out, key=lambda a: (-sum(a.statuses.values()), a.tenant)))


def _lag(found: dict[str, Metric]) -> SpreadView:
    return _spread(found, "events_lag_seconds", {})


def _spread(found: dict[str, Metric], name: str, where: dict[str, str]) -> SpreadView:
    """A histogram, its labels beyond `where` summed over; not cumulative."""
    within = dict.fromkeys([*BUCKETS, math.inf], 0.0)
    for labels, value in _samples(found, name, "_bucket"):
        if where.items() <= labels.items():
            within[float(labels["le"])] += value
    below, counts = 0.0, []
    for count in within.values():
        counts.append(max(0, int(count - below)))
        below = count
    total = sum(v for labels, v in _samples(found, name, "_sum") if where.items() <= labels.items())
    return SpreadView(tuple(counts), round(total, 4))


RESOURCES = (
    Resource("GET", "/v1/metrics", "Counts of all worker processes, for a page to draw", numbers, NumbersView,
             scope=Scope.ADMIN),
)  # fmt: skip
