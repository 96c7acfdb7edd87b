"""Dead letters: events that were refused, to be looked at, mended and taken after all."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError
from segue.store.delivery import Form, Status
from segue.store.delivery.dead_letters import DeadLetter
from segue.store.delivery.intake import Intake
from segue.web.auth import Scope
from segue.web.body import read_body
from segue.web.resource import JSONResponse, Resource
from segue.web.service import Backend

MAX_EDIT = 65_536
Id = Annotated[int, Meta(ge=1, le=1 << 62, description="of the dead letter")]


class Page(msgspec.Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=1_000, description="how many")] = 100
    before: Annotated[int, Meta(ge=0, le=1 << 62, description="only ids below; 0: from the newest on")] = 0


class One(msgspec.Struct, frozen=True):
    id: Id


class LetterView(msgspec.Struct, frozen=True):
    id: int
    at: int  # UTC ms: when it last came
    times: int  # it came
    reason: str
    field: str  # that is wrong; "" where it is the row as a whole
    form: Form
    client: str
    raw: str  # as it came; what is no UTF-8 in it is replaced
    whole: bool  # false: it was too long to be kept, and can only be replayed as edited


class LettersView(msgspec.Struct, frozen=True):
    letters: tuple[LetterView, ...]  # newest first
    kept: int
    dropped: int  # of all tenants, for want of room


class ReplayView(msgspec.Struct, frozen=True):
    status: Status
    reason: str = ""
    field: str = ""


class DropView(msgspec.Struct, frozen=True):
    dropped: int


def view(letter: DeadLetter) -> LetterView:
    return LetterView(
        letter.id, letter.at, letter.times, letter.reason, letter.field, letter.form, letter.client,
        letter.raw.decode("utf-8", "replace"), bool(letter.whole),
    )  # fmt: skip


async def listed(backend: Backend, _request: Request, page: Page) -> Response:
    def call(intake: Intake) -> LettersView:
        kept, dropped = intake.dead.counts()
        return LettersView(tuple(map(view, intake.dead.listed(page.limit, page.before))), kept, dropped)

    return JSONResponse(await backend.deliveries(call))


async def show(backend: Backend, _request: Request, one: One) -> Response:
    return JSONResponse(await backend.deliveries(lambda intake: view(intake.dead.get(one.id))))


async def replay(backend: Backend, request: Request, one: One) -> Response:
    edited = (await read_body(request, MAX_EDIT)).strip()
    if edited and not edited.startswith(b"{"):
        raise InputError("send the event as it should have been, a JSON object, or nothing")

    def call(intake: Intake) -> ReplayView:
        taken = intake.replay(intake.dead.get(one.id), edited or None)
        if taken.refused:
            return ReplayView("refused", taken.refused[0].reason, taken.refused[0].field)
        return ReplayView(taken.statuses[0])

    return JSONResponse(await backend.deliveries(call))


async def drop(backend: Backend, _request: Request, one: One) -> Response:
    gone = await backend.deliveries(lambda intake: intake.dead.drop([intake.dead.get(one.id).id]))
    return JSONResponse(DropView(gone))


class _Edited(msgspec.Struct, frozen=True):
    """The event, or the CloudEvent, as it should have been; an empty body: as it stands."""


ADMIN = Scope.ADMIN
RESOURCES = (
    Resource("GET", "/v1/dead-letters", "Events that were refused, newest first", listed, LettersView, Page, ADMIN),
    Resource("GET", "/v1/dead-letters/{id}", "One of them", show, LetterView, One, ADMIN,
             errors=(400, 401, 403, 404, 503)),
    Resource("DELETE", "/v1/dead-letters/{id}", "Throw it away", drop, DropView, One, ADMIN,
             errors=(400, 401, 403, 404, 503)),
    Resource("POST", "/v1/dead-letters/{id}/replay", "Take it after all: as it stands, or as the body has it", replay,
             ReplayView, One, ADMIN, body=_Edited, errors=(400, 401, 403, 404, 413, 503)),
)  # fmt: skip
