"""Subsonic's envelope, in JSON and XML, its errors, and how its callers say who they are."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
from starlette.responses import Response

from segue import __version__
from segue.core.errors import InputError, SegueError, UnknownName
from segue.surfaces.playlist_files import xml_text
from segue.web.auth import Caller, Keys, caller_of, is_open
from segue.web.compat._asking import name_of
from segue.web.compat._fields import Fields, Missing

VERSION = "1.16.1"
NAMESPACE = "http://subsonic.org/restapi"

GENERIC, MISSING, WRONG, NO_DIGEST, CONFLICT, BAD_KEY, NOT_ALLOWED, NOT_FOUND = 0, 10, 40, 41, 43, 44, 50, 70


class SubsonicError(SegueError):
    """An error with a code of the protocol."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def authenticated(keys: Keys | None, said: Fields) -> tuple[Caller, str]:
    """Who calls, and for which listener; SubsonicError where that is not proven."""
    user, api_key = said.get("u"), said.get("apiKey")
    if api_key and (user or said.get("t") or said.get("p")):
        raise SubsonicError(CONFLICT, "Multiple conflicting authentication mechanisms provided")
    if api_key:
        who = caller_of(keys, api_key)
        if who is None or (who.key and not who.listener):
            raise SubsonicError(BAD_KEY, "Invalid API key: it is no listener's")
        return who, _name(who.listener or api_key)
    user = said.need("u")
    who = _by_password(keys, said.get("p")) if said.get("p") else _by_token(keys, user, said)
    if who is None or not who.may_be(user):
        raise SubsonicError(WRONG, "Wrong username or password")
    return who, _name(user)


def _name(user: str) -> str:
    try:
        return name_of(user)
    except InputError:
        raise SubsonicError(WRONG, "Wrong username or password") from None


def _by_password(keys: Keys | None, password: str) -> Caller | None:
    if password.startswith("enc:"):
        try:
            password = bytes.fromhex(password[4:]).decode("utf-8", "replace")
        except ValueError:
            return None
    return caller_of(keys, password)


def _by_token(keys: Keys | None, user: str, said: Fields) -> Caller | None:
    token, salt = said.need("t"), said.need("s")
    if keys is None or is_open(keys):
        return caller_of(keys, "")
    mine = keys.texts(user)
    if not mine:
        raise SubsonicError(NO_DIGEST, "Token authentication needs a key made with `segue keys create --digest`")
    for key, text in mine:
        proof = hashlib.md5(f"{text}{salt}".encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
        if hmac.compare_digest(proof.encode(), token.lower().encode("utf-8", "replace")):
            return key.caller()
    return None


def reply(form: str, body: Mapping[str, Any], failed: bool = False) -> Response:
    """An answer in the form that was asked for: "json", else XML."""
    head = {
        "status": "failed" if failed else "ok", "version": VERSION, "type": "segue", "serverVersion": __version__,
        "openSubsonic": True,
    }  # fmt: skip
    headers = {"cache-control": "no-store"}
    whole = head | dict(body)
    if form == "json":
        return Response(msgspec.json.encode({"subsonic-response": whole}), 200, headers, "application/json")
    root = ET.Element("subsonic-response", {"xmlns": NAMESPACE})
    _fill(root, whole)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(text, 200, headers, "text/xml")


def failure(form: str, e: SegueError) -> Response:
    """An error in Subsonic's form; the status is 200, as its clients expect."""
    known: tuple[tuple[type[SegueError], int], ...] = ((UnknownName, NOT_FOUND), (Missing, MISSING))
    code = e.code if isinstance(e, SubsonicError) else next((c for kind, c in known if isinstance(e, kind)), GENERIC)
    return reply(form, {"error": {"code": code, "message": str(e)}}, failed=True)


def _fill(element: ET.Element, value: Mapping[str, Any]) -> None:
    """Plain values as attributes, objects as elements, lists as one element each."""
    for name, one in value.items():
        if isinstance(one, Mapping):
            _fill(ET.SubElement(element, name), one)
        elif isinstance(one, list | tuple):
            for part in one:
                child = ET.SubElement(element, name)
                if isinstance(part, Mapping):
                    _fill(child, part)
                else:
                    child.text = xml_text(_plain(part))
        else:
            element.set(name, xml_text(_plain(one)))


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
