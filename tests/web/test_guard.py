import pytest

from segue.web.application import create_app
from segue.web.guard import host_name, is_loopback
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
