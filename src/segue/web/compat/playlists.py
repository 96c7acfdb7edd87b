"""Playlists as files that players read: JSPF, XSPF and M3U, of any playlist and of the lists that Segue makes.

Names of files on this machine are not in them: `segue playlist` writes an M3U that has them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import UnknownName
from segue.core.events import MAX_ID
from segue.surfaces.made_for import LISTS, RADIO, track_list
from segue.surfaces.playlist_files import FORMS, written
from segue.surfaces.playlists import playlists_of
from segue.web.auth import Caller
from segue.web.resource import Resource
from segue.web.service import Backend, Service

Seed = Annotated[str, Meta(min_length=1, max_length=3 * MAX_ID)]


class PlaylistFileParams(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=3 * MAX_ID, description=f"uri of a playlist, or {', '.join([*LISTS, RADIO])}")]
    listener: Annotated[str, Meta(max_length=MAX_ID, description="whose playlist, or for whom it is made")] = ""
    n: Annotated[int, Meta(ge=1, le=500, description="how many at most of what is made")] = 50
    seed: Annotated[tuple[Seed, ...], Meta(max_length=50, description="of a radio: items by uri, genres by name")] = ()
    words: Annotated[str, Meta(max_length=200, description="of a radio: what it should sound like")] = ""


def _answer(form: str) -> Callable[[Backend, Request, Any], Awaitable[Response]]:
    async def answer(backend: Backend, request: Request, params: PlaylistFileParams) -> Response:
        who: Caller = request.state.caller

        def made(service: Service) -> tuple[bytes, str]:
            if who.listener and params.name not in (*LISTS, RADIO, *playlists_of(service.library, who.listener)):
                raise UnknownName("playlist of your own", params.name, [*LISTS, RADIO])
            found = track_list(service, params.name, params.listener, params.n, params.seed, params.words)
            return written(found, form, {})

        if params.words:
            await backend.understanding()
        body, media = await backend.read(made)
        return Response(body, 200, {"content-disposition": f'attachment; filename="playlist.{form}"'}, media)

    return answer


plugin = tuple(
    Resource("GET", f"/v1/playlists/{{name}}.{form}", f"A playlist as {form.upper()}", _answer(form), bytes,
             PlaylistFileParams, errors=(400, 401, 403, 404, 503), sends=media, whose="listener")
    for form, (media, _) in FORMS.items()
)  # fmt: skip
