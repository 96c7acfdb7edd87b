"""GET /v1/items/{uri}/about: one item and what belongs to it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from segue.core.events import MAX_ID
from segue.surfaces.views import AboutView
from segue.web.api.items import NOT_FOUND, ItemParams
from segue.web.resource import Resource, reading
from segue.web.service import Service


class AboutParams(ItemParams, frozen=True, kw_only=True):
    listener: Annotated[str, Meta(max_length=MAX_ID, description="who looks: cards say what they saved")] = ""


def about(service: Service, params: AboutParams) -> AboutView:
    return service.about(params.uri, params.listener)


RESOURCES = (
    Resource("GET", "/v1/items/{uri}/about", "One item and what belongs to it: an artist's tracks, an album's",
             reading(about), AboutView, AboutParams, errors=NOT_FOUND, whose="listener"),
)  # fmt: skip
