"""POST /v1/events: facts come in. One event, a JSON array, or one event a line (NDJSON).

The answer comes after the accepted events are durable. A bad event is named with its reason and the rest goes in;
sending the same events again changes nothing.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError, UnknownName
from segue.core.events import MAX_ATTRS, AnyEvent, Uri, parse_event
from segue.web.auth import Scope
from segue.web.body import read_body
from segue.web.reply import TooLarge, error
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend

MAX_EVENTS = 1_000
MAX_BODY = 10 * 1024 * 1024
MAX_EVENT = 64 * 1024
MEDIA = ("application/json", "application/x-ndjson")


class Rejected(msgspec.Struct, frozen=True):
    index: int  # position in the request, from 0
    reason: str


class EventsView(msgspec.Struct, frozen=True):
    accepted: int
    duplicates: int
    rejected: tuple[Rejected, ...] = ()


def split(body: bytes, lines: bool) -> list[bytes]:
    """The single events of a body, still as JSON; InputError where it is no JSON at all."""
    if not lines and body.lstrip()[:1] != b"[":
        return [body]
    if lines:
        parts = [line for line in body.splitlines() if line.strip()]
    else:
        try:
            parts = [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as e:
            raise InputError(f"not JSON: {e}") from None
    if len(parts) > MAX_EVENTS:
        raise TooLarge(f"a request may have {MAX_EVENTS} events, this one has {len(parts)}")
    return parts


def check(raw: bytes, tenant: str) -> AnyEvent:
    """One event of this tenant, or InputError."""
    if len(raw) > MAX_EVENT:
        raise InputError(f"an event may have {MAX_EVENT} bytes, this one has {len(raw)}")
    try:
        event = parse_event(raw)
        attrs = len(msgspec.json.encode(event.attrs)) if event.attrs else 0
    except RecursionError:
        raise InputError("bad event: nested too deeply") from None
    if attrs > MAX_ATTRS:
        raise InputError(f"attrs may have {MAX_ATTRS} bytes of JSON, these have {attrs}")
    if event.tenant not in ("default", tenant):
        raise InputError(f"tenant {event.tenant[:80]!r} is not served here; this server serves {tenant!r}")
    item = getattr(event, "item", None)
    if item is not None:
        Uri.parse(item)
    return event if event.tenant == tenant else msgspec.structs.replace(event, tenant=tenant)


def sorted_out(body: bytes, lines: bool, tenant: str) -> tuple[list[AnyEvent], list[Rejected]]:
    """Good events in order, and the bad ones by position."""
    good: list[AnyEvent] = []
    bad: list[Rejected] = []
    for index, raw in enumerate(split(body, lines)):
        try:
            good.append(check(raw, tenant))
        except (InputError, UnknownName) as e:
            bad.append(Rejected(index, str(e)))
    return good, bad


async def post(backend: Backend, request: Request, _params: NoParams) -> Response:
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media not in MEDIA:
        return error(415, f"content type {media[:80]!r} is not taken; send {' or '.join(MEDIA)}")
    body = await read_body(request, MAX_BODY)
    if not body.strip():
        raise InputError("the body is empty; send one event, a JSON array, or one event a line")

    def take(tenant: str) -> tuple[list[AnyEvent], list[Rejected]]:
        return sorted_out(body, media == MEDIA[1], tenant)

    # a small body is checked where it is; a large one must not hold up other requests
    tenant = await backend.read(lambda service: service.tenant) if backend.current is None else backend.current.tenant
    small = len(body) <= MAX_EVENT
    good, bad = take(tenant) if small else await backend.read(lambda _: take(tenant))
    accepted = duplicates = 0
    if good:
        receipt = await backend.write(lambda service: service.append(good))
        accepted, duplicates = receipt.accepted, receipt.duplicates
    counted = request.app.state.metrics.events
    for outcome, number in (("accepted", accepted), ("duplicate", duplicates), ("rejected", len(bad))):
        counted.labels(outcome).inc(number)
    return JSONResponse(EventsView(accepted, duplicates, tuple(bad)))


RESOURCES = (
    Resource("POST", "/v1/events", "Events come in; answered when they are durable", post, EventsView,
             scope=Scope.WRITE, body=AnyEvent | list[AnyEvent], media=MEDIA,
             errors=(400, 401, 403, 413, 415, 503)),
)  # fmt: skip
