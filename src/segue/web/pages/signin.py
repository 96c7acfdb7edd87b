"""Signing in and out, the first set-up, and at which tenant one looks: forms without a script.

Nothing is set or sent before the browser has said that the form came from a page of this server.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from segue.core.errors import SegueError, UnknownName
from segue.web.access import COOKIE, from_own_page
from segue.web.auth import Keys
from segue.web.body import read_body
from segue.web.choices import choices, session_of
from segue.web.operators import SESSION_S, NotAllowed, NotSignedIn, Operators, TooManyTries
from segue.web.pages import rendered
from segue.web.reply import Denied, error, status_of

MAX_FORM = 16_384
HOME = "/console"
_LOCAL = re.compile(r"/(?![/\\])[\w\-./%:~]{0,500}")
STATUS: dict[type[SegueError], int] = {NotSignedIn: HTTPStatus.UNAUTHORIZED, TooManyTries: HTTPStatus.TOO_MANY_REQUESTS}


def next_of(text: str) -> str:
    """Where to go on: a page of this server, whatever the address says."""
    return text if _LOCAL.fullmatch(text) and ".." not in text else HOME


async def sign_in(request: Request) -> Response:
    """The form, and what comes of it: a session in a cookie."""
    request.scope["segue_route"] = "/signin"
    if request.method != "POST":
        return await _page(request, "signin.html", next=next_of(request.query_params.get("next", "")))
    said = await _form(request)
    after = next_of(said.get("next", ""))

    def call(operators: Operators) -> str:
        return operators.sign_in(said.get("name", ""), said.get("password", ""), _address(request))

    return await _begun(request, call, after, "signin.html", name=said.get("name", "")[:100], next=after)


async def set_up(request: Request) -> Response:
    """The form that makes the first operator with the token that the server printed, and signs in."""
    request.scope["segue_route"] = "/setup"
    if request.method != "POST":
        return await _page(request, "setup.html")
    said = await _form(request)
    name, password = said.get("name", ""), said.get("password", "")

    def call(operators: Operators) -> str:
        if password != said.get("again"):
            raise Denied("the two passwords differ", HTTPStatus.BAD_REQUEST)
        return operators.set_up(said.get("token", "").strip(), name, password, _address(request))

    return await _begun(request, call, HOME, "setup.html", name=name[:100])


async def sign_out(request: Request) -> Response:
    """End the session, here and in the browser."""
    request.scope["segue_route"] = "/signout"
    _checked(request)
    operators = _operators(request)
    if operators is not None:
        operators.sign_out(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/signin", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


async def choose(request: Request) -> Response:
    """From here on the session looks at another tenant, in every tab. It is kept with the session, on the server."""
    request.scope["segue_route"] = "/tenant"
    said, session = await _form(request), session_of(request)
    operators, tenant = _operators(request), said.get("tenant", "")
    if operators is None or session is None:
        return RedirectResponse("/signin", HTTPStatus.SEE_OTHER)
    if session.rights.everywhere and tenant not in (known := await choices(request, session)):
        raise Denied(str(UnknownName("tenant", tenant[:100], known)), HTTPStatus.NOT_FOUND)
    try:
        await asyncio.to_thread(operators.choose, request.cookies.get(COOKIE, ""), tenant)
    except NotAllowed as e:
        raise Denied(str(e), HTTPStatus.FORBIDDEN) from None
    return RedirectResponse(next_of(said.get("next", "")), HTTPStatus.SEE_OTHER)


async def _begun(
    request: Request, call: Callable[[Operators], str], after: str, template: str, **words: str
) -> Response:
    operators = _operators(request)
    if operators is None:
        return error(HTTPStatus.SERVICE_UNAVAILABLE, "there is no workspace whose operators could sign in")
    try:
        session = await asyncio.to_thread(call, operators)
    except SegueError as e:
        status = next((code for kind, code in STATUS.items() if isinstance(e, kind)), 0) or status_of(e)
        return await _page(request, template, status, wrong=str(e), **words)
    answer = RedirectResponse(after, HTTPStatus.SEE_OTHER)
    secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
    answer.set_cookie(COOKIE, session, SESSION_S, path="/", secure=secure, httponly=True, samesite="strict")
    return answer


def _checked(request: Request) -> None:
    if not from_own_page(request):
        raise Denied("this form is sent from this server's own pages alone", HTTPStatus.FORBIDDEN)


async def _form(request: Request) -> dict[str, str]:
    _checked(request)
    body = await read_body(request, MAX_FORM)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _operators(request: Request) -> Operators | None:
    keys: Keys | None = request.app.state.keys
    return keys.operators if keys is not None else None


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _page(request: Request, template: str, status: int = 200, **words: str) -> Response:
    operators = _operators(request)
    some = operators is not None and operators.any()
    return await rendered(request, template, status, **({"wrong": "", "name": "", "next": HOME, "some": some} | words))


ROUTES = [
    Route("/signin", sign_in, methods=["GET", "POST"]),
    Route("/setup", set_up, methods=["GET", "POST"]),
    Route("/signout", sign_out, methods=["POST"]),
    Route("/tenant", choose, methods=["POST"]),
]
