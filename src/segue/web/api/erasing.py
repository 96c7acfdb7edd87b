"""What a listener may ask for: everything there is of them, that it be gone, and a receipt that can be checked."""

from __future__ import annotations

import asyncio
import io
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError
from segue.core.events import MAX_ID
from segue.store.privacy import export_listener
from segue.store.receipts import Receipt, Verdict, verify
from segue.web.api.home import Listener
from segue.web.auth import Scope
from segue.web.body import read_body
from segue.web.resource import JSONResponse, Resource
from segue.web.service import Backend
from segue.web.tenants import tenant_of

MAX_RECEIPT = 262_144
ZIP = "application/zip"


class One(msgspec.Struct, frozen=True, kw_only=True):
    id: Listener


class Named(msgspec.Struct, frozen=True, kw_only=True):
    listener: Annotated[str, Meta(max_length=MAX_ID, description="whether it is about this one, too")] = ""


async def export(backend: Backend, _request: Request, one: One) -> Response:
    """A zip of `profile.json` and `events.jsonl`."""
    intake = await backend.deliveries(lambda intake: intake)
    out = io.BytesIO()
    await asyncio.to_thread(export_listener, intake.workspace, intake.tenant, one.id, out)
    headers = {"content-disposition": 'attachment; filename="listener.zip"'}
    return Response(out.getvalue(), 200, headers, ZIP)


async def erase(backend: Backend, request: Request, one: One) -> Response:
    tenant, keys = tenant_of(request), request.app.state.keys
    revoked = await asyncio.to_thread(keys.revoke_of, one.id, tenant.name) if keys is not None else 0
    await asyncio.to_thread(tenant.passing.forget, one.id)  # in memory, too, where it is not shared
    await asyncio.to_thread(request.app.state.tokens.forget, one.id)
    return JSONResponse(await backend.erase(one.id, revoked))


async def check(backend: Backend, request: Request, named: Named) -> Response:
    body = await read_body(request, MAX_RECEIPT)
    try:
        receipt = msgspec.json.decode(body, type=Receipt)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as e:
        raise InputError(f"no receipt: {e}") from None
    intake = await backend.deliveries(lambda intake: intake)
    if receipt.tenant != intake.tenant:
        return JSONResponse(Verdict(valid=False))
    return JSONResponse(await asyncio.to_thread(verify, intake.workspace.path, receipt, named.listener))


RESOURCES = (
    Resource("POST", "/v1/listeners/{id}/export", "Everything there is of a listener, as a zip of JSON lines", export,
             bytes, One, Scope.LISTENER, errors=(400, 401, 403, 404, 503), sends=ZIP, whose="id"),
    Resource("DELETE", "/v1/listeners/{id}", "Erase a listener from every store; there is no way back", erase, Receipt,
             One, Scope.LISTENER, errors=(400, 401, 403, 404, 503), whose="id"),
    Resource("POST", "/v1/receipts/verify", "Whether a receipt of an erasure is this workspace's own", check, Verdict,
             Named, body=Receipt, errors=(400, 401, 403, 413, 503), whose="listener"),
)  # fmt: skip
