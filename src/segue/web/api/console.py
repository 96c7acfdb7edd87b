"""GET /v1/console: what operators see of Home."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import NotReady
from segue.surfaces.views import HomeReport
from segue.web.auth import Scope
from segue.web.reply import error
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend


async def console(backend: Backend, _request: Request, _params: NoParams) -> Response:
    try:
        return JSONResponse(await backend.read(lambda service: service.home_report()))
    except NotReady as e:
        if backend.current is None:
            raise
        return error(404, str(e))  # there is a release, and there will be no report before somebody learns


RESOURCES = (
    Resource("GET", "/v1/console", "How Home chooses and what that is worth: policies with intervals, estimates of "
             "others, arms, days, calibration", console, HomeReport, scope=Scope.ADMIN,
             errors=(400, 401, 403, 404, 503)),
)  # fmt: skip
