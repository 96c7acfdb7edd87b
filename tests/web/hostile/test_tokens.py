"""Tokens that were made up, cut, replayed, revoked, or are another's."""

import base64
import json
import re

import pytest
from tests.web.hostile.door import Case, harmless, pct

from segue.web.application import EVERYTHING
from segue.web.auth import Keys, Scope
from segue.web.resource import KEY


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
