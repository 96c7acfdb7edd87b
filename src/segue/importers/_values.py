"""Field values from outside, made fit for records: clean text, ids, dates. A value that does not fit: ValueError."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from segue.core.events import FIRST_AT, LAST_AT, MAX_ID, MAX_TEXT, Uri, event_id
from segue.core.types import Kind

DAY = 86_400_000
MAX_MS = 7 * DAY  # of a play
MAX_WORDS = 64  # tags, genres, artists of one item
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean(value: object) -> str:
    """Text without control characters and half characters, stripped, cut to the limit; nothing: ''."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    if not text.isprintable():
        text = _ODD.sub("", text)
    return text.strip()[:MAX_TEXT]


def an_id(value: object, what: str) -> str:
    """An outside id as it was given."""
    text = clean(value)
    if not text:
        raise ValueError(f"no {what}")
    if len(text) > MAX_ID:
        raise ValueError(f"{what} is longer than {MAX_ID} characters")
    return text


NAMED = "named"  # namespace of items known by their names alone, the same from all sources
_SPACE = re.compile(r"\s+")


def by_name(kind: Kind, *names: str) -> str:
    """The uri of an item that has no id: of an artist its name, of a track or album the artist's and its own."""
    parts = [_SPACE.sub(" ", clean(name)).strip().casefold() for name in names]
    if not all(parts[-1:]):
        raise ValueError(f"no {kind.label} name")
    uri = str(Uri(kind, NAMED, " — ".join(part for part in parts if part)))
    return uri if len(uri) <= MAX_ID else str(Uri(kind, NAMED, event_id(*parts)))


def uuid(value: object) -> str:
    """A MusicBrainz id in its usual form; '' where it is none."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if _UUID.fullmatch(text) else ""


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Names:
    """Uris of one kind and source, made once an id."""

    kind: Kind
    namespace: str
    made: dict[str, str] = field(default_factory=dict)

    def uri(self, value: str) -> str:
        uri = self.made.get(value)
        if uri is None:
            uri = str(Uri(self.kind, self.namespace, an_id(value, f"{self.kind.label} id")))
            if len(uri) > MAX_ID:
                raise ValueError(f"{self.kind.label} id is longer than {MAX_ID} characters as a uri")
            if len(self.made) >= 1_000_000:
                self.made.clear()
            self.made[value] = uri
        return uri


class Once:
    """Says of each key whether it is new. Forgets all after a million, so that memory is bounded: saying an item
    again is harmless."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, key: str) -> bool:
        if key in self._seen:
            return False
        if len(self._seen) >= 1_000_000:
            self._seen.clear()
        self._seen.add(key)
        return True


class EventIds:
    """Ids by content: the same fact always has the same id, and an exact repeat in one import gets its own.

    Holds about 70 bytes an event while it lives.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._seen: set[int] = set()
        self._repeats: dict[int, int] = {}

    def __call__(self, *content: object) -> str:
        found = event_id(self._source, *content)
        key = int(found[:16], 16)
        if key not in self._seen:
            self._seen.add(key)
            return found
        n = self._repeats[key] = self._repeats.get(key, 0) + 1
        return event_id(self._source, *content, "again", n)


def checked(at: int) -> int:
    """UTC ms between 1970 and 2100."""
    if not FIRST_AT <= at <= LAST_AT:
        raise ValueError(f"time {at} ms is outside 1970 to 2100")
    return at


def day(year: int, month: int, of_month: int) -> int:
    """UTC ms of midnight."""
    try:
        days = date(year, month, of_month).toordinal() - 719_163
    except (ValueError, OverflowError):
        raise ValueError(f"no such day: {year}-{month}-{of_month}") from None
    if not 0 <= days * DAY <= LAST_AT:
        raise ValueError(f"day {year}-{month}-{of_month} is outside 1970 to 2100")
    return days * DAY


def iso(text: str) -> int:
    """UTC ms of an ISO 8601 date or time; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"not an ISO date or time: {text[:40]!r}") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        return checked(int(found.timestamp() * 1000))
    except (OverflowError, OSError):
        raise ValueError(f"time {text[:40]!r} is outside 1970 to 2100") from None


def integer(text: str, what: str) -> int:
    """A whole number as people write it in ASCII digits."""
    text = text.strip()
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20):
        raise ValueError(f"{what} is not a whole number: {text[:40]!r}")
    return int(text)


def count(text: str, what: str) -> float:
    """A number over 0, as `Counted` wants it."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{what} is not a number: {text[:40]!r}") from None
    if not 0 < value <= 1e9:
        raise ValueError(f"{what} must be over 0 and at most 1e9, is {text[:40]}")
    return value


def ms(value: object) -> int:
    """A duration, ms; what is no duration of at most a week is 0 (unknown)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_MS:
        return 0
    return int(value)
