"""GET /v1/path and /v1/radio: ways through the taste space."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from segue.core.events import MAX_ID
from segue.surfaces.views import PathView, RadioView
from segue.web.api.home import Where
from segue.web.api.items import UriText
from segue.web.api.recommendations import HowMany, KindName, parse_kind
from segue.web.resource import Resource, reading
from segue.web.service import Service

SeedText = Annotated[str, Meta(min_length=1, max_length=3 * MAX_ID)]


class PathParams(msgspec.Struct, frozen=True, kw_only=True):
    start: UriText = msgspec.field(name="from")
    end: UriText = msgspec.field(name="to")
    kind: KindName | None = None
    n: Annotated[int, Meta(ge=2, le=100, description="how many, both ends included")] = 10


class RadioParams(Where, frozen=True, kw_only=True):
    seed: Annotated[tuple[SeedText, ...], Meta(max_length=50, description="items by uri, genres by name")] = ()
    words: Annotated[str, Meta(max_length=200, description="what it should sound like")] = ""
    listener: Annotated[str, Meta(max_length=MAX_ID, description="whose taste counts, too")] = ""
    kind: KindName | None = None
    n: HowMany = 25
    page: Annotated[int, Meta(ge=0, le=10_000, description="from 0; there is always another")] = 0
    shuffle: Annotated[int, Meta(ge=0, le=2**31, description="another number, another order")] = 0


def path(service: Service, params: PathParams) -> PathView:
    return service.path(params.start, params.end, params.n, parse_kind(params.kind))


def radio(service: Service, params: RadioParams) -> RadioView:
    return service.radio(
        params.seed, params.words, params.listener, parse_kind(params.kind), params.n, params.page, params.shuffle,
        params.context(),
    )  # fmt: skip


RESOURCES = (
    Resource("GET", "/v1/path", "From one item to another in small, even steps", reading(path), PathView, PathParams,
             errors=(400, 401, 403, 404, 503), whose=""),
    Resource("GET", "/v1/radio", "A page of an endless station near items, genres or words", reading(radio),
             RadioView, RadioParams, errors=(400, 401, 403, 404, 503), whose="listener"),
)  # fmt: skip
