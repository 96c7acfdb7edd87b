"""What people see: templates, style and modules, all our own, all from this server.

A page carries no data: its module asks the HTTP interface and puts text in as text.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from segue import __version__
from segue.web.choices import choices, session_of
from segue.web.reply import Denied
from segue.web.service import Busy

HERE = Path(__file__).parent
ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class _Static(StaticFiles):
    """Files that the browser asks about again each time, so that a new version is never mixed with an old one."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        scope["segue_route"] = "/static"
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


PLACES = {"": "home", "search": "search", "listener": "taste", "console": "console"}  # by how the path begins
STATIC = _Static(directory=HERE / "static", check_dir=False)


def _page(name: str, route: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        request.scope["segue_route"] = route
        return await rendered(request, name, **({"resources": _listing()} if name == "docs.html" else {}))

    return answer


async def rendered(request: Request, name: str, status: int = 200, /, **words: Any) -> Response:
    """A page with what all of them say."""
    session, tenants, path, service = session_of(request), request.app.state.tenants, request.url.path, None
    tenant = session.tenant if session is not None else tenants.own.name
    with contextlib.suppress(Busy, Denied):  # the page comes all the same: in its header one chooses another tenant
        service = tenants.of(tenant).backend.current
    words |= {
        "version": __version__,
        "simulated": bool(service is not None and service.simulated),
        "tenant": service.tenant if service is not None else tenant,
        "own": tenant == tenants.own.name,
        "choices": await choices(request, session) if session is not None else [],
        "back": path if path == "/" or path.startswith("/console") else "/console",  # where there is another one's, too
        "place": PLACES.get(path.split("/")[1], ""),
        "operator": session.operator if session is not None else "",
    }
    text = ENVIRONMENT.get_template(name).render(words)
    return Response(text, status, {"cache-control": "no-store"}, "text/html")


def _listing() -> list[dict[str, Any]]:
    from segue.web.api import RESOURCES
    from segue.web.openapi import openapi

    paths = openapi(RESOURCES)["paths"]
    return [
        {"method": r.method, "path": r.path, "summary": r.summary, "scope": r.scope,
         "parameters": paths[r.path][r.method.lower()]["parameters"]}
        for r in RESOURCES
    ]  # fmt: skip


PAGES = {
    "/": _page("home.html", "/"),
    "/search": _page("search.html", "/search"),
    "/item/{uri:path}": _page("item.html", "/item/{uri}"),
    "/listener/{id:path}": _page("listener.html", "/listener/{id}"),
    "/console": _page("console.html", "/console"),
    "/console/imports": _page("imports.html", "/console/imports"),
    "/console/data": _page("data.html", "/console/data"),
    "/console/leaderboard": _page("leaderboard.html", "/console/leaderboard"),
    "/console/releases": _page("releases.html", "/console/releases"),
    "/console/home": _page("policies.html", "/console/home"),
    "/console/metrics": _page("metrics.html", "/console/metrics"),
    "/console/keys": _page("keys.html", "/console/keys"),
    "/console/map": _page("map.html", "/console/map"),
    "/docs": _page("docs.html", "/docs"),
}
