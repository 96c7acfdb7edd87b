"""POST /v1/events: facts come in. One event, a JSON array, an object with `events`, one event a line (NDJSON), or
CloudEvents 1.0 (structured, batched, or in binary mode); plain or gzip.

The answer comes after the accepted events are durable, and says of every row what became of it. A bad row is named
with its field and its reason and is kept as a dead letter, and the rest goes in; sending the same events again changes
nothing. Where more waits than may wait, the answer is 429 and says when to come back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.core.events import AnyEvent
from segue.store.delivery import Batch, Refused, Status
from segue.web.auth import Caller, Scope
from segue.web.body import read_body
from segue.web.gzipped import gunzip
from segue.web.inbox import INLINE, Full, Inbox
from segue.web.posted import MEDIA, Envelope, Posted, UnsupportedMedia, media_of, named_in, read
from segue.web.reply import TooLarge, error
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend
from segue.web.tenants import tenant_of

MAX_BODY = 10 * 1024 * 1024
ENCODINGS = ("gzip", "x-gzip")
ONE_OR_MORE = AnyEvent | list[AnyEvent]


class Rejected(msgspec.Struct, frozen=True):
    index: int  # position in the request, from 0
    reason: str
    field: str = ""  # that is wrong; "" where it is the row as a whole


class EventsView(msgspec.Struct, frozen=True):
    accepted: int
    duplicates: int
    rejected: tuple[Rejected, ...] = ()  # kept as dead letters, but for what is in rows of somebody else
    verdicts: tuple[Status, ...] = ()  # one a row, in order


async def _body(request: Request, inbox: Inbox, hold: Callable[[int], None]) -> bytes:
    """The body as it was before it was compressed, held as it comes."""
    body = await read_body(request, MAX_BODY, hold)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ENCODINGS:
        plain = await _unpacked(inbox, body)
        hold(max(0, len(plain) - len(body)))
        return plain
    if encoding not in ("identity", ""):
        raise UnsupportedMedia(f"content encoding {encoding[:40]!r} is not taken; send gzip, or none")
    return body


async def _unpacked(inbox: Inbox, body: bytes) -> bytes:
    """Of a gzip body. Its length does not say how much there is in it: only what turns out to be little is unpacked
    without a thread."""
    if len(body) <= INLINE:
        with suppress(TooLarge):
            return gunzip(body, INLINE)
    return await inbox.read(MAX_BODY, lambda: gunzip(body, MAX_BODY))


def _of_its_own(who: Caller, batch: Batch) -> Batch:
    """What a listener's own key may tell: rows of anybody else are refused, and nothing of them is written.

    Dead letters can be replayed, so in place of such a row they get one that names the key's own listener alone, with
    whom it is forgotten.
    """
    mine = who.listener
    if not mine:
        return batch
    theirs = {place for place, e in zip(batch.places, batch.events) if e.listener != mine}
    theirs |= {r.index for r in batch.refused if any(name != mine for name in named_in(r.raw))}
    if not theirs:
        return batch
    why, instead = f"this key may only send events of {mine!r}", msgspec.json.encode({"listener": mine})
    kept = [(place, e) for place, e in zip(batch.places, batch.events) if place not in theirs]
    refused = [r for r in batch.refused if r.index not in theirs]
    refused += [Refused(place, why, "listener", instead) for place in sorted(theirs)]
    return Batch([e for _, e in kept], [place for place, _ in kept], refused, batch.sender)


async def post(backend: Backend, request: Request, _params: NoParams) -> Response:
    inbox = tenant_of(request).inbox
    declared = request.headers.get("content-length", "")
    try:
        media = media_of(request.headers.get("content-type", ""))
        if declared.isdecimal() and len(declared) < 20:
            inbox.ask(min(int(declared), MAX_BODY))  # held is only what has come: a promise must not keep others out
        with inbox.room() as hold:
            body = await _body(request, inbox, hold)
            tenant, rules = await backend.reading()
            envelope = Envelope(body, media, request.headers)
            batch = await inbox.read(len(body), lambda: read(envelope, tenant, rules))
            taken = await inbox.put(_of_its_own(request.state.caller, batch))
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
