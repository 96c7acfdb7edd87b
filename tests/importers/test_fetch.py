"""Files by address: nothing of a private network, nothing without end, and the address that was checked."""

import contextlib
import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from segue.core import addresses
from segue.core.addresses import NotPublic, is_public, public_address
from segue.core.errors import InputError
from segue.importers._fetch import checked, fetched, is_address

PRIVATE = (
    "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "0.0.0.0", "100.64.0.1",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1",
    "fe80::1%eth0", "fd00::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "nonsense", "",
)  # fmt: skip
BODY = b"#EXTM3U\n#EXTINF:1,A - B\nb.mp3\n"


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_nobody_elses(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_internet(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "localhost", "0x7f.1"])
def test_hosts_that_only_look_otherwise(host):
    with pytest.raises((NotPublic, OSError)):
        public_address(host, 80)


def test_one_private_address_of_several_is_enough(monkeypatch):
    monkeypatch.setattr(addresses, "lookup", lambda host, port: ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(NotPublic, match=r"10\.0\.0\.1"):
        public_address("example.org", 80)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/x", "gopher://example.org:70/_x", "data:text/plain,x", "//example.org/x",
     "http://", "http://user:word@example.org/x", "http://example.org:99999/x", "http://exam ple.org/x",
     "http://example.org/x\r\nHost: y", "http://[::1/x", "http://exämple.org/x", "http://example.org/" + "x" * 2_000,
     "jar:http://example.org!/x", "HTTP//x"],
)  # fmt: skip
def test_what_is_no_address(url):
    with pytest.raises(InputError):
        checked(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "localhost", "0"])
def test_this_machine_is_not_asked(host, server, tmp_path):
    with pytest.raises(InputError, match=r"import_private|cannot be read"):
        fetched(f"http://{host}:{server.port}/list.m3u", tmp_path)
    assert server.asked == []
    assert list(tmp_path.iterdir()) == []


class Answers(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["host"]))
        name = self.path.partition("?")[0].rpartition("/")[2].partition(".")[0]
        with contextlib.suppress(OSError):  # hung up on, as is asked for here
            getattr(self, f"send_{name}", self.send_404)()

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def send_404(self) -> None:
        self.answer(b"", 404)

    def send_list(self) -> None:
        self.answer(BODY)

    def send_unnamed(self) -> None:
        self.answer(BODY, Content_Type="audio/x-mpegurl; charset=utf-8")

    def send_packed(self) -> None:
        self.answer(gzip.compress(BODY), Content_Encoding="gzip")

    def send_bomb(self) -> None:
        self.answer(gzip.compress(bytes(20_000_000)), Content_Encoding="gzip")

    def send_broken(self) -> None:
        self.answer(b"\x1f\x8bnonsense", Content_Encoding="gzip")

    def send_cut(self) -> None:
        self.answer(gzip.compress(BODY)[:-9], Content_Encoding="gzip")

    def send_twice(self) -> None:
        self.answer(gzip.compress(BODY) + gzip.compress(BODY), Content_Encoding="gzip")

    def send_brotli(self) -> None:
        self.answer(BODY, Content_Encoding="br")

    def send_claims(self) -> None:
        self.answer(b"x", Content_Length=str(10**12))

    def send_short(self) -> None:
        self.answer(b"x", Content_Length="100")

    def send_round(self) -> None:
        self.answer(b"", 302, Location="/round")

    def send_away(self) -> None:
        self.answer(b"", 302, Location=f"http://127.0.0.2:{self.server.server_port}/list.m3u")

    def send_scheme(self) -> None:
        self.answer(b"", 302, Location="file:///etc/passwd")

    def send_on(self) -> None:
        self.answer(b"", 307, Location="list.m3u")

    def send_huge(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(bytes(65_536))

    def send_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def send_slow(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(90):
            self.wfile.write(b"X-%d: y\r\n" % i)
            time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False

    def __init__(self) -> None:
        super().__init__(("0.0.0.0", 0), Answers)
        self.asked: list[tuple[str, str]] = []
        self.port = self.server_port


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
def ours(monkeypatch):
    """127.0.0.1 counts as the internet, as far as these tests go; every other address stays what it is."""
    before = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda text: text == "127.0.0.1" or before(text))


@pytest.mark.parametrize(
    ("path", "name"),
    [("list.m3u", "list.m3u"), ("on", "list.m3u"), ("unnamed", "unnamed.m3u"), ("packed.m3u", "packed.m3u"),
     ("a/..%2F..%2Flist.m3u", ""), ("list.m3u?x=/../y", "list.m3u")],
)  # fmt: skip
def test_a_file_is_had(path, name, server, ours, tmp_path):
    url = f"http://127.0.0.1:{server.port}/{path}"
    if not name:
        with pytest.raises(InputError, match="404"):
            fetched(url, tmp_path)
        return
    found = fetched(url, tmp_path)
    assert (found.name, found.parent, found.read_bytes()) == (name, tmp_path, BODY)


@pytest.mark.parametrize(
    ("path", "why"),
    [("nothing", "404"), ("bomb", "more than 1,000,000 bytes"), ("broken", "broken gzip"), ("cut", "ended early"),
     ("twice", "would be lost"),
     ("brotli", "nobody asked for"), ("claims", "1000000000000"), ("short", "ended early"),
     ("round", "more than 5 times"),
     ("away", r"127\.0\.0\.2, which is no address"), ("scheme", "not fetched"),
     ("huge", "more than 1,000,000 bytes"), ("drip", "too long"), ("slow", "too long")],
)  # fmt: skip
def test_what_is_not_taken(path, why, server, ours, tmp_path):
    begun = time.monotonic()
    with pytest.raises(InputError, match=why):
        fetched(f"http://127.0.0.1:{server.port}/{path}", tmp_path, most=1_000_000, deadline_s=1.0)
    assert time.monotonic() - begun < 10
    assert [path for path, _ in server.asked if "list" in path] == [], (
        "a redirect into a private network is not followed"
    )


def test_a_host_is_looked_up_once_and_that_address_is_asked(server, ours, monkeypatch, tmp_path):
    """The name server says something else the second time: nobody asks it."""
    asked = []

    def turning(host, port, **_):
        asked.append(host)
        there = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (there, port))]

    before = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: turning(host, *a, **k) if host == "turning.example" else before(host, *a, **k),
    )
    assert fetched(f"http://turning.example:{server.port}/list.m3u", tmp_path).read_bytes() == BODY
    assert asked == ["turning.example"]
    assert server.asked == [("/list.m3u", f"turning.example:{server.port}")]


def test_ones_own_network_may_be_allowed(server, tmp_path):
    assert fetched(f"http://127.0.0.1:{server.port}/list.m3u", tmp_path, private=True).read_bytes() == BODY


def test_what_an_address_is():
    assert is_address("HTTPS://example.org")
    assert not is_address("folder/http://x")
