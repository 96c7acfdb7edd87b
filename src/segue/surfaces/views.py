"""The JSON that people and programs see: the same from the command line and over HTTP."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct, frozen=True, gc=False):
    uri: str
    name: str


class ReasonView(msgspec.Struct, frozen=True, gc=False):
    key: str  # "listened", "similar_to", …
    text: str  # "Because you listened to Metallica": made from the data, says no more than it
    because: tuple[Person, ...] = ()


class CardView(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
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
    clip: bool = False  # /v1/items/{uri}/clip has a short sound of it


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
    made: int = 0  # UTC ms: the moment it was made for; under load that may be hours ago
    short: bool = False  # of few shelves: there was no time for more


class HomeText(msgspec.Struct, frozen=True, omit_defaults=True):
    """A HomeView whose large parts are JSON already: as JSON it is the same."""

    page: str
    tenant: str
    listener: str
    release: str
    shelves: msgspec.Raw
    decision: msgspec.Raw
    simulated: bool = False
    known: bool = True
    made: int = 0
    short: bool = False

    def view(self) -> HomeView:
        return msgspec.json.decode(msgspec.json.encode(self), type=HomeView)


class Recommendations(msgspec.Struct, frozen=True):
    tenant: str
    listener: str
    release: str
    kind: str
    items: tuple[CardView, ...]


class FoundView(msgspec.Struct, frozen=True):
    """Items of one kind."""

    kind: str
    total: int  # that have the words; as many as are shown where they go by meaning
    cards: tuple[CardView, ...]  # the best of them


class SearchView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found."""

    words: str
    by: str  # "title": titles and names have the words; "near": none has, by what they say; "popular": without words
    kinds: tuple[FoundView, ...]  # the kind of what fits best first
    meant: str = ""  # the words that were looked for, where nothing has those that were given
    genre: FoundView | None = None  # the most taken of the genre of this name
    genres: tuple[str, ...] = ()  # to begin with, where there are no words
    soon: bool = False  # no title has the words, and what lies near to them is known in a moment: to be asked again


class AboutView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item, and what belongs to it."""

    card: CardView
    part_of: Person | None = None  # its album or show
    released: int = 0  # UTC ms; 0 unknown
    language: str = ""
    listeners: int = 0  # who took it, in the release
    shelves: tuple[ShelfCards, ...] = ()


class PathView(msgspec.Struct, frozen=True):
    """From one item to another."""

    tenant: str
    release: str
    items: tuple[CardView, ...]  # both ends included
    steps: tuple[float, ...]  # one fewer: the cosine of each step, larger for a smaller step


class RadioView(msgspec.Struct, frozen=True):
    """One page of a station."""

    tenant: str
    listener: str
    release: str
    kind: str
    page: int  # from 0; there is always another
    shuffle: int
    items: tuple[CardView, ...]  # scores: how near to a seed, 1 for what is nearest to it


class SpotView(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item on the map."""

    at: int  # which of the points of GET /v1/space
    card: CardView
    near: float = 0.0  # cosine to what was asked about


class ListenerView(msgspec.Struct, frozen=True):
    id: str
    plays: int
    country: str = ""


class Range(msgspec.Struct, frozen=True):
    """A mean and its interval."""

    mean: float
    low: float
    high: float


class PolicyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one policy's pages led to, as measured."""

    policy: str
    pages: int
    listeners: int
    share: float  # of all pages
    seen: int  # cards that were seen
    streams: Range  # a page
    discoveries: Range  # streams of artists that were new to the listener, a page
    explored: float  # share of choices that were not the best by the ranker's own estimate
    cost: Range | None = None  # streams a page that exploring cost, by the ranker's own estimate; None: it does not say


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What another policy would have given, estimated from the log."""

    policy: str
    streams: Range | None  # a shelf shown; None: the log cannot tell
    refused: str = ""  # why it cannot
    effective: float = 0.0  # rows of pages that the estimate rests on
    estimator: str = ""


class ArmReport(msgspec.Struct, frozen=True, kw_only=True):
    """A shelf or an item, over all pages."""

    key: str  # of the shelf, or uri of the item
    title: str
    shown: int
    seen: int
    streams: int
    rate: Range  # streams a card seen


class DayReport(msgspec.Struct, frozen=True, kw_only=True):
    day: str  # ISO date, UTC
    policy: str
    pages: int
    streams: float  # a page


class RankerReport(msgspec.Struct, frozen=True, kw_only=True):
    """One head of the ranker, judged on pages it did not learn from."""

    head: str  # "stream", "completion"
    recipe: str
    rows: int
    log_loss: float
    base_log_loss: float  # of always saying the mean
    calibration_error: float  # ECE
    reliability: tuple[tuple[float, float, float, float, int], ...]  # predicted, observed, low, high, cards


class HomeReport(msgspec.Struct, frozen=True, kw_only=True):
    """How Home chooses and what that is worth: what its operators see."""

    tenant: str
    release: str
    policy: str  # that the settings ask for
    exploring: bool
    control: float  # share of listeners whose Home is by popularity
    since: int  # UTC ms; of the pages it covers
    until: int
    pages: int
    seen: int
    waiting: int  # cards whose window is not over
    policies: tuple[PolicyReport, ...] = ()
    judged: tuple[Judged, ...] = ()
    shelves: tuple[ArmReport, ...] = ()
    items: tuple[ArmReport, ...] = ()
    days: tuple[DayReport, ...] = ()
    rankers: tuple[RankerReport, ...] = ()
