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


class Mood(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """It follows from what was played, and more or less of it can be asked for."""

    subject: str
    name: str
    times: float  # how much more of it there is than in what everybody plays: 1 as much
    value: float = 0.0
    because: tuple[Person, ...] = ()  # what was played of it most


class OnDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody listens."""

    name: str
    share: float  # of their plays whose device is known


class Habit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the circumstances of plays tell beside what was played: what suits an hour, and what a device."""

    subject: str
    value: float = 0.0  # at -1 it tells nothing


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
    clock: tuple[float, ...]  # (24,) share of their sittings at each local hour on days like today; empty: not told
    usual: tuple[float, ...]  # (24,) of everybody's
    occasions: tuple[Occasion, ...]
    moods: tuple[Mood, ...]  # that what they play has more of than what most play, and those they said something of
    devices: tuple[OnDevice, ...]  # the most used first; empty where no play names one
    habits: tuple[Habit, ...]  # those that tell something, or did before they said that they do not
    held_back: tuple[Belief, ...]  # skipped so often lately that they are not shown
    saved: tuple[Person, ...]
    said: tuple[Said, ...]  # the newest first
    heard: tuple[Heard, ...]  # the newest first
