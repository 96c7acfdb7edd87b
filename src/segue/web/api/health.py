"""Is it up, is it ready, what did it count."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import NotReady
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend, Service


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    status: str
    release: str = ""
    simulated: bool = False


def _ready(service: Service) -> Health:
    if not service.release:
        raise NotReady("no release yet; `segue train` makes one")
    return Health("ready", str(service.release), service.simulated)


async def live(_backend: Backend, _request: Request, _params: NoParams) -> Response:
    return JSONResponse(Health("live"))


async def ready(backend: Backend, _request: Request, _params: NoParams) -> Response:
    return JSONResponse(await backend.read(_ready))


async def metrics(backend: Backend, request: Request, _params: NoParams) -> Response:
    counted = request.app.state.metrics
    counted.ready.set(bool(backend.current is not None and backend.current.release))
    return Response(counted.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


RESOURCES = (
    Resource("GET", "/api/health/live", "The process answers", live, Health, scope=None, errors=()),
    Resource("GET", "/api/health/ready", "A release is served", ready, Health, scope=None, errors=(503,)),
    Resource("GET", "/metrics", "Counts for Prometheus", metrics, str, errors=(401, 403)),
)  # fmt: skip
