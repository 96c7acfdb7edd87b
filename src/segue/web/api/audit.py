"""GET /v1/audit: what clients produced against what was delivered, by hour."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.store.delivery.audit import Hour
from segue.web.auth import Scope
from segue.web.resource import JSONResponse, Resource
from segue.web.service import Backend


class Params(msgspec.Struct, frozen=True):
    client: Annotated[str, Meta(max_length=200, description="only this one; empty: all")] = ""
    since: Annotated[int, Meta(ge=0, le=1 << 53, description="UTC ms: from the hour that holds it on; of more than "
                               "100,000 hours of clients the newest are told")] = 0  # fmt: skip


class AuditView(msgspec.Struct, frozen=True):
    hours: tuple[Hour, ...]  # by client and hour
    produced: int  # in these hours, as is what was delivered
    delivered: int


async def get(backend: Backend, _request: Request, params: Params) -> Response:
    intake = await backend.deliveries(lambda intake: intake)  # read beside the writer, which would stand still for it
    hours = await asyncio.to_thread(intake.audit.hours, params.client, params.since)
    return JSONResponse(AuditView(tuple(hours), sum(h.produced for h in hours), sum(h.delivered for h in hours)))


RESOURCES = (
    Resource("GET", "/v1/audit", "What clients produced against what was delivered", get, AuditView, Params,
             Scope.ADMIN),
)  # fmt: skip
