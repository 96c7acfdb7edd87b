"""What is believed of a listener, as the page and programs see it: each belief with what it rests on."""

from __future__ import annotations

import msgspec

from segue.surfaces.views import CardView, Person


class Belief(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that what is chosen for a listener goes by."""

    name: str
    share: float  # of what counts for the taste, recent plays counting more
    subject: str = ""  # of a `tune` that says how much of it is wanted; "": that cannot be said
    value: float = 0.0  # what the listener said of it, -1 not at all … 1
    erase: tuple[str, ...] = ()  # subjects of tunes that take it out of the taste
    kind: str = ""  # of the items it is about
    plays: int = 0  # that it rests on
    since: int = 0  # UTC ms of the first of them; 0 where times are not known
    because: tuple[Person, ...] = ()  # of these items most


class Occasion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A shelf that is made at certain hours."""

    subject: str
    name: str
    hours: tuple[tuple[int, int], ...]  # local [from, to)
    share: float  # of the listener's sittings that begin at these hours, on days like today
    usual: float  # of everybody's
    leaning: float  # how much more what they play now fits it than what they play at any hour: 1 as much
    value: float = 0.0


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    """It follows from what was played, and is changed by what counts of that."""

    name: str
    times: float  # how much more of it there is than in what everybody plays: 1 as much


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the listener said of their own taste, and has not taken back."""

    subject: str
    name: str
    value: float


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One play."""

    card: CardView
    at: int  # UTC ms
    subject: str  # of a tune that takes it out of the taste
    counted: bool  # it is part of the taste


class TasteView(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    listener: str
    release: str
    known: bool  # something was heard, or said
    plays: int  # that count
    left_out: int  # that do not
    since: int  # UTC ms of the first; 0 where times are not known
    country: str
    zone: str
    genres: tuple[Belief, ...]
    favourites: tuple[Belief, ...]  # artists, authors, shows
    tastes: tuple[Belief, ...]  # the few places of the taste space where they are at home
    kinds: tuple[Belief, ...]
    new_items: float  # share of the last plays that were of something not heard before
    new_artists: float  # and by somebody not heard before
    clock: tuple[float, ...]  # (24,) the share of their sittings at each local hour of days like today; empty: unknown
    usual: tuple[float, ...]  # (24,) of everybody's
    occasions: tuple[Occasion, ...]
    moods: tuple[Mood, ...]  # that what they play has more of than what most play, the most telling first
    held_back: tuple[Belief, ...]  # skipped so often lately that they are not shown
    saved: tuple[Person, ...]
    said: tuple[Said, ...]  # the newest first
    heard: tuple[Heard, ...]  # the newest first
