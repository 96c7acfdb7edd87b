"""GET /v1/items…: one item, items like it, items by title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from segue.core.events import MAX_ID
from segue.surfaces.views import CardView
from segue.web.api.recommendations import HowMany, KindName, parse_kind
from segue.web.resource import Resource, reading
from segue.web.service import Service

UriText = Annotated[str, Meta(min_length=1, max_length=3 * MAX_ID, description="segue:track:SOURCE:ID")]
NOT_FOUND = (400, 401, 403, 404, 503)


class ItemParams(msgspec.Struct, frozen=True, kw_only=True):
    uri: UriText


class SimilarParams(ItemParams, frozen=True, kw_only=True):
    kind: KindName | None = None
    n: HowMany = 10


class TitleParams(msgspec.Struct, frozen=True, kw_only=True):
    q: Annotated[str, Meta(min_length=1, max_length=200, description="words of a title")]
    kind: KindName | None = None
    n: HowMany = 10


def similar(service: Service, params: SimilarParams) -> Sequence[CardView]:
    return service.similar(params.uri, parse_kind(params.kind), params.n)


def item(service: Service, params: ItemParams) -> CardView:
    return service.card(params.uri)


def by_title(service: Service, params: TitleParams) -> Sequence[CardView]:
    return service.search_titles(params.q, parse_kind(params.kind), params.n)


RESOURCES = (
    Resource("GET", "/v1/items", "Items whose title has these words", reading(by_title), list[CardView], TitleParams,
             whose=""),
    Resource("GET", "/v1/items/{uri}/similar", "Items like one item", reading(similar), list[CardView],
             SimilarParams, errors=NOT_FOUND, whose=""),
    Resource("GET", "/v1/items/{uri}", "One item", reading(item), CardView, ItemParams, errors=NOT_FOUND,
             whose=""),
)  # fmt: skip
