"""One real application, what opens it, and what no answer of it may be."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from segue.web.auth import Keys

ROCK, AT = "segue:track:t:a0t3", 1_790_000_000_000
OWN = {"origin": "http://localhost:8800"}
INSIDE = re.compile(
    r"Traceback|\bFile \"|site-packages|/src/segue|sqlite3?\.|OperationalError|\$argon2|"
    r"root:[x*]:0:|object at 0x|msgspec\.|starlette\.|NoneType|__class__ of",
)


def pct(text: str) -> str:
    return quote(
        text.encode("utf-8", "surrogateescape") if "\udcff" in text else text.encode("utf-8", "surrogatepass"), safe=""
    )


@dataclass
class Case:
    """One request."""

    method: str
    path: str
    options: dict[str, Any] = field(default_factory=dict)


def event(**changed: Any) -> dict[str, Any]:
    return {"type": "play", "id": "e", "listener": "L0", "at": AT, "item": ROCK, "ms_played": 1} | changed


@dataclass
class Door:
    """The application and what opens it."""

    client: Any
    keys: Keys
    admin: str
    own: str  # of L0
    session: str  # of Last.fm, for L0
    operator: str  # session of one who may see two tenants
    folder: str
    secrets: tuple[str, ...]

    def ask(self, case: Case) -> Any:
        options = dict(case.options)
        headers = options.pop("headers", {})
        path = case.path.replace("OWN", self.own).replace("SESSION", self.session)
        if isinstance(headers, dict):
            headers = {k: v.replace("OWN", self.own).replace("OPERATOR", self.operator) for k, v in headers.items()}
            headers.setdefault("authorization", f"Bearer {self.admin}")
        elif headers[0][0] == b"segue-tenant":  # counts for sessions alone
            headers = [*headers, (b"cookie", f"segue_session={self.operator}".encode())]
        elif not any(k in (b"authorization", b"cookie") for k, _ in headers):
            headers = [*headers, (b"authorization", f"Bearer {self.admin}".encode())]
        if isinstance(options.get("content"), bytes):
            options["content"] = options["content"].replace(b"SESSION", self.session.encode())
        return self.client(case.method, path, headers=headers, **options)


class Page(HTMLParser):
    """What a browser would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {k: v or "" for k, v in attrs}
        self.runs += [f"{tag} {k}={v}" for k, v in said.items() if k.startswith("on") or k == "style"]
        addresses = [v.strip().lower() for k, v in said.items() if k in ("href", "src", "action", "formaction")]
        self.runs += [f"{tag} {a}" for a in addresses if not a.startswith(("/", "#", "?")) or a.startswith("//")]
        if tag in ("iframe", "object", "embed", "base", "meta") and "http-equiv" in said:
            self.runs.append(tag)
        if tag == "script" and not said.get("src", "").startswith("/static/"):
            self.runs.append(tag)
        if tag in ("iframe", "object", "embed", "base"):
            self.runs.append(tag)


def harmless(door: Door, answer: Any, says_own: bool = False) -> None:
    """The answer is one of those that are meant, and says nothing of the inside."""
    text, media = answer.text, answer.headers.get("content-type", "")
    assert answer.status_code < 500 or (answer.status_code == 503 and "error" in text), (answer.status_code, text[:300])
    found = INSIDE.search(text)
    assert found is None, found
    assert door.folder not in text
    for secret in door.secrets:
        assert secret not in text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers or "a=b" not in answer.headers["set-cookie"]
    for name, value in answer.headers.raw:
        assert b"\n" not in name + value
        assert b"\r" not in name + value
    if "html" in media:
        assert Page(text).runs == []
    elif "json" in media:
        json.loads(answer.content)
    elif "xml" in media or "xspf" in media:
        ET.fromstring(answer.content)
