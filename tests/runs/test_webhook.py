"""Where a webhook may lead: https anywhere public, http to this machine, nowhere else."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from segue.core.errors import UsageError
from segue.runs.webhook import MOST, NotDelivered, address_of, checked_url, deliver


@pytest.mark.parametrize(
    "url",
    ["https://example.org/x", "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/", "https://1.1.1.1/"],
)
def test_addresses_that_are_allowed(url: str) -> None:
    assert checked_url(url).geturl() == url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.org/x", "only https, or http on this machine"),
        ("http://10.0.0.1/x", "only https"),
        ("ftp://example.org/x", "is no address"),
        ("file:///etc/passwd", "is no address"),
        ("example.org", "is no address"),
        ("https:///x", "is no address"),
        ("https://u:p@example.org/x", "no name and password"),
        ("https://example.org/\r\nHost: x", "is no address"),
        ("https://example.org:99999/", "99999|range"),
        ("https://[::1/", "Invalid"),
    ],
)
def test_addresses_that_are_not(url: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        checked_url(url)


def looked_up(*addresses: str) -> Any:
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1",
     "::ffff:10.0.0.1", "0.0.0.0", "100.64.0.1"],
)  # fmt: skip
def test_private_addresses_are_refused_unless_allowed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", looked_up("1.1.1.1", address))  # one public address does not help
    where = urlsplit("https://hooks.example.org/x")
    with pytest.raises(NotDelivered, match="private address; alert_private"):
        address_of(where, private=False)
    assert address_of(where, private=True) == "1.1.1.1"


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def connect(address: Any, timeout: float) -> Any:
        asked.append(address)
        raise OSError("stop here")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up("1.1.1.1"))
    monkeypatch.setattr(socket, "create_connection", connect)
    waited: list[float] = []
    with pytest.raises(NotDelivered, match=r"hooks\.example\.org: stop here"):
        deliver("https://hooks.example.org/x", b"{}", sleep=waited.append)
    assert asked == [("1.1.1.1", 443)] * 3
    assert waited == [0.5, 2.0]


def test_a_private_address_is_not_tried_again() -> None:
    waited: list[float] = []
    with pytest.raises(NotDelivered, match="private"):
        deliver("https://10.0.0.1/x", b"{}", sleep=waited.append)
    assert waited == []


def test_bodies_are_limited() -> None:
    with pytest.raises(NotDelivered, match="more than a webhook is sent"):
        deliver("https://example.org/x", b" " * (MOST + 1))


def test_redirects_are_not_followed() -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            paths.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(NotDelivered, match="it answered 302"):
            deliver(f"http://127.0.0.1:{server.server_port}/a", b"{}")
    finally:
        server.shutdown()
        server.server_close()
    assert paths == ["/a"]


def test_a_server_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    import time

    from segue.runs import webhook

    monkeypatch.setattr(webhook, "LONGEST", 0.5)
    monkeypatch.setattr(webhook, "WAITS", ())
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        client, _ = server.accept()
        with client:
            client.recv(65536)
            for _ in range(100):
                try:
                    client.sendall(b"H")
                except OSError:
                    return
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    started = time.monotonic()
    with server, pytest.raises(NotDelivered):
        deliver(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}")
    assert time.monotonic() - started < 9  # of the ten that it drips
