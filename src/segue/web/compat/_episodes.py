"""Episode actions and subscriptions of gpodder.net's API as events, and back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from segue.core.addresses import MAX_URL, feed_address
from segue.core.errors import InputError
from segue.core.events import LAST_AT, MAX_ID, AnyEvent, Follow, Item, Play, Remove, Uri, event_id, outside_id
from segue.core.types import Kind
from segue.surfaces.library import Library

ACTIONS = ("play", "new", "download", "delete", "flattr")
KEPT = ("play", "new")  # the others say what a device holds, not what was heard
AT_END_S = 5  # that may be left of an episode that was played to its end
DAY_S = 86_400
_COLUMNS = ("event", "item", "at", "seq", "attrs")


def _uri(kind: Kind, url: str) -> str:
    uri = str(Uri(kind, "feed", url))
    return uri if len(uri) <= MAX_ID else str(Uri(kind, "feed", event_id(url)))


def show(url: str) -> Item:
    """A show that is known by its feed."""
    return Item(uri=_uri(Kind.SHOW, url), same_as=(outside_id("feed", url),))


def updated(urls: Iterable[object]) -> list[tuple[str, str]]:
    """Addresses that were changed, with what they are kept as; "" for those that are not kept."""
    return [(str(url)[:MAX_URL], feed_address(url)) for url in urls if feed_address(url) != url]


# --- subscriptions --------------------------------------------------------------------------------------------------


def changed(listener: str, device: str, add: Iterable[str], remove: Iterable[str]) -> tuple[list[AnyEvent], list[Item]]:
    """Follows and removals of shows."""
    now, events, items = int(time.time() * 1000), list[AnyEvent](), list[Item]()
    for kind, urls in ((Follow, add), (Remove, remove)):
        for url in dict.fromkeys(urls):
            one = show(url)
            items.append(one)
            said = {"feed": url, "device": device}
            events.append(kind(id=uuid4().hex, listener=listener, at=now + len(events), item=one.uri, attrs=said))
    return events, items


def _said(library: Library, listener: str, since: int) -> list[dict[str, Any]]:
    """What was said of feeds and episodes after `since` (a number of the log), in order of arrival."""
    rows = library.rows(listener, (Follow, Remove, Play), columns=_COLUMNS)
    found = []
    for row in sorted(rows, key=lambda r: r["seq"]):
        attrs = json.loads(row["attrs"]) if row["attrs"] else {}
        if row["seq"] > since and ("feed" in attrs or "episode" in attrs):
            found.append(row | {"attrs": attrs})
    return found


def subscribed(library: Library, listener: str, device: str = "", since: int = 0) -> tuple[list[str], list[str]]:
    """Feeds that were added and removed after `since`, of one device or of all, the last word of each."""
    last: dict[str, bool] = {}
    for row in _said(library, listener, since):
        said = row["attrs"]
        if "feed" in said and device in ("", said.get("device")):
            last.pop(said["feed"], None)
            last[said["feed"]] = row["event"] is Follow
    return [url for url, there in last.items() if there], [url for url, there in last.items() if not there]


def devices(library: Library, listener: str) -> dict[str, int]:
    """Every device that told anything, and how many feeds it has."""
    feeds: dict[str, set[str]] = {}
    for row in _said(library, listener, 0):
        said = row["attrs"]
        if device := said.get("device"):
            mine = feeds.setdefault(str(device), set())
            if "feed" in said:
                (mine.add if row["event"] is Follow else mine.discard)(said["feed"])
    return {device: len(mine) for device, mine in feeds.items()}


# --- episodes -------------------------------------------------------------------------------------------------------


def told(listener: str, actions: list[Any]) -> tuple[list[AnyEvent], list[Item]]:
    """Events and items of actions; InputError for one that is wrong. Those of no address are passed over."""
    events, items = list[AnyEvent](), list[Item]()
    for number, action in enumerate(actions):
        if not isinstance(action, dict) or action.get("action") not in ACTIONS:
            raise InputError(f"action {number} is none of {', '.join(ACTIONS)}")
        podcast, episode = feed_address(action.get("podcast")), feed_address(action.get("episode"))
        if not podcast or not episode or action["action"] not in KEPT:
            continue
        try:
            event, facts = _event(listener, action, podcast, episode)
        except ValueError as e:
            raise InputError(f"action {number}: {e}") from None
        events.append(event)
        items += facts
    return events, items


def _event(listener: str, action: dict[str, Any], podcast: str, episode: str) -> tuple[AnyEvent, list[Item]]:
    at = _moment(action.get("timestamp"))
    started, position, total = (_seconds(action, name) for name in ("started", "position", "total"))
    device = str(action.get("device") or "")[:200]
    whole = show(podcast)
    item = Item(
        uri=_uri(Kind.EPISODE, episode), album=whole.uri, same_as=(outside_id("enclosure", episode),),
        duration_ms=1000 * max(total, 0),
    )  # fmt: skip
    said = {"podcast": podcast, "episode": episode, "action": action["action"], "device": device}
    said |= {name: v for name, v in (("started", started), ("position", position), ("total", total)) if v >= 0}
    if isinstance(action.get("guid"), str):
        said["guid"] = action["guid"][:500]
    id = event_id("gpodder", listener, episode, action["action"], at, started, position)
    if action["action"] == "new":
        return Remove(id=id, listener=listener, at=at, item=item.uri, attrs=said), [whole, item]
    heard = max(0, position - max(started, 0)) if position >= 0 else 0
    end = "" if position < 0 else "trackdone" if 0 < total <= position + AT_END_S else "endplay"
    play = Play(
        id=id, listener=listener, at=at, item=item.uri, ms_played=1000 * heard, reason_end=end, device=device,
        attrs=said,
    )  # fmt: skip
    return play, [whole, item]


def _seconds(action: dict[str, Any], name: str) -> int:
    value = action.get(name)
    if value is None:
        return -1
    if isinstance(value, bool) or not isinstance(value, int) or value > 7 * DAY_S:
        raise ValueError(f"{name} is to be whole seconds, at most a week")
    return max(-1, value)


def _moment(text: object) -> int:
    if text is None:
        return int(time.time() * 1000)
    try:
        if not isinstance(text, str):
            raise ValueError
        found = datetime.fromisoformat(text)
        at = int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise ValueError(f"timestamp is no ISO 8601 time: {str(text)[:40]!r}") from None
    if not 0 <= at <= LAST_AT:
        raise ValueError("timestamp is not between 1970 and 2100")
    return at


def actions_of(
    library: Library, listener: str, since: int, podcast: str, device: str, aggregated: bool
) -> list[dict[str, Any]]:  # fmt: skip
    """Actions that arrived after `since`, in order; aggregated: the last of each episode."""
    found: dict[object, dict[str, Any]] = {}
    for row in _said(library, listener, since):
        said = row["attrs"]
        fits = podcast in ("", said.get("podcast")) and device in ("", said.get("device"))
        if "action" in said and "episode" in said and fits:
            moment = datetime.fromtimestamp(row["at"] / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            key = said["episode"] if aggregated else row["seq"]
            found.pop(key, None)
            found[key] = said | {"timestamp": moment}
    return list(found.values())
