"""GET /v1/keys: the keys of a tenant, without what opens anything, and when each was last used."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.web.auth import Key, Keys, Scope
from segue.web.resource import JSONResponse, NoParams, Resource
from segue.web.service import Backend
from segue.web.tenants import tenant_of


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    label: str
    scopes: tuple[Scope, ...]
    listener: str  # whose own it is; "" of a program that speaks for all
    created: int  # UTC ms; 0: not known
    used: int  # UTC ms, to the minute: when it was last used; 0: never


async def listed(_backend: Backend, request: Request, _params: NoParams) -> Response:
    keys: Keys | None = request.app.state.keys
    if keys is None:
        return JSONResponse(())
    return JSONResponse(await asyncio.to_thread(_listed, keys, tenant_of(request).name))


def _listed(keys: Keys, tenant: str) -> list[KeyView]:
    """The newest first."""
    used = keys.last_use.all()
    return [_view(k, used.get(k.id, 0)) for k in reversed(keys.all()) if (k.tenant or keys.tenant) == tenant]


def _view(key: Key, used: int) -> KeyView:
    return KeyView(id=key.id, label=key.label, scopes=key.scopes, listener=key.listener, created=key.created, used=used)


RESOURCES = (
    Resource("GET", "/v1/keys", "Keys of the tenant, the newest first, and when each was last used", listed,
             list[KeyView], scope=Scope.ADMIN, errors=(401, 403, 503)),
)  # fmt: skip
