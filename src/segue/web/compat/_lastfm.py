"""Last.fm's answers in JSON and XML, its errors, and how its callers say who they are."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
from starlette.responses import Response

from segue.core.errors import InputError, NotReady, SegueError, WorkspaceError
from segue.store.passing import Passing
from segue.surfaces.playlist_files import xml_text
from segue.web.auth import Caller, Keys, caller_of, is_open
from segue.web.compat._fields import Fields
from segue.web.rate import TooMany
from segue.web.reply import TooSlow
from segue.web.service import Busy
from segue.web.sessions import begin, caller_in

METHOD, FAILED, PARAMETERS, SESSION, API_KEY, SIGNATURE, NOT_YET, EXPIRED, LATER, TOO_OFTEN = (
    3, 4, 6, 9, 10, 13, 14, 15, 16, 29,
)  # fmt: skip
TOKEN_S = 3_600  # that a token may be approved for
MOST_TOKENS = 1_000


class LastfmError(SegueError):
    """An error with a code of the protocol."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def failure(form: str, e: SegueError) -> Response:
    """An error in Last.fm's form."""
    known: tuple[tuple[type[SegueError], int], ...] = (
        (TooMany, TOO_OFTEN), (NotReady, LATER), (Busy, LATER), (WorkspaceError, LATER), (TooSlow, LATER),
        (InputError, PARAMETERS),
    )  # fmt: skip
    code = e.code if isinstance(e, LastfmError) else next((c for kind, c in known if isinstance(e, kind)), PARAMETERS)
    status = {TOO_OFTEN: 429, LATER: 503}.get(code, 403 if code in (FAILED, SESSION, SIGNATURE, NOT_YET) else 400)
    if form == "json":
        return _sent(msgspec.json.encode({"error": code, "message": str(e)}), "application/json", status)
    root = ET.Element("lfm", {"status": "failed"})
    ET.SubElement(root, "error", {"code": str(code)}).text = xml_text(str(e))
    return _sent(ET.tostring(root, encoding="utf-8", xml_declaration=True), "text/xml", status)


def reply(form: str, body: Mapping[str, Any]) -> Response:
    """An answer: `@attr` are attributes in XML, and so is what stands beside a `#text`."""
    if form == "json":
        return _sent(msgspec.json.encode(body), "application/json")
    root = ET.Element("lfm", {"status": "ok"})
    for name, value in body.items():
        _add(root, name, value)
    return _sent(ET.tostring(root, encoding="utf-8", xml_declaration=True), "text/xml")


def _sent(body: bytes, media: str, status: int = 200) -> Response:
    return Response(body, status, {"cache-control": "no-store"}, media)


def _add(parent: ET.Element, name: str, value: Any) -> None:
    if isinstance(value, list | tuple):
        for one in value:
            _add(parent, name, one)
        return
    element = ET.SubElement(parent, name)
    if not isinstance(value, Mapping):
        element.text = xml_text(str(value))
        return
    beside = "#text" in value
    for key, one in value.items():
        if key == "@attr":
            for attribute, text in one.items():
                element.set(attribute, xml_text(str(text)))
        elif key == "#text":
            element.text = xml_text(str(one))
        elif beside:
            element.set(key, xml_text(str(one)))
        else:
            _add(element, key, one)


# --- who calls ------------------------------------------------------------------------------------------------------


def signature(said: Fields, secret: str) -> str:
    """MD5 of all parameters but `format` and `callback`, by name, and the secret."""
    given = {name: value for name, value in said.pairs() if name not in ("format", "callback", "api_sig")}
    text = "".join(name + given[name] for name in sorted(given)) + secret
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def check_signature(keys: Keys | None, said: Fields) -> None:
    """LastfmError where it is wrong. Only of our own API keys the secret is known: it is the key made with --digest."""
    api_key = said.get("api_key")
    if not api_key:
        raise LastfmError(API_KEY, "Invalid API key: api_key is missing")
    secret = keys.text(api_key) if keys is not None else ""
    if secret and not _same(signature(said, secret), said.get("api_sig").lower()):
        raise LastfmError(SIGNATURE, "Invalid method signature supplied")


def session_of(keys: Keys | None, said: Fields) -> tuple[Caller, str]:
    """Who calls, and for which listener, by the session key."""
    who = caller_in(keys, said.get("sk"))
    if who is None:
        raise LastfmError(SESSION, "Invalid session key - Please re-authenticate")
    return who, who.listener


def by_password(keys: Keys | None, user: str, password: str, token: str) -> Caller:
    """Who a listener's name and key stand for; `token` is MD5 of the name and MD5 of the key."""
    if keys is None or is_open(keys):
        who = caller_of(keys, "")
    elif password:
        who = caller_of(keys, password)
    else:
        proven = [key for key, text in keys.texts(user) if _same(_md5(user + _md5(text)), token.lower())]
        who = proven[0].caller() if proven else None
    if who is None or not who.may_be(user):
        raise LastfmError(FAILED, "Authentication Failed - You do not have permissions to access the service")
    return who


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))


class Tokens:
    """Tokens on their way from `auth.getToken` over a listener's consent to `auth.getSession`; the worker processes of
    a server share them.
    """

    def __init__(self, passing: Passing) -> None:
        self._passing = passing

    def new(self) -> str:
        token = secrets.token_hex(16)

        def new(connection: sqlite3.Connection) -> None:
            now = time.time()
            connection.execute("INSERT INTO tokens VALUES (?, ?, '', '')", (token, now))
            connection.execute("DELETE FROM tokens WHERE at < ?", (now - TOKEN_S,))
            connection.execute(
                "DELETE FROM tokens WHERE rowid IN (SELECT rowid FROM tokens ORDER BY at DESC LIMIT -1 OFFSET ?)",
                (MOST_TOKENS,),
            )

        self._passing.change(new)
        return token

    def allow(self, keys: Keys | None, token: str, who: Caller, listener: str) -> None:
        """A listener consents; LastfmError where the token is too old."""
        session = begin(keys, who, listener)

        def allow(connection: sqlite3.Connection) -> None:
            _known(connection, token)
            sql = "UPDATE tokens SET session = ?, listener = ? WHERE token = ?"
            connection.execute(sql, (session, listener, token))

        self._passing.change(allow)

    def take(self, token: str) -> tuple[str, str]:
        """Session and listener, once; LastfmError before there is consent."""

        def take(connection: sqlite3.Connection) -> tuple[str, str]:
            session, listener = _known(connection, token)
            if not session:
                raise LastfmError(NOT_YET, "Unauthorized Token - This token has not been authorized")
            connection.execute("DELETE FROM tokens WHERE token = ?", (token,))
            return session, listener

        return self._passing.change(take)

    def forget(self, listener: str) -> None:
        """Those that a listener consented to."""
        self._passing.change(lambda c: c.execute("DELETE FROM tokens WHERE listener = ?", (listener,)))


def _known(connection: sqlite3.Connection, token: str) -> tuple[str, str]:
    """Session and listener of a token, both empty before there is consent; LastfmError where it is too old."""
    sql = "SELECT session, listener FROM tokens WHERE token = ? AND at >= ?"
    rows = connection.execute(sql, (token, time.time() - TOKEN_S)).fetchall()
    if not rows:
        raise LastfmError(EXPIRED, "Token has expired")
    session, listener = rows[0]
    return str(session), str(listener)
