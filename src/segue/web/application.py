"""The application: resources, pages and the door, put together."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from segue.core.errors import SegueError
from segue.web.access import admitted, own
from segue.web.api import RESOURCES
from segue.web.auth import Keys
from segue.web.compat import COMPAT
from segue.web.compat._lastfm import Tokens
from segue.web.guard import Guard
from segue.web.inbox import WAITING
from segue.web.metrics import OWN, Metrics
from segue.web.openapi import openapi
from segue.web.pages import PAGES, STATIC
from segue.web.pages.signin import ROUTES as SIGN_IN
from segue.web.rate import Rate
from segue.web.reply import error, from_http, from_segue
from segue.web.request_id import HEADER, REQUEST
from segue.web.resource import KEY, Resource, paths_of, read_params
from segue.web.service import Backend
from segue.web.tenants import MOST, Tenant, Tenants, backend_of, labelled
from segue.web.traces import Traces
from segue.web.watch import Watch

KEY_REQUESTS = 10_000
"""With one key in ten seconds, a process of the server: more than a busy client asks, fewer than a runaway."""
LOOK_S = 2.0
NOTED_S = 60.0  # between writes of when keys were used
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
EVERYTHING = (*RESOURCES, *COMPAT)
Endpoint = Callable[[Request], Awaitable[Response]]


def _endpoint(there: list[Resource]) -> Endpoint:
    by_method = {r.method: r for r in there}

    async def answer(request: Request) -> Response:
        resource = by_method.get("GET" if request.method == "HEAD" else request.method)
        if resource is None:
            raise HTTPException(405, headers={"allow": ", ".join(sorted(by_method))})
        request.scope["segue_route"] = resource.path
        state = request.state
        try:
            who = admitted(resource, request)
            if resource.scheme == KEY:
                state.caller = who
            backend = backend_of(request)
            params = read_params(request, resource.params, resource.lenient)
            if who is not None:
                own(resource, who, params)
            return labelled(request, await resource.answer(backend, request, params))
        except SegueError as e:
            if resource.on_error is None:
                raise
            return resource.on_error(request, e)
        finally:
            if hasattr(state, "tenant"):
                state.tenant.leave()

    return answer


class _Name(Convertor[str]):
    """What stands for a name: anything, slashes and ends of lines included."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("name", _Name())


@cache
def _pattern(path: str, params: type[msgspec.Struct]) -> str:
    """A path in the words of routing: what stands for a name may hold slashes, what stands for a number may not."""
    numbers = {f.encode_name for f in msgspec.structs.fields(params) if get_origin(f.type) is Annotated
               and get_args(f.type)[0] is int}  # fmt: skip
    return re.sub(r"{(\w+)}", lambda m: m[0] if m[1] in numbers else f"{{{m[1]}:name}}", path)


@cache
def _description() -> bytes:
    """The document of everything, the same for every application. Making it would be a twentieth of a start."""
    return msgspec.json.encode(openapi(EVERYTHING))


def _routes() -> list[BaseRoute]:
    routes: list[BaseRoute] = []
    for path, there in paths_of(EVERYTHING).items():
        # Of our own paths every method is answered here: DELETE …/{id}/history is not to be read as DELETE …/{id}.
        methods = METHODS if there[0].scheme == KEY else [r.method for r in there]
        routes.append(Route(_pattern(path, there[0].params), _endpoint(there), methods=methods))

    async def described(request: Request) -> Response:
        request.scope["segue_route"] = "/openapi.json"
        return Response(await asyncio.to_thread(_description), media_type="application/json")

    routes.append(Route("/openapi.json", described))
    routes += [*(Route(path, page) for path, page in PAGES.items()), *SIGN_IN]
    routes.append(Mount("/static", STATIC))
    return routes


async def _on_segue(_request: Request, e: Exception) -> Response:
    return from_segue(e) if isinstance(e, SegueError) else error(500, "something went wrong here; the log says what")


async def _on_http(request: Request, e: Exception) -> Response:
    if request.method == "OPTIONS" and isinstance(e, HTTPException) and e.status_code == 405:
        return Response(status_code=204, headers=dict(e.headers or {}))
    return from_http(e) if isinstance(e, HTTPException) else error(500, "something went wrong here")


async def _on_gone(_request: Request, _e: Exception) -> Response:
    return error(400, "the request ended before its body did")


async def _looking(metrics: Metrics, tenants: Tenants, keys: Keys | None) -> None:
    """Until cancelled: what other processes tell of this one is no older than this, and no tenant stays unused."""
    while True:
        await asyncio.sleep(LOOK_S)
        for tenant in tenants.open:
            await asyncio.to_thread(metrics.look, tenant.backend, tenant.name)
        tenants.let_go()
        if keys is not None:
            with contextlib.suppress(SegueError, OSError):  # a full disk, for one: later, then
                await asyncio.to_thread(keys.last_use.write, NOTED_S)


def create_app(
    backend: Backend,
    keys: Keys | None = None,
    hosts: Iterable[str] | None = (),
    log: Callable[..., Any] | None = None,
    on_error: Callable[..., Any] | None = None,
    waiting: int = WAITING,
    traces: Traces | None = None,
    numeric_hosts: bool = False,
    origins: Iterable[str] = (),
    others: Callable[[str], Backend] | None = None,
    most: int = MOST,
) -> Starlette:
    """The ASGI application.

    `keys`: None or an empty set leaves the interface open. `hosts`: names beside localhost that the server answers
    to; None: any, which is only right with keys; `numeric_hosts`: and to any address in digits. `origins`: whose pages
    may call with a key. `log(event, **fields)` gets one call a request. `waiting`: bytes of a tenant's events that may
    wait to be written. `backend` is of the tenant of `keys`; `others` gives that of another one, of which `most` are
    open at a time; None: there are none.
    """
    metrics = Metrics(keys.tenant if keys is not None else OWN)

    def another(name: str) -> Tenant:
        assert others is not None
        return Tenant(name, others(name), metrics, waiting)

    own = Tenant(metrics.own, backend, metrics, waiting)
    tenants = Tenants(own, another if others is not None else None, most, metrics)

    async def broken(request: Request, e: Exception) -> Response:
        if on_error is not None:
            on_error("failed", route=str(request.scope.get("segue_route", "none")), exc_info=e)
        name = {HEADER.decode(): REQUEST.get()}
        return error(500, "something went wrong here; the log says what", name)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        own.follow()
        looking = asyncio.create_task(_looking(metrics, tenants, keys))
        try:
            yield
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            await tenants.close()
            if keys is not None:
                with contextlib.suppress(SegueError, OSError):
                    keys.last_use.write()
            if traces is not None:
                traces.close()

    app = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(Watch, metrics=metrics, log=log, traces=traces),
            Middleware(Guard, hosts=hosts, numeric=numeric_hosts, origins=origins),
        ],
        exception_handlers={
            SegueError: _on_segue, HTTPException: _on_http, ClientDisconnect: _on_gone, Exception: broken,
        },
        lifespan=lifespan,
    )  # fmt: skip
    app.router.redirect_slashes = False
    app.state.backend, app.state.tenants, app.state.keys, app.state.metrics = backend, tenants, keys, metrics
    app.state.rate, app.state.tokens, app.state.key_rate = Rate(), Tokens(own.passing), Rate(KEY_REQUESTS)
    return app
