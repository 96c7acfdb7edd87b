"""OpenSubsonic 1.16.1: browsing by id, similar songs, plays and skips, stars, ratings, playlists. No sound is served.

Clients say who they are by `u` and `p` (a key), by `u`, `t` and `s` (a key made with --digest), or by `apiKey`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError, NotReady, SegueError, UnknownName
from segue.core.types import Kind
from segue.surfaces.playlist_files import moment
from segue.web.auth import Scope
from segue.web.compat import _subsonic_views as views
from segue.web.compat._asking import asked_by, log
from segue.web.compat._fields import Fields, fields_of
from segue.web.compat._subsonic import (
    GENERIC,
    NOT_ALLOWED,
    SubsonicError,
    authenticated,
    failure,
    reply,
)
from segue.web.compat._subsonic_telling import TELLING, Asked
from segue.web.resource import Resource
from segue.web.service import Backend, Service
from segue.web.tenants import tenant_of

EXTENSIONS = ("apiKeyAuthentication", "formPost", "playbackReport", "sonicSimilarity", "topSongsByArtistId")
ARTICLES = ("the ", "a ", "an ", "el ", "la ", "los ", "las ", "le ", "les ", "der ", "die ", "das ")
ROLES = ("scrobblingEnabled", "playlistRole")
Answer = dict[str, Any]


def ping(_service: Service, _asked: Asked) -> Answer:
    return {}


def get_license(_service: Service, _asked: Asked) -> Answer:
    return {"license": {"valid": True}}


def token_info(_service: Service, asked: Asked) -> Answer:
    return {"tokenInfo": {"username": asked.listener}}


def get_user(_service: Service, asked: Asked) -> Answer:
    if asked.said.get("username", asked.listener) != asked.listener:
        raise SubsonicError(NOT_ALLOWED, "Only the own user can be asked for")
    return {"user": {"username": asked.listener, "adminRole": False, "folder": [1]} | dict.fromkeys(ROLES, True)}


def get_music_folders(_service: Service, _asked: Asked) -> Answer:
    return {"musicFolders": {"musicFolder": [{"id": 1, "name": "Segue"}]}}


# --- browsing -------------------------------------------------------------------------------------------------------


def get_artists(service: Service, _asked: Asked) -> Answer:
    by_letter: dict[str, list[Answer]] = {}
    for who, albums in service.browse.artists():
        plain = who.name.lower()
        plain = next((plain.removeprefix(a) for a in ARTICLES if plain.startswith(a)), plain)
        letter = plain[:1].upper() if plain[:1].isalpha() else "#"
        by_letter.setdefault(letter, []).append({"id": who.uri, "name": who.name, "albumCount": albums})
    index = [{"name": letter, "artist": by_letter[letter]} for letter in sorted(by_letter)]
    return {"artists": {"ignoredArticles": " ".join(ARTICLES).replace("  ", " ").strip(), "index": index}}


def get_artist(service: Service, asked: Asked) -> Answer:
    facts = asked.item(service, "id", Kind.ARTIST)
    return {"artist": views.artist_of(service.library, service.browse, facts, with_albums=True)}


def get_album(service: Service, asked: Asked) -> Answer:
    facts = asked.item(service, "id", Kind.ALBUM)
    return {"album": views.album_of(service.library, service.browse, facts, with_songs=True)}


def get_song(service: Service, asked: Asked) -> Answer:
    return {"song": views.song(asked.item(service, "id", Kind.TRACK))}


def search3(service: Service, asked: Asked) -> Answer:
    said, library, browse = asked.said, service.library, service.browse
    words = said.get("query").strip().strip('"*')[:200]
    found: Answer = {}
    for name, kind in (("artist", Kind.ARTIST), ("album", Kind.ALBUM), ("song", Kind.TRACK)):
        count, start = said.number(f"{name}Count", 20), said.number(f"{name}Offset", 0, high=10_000_000)
        page = library.numbered(browse.containing(words, kind)[start : start + count].tolist())
        if name == "song":
            found[name] = [views.song(f) for f in page]
        else:
            view = views.artist_of if name == "artist" else views.album_of
            found[name] = [view(library, browse, f) for f in page]
    return {"searchResult3": found}


# --- what is like something -----------------------------------------------------------------------------------------


def _similar(service: Service, asked: Asked) -> list[Answer]:
    uri, count = asked.item(service, "id").uri, asked.said.number("count", 50)
    try:
        cards = service.similar(uri, "track", count) or service.radio([uri], kind="track", n=max(count, 1)).items
    except (InputError, NotReady):  # nothing is near it, or there is no space
        cards = ()
    except UnknownName:  # newer than the release
        cards = ()
    return [views.song(f) for f in service.library.facts([card.uri for card in cards][:count])]


def get_similar_songs(service: Service, asked: Asked) -> Answer:
    return {"similarSongs": {"song": _similar(service, asked)}}


def get_similar_songs2(service: Service, asked: Asked) -> Answer:
    return {"similarSongs2": {"song": _similar(service, asked)}}


def get_sonic_similar_tracks(service: Service, asked: Asked) -> Answer:
    """Nearest in the taste space; the similarity is the cosine."""
    near = service.browse.nearest(asked.item(service, "id", Kind.TRACK).number, asked.said.number("count", 10))
    facts = service.library.numbered([number for number, _ in near])
    matches = zip(facts, [cosine for _, cosine in near], strict=True)
    return {"sonicMatch": [{"entry": views.song(f), "similarity": round(min(max(c, 0), 1), 4)} for f, c in matches]}


def find_sonic_path(service: Service, asked: Asked) -> Answer:
    start = asked.item(service, "startSongId", Kind.TRACK).uri
    end = asked.item(service, "endSongId", Kind.TRACK).uri
    found = service.path(start, end, asked.said.number("count", 25, low=2, high=100), "track")
    facts = service.library.facts([card.uri for card in found.items])
    return {"sonicMatch": [{"entry": views.song(f), "similarity": -1.0} for f in facts]}


def get_top_songs(service: Service, asked: Asked) -> Answer:
    said, library, browse = asked.said, service.library, service.browse
    if said.get("artistId"):
        numbers = [asked.item(service, "artistId", Kind.ARTIST).number]
    else:
        name = said.need("artist").strip().casefold()
        found = library.numbered(browse.containing(name, Kind.ARTIST)[:200].tolist())
        numbers = [f.number for f in found if f.title.strip().casefold() == name]
    songs = browse.tracks_of(numbers[0])[: said.number("count", 50)].tolist() if numbers else []
    return {"topSongs": {"song": [views.song(f) for f in library.numbered(songs)]}}


# --- a listener's own -----------------------------------------------------------------------------------------------


def get_starred2(service: Service, asked: Asked) -> Answer:
    library, browse = service.library, service.browse
    found: dict[str, list[Answer]] = {"artist": [], "album": [], "song": []}
    for one in library.saved(asked.listener):
        starred = {"starred": moment(one.at)}
        if one.facts.kind is Kind.ARTIST:
            found["artist"].append(views.artist_of(library, browse, one.facts) | starred)
        elif one.facts.kind is Kind.ALBUM:
            found["album"].append(views.album_of(library, browse, one.facts) | starred)
        elif one.facts.kind is Kind.TRACK:
            found["song"].append(views.song(one.facts) | starred)
    return {"starred2": found}


def get_playlists(service: Service, asked: Asked) -> Answer:
    found = asked.playlists(service).values()
    shown = [views.playlist(asked.listener, p, asked.in_playlist(service, p)) for p in found]
    return {"playlists": {"playlist": shown}}


def get_playlist(service: Service, asked: Asked) -> Answer:
    return {"playlist": asked.playlist_view(service, asked.said.need("id"))}


def get_now_playing(service: Service, asked: Asked) -> Answer:
    now = time.time()
    playing = [one for _, one in asked.playing.of(asked.listener) if one.item]
    facts = {f.uri: f for f in service.library.facts([one.item for one in playing])}
    return {"nowPlaying": {"entry": [
        views.song(facts[one.item]) | {
            "username": asked.listener, "minutesAgo": int((now - one.since) / 60), "playerId": 0,
            "playerName": one.player, "state": one.state, "positionMs": one.position_ms, "playbackRate": 1.0,
        }
        for one in playing if one.item in facts
    ]}}  # fmt: skip


ASKING: dict[str, Callable[[Service, Asked], Answer]] = {
    "ping": ping, "getLicense": get_license, "tokenInfo": token_info, "getUser": get_user,
    "getMusicFolders": get_music_folders, "getArtists": get_artists, "getArtist": get_artist, "getAlbum": get_album,
    "getSong": get_song, "search3": search3, "getSimilarSongs": get_similar_songs,
    "getSimilarSongs2": get_similar_songs2, "getSonicSimilarTracks": get_sonic_similar_tracks,
    "findSonicPath": find_sonic_path, "getTopSongs": get_top_songs, "getStarred2": get_starred2,
    "getPlaylists": get_playlists, "getPlaylist": get_playlist, "getNowPlaying": get_now_playing,
}  # fmt: skip


class SubsonicParams(msgspec.Struct, frozen=True, kw_only=True, rename={"api_key": "apiKey"}):
    method: Annotated[str, Meta(description="ping, getSimilarSongs2 …; with or without .view")]
    f: Annotated[str, Meta(description="json or xml")] = "xml"
    v: Annotated[str, Meta(description="version of the protocol that the client speaks")] = ""
    c: Annotated[str, Meta(description="name of the client")] = ""
    u: Annotated[str, Meta(description="name of the listener")] = ""
    p: Annotated[str, Meta(description="a key, or enc: and the key in hex")] = ""
    t: Annotated[str, Meta(description="MD5 of the key and s, in hex")] = ""
    s: Annotated[str, Meta(description="any salt")] = ""
    api_key: Annotated[str, Meta(description="a listener's key, instead of u")] = ""
    id: Annotated[list[str], Meta(description="of an item: its uri")] = []
    count: Annotated[str, Meta(description="how many")] = ""


async def answer(backend: Backend, request: Request, params: SubsonicParams) -> Response:
    said = await fields_of(request)
    request.state.form = said.get("f", "xml")
    method = params.method.removesuffix(".view")
    if method == "getOpenSubsonicExtensions":
        listed = [{"name": name, "versions": [1]} for name in EXTENSIONS]
        return reply(request.state.form, {"openSubsonicExtensions": listed})
    if request.state.form not in ("json", "xml"):
        raise SubsonicError(GENERIC, f"no answers in form {request.state.form[:40]!r}; there are json and xml")
    who, listener = authenticated(request.app.state.keys, said)
    asked_by(request, who)
    asked = Asked(listener, said, tenant_of(request).playing)
    if method in ASKING:
        _allow(who.allows(Scope.READ), Scope.READ)
        return reply(request.state.form, await backend.read(lambda service: ASKING[method](service, asked)))
    if method not in TELLING:
        raise SubsonicError(GENERIC, f"{method[:80]!r} is not served here")
    _allow(who.allows(Scope.INGEST), Scope.INGEST)
    told = await backend.read(lambda service: TELLING[method](service, asked))
    await log(backend, request, told.events, told.items)
    for done in told.after:
        done()
    body = await backend.read(told.body) if told.body else {}
    return reply(request.state.form, body)


def _allow(yes: bool, scope: Scope) -> None:
    if not yes:
        raise SubsonicError(NOT_ALLOWED, f"This key may not {scope}")


def refused(request: Request, e: SegueError) -> Response:
    said = Fields(request.query_params.multi_items())
    return failure(getattr(request.state, "form", said.get("f", "xml")), e)


def _resource(method: str) -> Resource:
    return Resource(
        method, "/rest/{method}", "OpenSubsonic: one call, by its name", answer, Answer, SubsonicParams,
        Scope.READ if method == "GET" else Scope.INGEST, scheme="subsonic", lenient=True, errors=(), on_error=refused,
        body=Answer if method == "POST" else None, media=("application/x-www-form-urlencoded",),
        also=("text/xml",),
    )  # fmt: skip


plugin = (_resource("GET"), _resource("POST"))
