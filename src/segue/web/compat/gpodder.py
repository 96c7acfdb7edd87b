"""gpodder.net, API 2: episode actions, subscriptions and devices of podcast apps.

Name and password are a listener's name and key; `login.json` gives a cookie instead. `since` and `timestamp` count what
the log holds, so that nothing is missed or said twice, whatever the clocks say.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.addresses import feed_address
from segue.core.errors import InputError, SegueError
from segue.surfaces.library import Library
from segue.web.auth import Caller, Scope, caller_of
from segue.web.body import read_body
from segue.web.compat._asking import asked_by, json_of, log, name_of, worked
from segue.web.compat._episodes import actions_of, changed, devices, subscribed, told, updated
from segue.web.devices import Named
from segue.web.reply import Denied, from_segue
from segue.web.resource import JSONResponse, Resource
from segue.web.service import Backend
from segue.web.sessions import begin, caller_in
from segue.web.tenants import tenant_of

MAX_BODY = 4 << 20
MAX_ACTIONS = MAX_FEEDS = 5_000  # a request
COOKIE = "sessionid"
TYPES = ("desktop", "laptop", "mobile", "server", "other")

UserName = Annotated[str, Meta(min_length=1, max_length=512, description="name of the listener")]
Device = Annotated[str, Meta(min_length=1, max_length=200, description="id of the device")]
Since = Annotated[int, Meta(ge=0, description="the timestamp of the last answer")]


class UserParams(msgspec.Struct, frozen=True, kw_only=True):
    user: UserName


class DeviceParams(UserParams, frozen=True, kw_only=True):
    device: Device


class ChangesParams(DeviceParams, frozen=True, kw_only=True):
    since: Since = 0


class EpisodesParams(UserParams, frozen=True, kw_only=True):
    since: Since = 0
    podcast: Annotated[str, Meta(description="only of this feed")] = ""
    device: Annotated[str, Meta(description="only of this device")] = ""
    aggregated: Annotated[bool, Meta(description="the last action of each episode")] = False


def asking(request: Request, user: str, scope: Scope) -> str:
    """The listener of the path, where the caller may be that one; Denied else."""
    who = _caller(request)
    if who is None or not who.may_be(user):
        raise Denied("name and key of a listener are needed: segue keys create --listener NAME")
    if not who.allows(scope):
        raise Denied(f"this key may not {scope}", 403)
    asked_by(request, who)
    return name_of(user)


def _caller(request: Request) -> Caller | None:
    keys = request.app.state.keys
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(text.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        who = caller_of(keys, password)
        return Caller(who.scopes, name, who.key, who.tenant) if who and who.may_be(name) else None
    if request.cookies.get(COOKIE):
        return caller_in(keys, request.cookies[COOKIE])
    return caller_of(keys, "")


def refused(_request: Request, e: SegueError) -> Response:
    answer = from_segue(e)
    if answer.status_code == 401:
        answer.headers["www-authenticate"] = 'Basic realm="Segue"'
    return answer


def remembering(answer: Callable[[Backend, Request, Any], Awaitable[Response]]) -> Any:
    """An answer to name and key carries the cookie: apps send these a few times only and expect to be known then."""

    async def remembered(backend: Backend, request: Request, params: Any) -> Response:
        answered = await answer(backend, request, params)
        who = _caller(request) if "authorization" in request.headers else None
        if who is not None and who.listener:
            text = begin(request.app.state.keys, who, who.listener)
            answered.set_cookie(COOKIE, text, httponly=True, samesite="strict", path="/")
        return answered

    return remembered


async def login(_backend: Backend, request: Request, params: UserParams) -> Response:
    asking(request, params.user, Scope.READ)
    return Response(media_type="text/plain")


async def logout(_backend: Backend, request: Request, params: UserParams) -> Response:
    asking(request, params.user, Scope.READ)
    answer = Response(media_type="text/plain")
    answer.delete_cookie(COOKIE, path="/")
    return answer


# --- devices --------------------------------------------------------------------------------------------------------


async def list_devices(backend: Backend, request: Request, params: UserParams) -> Response:
    """Devices that told anything, or named themselves lately."""
    user = asking(request, params.user, Scope.READ)

    def found(library: Library) -> list[dict[str, Any]]:
        feeds, named = devices(library, user), tenant_of(request).devices.of(user)
        known = {d: Named(d, "other") for d in feeds} | named
        return [
            {"id": d, "caption": one.caption, "type": one.type, "subscriptions": feeds.get(d, 0)}
            for d, one in known.items()
        ]

    return JSONResponse(await backend.library(found))


async def name_device(_backend: Backend, request: Request, params: DeviceParams) -> Response:
    user = asking(request, params.user, Scope.INGEST)
    said = json_of(await read_body(request, MAX_BODY) or b"{}")
    if not isinstance(said, dict) or said.get("type", "other") not in TYPES:
        raise InputError(f"a device has a caption, and a type of {', '.join(TYPES)}")
    named = Named(str(said.get("caption", params.device)), said.get("type", "other"))
    tenant_of(request).devices.name(user, params.device, named)
    return Response(media_type="text/plain")


# --- subscriptions --------------------------------------------------------------------------------------------------


def _feeds(value: object, what: str) -> list[object]:
    if not isinstance(value, list) or len(value) > MAX_FEEDS:
        raise InputError(f"{what} is to be a list of at most {MAX_FEEDS} addresses")
    return value


async def change(backend: Backend, request: Request, params: DeviceParams) -> Response:
    user = asking(request, params.user, Scope.INGEST)
    said = json_of(await read_body(request, MAX_BODY))
    if not isinstance(said, dict):
        raise InputError('send {"add": […], "remove": […]}')
    add, remove = _feeds(said.get("add", []), "add"), _feeds(said.get("remove", []), "remove")
    kept = [[a for a in map(feed_address, urls) if a] for urls in (add, remove)]
    if set(kept[0]) & set(kept[1]):
        raise InputError("a feed cannot be added and removed at once")
    await log(backend, request, *changed(user, params.device, *kept))
    last = await backend.library(lambda library: library.workspace.log.last_seq)
    return JSONResponse({"timestamp": last, "update_urls": updated([*add, *remove])})


async def changes(backend: Backend, request: Request, params: ChangesParams) -> Response:
    user = asking(request, params.user, Scope.READ)

    def found(library: Library) -> dict[str, Any]:
        last = library.workspace.log.last_seq
        add, remove = subscribed(library, user, params.device, params.since)
        return {"add": add, "remove": remove if params.since else [], "timestamp": last}

    return JSONResponse(await backend.library(found))


async def feeds(backend: Backend, request: Request, params: DeviceParams) -> Response:
    user = asking(request, params.user, Scope.READ)
    return JSONResponse(await backend.library(lambda library: subscribed(library, user, params.device)[0]))


async def put_feeds(backend: Backend, request: Request, params: DeviceParams) -> Response:
    """The whole list of a device anew."""
    user = asking(request, params.user, Scope.INGEST)
    wanted = [feed_address(url) for url in _feeds(json_of(await read_body(request, MAX_BODY)), "the body")]
    there, _ = await backend.library(lambda library: subscribed(library, user, params.device))
    old, new = set(there), set(wanted)
    add, remove = [url for url in wanted if url and url not in old], [url for url in there if url not in new]
    await log(backend, request, *changed(user, params.device, add, remove))
    return Response(media_type="text/plain")


# --- episodes -------------------------------------------------------------------------------------------------------


async def post_actions(backend: Backend, request: Request, params: UserParams) -> Response:
    user = asking(request, params.user, Scope.INGEST)
    body = await read_body(request, MAX_BODY)

    def read() -> tuple[Any, Any, Any]:
        said = json_of(body)
        actions = said.get("actions") if isinstance(said, dict) else said
        if not isinstance(actions, list) or len(actions) > MAX_ACTIONS:
            raise InputError(f"send a list of at most {MAX_ACTIONS} actions")
        urls = [a.get(name) for a in actions if isinstance(a, dict) for name in ("podcast", "episode")]
        return (*told(user, actions), updated(dict.fromkeys(u for u in urls if isinstance(u, str))))

    events, items, urls = await worked(backend, len(body), read)
    await log(backend, request, events, items)
    last = await backend.library(lambda library: library.workspace.log.last_seq)
    return JSONResponse({"timestamp": last, "update_urls": urls})


async def get_actions(backend: Backend, request: Request, params: EpisodesParams) -> Response:
    user = asking(request, params.user, Scope.READ)

    def found(library: Library) -> dict[str, Any]:
        last = library.workspace.log.last_seq
        wanted = (params.since, params.podcast, params.device, params.aggregated)
        return {"actions": actions_of(library, user, *wanted), "timestamp": last}

    return JSONResponse(await backend.library(found))


def _resource(
    method: str, path: str, summary: str, answer: Any, params: type[msgspec.Struct], returns: Any = dict[str, Any]
) -> Resource:  # fmt: skip
    scope = Scope.READ if method == "GET" else Scope.INGEST
    known = answer if answer is logout else remembering(answer)
    return Resource(
        method, path, f"gPodder: {summary}", known, returns, params, scope, scheme="basic", lenient=True,
        body=None if method == "GET" else Any, errors=(400, 401, 403, 413, 503), on_error=refused,
    )  # fmt: skip


SUBSCRIPTIONS = "/api/2/subscriptions/{user}/{device}.json"
plugin = (
    _resource("POST", "/api/2/auth/{user}/login.json", "a cookie for name and key", login, UserParams, str),
    _resource("POST", "/api/2/auth/{user}/logout.json", "the cookie away", logout, UserParams, str),
    _resource("POST", "/api/2/devices/{user}/{device}.json", "name a device", name_device, DeviceParams, str),
    _resource("GET", "/api/2/devices/{user}.json", "devices", list_devices, UserParams, list[dict[str, Any]]),
    _resource("POST", SUBSCRIPTIONS, "shows followed and no longer followed", change, DeviceParams),
    _resource("GET", SUBSCRIPTIONS, "changes since", changes, ChangesParams),
    _resource("GET", "/subscriptions/{user}/{device}.json", "shows of a device", feeds, DeviceParams, list[str]),
    _resource("PUT", "/subscriptions/{user}/{device}.json", "shows of a device anew", put_feeds, DeviceParams, str),
    _resource("POST", "/api/2/episodes/{user}.json", "what was heard of episodes", post_actions, UserParams),
    _resource("GET", "/api/2/episodes/{user}.json", "what was heard since", get_actions, EpisodesParams),
)
