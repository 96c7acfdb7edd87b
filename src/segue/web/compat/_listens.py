"""Listens as ListenBrainz writes them: checked on their way in, and written on their way out."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from segue.core.errors import InputError
from segue.core.events import AnyEvent, Item
from segue.importers.listenbrainz import Listens
from segue.store.facts import Facts
from segue.surfaces.library import Listen
from segue.surfaces.playlist_files import credit
from segue.web.compat._asking import json_of
from segue.web.playing import Now

MAX_LISTENS, MAX_LISTEN = 1_000, 10_240  # a request, bytes each
MAX_TAGS, MAX_TAG = 50, 64
OLDEST = 1_033_430_400  # s; nobody listened earlier than 2002
AHEAD_S = 86_400  # that a player's clock may be wrong


def checked(body: bytes, now: float) -> tuple[str, list[dict[str, Any]]]:
    """The kind of a submission and its listens, or InputError saying which is wrong and why."""
    value = json_of(body)
    said = value if isinstance(value, dict) else {}
    kind, payload = said.get("listen_type"), said.get("payload")
    if kind not in ("single", "playing_now", "import"):
        raise InputError("JSON document requires a valid listen_type: single, playing_now or import.")
    if not isinstance(payload, list) or not payload:
        raise InputError("JSON document requires a payload with listens.")
    if kind != "import" and len(payload) > 1:
        raise InputError(f"A {kind} submission has one listen, this one has {len(payload)}.")
    if len(payload) > MAX_LISTENS:
        raise InputError(f"A request may have {MAX_LISTENS} listens, this one has {len(payload)}.")
    for number, listen in enumerate(payload):
        try:
            _check_listen(listen, kind, now)
        except ValueError as e:
            raise InputError(f"Listen {number}: {e}") from None
    return kind, payload


def _check_listen(listen: object, kind: str, now: float) -> None:
    if not isinstance(listen, dict):
        raise ValueError("is no JSON object.")
    if len(msgspec.json.encode(listen)) > MAX_LISTEN:
        raise ValueError(f"has more than {MAX_LISTEN} bytes.")
    at = listen.get("listened_at")
    if kind == "playing_now":
        if at is not None:
            raise ValueError("what is playing now has no listened_at.")
    elif isinstance(at, bool) or not isinstance(at, int) or not OLDEST <= at <= now + AHEAD_S:
        raise ValueError(f"listened_at is to be UTC seconds between {OLDEST} and now.")
    said = listen.get("track_metadata")
    names = said if isinstance(said, dict) else {}
    for name in ("track_name", "artist_name"):
        if not isinstance(names.get(name), str) or not names[name].strip():
            raise ValueError(f"requires track_metadata.{name}.")
    info = names.get("additional_info", {})
    tags = info.get("tags", []) if isinstance(info, dict) else None
    if not isinstance(tags, list) or len(tags) > MAX_TAGS or any(len(str(tag)) > MAX_TAG for tag in tags):
        raise ValueError(f"additional_info is to be an object, with at most {MAX_TAGS} tags of {MAX_TAG} characters.")


def records_of(listener: str, payload: list[dict[str, Any]]) -> tuple[list[AnyEvent], list[Item]]:
    """The events and items of listens; InputError where a name cannot be one."""
    parse, events, items = Listens(listener), list[AnyEvent](), list[Item]()
    for number, listen in enumerate(payload):
        said = listen["track_metadata"]
        try:
            found = list(parse(listen | {"recording_msid": msid(said["artist_name"], said["track_name"])}))
        except ValueError as e:
            raise InputError(f"Listen {number}: {e}") from None
        items += [r for r in found if isinstance(r, Item)]
        events += [r for r in found if not isinstance(r, Item)]  # type: ignore[misc]  # no Bad: those raise
    return events, items


def msid(artist: str, title: str) -> str:
    """An id made of names, for a recording without one."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{artist.strip().casefold()}\x1f{title.strip().casefold()}"))


def now_of(said: dict[str, Any]) -> Now:
    """What is playing, of its track_metadata."""
    info = said.get("additional_info") or {}
    length = info.get("duration_ms", 0)
    length = int(length) if isinstance(length, int) and 0 <= length < 86_400_000 else 0
    release = said.get("release_name")
    return Now(
        said["track_name"], said["artist_name"], release if isinstance(release, str) else "", duration_ms=length,
        player="listenbrainz", info=info,
    )  # fmt: skip


def metadata(facts: Facts) -> dict[str, Any]:
    """An item as track_metadata."""
    mbid, artist = facts.outside_id("mbid"), credit(facts)
    own = facts.outside_id("msid") or msid(artist, facts.title)
    info: dict[str, Any] = {"recording_msid": own, "segue_uri": facts.uri}
    info |= {"recording_mbid": mbid} if mbid else {}
    info |= {"isrc": facts.outside_id("isrc")} if facts.outside_id("isrc") else {}
    info |= {"duration_ms": facts.duration_ms} if facts.duration_ms else {}
    out = {"artist_name": artist, "track_name": facts.title, "additional_info": info}
    return out | ({"release_name": facts.album.name} if facts.album else {})


def listen_view(user: str, one: Listen) -> dict[str, Any]:
    """A play as a listen."""
    said = metadata(one.facts)
    said["additional_info"] |= {"media_player": one.device} if one.device else {}
    return {
        "user_name": user, "listened_at": one.at // 1000, "inserted_at": one.at // 1000,
        "recording_msid": said["additional_info"]["recording_msid"], "track_metadata": said,
    }  # fmt: skip
