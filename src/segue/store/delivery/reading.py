"""Rows of a request, as bytes, to events: a bad one is named with its field and its reason, the rest go on."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from segue.core.errors import InputError, UnknownName
from segue.core.events import MAX_ATTRS, AnyEvent, Uri, parse_event
from segue.store.delivery import Batch, Form, Refused, Rules, Sender
from segue.store.delivery.cloudevents import event_of
from segue.store.edge import PLAYLIST_PREFIX

_EVENT = msgspec.json.Decoder(AnyEvent)
_EVENTS = msgspec.json.Decoder(list[AnyEvent])
_AT = re.compile(r"`\$(?:\[\d+\])?\.([^`]+)`")
_MISSING = re.compile(r"field `(\w+)`")


class Wrong(InputError):
    """A row that cannot be taken because of one of its fields."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def read_good(body: bytes, lines: bool, tenant: str, rules: Rules, sender: Sender) -> Batch | None:
    """A JSON array of events, or one a line, in one go; None where any is not good, so that each is to be looked at."""
    try:
        events = _EVENT.decode_lines(body) if lines else _EVENTS.decode(body)
        made = _placed(events, tenant, rules, sender)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, InputError, UnknownName):
        return None
    return Batch(made, range(len(made)), (), sender)


def read_rows(rows: Sequence[bytes], form: Form, tenant: str, rules: Rules, sender: Sender) -> Batch:
    """Each row for itself."""
    events: list[AnyEvent] = []
    places: list[int] = []
    refused: list[Refused] = []
    for index, raw in enumerate(rows):
        try:
            event = read_row(raw, form)
            events += _placed([event], tenant, rules, sender)
            places.append(index)
        except (InputError, UnknownName) as e:
            refused.append(Refused(index, str(e), field_of(e), raw, form))
    return Batch(events, places, refused, sender)


def read_row(raw: bytes, form: Form) -> AnyEvent:
    """One event, or InputError."""
    try:
        return parse_event(raw if form == "event" else event_of(raw))
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise InputError(f"not JSON: {e}") from None
    except RecursionError:
        raise InputError("bad event: nested too deeply") from None


def field_of(e: Exception) -> str:
    """The field that an error names; "" where it names none."""
    if isinstance(e, Wrong):
        return e.field
    found = _AT.search(str(e)) or _MISSING.search(str(e))
    return found.group(1)[:80] if found else ""


def _placed(events: list[AnyEvent], tenant: str, rules: Rules, sender: Sender) -> list[AnyEvent]:
    """Events of this tenant with times by our clock; InputError where one breaks a rule."""
    now = int(time.time() * 1000)
    off = sender.sent_at - now if sender.sent_at else 0
    if abs(off) > rules.skew_ms:
        events = [msgspec.structs.replace(e, at=e.at - off) for e in events]
    for event in events:
        if event.attrs:
            _check_attrs(event)
        item = getattr(event, "item", "")
        if item:
            _check_uri(item, "item")
        context = getattr(event, "context", "")
        if context.startswith(PLAYLIST_PREFIX):
            _check_uri(context, "context")
    _check_times([e.at for e in events], now, rules)
    if all(e.tenant == tenant for e in events):
        return events
    for event in events:
        if event.tenant not in ("default", tenant):
            words = f"tenant {event.tenant[:80]!r} is not served here; this server serves {tenant!r}"
            raise Wrong(words, "tenant")
    return [msgspec.structs.replace(e, tenant=tenant) for e in events]


def _check_times(times: Iterable[int], now: int, rules: Rules) -> None:
    times = list(times)
    if not times:
        return
    first, last = min(times), max(times)
    if last > now + rules.future_ms:
        late = f"at {last} is {(last - now) / 3_600_000:.1f} hours from now; at most {rules.future_ms / 3_600_000:g}"
        raise Wrong(f"{late} are taken (event_future_hours)", "at")
    if first < now - rules.late_ms:
        ago = f"at {first} is {(now - first) / 86_400_000:.0f} days ago; at most {rules.late_ms / 86_400_000:g}"
        raise Wrong(f"{ago} are taken (event_late_days)", "at")


def _check_attrs(event: AnyEvent) -> None:
    try:
        size = len(msgspec.json.encode(event.attrs))
    except (OverflowError, RecursionError, ValueError, TypeError) as e:
        raise Wrong(f"bad event: {e} - at `$.attrs`", "attrs") from None
    if size > MAX_ATTRS:
        raise Wrong(f"attrs may have {MAX_ATTRS} bytes of JSON, these have {size}", "attrs")


@lru_cache(100_000)
def _check_uri(uri: str, field: str) -> None:
    try:
        Uri.parse(uri)
    except (InputError, UnknownName) as e:
        raise Wrong(str(e), field) from None
