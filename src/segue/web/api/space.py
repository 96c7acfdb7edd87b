"""GET /v1/space…: the taste space as a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.surfaces.views import SpotView
from segue.web.api.items import UriText
from segue.web.resource import NoParams, Resource, reading
from segue.web.service import Backend, Service

PACKED = "application/octet-stream"
Place = Annotated[int, Meta(ge=0, le=2**31)]


class SpotsParams(msgspec.Struct, frozen=True, kw_only=True):
    at: Annotated[tuple[Place, ...], Meta(max_length=200, description="which points of the map")] = ()
    uri: Annotated[tuple[UriText, ...], Meta(max_length=200, description="or which items")] = ()


class NearParams(msgspec.Struct, frozen=True, kw_only=True):
    at: Annotated[int, Meta(ge=0, le=2**31, description="which point of the map")]
    n: Annotated[int, Meta(ge=1, le=200, description="how many at most")] = 12


async def space(backend: Backend, request: Request, _params: NoParams) -> Response:
    """The packed points; not sent again to one who has those of this release."""

    def read(service: Service) -> tuple[str, bytes]:
        return f'"{service.release}"', service.space_map()

    tag, body = await backend.read(read)
    headers = {"etag": tag, "cache-control": "no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=PACKED)


def spots(service: Service, params: SpotsParams) -> Sequence[SpotView]:
    return service.space_items(params.at, params.uri)


def near(service: Service, params: NearParams) -> Sequence[SpotView]:
    return service.space_near(params.at, params.n)


RESOURCES = (
    Resource("GET", "/v1/space", "The taste space as a map: places, kinds and genres of its points, in columns", space,
             bytes, sends=PACKED, whose=""),
    Resource("GET", "/v1/space/items", "Items on the map, by point or by uri", reading(spots), list[SpotView],
             SpotsParams, errors=(400, 401, 403, 404, 503), whose=""),
    Resource("GET", "/v1/space/near", "What lies nearest to a point of the map", reading(near), list[SpotView],
             NearParams, whose=""),
)  # fmt: skip
