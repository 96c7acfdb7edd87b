"""ListenBrainz, API 1: listens, feedback, recommendations and created-for playlists.

Players that let their ListenBrainz address be set scrobble here unchanged. The token is a listener's key; while the
interface is open it is the listener's name.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError, SegueError, UnknownName
from segue.core.events import Item
from segue.importers.listenbrainz import Listens
from segue.surfaces.library import FOR_EVER, Library
from segue.surfaces.made_for import LISTS, made_for
from segue.surfaces.playlist_files import jspf
from segue.web.auth import Caller, Scope, caller_of
from segue.web.body import read_body
from segue.web.compat._asking import asked_by, json_of, log, name_of, worked
from segue.web.compat._list_ids import list_id, list_of
from segue.web.compat._listens import (
    MAX_LISTEN,
    MAX_LISTENS,
    checked,
    listen_view,
    metadata,
    now_of,
    records_of,
)
from segue.web.rate import TooMany
from segue.web.reply import Denied, status_of
from segue.web.resource import JSONResponse, Resource
from segue.web.service import Backend, Service
from segue.web.tenants import tenant_of

MOST = 1_000  # of an answer


class ListenBrainzError(msgspec.Struct, frozen=True):
    code: int
    error: str


class Anything(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that reads its body."""


class TokenParams(msgspec.Struct, frozen=True, kw_only=True):
    token: Annotated[str, Meta(max_length=500, description="instead of the Authorization header")] = ""


UserName = Annotated[str, Meta(min_length=1, max_length=512, description="name of the listener")]
Stamp = Annotated[int, Meta(ge=0, le=4_102_444_800, description="UTC seconds")]
Count = Annotated[int, Meta(ge=0, description="how many; at most 1,000")]
Offset = Annotated[int, Meta(ge=0, le=1_000_000, description="how many to pass over")]


class UserParams(msgspec.Struct, frozen=True, kw_only=True):
    user: UserName


class ListensParams(UserParams, frozen=True, kw_only=True):
    max_ts: Stamp | None = None
    min_ts: Stamp | None = None
    count: Count = 25


class PagedParams(UserParams, frozen=True, kw_only=True):
    count: Count = 25
    offset: Offset = 0


class FeedbackParams(PagedParams, frozen=True, kw_only=True):
    score: Annotated[int, Meta(ge=-1, le=1, description="1 loved, -1 hated")] | None = None


class PlaylistParams(msgspec.Struct, frozen=True, kw_only=True):
    mbid: Annotated[str, Meta(max_length=100, description="id of the playlist")]


# --- who asks, and what an answer looks like ------------------------------------------------------------------------


def token_of(request: Request) -> str:
    """Of `Authorization: Token …`, or of the query."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() in ("token", "bearer") else request.query_params.get("token", "")


def asking(request: Request, scope: Scope) -> Caller:
    """Whose token it is. Denied without one that allows the scope; TooMany beyond the rate."""
    token = token_of(request)
    who = caller_of(request.app.state.keys, token)
    host = request.client.host if request.client else ""
    headers = request.app.state.rate.take(who.key or token or host if who else host)
    request.state.rate = headers
    if headers["x-ratelimit-remaining"] == "-1":
        raise TooMany("Too many requests; X-RateLimit-Reset-In says how many seconds to wait.")
    if who is None:
        raise Denied("Invalid authorization token." if token else "You need to provide an Authorization header.")
    if not who.allows(scope):
        raise Denied(f"This token may not {scope}.", 403)
    return asked_by(request, who)


def listener_of(request: Request) -> str:
    """The listener that a token is of, who may be written for."""
    who, token = asking(request, Scope.INGEST), token_of(request)
    if not who.key and not token:
        raise Denied("You need to provide an Authorization header.")
    if who.key and not who.listener:
        raise Denied("This key is no listener's: make one with `segue keys create --listener NAME`.")
    return name_of(who.listener or token)


def may_read(request: Request, user: str) -> str:
    """The listener of the path, where the caller may see what is theirs."""
    if not asking(request, Scope.READ).may_be(user):
        raise Denied(f"This token may not read what {user[:80]!r} did.", 403)
    return user


def answered(request: Request, value: Any, status: int = 200) -> Response:
    return JSONResponse(value, status, getattr(request.state, "rate", None))


def refused(request: Request, e: SegueError) -> Response:
    """An error as ListenBrainz says it."""
    status = 429 if isinstance(e, TooMany) else status_of(e)
    return answered(request, ListenBrainzError(status, str(e)), status)


# --- listens in -----------------------------------------------------------------------------------------------------


async def submit(backend: Backend, request: Request, _params: Anything) -> Response:
    listener = listener_of(request)
    body = await read_body(request, MAX_LISTENS * MAX_LISTEN)
    kind, payload = await worked(backend, len(body), lambda: checked(body, time.time()))
    if kind == "playing_now":
        tenant_of(request).playing.put(listener, now_of(payload[0]["track_metadata"]))
    else:
        events, items = await worked(backend, len(body), lambda: records_of(listener, payload))
        await log(backend, request, events, items)
    return answered(request, {"status": "ok"})


async def validate(_backend: Backend, request: Request, _params: TokenParams) -> Response:
    token = token_of(request)
    if not token:
        raise InputError("You need to provide an Authorization token.")
    try:
        who = asking(request, Scope.READ)
    except Denied:
        return answered(request, {"code": 200, "message": "Token invalid.", "valid": False})
    name = who.listener or ("" if who.key else token)
    if not name:
        return answered(request, {"code": 200, "message": "Token is no listener's.", "valid": False})
    return answered(request, {"code": 200, "message": "Token valid.", "valid": True, "user_name": name})


async def feedback(backend: Backend, request: Request, _params: Anything) -> Response:
    listener = listener_of(request)
    value = json_of(await read_body(request, MAX_LISTEN))
    said = value if isinstance(value, dict) else {}
    try:
        row = {k: said.get(k) for k in ("score", "recording_mbid", "recording_msid")}
        found = list(Listens(listener)(row | {"created": int(time.time())}))
    except ValueError as e:
        raise InputError(f"{e}; send recording_mbid or recording_msid, and score 1, 0 or -1") from None
    events = [r for r in found if not isinstance(r, Item)]
    await log(backend, request, events, [r for r in found if isinstance(r, Item)])  # type: ignore[arg-type]  # no Bad
    return answered(request, {"status": "ok"})


# --- out ------------------------------------------------------------------------------------------------------------


def reading(call: Callable[[Service, Request, Any], Any]) -> Callable[[Backend, Request, Any], Awaitable[Response]]:
    """A resource about the listener of its path."""

    async def answer(backend: Backend, request: Request, params: Any) -> Response:
        may_read(request, params.user)
        return answered(request, await backend.read(lambda service: call(service, request, params)))

    return answer


def of_library(call: Callable[[Library, Any], Any]) -> Callable[[Backend, Request, Any], Awaitable[Response]]:
    """A resource about what the listener of its path took; there before the first release, too."""

    async def answer(backend: Backend, request: Request, params: Any) -> Response:
        may_read(request, params.user)
        return answered(request, await backend.library(lambda library: call(library, params)))

    return answer


def _known(library: Library, user: str) -> str:
    if library.number(user) is None:
        raise UnknownName("listener", user)
    return user


def listens(library: Library, params: ListensParams) -> dict[str, Any]:
    user = _known(library, params.user)
    if params.max_ts is not None and params.min_ts is not None and params.min_ts >= params.max_ts:
        raise InputError("min_ts is to be before max_ts")
    since = -1 if params.min_ts is None else 1000 * params.min_ts + 1000
    until = FOR_EVER if params.max_ts is None else 1000 * params.max_ts
    found = library.listens(user, since, until, min(params.count, MOST))
    newest, first = library.listens(user, n=1), library.first_at(user)
    return {
        "payload": {
            "user_id": user, "count": len(found), "listens": [listen_view(user, one) for one in found],
            "latest_listen_ts": newest[0].at // 1000 if newest else 0, "oldest_listen_ts": first // 1000,
        }
    }  # fmt: skip


def listen_count(library: Library, params: UserParams) -> dict[str, Any]:
    return {"payload": {"count": library.listen_count(_known(library, params.user))}}


async def playing_now(_backend: Backend, request: Request, params: UserParams) -> Response:
    user = may_read(request, params.user)
    found = [
        {"playing_now": True, "track_metadata": {
            "artist_name": one.artist, "track_name": one.title, "additional_info": one.info,
        } | ({"release_name": one.album} if one.album else {})}
        for _, one in tenant_of(request).playing.of(user)[:1]
    ]  # fmt: skip
    return answered(request, {"payload": {"user_id": user, "count": len(found), "playing_now": True, "listens": found}})


def recommended(service: Service, _request: Request, params: PagedParams) -> dict[str, Any]:
    """Recordings; those without a MusicBrainz id are named by their own uri."""
    user, count = _known(service.library, params.user), min(params.count, MOST)
    cards = service.recommend(user, "track", min(count + params.offset, MOST)).items[params.offset :]
    facts = {f.uri: f for f in service.library.facts([c.uri for c in cards])}
    scored = [(facts[c.uri], c.score) for c in cards if c.uri in facts]
    rows = [
        {"recording_mbid": f.outside_id("mbid") or None, "score": round(score, 6), "segue_uri": f.uri,
         "track_metadata": metadata(f)}
        for f, score in scored
    ]  # fmt: skip
    return {
        "payload": {
            "mbids": rows, "entity": "recording", "user_name": user, "type": "raw", "count": len(rows),
            "offset": params.offset, "total_mbid_count": len(rows) + params.offset, "last_updated": int(time.time()),
            "model_id": service.release, "model_url": "",
        }
    }  # fmt: skip


def opinions(library: Library, params: FeedbackParams) -> dict[str, Any]:
    found = library.ratings(_known(library, params.user))
    wanted = [o for o in found if params.score in (None, 0) or (o.value > 0) == (params.score > 0)]
    rows = []
    for one in wanted[params.offset : params.offset + min(params.count, MOST)]:
        said = metadata(one.facts)
        rows.append({
            "user_id": params.user, "created": one.at // 1000, "score": 1 if one.value > 0 else -1,
            "recording_mbid": one.facts.outside_id("mbid") or None,
            "recording_msid": said["additional_info"]["recording_msid"], "track_metadata": said,
        })  # fmt: skip
    return {"feedback": rows, "count": len(rows), "total_count": len(wanted), "offset": params.offset}


def created_for(service: Service, _request: Request, params: PagedParams) -> dict[str, Any]:
    user = _known(service.library, params.user)
    number = service.library.number(user) or 0
    heads = []
    for name in list(LISTS)[params.offset : params.offset + params.count]:
        head = {"title": LISTS[name].format(user), "creator": "segue", "track": []}
        heads.append(
            {"playlist": head | {"identifier": _address(list_id(number, user, name)), "extension": _about(user)}}
        )
    return {
        "playlists": heads, "count": len(heads), "offset": params.offset, "playlist_count": len(LISTS),
    }  # fmt: skip


def _address(id: str) -> str:
    return f"https://listenbrainz.org/playlist/{id}"


def _about(user: str) -> dict[str, Any]:
    return {"https://musicbrainz.org/doc/jspf#playlist": {"creator": "segue", "created_for": user, "public": False}}


async def playlist(backend: Backend, request: Request, params: PlaylistParams) -> Response:
    who = asking(request, Scope.READ)

    def made(service: Service) -> dict[str, Any]:
        user, name = list_of(service.library, params.mbid)
        if not user or not who.may_be(user):
            raise UnknownName("playlist", params.mbid)
        out = jspf(made_for(service, user, name))
        out["playlist"] |= {"identifier": _address(params.mbid), "extension": _about(user)}
        return out

    return answered(request, await backend.read(made))


def _resource(
    method: str, path: str, summary: str, answer: Any, params: type[msgspec.Struct], scope: Scope
) -> Resource:
    return Resource(
        method, path, f"ListenBrainz: {summary}", answer, dict[str, Any], params, scope, scheme="token", lenient=True,
        body=dict[str, Any] if method == "POST" else None, errors=(400, 401, 403, 404, 413, 429, 503), on_error=refused,
        error_view=ListenBrainzError,
    )  # fmt: skip


R, W = Scope.READ, Scope.INGEST
plugin = (
    _resource("POST", "/1/submit-listens", "listens come in; answered when durable", submit, Anything, W),
    _resource("GET", "/1/validate-token", "whose a token is", validate, TokenParams, R),
    _resource("GET", "/1/user/{user}/listens", "what was heard, newest first", of_library(listens), ListensParams, R),
    _resource("GET", "/1/user/{user}/listen-count", "how much was heard", of_library(listen_count), UserParams, R),
    _resource("GET", "/1/user/{user}/playing-now", "what is playing", playing_now, UserParams, R),
    _resource("GET", "/1/cf/recommendation/user/{user}/recording", "recommended recordings", reading(recommended),
              PagedParams, R),
    _resource("POST", "/1/feedback/recording-feedback", "loved, hated, or neither", feedback, Anything, W),
    _resource("GET", "/1/feedback/user/{user}/get-feedback", "what is loved and hated", of_library(opinions),
              FeedbackParams, R),
    _resource("GET", "/1/user/{user}/playlists/createdfor", "playlists made for a listener", reading(created_for),
              PagedParams, R),
    _resource("GET", "/1/playlist/{mbid}", "a playlist made for a listener, as JSPF", playlist, PlaylistParams, R),
)  # fmt: skip
