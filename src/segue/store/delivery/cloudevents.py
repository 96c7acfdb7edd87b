"""CloudEvents 1.0 around events: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md

`source` and `id` together name an event, and so become its id here. `type` ends in the type of the event
("com.example.play"), `time` is when it happened, `subject` the item; what `data` itself says counts before these.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, unquote

import msgspec
from msgspec import Meta

from segue.core.errors import InputError
from segue.core.events import MAX_ID, event_id

Name = Annotated[str, Meta(min_length=1, max_length=2_048)]
_SAFE = ":/?@!$&'()*+,;=-._~"


class CloudEvent(msgspec.Struct, frozen=True):
    """The attributes that are read; extensions are passed over, but for `listener`."""

    id: Name
    source: Name
    specversion: str
    type: Name
    time: str = ""
    subject: str = ""
    listener: str = ""
    datacontenttype: str = ""
    data: Any = None
    data_base64: str = ""


def event_of(raw: bytes) -> dict[str, Any]:
    """The event inside, as a mapping; InputError naming the attribute that is wrong."""
    try:
        envelope = msgspec.json.decode(raw, type=CloudEvent)
    except msgspec.ValidationError as e:
        raise InputError(f"bad CloudEvent: {e}") from None
    if envelope.specversion != "1.0":
        raise InputError(f"bad CloudEvent: version {envelope.specversion[:20]!r} is not 1.0 - at `$.specversion`")
    media = envelope.datacontenttype.partition(";")[0].strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        raise InputError(f"bad CloudEvent: data of type {media[:80]!r} is not JSON - at `$.datacontenttype`")
    event = _data(envelope)
    event["id"] = joined(envelope.source, envelope.id)
    event.setdefault("type", envelope.type.rpartition(".")[2])
    if envelope.time and "at" not in event:
        event["at"] = _ms(envelope.time)
    if envelope.subject and "item" not in event:
        event["item"] = envelope.subject
    if envelope.listener and "listener" not in event:
        event["listener"] = envelope.listener
    return event


def _data(envelope: CloudEvent) -> dict[str, Any]:
    data = envelope.data
    if envelope.data_base64:
        try:
            data = msgspec.json.decode(base64.b64decode(envelope.data_base64, validate=True))
        except (binascii.Error, ValueError, RecursionError) as e:
            raise InputError(f"bad CloudEvent: {e} - at `$.data_base64`") from None
    if not isinstance(data, dict):
        raise InputError("bad CloudEvent: expected an object - at `$.data`")
    return data


def joined(source: str, id: str) -> str:
    """One name of an event by its source and its id there: different ones never become the same."""
    name = f"{quote(source, safe=_SAFE)}#{id}"
    return name if len(name) <= MAX_ID else event_id("cloudevent", source, id)


def _ms(time: str) -> int:
    try:
        parsed = datetime.fromisoformat(time)
        if parsed.tzinfo is None:
            raise ValueError("it has no zone")
        return int(parsed.timestamp() * 1000)
    except (ValueError, OverflowError) as e:
        raise InputError(f"bad CloudEvent: {time[:80]!r} is no RFC 3339 time: {e} - at `$.time`") from None


def from_headers(headers: Mapping[str, str], body: bytes) -> bytes:
    """The structured form of a CloudEvent in binary mode: attributes in `ce-` headers, data as the body."""
    said = {k[3:]: unquote(v) for k, v in headers.items() if k.startswith("ce-") and k[3:] not in ("data", "")}
    said["datacontenttype"] = headers.get("content-type", "application/json")
    try:
        data = msgspec.Raw(body.strip() or b"null")
        msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return msgspec.json.encode(said | {"data_base64": base64.b64encode(body).decode()})
    return msgspec.json.encode({**said, "data": data})
