"""Files that are named by an address: fetched once, with limits, and never from a network of one's own.

Who names an address need not be who runs the import: a feed or a playlist may point anywhere. So every step of a chain
of redirects is looked up once, refused where it lies in a private network, and connected to at that very address.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, unquote, urljoin

from segue.core.addresses import NotPublic, lookup, public_address, web_address
from segue.core.errors import InputError

MOST = 64 << 20  # bytes of a file, unpacked
DEADLINE_S = 60.0  # for all of it, redirects included
WAIT_S = 10.0  # without a byte
REDIRECTS = 5
BLOCK = 1 << 16
GZIP = 31  # window bits
ENDINGS = {
    "application/xspf+xml": ".xspf", "application/jspf+json": ".jspf", "audio/x-mpegurl": ".m3u",
    "audio/mpegurl": ".m3u", "application/vnd.apple.mpegurl": ".m3u8", "text/csv": ".csv",
    "application/json": ".json", "application/zip": ".zip", "application/rss+xml": ".rss", "text/x-opml": ".opml",
    "application/atom+xml": ".atom", "application/xml": ".xml", "text/xml": ".xml",
}  # fmt: skip
"""What a file is called where its address does not say."""


def is_address(text: str) -> bool:
    """Whether what is to be imported is named by an address, and not by a path."""
    return text.lower().startswith(("http://", "https://"))


def fetched(url: str, folder: Path, *, private: bool = False, most: int = MOST, deadline_s: float = DEADLINE_S) -> Path:
    """The file of an address in a folder, called as the address ends. InputError says why it cannot be had.

    `private`: addresses of one's own network are fine, which is only right where nobody else chooses them.
    """
    end = time.monotonic() + deadline_s
    where = checked(url)
    for _ in range(REDIRECTS + 1):
        with _asked(where, private, end) as answer:
            location = answer.getheader("location", "")
            if answer.status in (301, 302, 303, 307, 308) and location:
                where = checked(urljoin(where.geturl(), location))
                continue
            if answer.status != 200:
                raise InputError(f"{where.geturl()[:200]} answered {answer.status}")
            path = folder / _name(where, answer.getheader("content-type", ""))
            with path.open("wb") as file:
                for block in _blocks(answer, where, most, end):
                    file.write(block)
            return path
    raise InputError(f"{url[:200]} leads on more than {REDIRECTS} times")


def checked(url: str) -> SplitResult:
    """The parts of an address that may be asked; InputError for other schemes, passwords, and what is no address."""
    try:
        return web_address(url)
    except ValueError as e:
        raise InputError(f"not fetched: {e}") from None


@contextlib.contextmanager
def _asked(where: SplitResult, private: bool, end: float) -> Iterator[http.client.HTTPResponse]:
    """An answer whose body is still to come. Whatever drips is hung up on at the end."""
    assert where.hostname
    port = where.port or (443 if where.scheme == "https" else 80)
    connection = http.client.HTTPConnection(where.hostname, port)
    sockets: list[socket.socket] = []
    watch = threading.Timer(max(0.0, end - time.monotonic()), _hang_up, [sockets])
    try:
        address = lookup(where.hostname, port)[0] if private else public_address(where.hostname, port)
        connection.sock = socket.create_connection((address, port), WAIT_S)
        sockets.append(connection.sock)
        watch.start()
        if where.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=where.hostname)
            sockets[0] = connection.sock
        path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        accepted = {"Accept-Encoding": "gzip", "User-Agent": "segue", "Connection": "close"}
        connection.request("GET", path, headers=accepted)
        with connection.getresponse() as answer:
            yield answer
    except NotPublic as e:
        raise InputError(f"{e}; import_private = true allows that") from None
    except (OSError, http.client.HTTPException) as e:
        why = "it took too long" if time.monotonic() >= end else str(e) or type(e).__name__
        raise InputError(f"{where.hostname} cannot be read: {why}") from None
    finally:
        watch.cancel()
        connection.close()


def _hang_up(sockets: list[socket.socket]) -> None:
    """End a connection, whoever is reading of it: the connection itself lets go of its socket once it has answered."""
    with contextlib.suppress(OSError):
        sockets[0].shutdown(socket.SHUT_RDWR)


def _blocks(answer: http.client.HTTPResponse, where: SplitResult, most: int, end: float) -> Iterator[bytes]:
    """The body, unpacked, never more of it than the limit."""
    host, size = where.hostname, 0
    declared = answer.getheader("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > most:
        raise InputError(f"{host} would send {declared[:20]} bytes; at most {most:,} are read")
    encoding = answer.getheader("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise InputError(f"{host} sends {encoding[:40]!r}, which nobody asked for")
    unpack = zlib.decompressobj(GZIP) if "gzip" in encoding else None
    while packed := answer.read1(BLOCK):
        if time.monotonic() >= end:
            raise InputError(f"{host} takes too long")
        while packed:
            try:
                block = unpack.decompress(packed, BLOCK) if unpack else packed
            except zlib.error as e:
                raise InputError(f"{host} sends a broken gzip: {e}") from None
            packed = unpack.unconsumed_tail if unpack else b""
            size += len(block)
            if size > most:
                raise InputError(f"{host} sends more than {most:,} bytes")
            yield block
    if unpack is not None and unpack.unused_data:
        raise InputError(f"{host} sends more behind the end of its gzip, which would be lost")
    late = time.monotonic() >= end
    if late or (unpack is not None and not unpack.eof) or answer.length:
        why = "it took too long" if late else "it ended early"
        raise InputError(f"{host} did not send all of it: {why}")


def _name(where: SplitResult, media: str) -> str:
    """A plain file name, with an ending that importers know a format by."""
    last = re.sub(r"[^\w.\-]", "_", unquote(where.path).rstrip("/").rpartition("/")[2])[-100:].lstrip(".")
    ending = "" if "." in last else ENDINGS.get(media.partition(";")[0].strip().lower(), "")
    return (last or "file") + ending
