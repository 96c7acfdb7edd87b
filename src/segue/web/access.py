"""Who asks for a resource of our own interface, and whether it may: by key or session, scope, whose data, how often.

The protocols of others say who calls in their own ways and see to it themselves, with the same `caller_of`.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote

import msgspec
from starlette.requests import Request

from segue.web.auth import Caller, bearer, caller_of
from segue.web.guard import ELSEWHERE
from segue.web.rate import TooMany
from segue.web.reply import Denied
from segue.web.resource import KEY, Resource

COOKIE = "segue_session"
SAFE = ("GET", "HEAD", "OPTIONS")
PAGE_OF = "segue-tenant"
"""A page says in this header of which tenant it is. It chooses nothing: what a session asks from a page of a tenant at
which it does not look any more is refused."""


class Elsewhere(Denied):
    """Asked from a page of another tenant than the one that the session looks at."""

    def __init__(self, message: str) -> None:
        super().__init__(message, HTTPStatus.PRECONDITION_FAILED)


def admitted(resource: Resource, request: Request) -> Caller | None:
    """The caller, who has the scope; None where the resource asks nobody. Denied, or TooMany, else."""
    if resource.scope is None or resource.scheme != KEY:
        return None
    text = bearer(request.headers.get("authorization", ""))
    who = caller_of(request.app.state.keys, text, request.cookies.get(COOKIE, ""))
    if who is None or (ELSEWHERE in request.scope and not who.key):
        raise Denied(
            "that key is not known" if text else "a key is needed: Authorization: Bearer KEY (segue keys create)"
        )
    if who.operator and request.method not in SAFE and not from_own_page(request):
        raise Denied("a session writes from this server's own pages alone", HTTPStatus.FORBIDDEN)
    request.scope["segue_tenant"] = who.tenant or request.app.state.tenants.own.name
    page_of = unquote(request.headers.get(PAGE_OF, who.tenant))
    if who.operator and page_of != who.tenant:
        raise Elsewhere(f"this page is of {page_of[:100]!r}, and you look at another tenant now: load it anew")
    if who.key or who.operator:
        left = request.app.state.key_rate.take(who.key or f"operator {who.operator}")
        if left["x-ratelimit-remaining"] == "-1":
            raise TooMany(f"more than {left['x-ratelimit-limit']} requests with this key; wait a moment")
    if not who.allows(resource.scope):
        has = ", ".join(who.scopes)
        raise Denied(f"key {who.key} has {has}; this needs {resource.scope}", HTTPStatus.FORBIDDEN)
    return who


def own(resource: Resource, who: Caller, params: msgspec.Struct) -> None:
    """Denied where a listener's own key asks about anybody else."""
    if not who.listener:
        return
    if resource.whose is None:
        raise Denied(f"key {who.key} is a listener's own; this is about all of them", HTTPStatus.FORBIDDEN)
    named = getattr(params, resource.whose) if resource.whose else ""
    if named not in ("", who.listener):
        raise Denied(f"key {who.key} may speak for its own listener alone", HTTPStatus.FORBIDDEN)


def named(who: Caller) -> str:
    """A caller, for the record of what was done."""
    return who.operator or (f"key {who.key}" if who.key else "somebody on this machine")


def from_own_page(request: Request) -> bool:
    """Whether the browser says that a page of this server sent it; the guard has compared that with the host."""
    return "origin" in request.headers or request.headers.get("sec-fetch-site") == "same-origin"
