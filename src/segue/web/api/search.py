"""GET /v1/search: titles and names, by kind."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from segue.core.events import MAX_ID
from segue.surfaces.views import SearchView
from segue.web.api.recommendations import HowMany, KindName, parse_kind
from segue.web.resource import Resource, reading
from segue.web.service import Service


class SearchParams(msgspec.Struct, frozen=True, kw_only=True):
    q: Annotated[str, Meta(max_length=200, description="words of titles and names; what is popular without any")] = ""
    kind: KindName | None = None
    n: Annotated[HowMany, Meta(description="how many of each kind at most")] = 12
    listener: Annotated[str, Meta(max_length=MAX_ID, description="who looks: cards say what they saved")] = ""


def search(service: Service, params: SearchParams) -> SearchView:
    return service.search_page(params.q, parse_kind(params.kind), params.n, params.listener)


RESOURCES = (
    Resource("GET", "/v1/search", "What has the words in its title or its maker's name, by kind; else what lies near",
             reading(search), SearchView, SearchParams, errors=(400, 401, 403, 404, 503), whose="listener"),
)  # fmt: skip
