"""Bodies that are too large, too deep, packed, cut, or of another kind, wherever one is taken."""

import base64
import gzip
import json

import pytest
from tests.web.hostile.door import AT, OWN, Case, event, harmless

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
