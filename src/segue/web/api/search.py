"""GET /v1/search: titles and names, by kind."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.events import MAX_ID
from segue.surfaces.views import SearchView
from segue.web.api.recommendations import HowMany, KindName, parse_kind
from segue.web.resource import JSONResponse, Resource
from segue.web.service import Backend


class SearchParams(msgspec.Struct, frozen=True, kw_only=True):
    q: Annotated[str, Meta(max_length=200, description="words of titles and names; what is popular without any")] = ""
    kind: KindName | None = None
    n: Annotated[HowMany, Meta(description="how many of each kind at most")] = 12
    listener: Annotated[str, Meta(max_length=MAX_ID, description="who looks: cards say what they saved")] = ""


async def search(backend: Backend, _request: Request, params: SearchParams) -> Response:
    """By title on a reader; by meaning on a thread beside them.

    Whoever searches gets the encoder loaded that meaning takes (a second or two, 120 MB: not before somebody does).
    Until it is there nobody waits for it: what no title has is to be asked again.
    """
    asked = params.q, parse_kind(params.kind), params.n, params.listener
    found = await backend.read(lambda service: service.search_page(*asked))
    service = backend.current
    if service is None:
        return JSONResponse(found)
    ready = service.words_ready()
    if found.by == "title" and not (found.kinds or found.genre):
        if ready:
            found = await asyncio.to_thread(service.search_near, *asked)
        else:
            found = msgspec.structs.replace(found, soon=True)
    return JSONResponse(found)


RESOURCES = (
    Resource("GET", "/v1/search", "What has the words in its title or its maker's name, by kind; else what lies near",
             search, SearchView, SearchParams, errors=(400, 401, 403, 404, 503), whose="listener"),
)  # fmt: skip
