"""The JSON that people and programs see: the same from the command line and over HTTP."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct, frozen=True):
    uri: str
    name: str


class ReasonView(msgspec.Struct, frozen=True):
    key: str  # "listened", "similar_to", …
    text: str  # "Because you listened to Metallica": made from the data, says no more than it
    because: tuple[Person, ...] = ()


class CardView(msgspec.Struct, frozen=True, omit_defaults=True):
    uri: str
    id: str  # as imported
    kind: str
    title: str
    artists: tuple[Person, ...] = ()
    album: str = ""
    genres: tuple[str, ...] = ()
    description: str = ""
    duration_ms: int = 0
    explicit: bool = False
    reason: ReasonView | None = None
    score: float = 0.0
    source: str = ""
    saved: bool = False


class ShelfCards(msgspec.Struct, frozen=True):
    key: str
    title: str
    cards: tuple[CardView, ...]
    subtitle: str = ""


class RowView(msgspec.Struct, frozen=True):
    """How one row came about."""

    shelves: tuple[str, ...]  # that could still be shown, keys
    chosen: int  # position in them
    propensity: float  # of that choice
    among: int  # cards that could be shown on it
    cards: tuple[float, ...]  # probability of each card, given those before it


class DecisionView(msgspec.Struct, frozen=True):
    policy: str
    release: str
    log_propensity: float  # natural logarithm of the probability of the whole page, reasons included
    rows: tuple[RowView, ...]


class HomeView(msgspec.Struct, frozen=True, omit_defaults=True):
    page: str
    tenant: str
    listener: str
    release: str
    shelves: tuple[ShelfCards, ...]
    decision: DecisionView
    simulated: bool = False  # the data comes from the simulated world
    known: bool = True  # the listener has a history


class Recommendations(msgspec.Struct, frozen=True):
    tenant: str
    listener: str
    release: str
    kind: str
    items: tuple[CardView, ...]


class ListenerView(msgspec.Struct, frozen=True):
    id: str
    plays: int
    country: str = ""
