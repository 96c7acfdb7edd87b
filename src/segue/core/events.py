"""Records as they come in at the edge: typed, versioned events and catalogue facts, with strings for ids.

An event is a fact: frozen, never changed, known by its id. Every event has a tenant and a listener. Items are named by
uri, `segue:KIND:NAMESPACE:ID` (or `segue:KIND:ID`, which is namespace `local`); ID is percent-encoded where it holds
a colon, so that the last part after the last colon is always the whole id of the source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote

import msgspec
from msgspec import Meta

from segue.core.errors import InputError
from segue.core.types import Kind

LOCAL = "local"
MAX_ID = 512  # characters of an outside id
MAX_TEXT = 8_192  # characters of a title or description; longer text is cut
MAX_ATTRS = 16_384  # bytes of an event's free attributes, as JSON
FIRST_AT, LAST_AT = 0, 4_102_444_800_000  # 1970 … 2100, UTC ms

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
At = Annotated[int, Meta(ge=FIRST_AT, le=LAST_AT)]
Ms = Annotated[int, Meta(ge=0, le=7 * 86_400_000)]
_KINDS = "|".join(kind.label for kind in Kind)
HABITS = ("hours", "device")
"""What the times of a listener's plays tell beside what was played: what suits an hour, and what a device."""
_NAMED = "(?:plays:)?genre:|mood:|shelf:|(?:(?:plays|skips):)?item:segue:|play:[0-9]{1,13}:segue:"
_SUBJECT = f"^(?:kind:(?:{_KINDS})$|habit:(?:{'|'.join(HABITS)})$|(?:{_NAMED}).)"
_FORMS = (
    "genre:NAME, mood:NAME, item:URI, kind:KIND, plays:genre:NAME, plays:item:URI, play:AT:URI, skips:item:URI, "
    f"shelf:KEY, {', '.join(f'habit:{name}' for name in HABITS)}; KIND is one of {_KINDS.replace('|', ', ')}"
)
Subject = Annotated[str, Meta(min_length=1, max_length=MAX_ID + 64, pattern=_SUBJECT)]


@dataclass(frozen=True, slots=True)
class Uri:
    """The name of an item at the edge."""

    kind: Kind
    namespace: str
    id: str  # as the source wrote it

    def __str__(self) -> str:
        local = quote(self.id, safe=" /!$&'()*+,;=@?~^|<>{}[]#\"`\\") if ":" in self.id or "%" in self.id else self.id
        kind = self.kind.label
        return f"segue:{kind}:{local}" if self.namespace == LOCAL else f"segue:{kind}:{self.namespace}:{local}"

    @classmethod
    def parse(cls, text: str) -> Uri:
        parts = text.split(":")
        if len(parts) not in (3, 4) or parts[0] != "segue" or not parts[-1]:
            raise InputError(f"not an item uri: {text[:80]!r}; it looks like segue:track:ID or segue:track:SOURCE:ID")
        return cls(Kind.parse(parts[1]), parts[2] if len(parts) == 4 else LOCAL, unquote(parts[-1]))


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", gc=False):
    """What every event says."""

    id: Id
    listener: Id
    at: At  # UTC ms: when it happened
    tenant: Id = "default"
    v: Annotated[int, Meta(ge=0, le=255)] = 1
    attrs: dict[str, Any] = {}  # whatever else the source knew


class Play(Event, frozen=True, kw_only=True, omit_defaults=True, tag="play"):
    item: Id
    ms_played: Ms  # 0 without a reason_end: the source does not know how long, but counts it as a play (a scrobble)
    reason_start: Text = ""  # "trackdone", "clickrow", …
    reason_end: Text = ""  # "trackdone", "fwdbtn", …
    context: Text = ""  # uri of the playlist, album, shelf or radio it was played from
    device: Text = ""
    country: Text = ""
    page: Text = ""  # the Home it was started from
    shuffle: bool = False
    offline: bool = False


class Skip(Event, frozen=True, kw_only=True, omit_defaults=True, tag="skip"):
    item: Id
    ms_played: Ms = 0
    context: Text = ""
    page: Text = ""


class Save(Event, frozen=True, kw_only=True, omit_defaults=True, tag="save"):
    item: Id
    page: Text = ""


class Remove(Event, frozen=True, kw_only=True, omit_defaults=True, tag="remove"):
    """Taken out of the library, or out of the playlist in `context`."""

    item: Id
    context: Text = ""


class Follow(Event, frozen=True, kw_only=True, omit_defaults=True, tag="follow"):
    """Of an artist, a show, a playlist."""

    item: Id


class PlaylistAdd(Event, frozen=True, kw_only=True, omit_defaults=True, tag="playlist_add"):
    item: Id
    context: Id  # uri of the playlist


class Rating(Event, frozen=True, kw_only=True, omit_defaults=True, tag="rating"):
    item: Id
    value: Annotated[float, Meta(ge=-1, le=1)]  # -1 hate … 0 none … 1 love: sources scale theirs to it


class Search(Event, frozen=True, kw_only=True, omit_defaults=True, tag="search"):
    words: Text


class Impression(Event, frozen=True, kw_only=True, omit_defaults=True, tag="impression"):
    """One card that was shown, with who decided and how likely the choice was."""

    item: Id
    page: Id
    shelf: Text
    row: Annotated[int, Meta(ge=0, le=10_000)]  # of the shelf on the page
    position: Annotated[int, Meta(ge=0, le=10_000)]  # of the card on the shelf
    policy: Text = ""
    release: Text = ""
    propensity: Annotated[float, Meta(ge=0, le=1)] = 1.0


class Decided(Event, frozen=True, kw_only=True, omit_defaults=True, tag="decided"):
    """How one row of a page was chosen: `attrs` holds what was available and how likely each choice was.

    Their form is that of `segue.store.decisions`.
    """

    page: Id
    shelf: Text
    row: Annotated[int, Meta(ge=0, le=10_000)]
    policy: Text
    release: Text = ""
    propensity: Annotated[float, Meta(ge=0, le=1)]  # of the whole row, given the rows above


class Click(Event, frozen=True, kw_only=True, omit_defaults=True, tag="click"):
    item: Id
    page: Text = ""
    shelf: Text = ""
    position: Annotated[int, Meta(ge=0, le=10_000)] = 0


class Tag(Event, frozen=True, kw_only=True, omit_defaults=True, tag="tag"):
    """The listener put a word on an item."""

    item: Id
    words: Text


class Counted(Event, frozen=True, kw_only=True, omit_defaults=True, tag="counted"):
    """A total from a source that knows no single plays; `ordered` where the source at least kept their order."""

    item: Id
    count: Annotated[float, Meta(gt=0, le=1e9)]
    ordered: bool = False


class Tune(Event, frozen=True, kw_only=True, omit_defaults=True, tag="tune"):
    """What the listener says of their own taste; of a subject the latest counts, and 0 takes it back.

    `genre:NAME`, `mood:NAME`, `item:URI` (it, and all by that artist, of that album or show) and `kind:KIND` from -1,
    not at all, to 1, as much as can be; `shelf:KEY` at -1 is not made. At -1 `plays:genre:NAME`, `plays:item:URI` and
    the one `play:AT:URI` no longer count for the taste, `skips:item:URI` no longer against the item, and `habit:hours`
    and `habit:device` tell nothing of what suits an hour or a device.
    """

    subject: Subject
    value: Annotated[float, Meta(ge=-1, le=1)]

    @property
    def item(self) -> str:
        """The uri in the subject; "" where there is none."""
        form, _, uri = self.subject.partition("segue:")
        return f"segue:{uri}" if form in ("item:", "plays:item:", "skips:item:") or form.startswith("play:") else ""


AnyEvent = (
    Play | Skip | Save | Remove | Follow | PlaylistAdd | Rating | Search | Impression | Click | Tag | Counted | Decided
    | Tune
)  # fmt: skip

EVENT_TYPES: tuple[type[Event], ...] = (
    Play, Skip, Save, Remove, Follow, PlaylistAdd, Rating, Search, Impression, Click, Tag, Counted, Decided, Tune,
)  # fmt: skip
"""The position plus one is what is stored: append only."""


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about an item, from one source. Said again, it fills what was empty and adds tags, people and ids."""

    uri: str
    title: str = ""
    description: str = ""
    artists: tuple[str, ...] = ()  # uris of artists, authors, or hosts; the first is the main one
    album: str = ""  # uri of the album, or the show of an episode
    genres: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()  # outside ids shared between sources: "mbid:…", "isrc:…", "spotify:artist:…"
    duration_ms: int = 0
    released: int = 0  # UTC ms
    explicit: bool = False
    language: str = ""
    countries: tuple[str, ...] = ()  # available only there; empty: everywhere
    available_from: int = 0  # UTC ms
    file: str = ""  # its sound, relative to the folder that is imported


class Bad(msgspec.Struct, frozen=True, kw_only=True):
    """A row that could not be taken: it goes to the quarantine file with its reason."""

    line: int  # from 1; 0 where the format has no lines
    reason: str
    raw: str = ""  # at most 500 characters of it


Record = AnyEvent | Item | Bad


def event_id(*parts: object) -> str:
    """An id that the same source row always gets: what makes a second import add nothing."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def outside_id(kind: str, address: str) -> str:
    """What an item is known by elsewhere, as `same_as` has it: its address, or the hash of one that is too long."""
    return f"{kind}:{address if len(address) < MAX_ID - 20 else event_id(address)}"


def parse_event(raw: bytes | str | dict[str, Any]) -> AnyEvent:
    """One event from JSON or a mapping, or InputError naming the field."""
    try:
        if isinstance(raw, dict):
            event: AnyEvent = msgspec.convert(raw, AnyEvent)
        else:
            event = msgspec.json.decode(raw, type=AnyEvent)
    except msgspec.ValidationError as e:
        if "regex" in str(e) and "$.subject" in str(e):
            raise InputError(f"bad event: no subject of a tune; it is one of {_FORMS} - at `$.subject`") from None
        raise InputError(f"bad event: {e}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise InputError(f"not JSON: {e}") from None
    return event


def bad_rows(records: Iterator[Record]) -> Iterator[Bad]:
    """Only what went wrong: for tests and dry runs."""
    return (r for r in records if isinstance(r, Bad))
