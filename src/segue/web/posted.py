"""What a request to /v1/events holds: the form of its body, and who sent it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

import msgspec
import numpy as np
from msgspec import Meta

from segue.core.errors import InputError
from segue.store.delivery import Batch, Form, Rules, Sender
from segue.store.delivery.cloudevents import from_headers
from segue.store.delivery.reading import read_good, read_rows
from segue.web.reply import TooLarge

JSON, NDJSON = "application/json", "application/x-ndjson"
CLOUD, CLOUDS = "application/cloudevents+json", "application/cloudevents-batch+json"
MEDIA = (JSON, NDJSON, CLOUD, CLOUDS)
MAX_EVENTS = 1_000
SMALL = 1 << 20  # bytes of an array that is read before its events are counted
FEW = 100 * MAX_EVENTS
"""Commas of an array that is taken apart before its events are counted: there are no more parts than that."""
PIECE = 1 << 18  # bytes that are counted at once
QUOTE, COMMA = b'",'
STEPS = np.zeros(256, np.int8)
STEPS[list(b"[{")], STEPS[list(b"]}")] = 1, -1  # how much deeper it goes
BOM = b"\xef\xbb\xbf"

T = TypeVar("T")
Client = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Meta(ge=0, le=1 << 53)]


class Posted(msgspec.Struct, frozen=True):
    """Events with what a producer says of itself."""

    events: list[msgspec.Raw]  # each an event
    client: Client = ""  # who numbers the events
    first: Number = 0  # number of the first event, the rest follow it
    produced: Number = 0  # the highest number given so far
    sent_at: Number = 0  # UTC ms by the sender's clock


class Numbered(msgspec.Struct, frozen=True):
    """The same of a request in headers, where the client is percent-encoded."""

    client: Client = ""
    first: Number = 0
    produced: Number = 0
    sent_at: Number = 0


@dataclass(frozen=True, slots=True)
class Envelope:
    """A body that is still bytes."""

    body: bytes
    media: str
    headers: Mapping[str, str]


def media_of(content_type: str) -> str:
    """One of MEDIA, or UnsupportedMedia."""
    name, _, rest = content_type.partition(";")
    media = name.strip().lower() or JSON
    for parameter in rest.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMedia(f"charset {value.strip()[:40]!r} is not taken; send UTF-8")
    if media not in MEDIA:
        raise UnsupportedMedia(f"content type {media[:80]!r} is not taken; send {' or '.join(MEDIA)}")
    return media


class UnsupportedMedia(InputError):
    """A body in a form that is not read."""


def read(envelope: Envelope, tenant: str, rules: Rules) -> Batch:
    """The events of a request; InputError where the body as a whole cannot be read, TooLarge where it has too many."""
    body, sender = envelope.body.removeprefix(BOM), _sender(envelope.headers)
    form: Form = "cloudevent" if envelope.media in (CLOUD, CLOUDS) else "event"
    if envelope.media == JSON and "ce-specversion" in envelope.headers:
        return read_rows([from_headers(envelope.headers, body)], "cloudevent", tenant, rules, sender)
    start = body.lstrip()[:1]
    if not start:
        raise InputError("the body is empty; send one event, a JSON array, or one event a line")
    rows: Sequence[bytes]
    if envelope.media == NDJSON:
        rows = _lines(body)
    elif start == b"[":
        if len(body) <= SMALL and form == "event":
            batch = read_good(body, False, tenant, rules, sender)
            if batch is not None and batch.rows <= MAX_EVENTS:
                return batch
        _check(_elements(body))
        rows = [bytes(raw) for raw in _decoded(body, list[msgspec.Raw])]
    elif envelope.media == JSON and (posted := _posted(body)) is not None:
        sender = Sender(posted.client, posted.first, posted.produced, posted.sent_at)
        rows = [bytes(raw) for raw in posted.events]
        body = b"[" + b",".join(rows) + b"]"
    else:
        rows = [body]
    _check(len(rows))
    batch = read_good(body, envelope.media == NDJSON, tenant, rules, sender) if form == "event" else None
    return batch if batch is not None and batch.rows == len(rows) else read_rows(rows, form, tenant, rules, sender)


def _check(events: int) -> None:
    if events > MAX_EVENTS:
        raise TooLarge(f"a request may have {MAX_EVENTS} events, this one has {events}")


def _lines(body: bytes) -> list[bytes]:
    """Those that hold something. TooLarge where there are too many, which are counted, not kept."""
    found = (line.removesuffix(b"\n") for line in BytesIO(body) if line.strip())
    rows = list(islice(found, MAX_EVENTS))
    _check(len(rows) + sum(1 for _ in found))
    return rows


def _elements(array: bytes) -> int:
    """How many elements an array has, without an object for each; 0 where they are few enough to be taken apart.

    A body of 10 MB may have five million of them, which would be 600 MB. Where it is no JSON there are no fewer than
    can be read.
    """
    if array.count(b",") <= FEW:
        return 0
    text = array.replace(b"\\\\", b"").replace(b'\\"', b"")  # from here on a quote begins or ends a text
    commas = depth = inside = 0
    for at in range(0, len(text), PIECE):
        part = np.frombuffer(text, np.uint8, min(PIECE, len(text) - at), at)
        quoted = (inside + np.cumsum(part == QUOTE)) % 2
        depths = depth + np.cumsum(STEPS[part] * (1 - quoted))
        commas += int(np.count_nonzero((part == COMMA) & (quoted == 0) & (depths == 1)))
        inside, depth = int(quoted[-1]), int(depths[-1])
    return commas + 1


class _Head(msgspec.Struct):
    events: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Sent(Numbered, frozen=True, kw_only=True):
    """The envelope, with events that are still bytes: of a name given twice in one object the last counts."""

    events: msgspec.Raw


def _posted(body: bytes) -> Posted | None:
    """The envelope; None where the object is one event."""
    if _decoded(body, _Head).events is msgspec.UNSET:
        return None
    sent = _decoded(body, _Sent)
    events = bytes(sent.events)
    _check(_elements(events))
    posted = _decoded(b'{"events":' + events + b"}", Posted)
    return Posted(posted.events, sent.client, sent.first, sent.produced, sent.sent_at)


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as e:
        raise InputError(f"bad request: {e}") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as e:
        raise InputError(f"not JSON: {e}") from None


class _Named(msgspec.Struct):
    """What a row that is no event may still say of whose it is."""

    listener: str = ""
    data: Any = None


def named_in(raw: bytes) -> list[str]:
    """Listeners that a refused row names, as an event or as a CloudEvent around one."""
    try:
        row = msgspec.json.decode(raw, type=_Named)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return []
    inner = row.data.get("listener") if isinstance(row.data, dict) else None
    return [name for name in (row.listener, inner) if isinstance(name, str) and name]


def _sender(headers: Mapping[str, str]) -> Sender:
    names = {f: f"segue-{f.replace('_', '-')}" for f in Numbered.__struct_fields__}
    given = {f: headers[name] for f, name in names.items() if name in headers}
    if not given:
        return Sender()
    try:
        if "client" in given:  # a header holds no other letters than ASCII for sure
            given["client"] = unquote(given["client"], errors="strict")
        said = msgspec.convert(given, Numbered, strict=False)
    except UnicodeDecodeError:
        raise InputError(f"bad header: {names['client']} is no UTF-8, percent-encoded") from None
    except msgspec.ValidationError as e:
        raise InputError(f"bad header: {e}") from None
    return Sender(said.client, said.first, said.produced, said.sent_at)
