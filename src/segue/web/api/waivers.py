"""/v1/waivers…: findings of the checks that may stand for a while, and who answers for that.

They are of the workspace, and so for those alone whose server it is.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.checks.waivers import Waiver, add_waiver, load_waivers, remove_waiver
from segue.core.errors import UsageError
from segue.web.access import named
from segue.web.auth import Scope
from segue.web.reply import Denied
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend
from segue.web.tenants import Tenants, tenant_of

Finding = Annotated[
    str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$",
              description="name of a finding as a report has it; * stands for anything")
]  # fmt: skip
Reason = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$", description="why it may stand")
]


class WaiverView(msgspec.Struct, frozen=True, kw_only=True):
    finding: str
    reason: str
    who: str
    since: date
    until: date | None  # the last day on which it counts
    over: bool  # that day is past


class One(msgspec.Struct, frozen=True, kw_only=True):
    finding: Finding


class Waiving(msgspec.Struct, frozen=True, kw_only=True):
    finding: Finding
    reason: Reason
    until: Annotated[date, Meta(description="last day on which it counts; none: until it is taken back")] | None = None


def view(waiver: Waiver) -> WaiverView:
    over = waiver.expired(int(time.time() * 1000))
    return WaiverView(finding=waiver.finding, reason=waiver.reason, who=waiver.who, since=waiver.since,
                      until=waiver.until, over=over)  # fmt: skip


def _own(request: Request) -> None:
    """Denied where another tenant asks."""
    tenants: Tenants = request.app.state.tenants
    if tenant_of(request) is not tenants.own:
        raise Denied("waivers are of the whole workspace: only its own tenant sees and changes them", 403)


async def listed(backend: Backend, request: Request, _params: NoParams) -> Response:
    _own(request)
    found = await asyncio.to_thread(load_waivers, backend.folder)
    return JSONResponse([view(w) for w in found])


async def add(backend: Backend, request: Request, wanted: Waiving) -> Response:
    """In place of one of the same finding. It counts from the next check on."""
    _own(request)
    today = datetime.now(UTC).date()
    if wanted.until is not None and wanted.until < today:
        raise UsageError(f"{wanted.until} is over already; today is {today}")
    who = named(request.state.caller)
    made = Waiver(finding=wanted.finding, reason=wanted.reason, who=who, since=today, until=wanted.until)
    await backend.deliveries(lambda _: add_waiver(backend.folder, made))  # one at a time
    return JSONResponse(view(made))


async def remove(backend: Backend, request: Request, one: One) -> Response:
    _own(request)
    gone = await backend.deliveries(lambda _: remove_waiver(backend.folder, one.finding))
    return JSONResponse(view(gone))


ADMIN, ERRORS = Scope.ADMIN, (400, 401, 403, 404, 503)
RESOURCES = (
    Resource("GET", "/v1/waivers", "Findings of checks that may stand, and who answers for them", listed,
             list[WaiverView], scope=ADMIN),
    Resource("PUT", "/v1/waivers/{finding}", "Let a finding stand, for a reason; it counts from the next check on", add,
             WaiverView, Waiving, ADMIN, errors=ERRORS),
    Resource("DELETE", "/v1/waivers/{finding}", "Take a waiver back", remove, WaiverView, One, ADMIN, errors=ERRORS),
)  # fmt: skip
