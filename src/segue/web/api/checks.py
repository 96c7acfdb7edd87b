"""GET /v1/checks…: what the checks of the data found, as kept. None of it needs a release: a gate may have kept one
from being made."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.checks.report import Kept, Payload, kept, read
from segue.web.auth import Scope
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend


class ReportParams(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=40, description="of a report, or `latest`")]


async def reports(backend: Backend, _request: Request, _params: NoParams) -> Response:
    return JSONResponse(await asyncio.to_thread(lambda: kept(backend.reports())))


async def report(backend: Backend, _request: Request, params: ReportParams) -> Response:
    return JSONResponse(await asyncio.to_thread(lambda: read(backend.reports(), params.name)))


RESOURCES = (
    Resource("GET", "/v1/checks", "Reports of checks of the data, the newest first", reports, list[Kept],
             scope=Scope.ADMIN),
    Resource("GET", "/v1/checks/{name}", "One report: findings, and what is drawn of each table", report, Payload,
             ReportParams, scope=Scope.ADMIN, errors=(400, 401, 403, 404, 503)),
)  # fmt: skip
