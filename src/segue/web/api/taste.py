"""GET /v1/listeners/{id}/taste: what is believed of a listener; a `tune` through POST /v1/events changes it."""

from __future__ import annotations

from segue.surfaces.taste.views import TasteView
from segue.web.api.home import Listener, Where
from segue.web.resource import Resource, reading
from segue.web.service import Service


class TasteParams(Where, frozen=True, kw_only=True):
    id: Listener


def taste(service: Service, params: TasteParams) -> TasteView:
    return service.taste(params.id, params.context())


RESOURCES = (
    Resource("GET", "/v1/listeners/{id}/taste", "What is believed of a listener, and what it rests on", reading(taste),
             TasteView, TasteParams, errors=(400, 401, 403, 404, 503), whose="id"),
)  # fmt: skip
