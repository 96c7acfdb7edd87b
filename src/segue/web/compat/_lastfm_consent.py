"""The page on which a listener lets an application scrobble for them: a form, without a script."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import SegueError
from segue.surfaces.playlist_files import xml_text
from segue.web.compat._asking import name_of
from segue.web.compat._fields import fields_of
from segue.web.compat._lastfm import by_password
from segue.web.service import Backend


def page(token: str, said: str = "", done: bool = False, status: int = 200) -> Response:
    """The form, with a line of what came of it."""
    html = ET.Element("html", {"lang": "en"})
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(head, "title").text = "Let an application scrobble"
    main = ET.SubElement(ET.SubElement(html, "body"), "main")
    ET.SubElement(main, "h1").text = "Let an application scrobble"
    if said:
        ET.SubElement(main, "p", {"role": "status"}).text = xml_text(said)
    if not done:
        form = ET.SubElement(main, "form", {"method": "post", "action": "/api/auth"})
        ET.SubElement(form, "input", {"type": "hidden", "name": "token", "value": xml_text(token)})
        for name, label, kind in (("user", "Your name", "text"), ("key", "Your key", "password")):
            row = ET.SubElement(ET.SubElement(form, "p"), "label")
            row.text = f"{label} "
            ET.SubElement(row, "input", {"name": name, "type": kind, "autocomplete": "off"})
        ET.SubElement(form, "button").text = "Allow"
    body = b"<!doctype html>" + ET.tostring(html, encoding="utf-8", method="html")
    return Response(body, status, {"cache-control": "no-store"}, "text/html; charset=utf-8")


async def ask(_backend: Backend, request: Request, _params: object) -> Response:
    return page(request.query_params.get("token", "")[:100])


async def consent(_backend: Backend, request: Request, _params: object) -> Response:
    said, keys = await fields_of(request), request.app.state.keys
    token = said.get("token")[:100]
    try:
        user = name_of(said.get("user"))
        who = by_password(keys, user, said.get("key") or "-", "")
        request.app.state.tokens.allow(keys, token, who, user)
    except SegueError as e:
        return page(token, str(e), status=403)
    return page(token, f"Done: the application may scrobble for {user}. Go back to it.", done=True)
