"""What Subsonic clients tell: plays, skips, stars, ratings, playlists. Each call becomes events."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from segue.core.errors import InputError
from segue.core.events import LAST_AT, AnyEvent, Item, Play, Rating, Remove, Save, Skip, event_id
from segue.core.types import Kind
from segue.store.facts import Facts
from segue.surfaces.playlists import Edit, Playlist, items_of, playlist_of, playlists_of
from segue.web.compat import _subsonic_views as views
from segue.web.compat._fields import Fields, Missing
from segue.web.compat._subsonic import GENERIC, NOT_FOUND, SubsonicError
from segue.web.playing import TELLING_S, Now, Playing
from segue.web.service import Service

HALF, ENOUGH_MS, UNKNOWN_ENOUGH_MS = 0.5, 240_000, 30_000
"""Heard: half of it, or four minutes; of a track of unknown length, half a minute."""
AT_END_MS = 5_000  # that may be left of a track that was played to its end
MAX_IDS = 1_000
STATES = ("starting", "playing", "paused", "stopped")


@dataclass(frozen=True)
class Asked:
    """A call: whose it is, what it says, and what is playing."""

    listener: str
    said: Fields
    playing: Playing
    now: int = field(default_factory=lambda: int(time.time() * 1000))  # UTC ms

    @property
    def player(self) -> str:
        return f"subsonic:{self.said.get('c')[:100]}"

    def item(self, service: Service, name: str, kind: Kind | None = None) -> Facts:
        """The item that a parameter names, or UnknownName."""
        return _item(service, self.said.need(name), kind)

    def playlists(self, service: Service) -> dict[str, Playlist]:
        return playlists_of(service.library, self.listener)

    def in_playlist(self, service: Service, playlist: Playlist) -> list[Facts]:
        return items_of(service.library, playlist)

    def playlist_view(self, service: Service, uri: str) -> dict[str, Any]:
        found = playlist_of(service.library, self.listener, uri)
        items = self.in_playlist(service, found)
        return views.playlist(self.listener, found, items) | {"entry": [views.song(i) for i in items]}


@dataclass
class Told:
    """What a call leads to."""

    events: Sequence[AnyEvent] = ()
    items: Sequence[Item] = ()
    body: Callable[[Service], dict[str, Any]] | None = None  # answered after the events are durable
    after: Sequence[Callable[[], object]] = ()  # done after the events are durable


def _item(service: Service, uri: str, kind: Kind | None = None) -> Facts:
    try:
        found = service.library.fact(uri)
    except InputError as e:
        raise SubsonicError(NOT_FOUND, str(e)) from None
    if kind is not None and found.kind is not kind:
        raise SubsonicError(NOT_FOUND, f"{uri[:80]!r} is no {kind.label}")
    return found


def _items(service: Service, uris: Sequence[str], kind: Kind | None = None) -> list[Facts]:
    if len(uris) > MAX_IDS:
        raise SubsonicError(GENERIC, f"a call may name {MAX_IDS} items, this one names {len(uris)}")
    return [_item(service, uri, kind) for uri in uris]


def _moment(text: str) -> int:
    try:
        at = int(text[:20])
    except ValueError:
        raise SubsonicError(GENERIC, f"time is to be UTC milliseconds: {text[:40]!r}") from None
    if not 0 <= at <= LAST_AT:
        raise SubsonicError(GENERIC, f"time {at} is not between 1970 and 2100")
    return at


# --- plays and skips ------------------------------------------------------------------------------------------------


def scrobble(service: Service, asked: Asked) -> Told:
    """Plays that were heard, or with submission=false what is playing now."""
    items = _items(service, asked.said.all("id"))
    if not items:
        raise Missing("Required parameter is missing: id")
    if not asked.said.yes("submission", True):
        return Told(after=[lambda: asked.playing.put(asked.listener, _now(asked, items[0]))])
    times = [_moment(text) for text in asked.said.all("time")]
    if times and len(times) != len(items):
        raise SubsonicError(GENERIC, f"{len(items)} ids and {len(times)} times: there is to be a time for each id")
    plays = [
        Play(
            id=event_id("subsonic", asked.listener, item.uri, at), listener=asked.listener, item=item.uri, at=at,
            ms_played=0, device=asked.player,
        )
        for item, at in zip(items, times or [asked.now + i for i in range(len(items))], strict=True)
    ]  # fmt: skip
    uris = {item.uri for item in items}
    # Its end is no second play, should another process be told of it before this play is durable. Where it never is,
    # that lapses.
    asked.playing.hear(asked.listener, asked.player, uris, asked.now / 1000 + TELLING_S)
    return Told(plays, after=[lambda: asked.playing.hear(asked.listener, asked.player, uris)])


def _now(asked: Asked, facts: Facts, state: str = "playing", position: int = 0, ignore: bool = False) -> Now:
    artist = facts.artists[0].name if facts.artists else ""
    album = facts.album.name if facts.album else ""
    at = asked.now / 1000
    return Now(
        facts.title, artist, album, facts.uri, facts.duration_ms, asked.player, {"ignore": ignore}, state, position,
        at=at, since=at - position / 1000,
    )  # fmt: skip


def report_playback(service: Service, asked: Asked) -> Told:
    """Where a player is. From where it stops, or goes on to another item, a play or a skip is told."""
    said, playing = asked.said, asked.playing
    facts = asked.item(service, "mediaId")
    position, state = said.number("positionMs", 0, high=7 * 86_400_000), said.need("state")
    if state not in STATES:
        raise SubsonicError(GENERIC, f"no state {state[:40]!r}; there are: {', '.join(STATES)}")
    now = _now(asked, facts, state, position, said.yes("ignoreScrobble", False))
    before, events = playing.get(asked.listener, asked.player), list[AnyEvent]()
    if before is not None and before.item != facts.uri:
        events += _ended(asked, before, _reached(before, asked.now))
        before = None
    if before is not None:
        now.since, now.heard = before.since, before.heard
    if state == "stopped":
        events += _ended(asked, now, position)
        return Told(events, after=[lambda: playing.end(asked.listener, asked.player)])
    return Told(events, after=[lambda: playing.put(asked.listener, now, goes_on=True)])


def _reached(now: Now, at: int) -> int:
    """Where a player must be that was last heard of a while ago, ms."""
    gone = max(0, at - int(now.at * 1000)) if now.state == "playing" else 0
    return min(now.position_ms + gone, now.duration_ms or now.position_ms + gone)


def _ended(asked: Asked, now: Now, position: int) -> list[AnyEvent]:
    """A play where enough was heard, else a skip; nothing where the client counts plays itself, or has."""
    if not now.item or now.heard > asked.now / 1000:
        return []
    enough = min(HALF * now.duration_ms, ENOUGH_MS) if now.duration_ms else UNKNOWN_ENOUGH_MS
    began = int(now.since * 1000)
    id = event_id("subsonic", "report", asked.listener, now.item, began)
    if position < enough:
        return [Skip(id=id, listener=asked.listener, item=now.item, at=asked.now, ms_played=position)]
    if now.info.get("ignore"):
        return []
    end = "trackdone" if now.duration_ms and position >= now.duration_ms - AT_END_MS else "endplay"
    return [Play(
        id=id, listener=asked.listener, item=now.item, at=max(0, began), ms_played=position, reason_end=end,
        device=asked.player,
    )]  # fmt: skip


# --- stars and ratings ----------------------------------------------------------------------------------------------


def _starred(service: Service, asked: Asked, kind: type[Save] | type[Remove]) -> Told:
    items = _items(service, asked.said.all("id", "albumId", "artistId"))
    if not items:
        raise Missing("Required parameter is missing: id")
    return Told([kind(id=uuid4().hex, listener=asked.listener, at=asked.now, item=item.uri) for item in items])


def star(service: Service, asked: Asked) -> Told:
    return _starred(service, asked, Save)


def unstar(service: Service, asked: Asked) -> Told:
    return _starred(service, asked, Remove)


def set_rating(service: Service, asked: Asked) -> Told:
    """One star is -1, three are 0, five are 1; none takes the rating back."""
    item, text = asked.item(service, "id"), asked.said.need("rating")
    if text not in ("0", "1", "2", "3", "4", "5"):
        raise SubsonicError(GENERIC, f"rating is to be 0 to 5: {text[:40]!r}")
    stars = int(text)
    value = (stars - 3) / 2 if stars else 0.0
    return Told([
        Rating(
            id=uuid4().hex, listener=asked.listener, at=asked.now, item=item.uri, value=value, attrs={"stars": stars}
        )
    ])  # fmt: skip


# --- playlists ------------------------------------------------------------------------------------------------------


def create_playlist(service: Service, asked: Asked) -> Told:
    """A new one by `name`, or with `playlistId` all of one anew."""
    said, songs = asked.said, _items(service, asked.said.all("songId"))
    if said.get("playlistId"):
        found = playlist_of(service.library, asked.listener, said.get("playlistId"))
        edit = Edit(asked.listener, found.uri, max(asked.now, found.changed + 1))
        if said.get("name"):
            edit.name(said.get("name")[:500])
        old = asked.in_playlist(service, found)
        edit.take_out(old, range(len(old)))
    else:
        edit = Edit.new(asked.listener, said.need("name")[:500], asked.now)
    edit.add([song.uri for song in songs])
    return Told(edit.events, edit.items, lambda s: {"playlist": asked.playlist_view(s, edit.uri)})


def update_playlist(service: Service, asked: Asked) -> Told:
    said = asked.said
    found = playlist_of(service.library, asked.listener, said.need("playlistId"))
    edit = Edit(asked.listener, found.uri, max(asked.now, found.changed + 1))
    if said.get("name") or said.all("comment"):
        edit.name(said.get("name")[:500], said.get("comment")[:2_000] if said.all("comment") else None)
    texts = said.all("songIndexToRemove")
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
        raise SubsonicError(GENERIC, "songIndexToRemove is to be a position from 0")
    edit.take_out(asked.in_playlist(service, found), [int(text) for text in texts])
    edit.add([song.uri for song in _items(service, said.all("songIdToAdd"))])
    return Told(edit.events)


def delete_playlist(service: Service, asked: Asked) -> Told:
    found = playlist_of(service.library, asked.listener, asked.said.need("id"))
    edit = Edit(asked.listener, found.uri, max(asked.now, found.changed + 1))
    edit.delete()
    return Told(edit.events)


TELLING: dict[str, Callable[[Service, Asked], Told]] = {
    "scrobble": scrobble, "reportPlayback": report_playback, "star": star, "unstar": unstar, "setRating": set_rating,
    "createPlaylist": create_playlist, "updatePlaylist": update_playlist, "deletePlaylist": delete_playlist,
}  # fmt: skip
