"""GET /v1/items/{uri}/clip: a short sound of a track."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from segue.signals.audio import BadSound
from segue.surfaces.clips import MEDIA
from segue.web.api.items import NOT_FOUND, ItemParams
from segue.web.reply import error
from segue.web.resource import Resource
from segue.web.service import Backend

KEPT = "private, max-age=3600"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


async def clip(backend: Backend, request: Request, params: ItemParams) -> Response:
    """The whole sound or the part that a Range header names; 304 where the caller has it already."""
    found = await backend.read(lambda service: service.clip(params.uri))
    headers = {"etag": f'"{found.key}"', "cache-control": KEPT, "accept-ranges": "bytes"}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    try:
        content = await asyncio.to_thread(found.read)  # not on the readers, whom it would keep from pages
    except BadSound as e:
        return error(HTTPStatus.NOT_FOUND, f"the sound of {params.uri} cannot be played: {e.reason}")
    return ranged(content, request.headers.get("range", ""), headers)


def ranged(content: bytes, wanted: str, headers: dict[str, str]) -> Response:
    """One range of bytes, or all where none is asked for, or several, or something else."""
    match, size = _RANGE.fullmatch(wanted.strip()), len(content)
    if match is None or match.groups() == ("", ""):
        return Response(content, HTTPStatus.OK, headers, MEDIA)
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= stop:
        refused = error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, f"the sound has {size} bytes")
        refused.headers["content-range"] = f"bytes */{size}"
        return refused
    part = {**headers, "content-range": f"bytes {start}-{stop - 1}/{size}"}
    return Response(content[start:stop], HTTPStatus.PARTIAL_CONTENT, part, MEDIA)


RESOURCES = (
    Resource("GET", "/v1/items/{uri}/clip", "A short sound of a track", clip, bytes, ItemParams,
             errors=(*NOT_FOUND, 416), whose=""),
)  # fmt: skip
