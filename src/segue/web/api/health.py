"""Is it up, is it ready, how is it, what did it count."""

from __future__ import annotations

import asyncio
import contextlib
import time

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import NotReady
from segue.web.auth import Scope, bearer, caller_of
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend, Service
from segue.web.tenants import Tenants, tenant_of, told_of_all

PATIENCE_S = 0.5  # with a database that is busy
LITTLE = 256 << 20  # bytes free: with fewer, events will soon find no room


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    status: str
    release: str = ""
    simulated: bool = False


class State(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a worker process is. Only the status is said to those who may not read."""

    status: str  # "ready", "low_disk", "not_ready" or "draining"
    why: str = ""
    release: str = ""
    release_age_s: int | None = None
    events_waiting_bytes: int | None = None  # read and not yet on the disk
    events_behind: int | None = None  # in the log, and not known to pages yet
    reads_waiting: int | None = None
    disk_free_bytes: int | None = None


def _ready(service: Service) -> Health:
    if not service.release:
        raise NotReady("no release yet; `segue train` makes one")
    return Health("ready", str(service.release), service.simulated)


async def live(_backend: Backend, _request: Request, _params: NoParams) -> Response:
    return JSONResponse(Health("live"))


async def ready(backend: Backend, _request: Request, _params: NoParams) -> Response:
    if backend.draining:
        raise NotReady("about to stop")
    return JSONResponse(await backend.read(_ready))


async def health(backend: Backend, request: Request, _params: NoParams) -> Response:
    """Looks at what there is and waits for nothing: a busy server answers, too.

    It is about the tenant of the key, and without a key about the server's own.
    """
    who = caller_of(request.app.state.keys, bearer(request.headers.get("authorization", "")))
    own, tenant = backend, request.app.state.tenants.of(who.tenant if who is not None else "")
    backend = tenant.backend
    service, free = backend.current, backend.disk_free
    status, why = "ready", ""
    if own.draining:
        status, why = "draining", "about to stop"
    elif service is None or not service.release:
        status, why = "not_ready", backend.why or "no release yet"
    elif free is not None and free < LITTLE:
        status, why = "low_disk", f"{free >> 20} MB are free where the workspace lies"
    code = 503 if status in ("draining", "not_ready") else 200
    if who is None or who.listener or not who.allows(Scope.READ):
        return JSONResponse(State(status=status), code)
    served = service is not None and bool(service.release)
    age = int(time.time() - service.released / 1000) if served and service is not None else None
    behind = None
    if served and service is not None:
        with contextlib.suppress(TimeoutError):
            behind = await asyncio.wait_for(asyncio.to_thread(lambda: service.behind), PATIENCE_S)
    state = State(
        status=status, why=why, release=str(service.release) if served and service is not None else "",
        release_age_s=age, events_waiting_bytes=tenant.inbox.held,
        events_behind=behind, reads_waiting=backend.waiting,
        disk_free_bytes=free,
    )  # fmt: skip
    return JSONResponse(state, code)


async def metrics(_backend: Backend, request: Request, _params: NoParams) -> Response:
    counted = request.app.state.metrics
    tenants: Tenants = request.app.state.tenants
    asking, whole = tenant_of(request), told_of_all(request)
    for one in list(tenants.open if whole else [asking]):
        await asyncio.to_thread(counted.look, one.backend, one.name)  # the database may be busy
    return Response(counted.text(asking.name, whole), media_type="text/plain; version=0.0.4; charset=utf-8")


RESOURCES = (
    Resource("GET", "/api/health", "How it is: ready, queues, disk, release; 503 where nothing should be sent here",
             health, State, scope=None, errors=(503,)),
    Resource("GET", "/api/health/live", "The process answers", live, Health, scope=None, errors=()),
    Resource("GET", "/api/health/ready", "A release is served", ready, Health, scope=None, errors=(503,)),
    Resource("GET", "/metrics", "Counts for Prometheus", metrics, str, errors=(401, 403)),
)  # fmt: skip
