"""GET /v1/listeners…: who there is, and what they heard last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from segue.core.events import MAX_ID
from segue.surfaces.views import CardView, ListenerView
from segue.web.api.home import Listener
from segue.web.api.recommendations import HowMany
from segue.web.resource import Resource, reading
from segue.web.service import Service


class ListenersParams(msgspec.Struct, frozen=True, kw_only=True):
    prefix: Annotated[str, Meta(max_length=MAX_ID, description="how the id begins")] = ""
    limit: HowMany = 50


class HistoryParams(msgspec.Struct, frozen=True, kw_only=True):
    id: Listener
    n: HowMany = 50


def listeners(service: Service, params: ListenersParams) -> Sequence[ListenerView]:
    return service.listeners(params.prefix, params.limit)


def history(service: Service, params: HistoryParams) -> Sequence[Any]:
    return service.history(params.id, params.n)


RESOURCES = (
    Resource("GET", "/v1/listeners", "Listeners by how their id begins", reading(listeners), list[ListenerView],
             ListenersParams),
    Resource("GET", "/v1/listeners/{id}/history", "What a listener heard, newest first", reading(history),
             list[CardView], HistoryParams, errors=(400, 401, 403, 404, 503), whose="id"),
)  # fmt: skip
