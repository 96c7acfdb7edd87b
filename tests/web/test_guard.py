import pytest
from tests.web.quick import PASSWORD, quick_passwords

from segue.web.access import COOKIE
from segue.web.application import EVERYTHING, create_app
from segue.web.auth import Scope
from segue.web.guard import host_name, is_loopback
from segue.web.posted import Numbered
from segue.web.service import Backend

EVENT = {"type": "save", "id": "1", "listener": "a", "at": 1, "item": "segue:track:1"}


@pytest.mark.parametrize("host", ["localhost:8800", "127.0.0.1", "[::1]:99", "LOCALHOST", "localhost."])
def test_own_names_come_in(client, host):
    assert client.get("/api/health/live", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1", "evil@localhost:1@x", "127.0.0.2"],
)
def test_dns_rebinding_is_refused(client, host):
    answer = client.get("/v1/listeners", headers={"host": host})
    assert answer.status_code == 421
    assert "--allow-host" in answer.json()["error"]["message"]


def test_more_hosts_or_any(make_client, service):
    one = make_client(create_app(Backend(lambda: service), hosts=["music.home"]))
    assert one.get("/v1/listeners", headers={"host": "music.home:80"}).status_code == 200
    assert one.get("/v1/listeners", headers={"host": "other.home"}).status_code == 421
    every = make_client(create_app(Backend(lambda: service), hosts=None))
    assert every.get("/v1/listeners", headers={"host": "other.home"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"origin": "http://[bad"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
def test_other_sites_neither_write_nor_read(client, service, headers):
    assert client.post("/v1/events", json=EVENT, headers=headers).status_code == 403
    assert client.get("/v1/listeners", headers=headers).status_code == 403
    assert not service.seen


PLAYER = "https://player.example.org"
CALL = {"origin": PLAYER, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
ASKED = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


@pytest.fixture
def elsewhere(make_client, service, keys):
    """A server that a web player elsewhere may call."""
    return make_client(create_app(Backend(lambda: service), keys, hosts=None, origins=[PLAYER]))


def bearer(text):
    return {"authorization": f"Bearer {text}"}


def test_a_page_elsewhere_calls_with_a_key(elsewhere, service, keys):
    key = bearer(keys.create((Scope.LISTENER,), listener="a")[0])
    answer = elsewhere.post("/v1/events", json=EVENT | {"at": 1_700_000_000_000}, headers=CALL | key)
    assert answer.json()["accepted"] == 1
    wrong = elsewhere.get("/v1/home?listener=b", headers=CALL | key)
    unknown = elsewhere.get("/v1/home?listener=a", headers=CALL | bearer("segue_x_y"))
    script = elsewhere.get("/static/segue.js", headers=CALL)
    assert [a.status_code for a in (answer, wrong, unknown, script)] == [202, 403, 401, 200]
    for one in (answer, wrong, unknown, script):
        assert one.headers["access-control-allow-origin"] == PLAYER
        assert "retry-after" in one.headers["access-control-expose-headers"]
        assert "origin" in one.headers["vary"]
        assert "access-control-allow-credentials" not in one.headers
    own = elsewhere.get("/v1/listeners", headers=key)
    assert "access-control-allow-origin" not in own.headers
    assert "origin" in own.headers["vary"], "a cache must not give it to a page elsewhere"


def test_a_browser_that_asks_first_is_told_what_pages_elsewhere_may(elsewhere, service, keys):
    keys.create((Scope.ADMIN,))
    answer = elsewhere("OPTIONS", "/v1/events", headers=CALL | ASKED)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PLAYER
    assert answer.headers["access-control-max-age"] == "600"
    assert "access-control-allow-credentials" not in answer.headers
    methods = set(answer.headers["access-control-allow-methods"].split(", "))
    assert {r.method for r in EVERYTHING if r.path.startswith("/v1/")} <= methods
    told = set(answer.headers["access-control-allow-headers"].split(", "))
    assert told == {"authorization", "content-type", "content-encoding"} | {
        f"segue-{f.replace('_', '-')}" for f in Numbered.__struct_fields__
    }


@pytest.mark.parametrize(
    "origin",
    ["https://player.example.org.evil.example", "http://player.example.org", f"{PLAYER}:8443", "null", "",
     "https://PLAYER.example.org", f"{PLAYER}/", "https://other.example.org"],
)  # fmt: skip
def test_pages_from_anywhere_else_stay_out_with_a_key_too(elsewhere, service, keys, origin):
    key = bearer(keys.create((Scope.ADMIN,))[0])
    for answer in (
        elsewhere.post("/v1/events", json=EVENT, headers=CALL | key | {"origin": origin}),
        elsewhere("OPTIONS", "/v1/events", headers=CALL | ASKED | {"origin": origin}),
        elsewhere.get("/static/segue.js", headers=CALL | {"origin": origin}),
    ):
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert not service.seen


@pytest.mark.parametrize(
    "path",
    ["/", "/console", "/signin", "/setup", "/openapi.json", "/v1", "/v1x", "/static/home.js", "/api/health", "/metrics",
     "/1/submit-listens", "/2.0/", "/rest/ping"],
)  # fmt: skip
def test_a_page_elsewhere_has_no_other_address(elsewhere, keys, path):
    key = bearer(keys.create((Scope.ADMIN,))[0])
    for method in ("GET", "POST", "OPTIONS"):
        answer = elsewhere(method, path, headers=CALL | ASKED | key)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "said", [{}, {"authorization": "Bearer "}, {"authorization": "Basic YTpi"}, bearer("segue_x_y")]
)
def test_whoever_is_signed_in_is_nobody_on_a_page_elsewhere(elsewhere, service, keys, monkeypatch, said):
    quick_passwords(monkeypatch)
    keys.operators.add("ada", PASSWORD)
    elsewhere.http.cookies.set(COOKIE, keys.operators.sign_in("ada", PASSWORD))
    own = {"origin": "http://localhost:8800", "sec-fetch-site": "same-origin"}
    assert elsewhere.get("/v1/console", headers=own).status_code == 200
    assert elsewhere.post("/v1/events", json=EVENT, headers=CALL | said).status_code == 401
    assert elsewhere.get("/v1/console", headers=CALL | said).status_code == 401
    assert not service.seen
    key = bearer(keys.create((Scope.READ,))[0])
    assert elsewhere.get("/v1/console", headers=CALL | key).status_code == 403, "it asks as that key"


def test_where_nothing_is_asked_of_others_a_page_elsewhere_needs_a_key(elsewhere, service):
    assert elsewhere.get("/v1/listeners").status_code == 200
    for said in (CALL, CALL | bearer("anything")):
        assert elsewhere.get("/v1/listeners", headers=said).status_code == 401
        assert elsewhere.post("/v1/events", json=EVENT, headers=said).status_code == 401
    assert not service.seen


def test_a_server_that_names_its_own_address_keeps_its_console(make_client, service, keys, monkeypatch):
    quick_passwords(monkeypatch)
    own = "http://localhost:8800"
    client = make_client(create_app(Backend(lambda: service), keys, origins=[own]))
    keys.operators.add("ada", PASSWORD)
    client.http.cookies.set(COOKIE, keys.operators.sign_in("ada", PASSWORD))
    assert client.get("/v1/console", headers={"origin": own, "sec-fetch-site": "same-origin"}).status_code == 200


def test_own_page_and_programs_write(client):
    own = {"origin": "http://localhost:8800", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    assert client.post("/v1/events", json=EVENT, headers=own).status_code == 202
    assert client.post("/v1/events", json=EVENT).status_code == 202


def test_a_link_from_elsewhere_opens_the_page(client):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200


@pytest.mark.parametrize("path", ["/", "/v1/listeners", "/nothing", "/static/base.css", "/openapi.json"])
def test_every_answer_is_dressed(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert len(headers["x-request-id"]) == 16


def test_large_headers(client):
    assert client.get("/v1/listeners", headers={"x-long": "a" * 40_000}).status_code == 431


def test_names():
    assert host_name("[::1]:80") == "::1"
    assert host_name("a b") != "localhost"
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("127.evil.example")
