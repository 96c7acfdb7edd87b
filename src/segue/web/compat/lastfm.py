"""Last.fm, API 2.0: scrobbles, what is playing, love, and what was heard.

A session comes by a listener's name and key (`auth.getMobileSession`), or by consent on a page (`auth.getToken`,
`/api/auth`, `auth.getSession`). Calls signed with one of our own keys are checked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError, SegueError
from segue.core.events import AnyEvent, Item, Play, Rating, event_id
from segue.importers.lastfm_csv import FORMAT
from segue.importers.listenbrainz import Listens
from segue.store.facts import Facts
from segue.surfaces.library import FOR_EVER, Library
from segue.web.auth import Caller, Scope, caller_of
from segue.web.compat._asking import asked_by, log, name_of
from segue.web.compat._fields import Fields, fields_of
from segue.web.compat._lastfm import (
    FAILED,
    METHOD,
    PARAMETERS,
    LastfmError,
    by_password,
    check_signature,
    failure,
    reply,
    session_of,
)
from segue.web.compat._lastfm_consent import ask, consent
from segue.web.compat._listens import AHEAD_S, OLDEST
from segue.web.playing import Now
from segue.web.rate import TooMany
from segue.web.resource import NoParams, Resource
from segue.web.service import Backend
from segue.web.sessions import begin
from segue.web.tenants import tenant_of

MAX_SCROBBLES = 50
TOO_OLD, TOO_NEW, NO_ARTIST, NO_TRACK = 3, 4, 1, 2  # why a scrobble is ignored
MOST = 200  # tracks of a page
_INDEXED = re.compile(r"(artist|track|timestamp|album|mbid|duration|albumArtist|trackNumber)(?:\[(\d{1,3})\])?")
Answer = dict[str, Any]


# --- scrobbles in ---------------------------------------------------------------------------------------------------


def rows_of(said: Fields) -> list[dict[str, str]]:
    """The scrobbles of a request by their index, or LastfmError."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in said.pairs():
        if found := _INDEXED.fullmatch(name):
            rows.setdefault(int(found[2] or 0), {})[found[1]] = value
    if not rows or len(rows) > MAX_SCROBBLES or max(rows) >= MAX_SCROBBLES:
        raise LastfmError(PARAMETERS, f"Invalid parameters - 1 to {MAX_SCROBBLES} scrobbles, with artist and track")
    return [rows[i] for i in sorted(rows)]


def metadata(row: dict[str, str]) -> Answer:
    """A row in the words that listens are read in."""
    length = row.get("duration", "")
    info: Answer = {"recording_mbid": row.get("mbid", "")}
    info |= {"duration_ms": 1000 * int(length)} if length.isascii() and length.isdigit() and len(length) < 7 else {}
    names = {"artist_name": row.get("artist", ""), "track_name": row.get("track", "")}
    return names | {"release_name": row.get("album", ""), "additional_info": info}


def ignored(row: dict[str, str], now: float) -> int:
    """Why a scrobble is not taken; 0 where it is."""
    text = row.get("timestamp", "")
    at = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
    if not row.get("artist", "").strip():
        return NO_ARTIST
    if not row.get("track", "").strip():
        return NO_TRACK
    return TOO_OLD if at < OLDEST else TOO_NEW if at > now + AHEAD_S else 0


def told(row: dict[str, str], why: int = 0) -> Answer:
    """A row as it is given back."""
    out: Answer = {
        name: {"corrected": "0", "#text": row.get(name, "")} for name in ("track", "artist", "album", "albumArtist")
    }
    out |= {"timestamp": row["timestamp"]} if "timestamp" in row else {}
    return out | {"ignoredMessage": {"code": str(why), "#text": "" if not why else "ignored"}}


async def scrobble(backend: Backend, request: Request, said: Fields, listener: str) -> Answer:
    parse, now = Listens(listener), time.time()
    events, items, shown, accepted = list[AnyEvent](), list[Item](), list[Answer](), 0
    for row in rows_of(said):
        why = ignored(row, now)
        if not why:
            at = int(row["timestamp"])
            try:
                found = list(parse({"listened_at": at, "track_metadata": metadata(row)}))
            except ValueError:
                found, why = [], NO_TRACK
            items += [r for r in found if isinstance(r, Item)]
            id = event_id(FORMAT, listener, row["artist"].strip(), row["track"].strip(), 1000 * at)
            player = f"lastfm:{said.get('api_key')[:100]}"
            events += [msgspec.structs.replace(r, id=id, device=player) for r in found if isinstance(r, Play)]
        accepted += not why
        shown.append(told(row, why))
    await log(backend, request, events, items)
    counts = {"accepted": accepted, "ignored": len(shown) - accepted}
    return {"scrobbles": {"@attr": counts, "scrobble": shown[0] if len(shown) == 1 else shown}}


async def now_playing(_backend: Backend, request: Request, said: Fields, listener: str) -> Answer:
    row = rows_of(said)[0]
    if ignored(row | {"timestamp": str(OLDEST)}, time.time()):
        raise LastfmError(PARAMETERS, "Invalid parameters - artist and track have to be there")
    length = metadata(row)["additional_info"].get("duration_ms", 0)
    player = f"lastfm:{said.get('api_key')[:100]}"
    tenant_of(request).playing.put(
        listener, Now(row["track"], row["artist"], row.get("album", ""), duration_ms=length, player=player)
    )
    return {"nowplaying": told(row)}


async def _rated(backend: Backend, request: Request, said: Fields, listener: str, score: int) -> Answer:
    row = rows_of(said)[0]
    try:
        known = {"score": score, "created": int(time.time()), "track_metadata": metadata(row)}
        found = list(Listens(listener)(known | {"recording_mbid": row.get("mbid", "")}))
    except ValueError as e:
        raise LastfmError(PARAMETERS, f"Invalid parameters - {e}") from None
    ratings = [r for r in found if isinstance(r, Rating)]
    await log(backend, request, ratings, [r for r in found if isinstance(r, Item)])
    return {}


async def love(backend: Backend, request: Request, said: Fields, listener: str) -> Answer:
    return await _rated(backend, request, said, listener, 1)


async def unlove(backend: Backend, request: Request, said: Fields, listener: str) -> Answer:
    return await _rated(backend, request, said, listener, 0)


# --- what was heard, out --------------------------------------------------------------------------------------------


def _track(facts: Facts, at: int) -> Answer:
    artist = facts.artists[0].name if facts.artists else ""
    when = datetime.fromtimestamp(at / 1000, UTC).strftime("%d %b %Y, %H:%M")
    return {
        "artist": {"mbid": "", "#text": artist}, "name": facts.title, "mbid": facts.outside_id("mbid"),
        "album": {"mbid": "", "#text": facts.album.name if facts.album else ""}, "url": facts.uri,
        "date": {"uts": str(at // 1000), "#text": when},
    }  # fmt: skip


def recent(library: Library, said: Fields, user: str, playing: list[Now]) -> Answer:
    limit, page = said.number("limit", 50, 1, MOST), said.number("page", 1, 1, 100_000)
    since = 1000 * said.number("from", 0, 0, 4_000_000_000) - 1
    until = 1000 * said.number("to", 0, 0, 4_000_000_000) or FOR_EVER
    total = library.listen_count(user)
    found = library.listens(user, since, until, limit * page)[limit * (page - 1) :]
    tracks = [_track(one.facts, one.at) for one in found]
    now = [
        {"@attr": {"nowplaying": "true"}, "artist": {"mbid": "", "#text": one.artist}, "name": one.title, "mbid": "",
         "album": {"mbid": "", "#text": one.album}, "url": one.item}
        for one in playing[:1]
    ]  # fmt: skip
    pages = {"page": page, "perPage": limit, "totalPages": -(-total // limit), "total": total}
    head = {"user": user} | {name: str(value) for name, value in pages.items()}
    return {"recenttracks": {"@attr": head, "track": [*now, *tracks]}}


def loved(library: Library, said: Fields, user: str, _playing: list[Now]) -> Answer:
    limit, page = said.number("limit", 50, 1, MOST), said.number("page", 1, 1, 100_000)
    found = [one for one in library.ratings(user) if one.value > 0]
    tracks = []
    for one in found[limit * (page - 1) : limit * page]:
        track = _track(one.facts, one.at)
        artist = {"name": track.pop("artist")["#text"], "mbid": "", "url": ""}
        tracks.append({"name": track.pop("name"), "artist": artist} | track)  # clients take the first name
    pages = {"page": page, "perPage": limit, "totalPages": -(-len(found) // limit), "total": len(found)}
    head = {"user": user} | {name: str(value) for name, value in pages.items()}
    return {"lovedtracks": {"@attr": head, "track": tracks}}


Write = Callable[[Backend, Request, Fields, str], Awaitable[Answer]]
WRITES: dict[str, Write] = {
    "track.scrobble": scrobble, "track.updatenowplaying": now_playing, "track.love": love, "track.unlove": unlove,
}  # fmt: skip
READS: dict[str, Callable[[Library, Fields, str, list[Now]], Answer]] = {
    "user.getrecenttracks": recent, "user.getlovedtracks": loved,
}  # fmt: skip


# --- sessions and calls ---------------------------------------------------------------------------------------------


def _session(request: Request, who: Caller, user: str) -> Answer:
    return {"session": {"name": user, "key": begin(request.app.state.keys, who, user), "subscriber": 0}}


def _begun(request: Request, method: str, said: Fields) -> Answer | None:
    """The answer to a method of auth; None for another."""
    keys, tokens = request.app.state.keys, request.app.state.tokens
    if method == "auth.gettoken":
        return {"token": tokens.new()}
    if method == "auth.getsession":
        session, listener = tokens.take(said.get("token"))
        return {"session": {"name": listener, "key": session, "subscriber": 0}}
    if method == "auth.getmobilesession":
        try:
            user = name_of(said.get("username"))
        except InputError as e:
            raise LastfmError(PARAMETERS, f"Invalid parameters - {e}") from None
        return _session(request, by_password(keys, user, said.get("password"), said.get("authToken")), user)
    return None


async def answer(backend: Backend, request: Request, _params: Any) -> Response:
    said = await fields_of(request)
    form = request.state.form = said.get("format", "xml")
    keys, method = request.app.state.keys, said.get("method").lower()
    host = request.client.host if request.client else ""
    if request.app.state.rate.take(f"lastfm:{said.get('sk') or host}")["x-ratelimit-remaining"] == "-1":
        raise TooMany("Rate limit exceeded")
    check_signature(keys, said)
    begun = _begun(request, method, said)
    if begun is not None:
        return reply(form, begun)
    if method in WRITES:
        who, listener = session_of(keys, said)
        _allow(asked_by(request, who), Scope.INGEST)
        return reply(form, await WRITES[method](backend, request, said, listener))
    if method in READS:
        open_to_all = caller_of(keys, "") if said.get("user") and not said.get("sk") else None
        who, listener = (open_to_all, said.get("user")) if open_to_all else session_of(keys, said)
        _allow(asked_by(request, who), Scope.READ)
        user = said.get("user") or listener
        if user != listener:
            raise LastfmError(FAILED, f"This session may not read what {user[:80]!r} did")
        playing = [one for _, one in tenant_of(request).playing.of(user)]
        return reply(form, await backend.library(lambda library: READS[method](library, said, user, playing)))
    raise LastfmError(METHOD, f"Invalid Method - no method {method[:80]!r} is served here")


def _allow(who: Caller, scope: Scope) -> None:
    if not who.allows(scope):
        raise LastfmError(FAILED, f"This key may not {scope}")


def refused(request: Request, e: SegueError) -> Response:
    return failure(getattr(request.state, "form", request.query_params.get("format", "xml")), e)


class LastfmParams(msgspec.Struct, frozen=True, kw_only=True):
    method: Annotated[str, Meta(description="auth.getMobileSession, track.scrobble …")] = ""
    format: Annotated[str, Meta(description="json, else XML")] = ""
    api_key: Annotated[str, Meta(description="of the application; one of ours is checked by api_sig")] = ""
    api_sig: Annotated[str, Meta(description="MD5 of all parameters by name and the secret")] = ""
    sk: Annotated[str, Meta(description="session key")] = ""
    user: Annotated[str, Meta(description="name of the listener")] = ""
    limit: Annotated[str, Meta(description="how many a page")] = ""
    page: Annotated[str, Meta(description="which page, from 1")] = ""


class TokenParams(msgspec.Struct, frozen=True, kw_only=True):
    token: Annotated[str, Meta(description="what auth.getToken gave")] = ""


def _resource(method: str) -> Resource:
    return Resource(
        method, "/2.0/", "Last.fm: one call, by its method", answer, Answer, LastfmParams,
        Scope.READ if method == "GET" else Scope.INGEST, scheme="session", lenient=True, errors=(400, 403, 429, 503),
        body=Answer if method == "POST" else None, media=("application/x-www-form-urlencoded",), on_error=refused,
        error_view=Answer, also=("text/xml",),
    )  # fmt: skip


plugin = (
    _resource("GET"),
    _resource("POST"),
    Resource("GET", "/api/auth", "Last.fm: the page of consent", ask, bytes, TokenParams, None, lenient=True,
             errors=(400,), sends="text/html"),
    Resource("POST", "/api/auth", "Last.fm: consent", consent, bytes, NoParams, None, lenient=True, body=Answer,
             media=("application/x-www-form-urlencoded",), errors=(400, 403, 413), sends="text/html",
             also=("text/html",)),
)  # fmt: skip
