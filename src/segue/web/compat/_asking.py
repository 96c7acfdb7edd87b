"""What all protocols need of a request: JSON bodies, names of listeners, events on their way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from segue.core.errors import InputError
from segue.core.events import MAX_ID, AnyEvent, Item
from segue.web.auth import Caller
from segue.web.service import Backend

T = TypeVar("T")
INLINE = 65_536  # bytes of a body that are worked on without a thread
_ODD = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def name_of(listener: str) -> str:
    """A listener's name that can be one, or InputError."""
    if not listener or len(listener) > MAX_ID or _ODD.search(listener) or listener != listener.strip():
        raise InputError(f"{listener[:80]!r} is no name: 1 to {MAX_ID} characters, none of them a control character")
    return listener


def json_of(body: bytes) -> Any:
    """Any JSON value, or InputError."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as e:
        raise InputError(f"not JSON: {e}") from None


def asked_by(request: Request, who: Caller) -> Caller:
    """From here on the request is this caller's, and its backend that of their tenant."""
    request.state.caller = who
    return who


async def worked(backend: Backend, size: int, call: Callable[[], T]) -> T:
    """`call()`, on a reader thread where the body is large: other requests must not wait for it."""
    return call() if size <= INLINE else await backend.work(call)


async def log(backend: Backend, request: Request, events: Sequence[AnyEvent], items: Sequence[Item] = ()) -> None:
    """Write them; durable when this returns."""
    if not events:
        return
    tenant, _ = await backend.reading()
    own = [e if e.tenant == tenant else msgspec.structs.replace(e, tenant=tenant) for e in events]
    receipt = await backend.append(own, items)
    counted = request.app.state.metrics.events
    counted.labels(tenant, "accepted").inc(receipt.accepted)
    counted.labels(tenant, "duplicate").inc(receipt.duplicates)
