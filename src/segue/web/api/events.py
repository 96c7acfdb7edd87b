"""POST /v1/events: facts come in. One event, a JSON array, an object with `events`, one event a line (NDJSON), or
CloudEvents 1.0 (structured, batched, or in binary mode); plain or gzip.

The answer comes after the accepted events are durable, and says of every row what became of it. A bad row is named
with its field and its reason and is kept as a dead letter, and the rest goes in; sending the same events again changes
nothing. Where more waits than may wait, the answer is 429 and says when to come back.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.core.events import AnyEvent
from segue.store.delivery import Batch, Status
from segue.web.auth import Caller, Scope
from segue.web.body import read_body
from segue.web.gzipped import gunzip
from segue.web.inbox import Full
from segue.web.posted import MEDIA, Envelope, Posted, UnsupportedMedia, media_of, named_in, read
from segue.web.reply import Denied, error
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend
from segue.web.tenants import tenant_of

MAX_BODY = 10 * 1024 * 1024
UNSAID = 1 << 20  # bytes held for a body that does not say how long it is, until it is read
ENCODINGS = ("gzip", "x-gzip")
ONE_OR_MORE = AnyEvent | list[AnyEvent]


class Rejected(msgspec.Struct, frozen=True):
    index: int  # position in the request, from 0
    reason: str
    field: str = ""  # that is wrong; "" where it is the row as a whole


class EventsView(msgspec.Struct, frozen=True):
    accepted: int
    duplicates: int
    rejected: tuple[Rejected, ...] = ()  # kept as dead letters
    verdicts: tuple[Status, ...] = ()  # one a row, in order


async def _body(request: Request) -> bytes:
    body = await read_body(request, MAX_BODY)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ENCODINGS:
        inbox = tenant_of(request).inbox
        return await inbox.read(len(body), lambda: gunzip(body, MAX_BODY))
    if encoding not in ("identity", ""):
        raise UnsupportedMedia(f"content encoding {encoding[:40]!r} is not taken; send gzip, or none")
    return body


def _of_its_own(who: Caller, batch: Batch) -> None:
    """Denied, and nothing written, where a listener's own key tells of anybody else."""
    if not who.listener:
        return
    named = [e.listener for e in batch.events] + [n for r in batch.refused for n in named_in(r.raw)]
    if any(name != who.listener for name in named):
        raise Denied(f"key {who.key} may speak for its own listener alone", 403)


async def post(backend: Backend, request: Request, _params: NoParams) -> Response:
    inbox = tenant_of(request).inbox
    declared = request.headers.get("content-length", "")
    size = min(int(declared), MAX_BODY) if declared.isdecimal() and len(declared) < 20 else UNSAID
    try:
        media = media_of(request.headers.get("content-type", ""))
        with inbox.room(size):
            body = await _body(request)
            with inbox.room(max(0, len(body) - size)):
                tenant, rules = await backend.reading()
                envelope = Envelope(body, media, request.headers)
                batch = await inbox.read(len(body), lambda: read(envelope, tenant, rules))
                _of_its_own(request.state.caller, batch)
                taken = await inbox.put(batch)
    except UnsupportedMedia as e:
        return error(415, str(e))
    except Full as e:
        return error(429, str(e), {"retry-after": str(e.after)})
    counts = taken.count("accepted"), taken.count("duplicate"), taken.count("refused")
    counted = request.app.state.metrics.events
    for outcome, number in zip(("accepted", "duplicate", "rejected"), counts):
        counted.labels(tenant, outcome).inc(number)
    rejected = tuple(Rejected(r.index, r.reason, r.field) for r in taken.refused)
    return JSONResponse(EventsView(counts[0], counts[1], rejected, tuple(taken.statuses)), 202)


RESOURCES = (
    Resource("POST", "/v1/events", "Events come in; answered when they are durable", post, EventsView,
             scope=Scope.INGEST, body=(ONE_OR_MORE, Posted), media=MEDIA, status=202,
             errors=(400, 401, 403, 413, 415, 429, 503), whose=""),
)  # fmt: skip
