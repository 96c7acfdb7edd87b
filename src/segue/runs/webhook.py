"""Send JSON to an address that was configured, and to no other."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from urllib.parse import SplitResult

from segue.core.addresses import is_public, lookup, web_address
from segue.core.errors import UsageError

TIMEOUT, LONGEST = 5.0, 10.0
"""Seconds without a byte after which a try is given up, and seconds that one try may take in all."""
WAITS = (0.5, 2.0)
"""Seconds between tries."""
MOST = 256 * 1024
"""Bytes of a body."""
SIGNATURE = "X-Segue-Signature"


class NotDelivered(Exception):
    """Nobody took it; the message says why."""


def deliver(
    url: str, body: bytes, *, secret: str = "", private: bool = False, sleep: Callable[[float], None] = time.sleep
) -> None:
    """POST a body of JSON; what fails for now is tried three times. NotDelivered, or UsageError for a bad address.

    The host is looked up once and that address is connected to; redirects are not followed. With a secret, the header
    `X-Segue-Signature: t=<seconds>,v1=<hex>` holds the HMAC-SHA256 of `<seconds>.<body>`.
    """
    where = checked_url(url)
    if len(body) > MOST:
        raise NotDelivered(f"{len(body):,} bytes are more than a webhook is sent ({MOST:,})")
    why = ""
    for wait in (*WAITS, None):
        try:
            status = _post(where, address_of(where, private), body, secret)
        except (OSError, http.client.HTTPException) as e:
            why = str(e) or type(e).__name__
        else:
            if 200 <= status < 300:
                return
            why = f"it answered {status}"
            if status < 500 and status not in (408, 425, 429):
                break
        if wait is not None:
            sleep(wait)
    raise NotDelivered(f"{where.hostname}: {why}")


def checked_url(url: str) -> SplitResult:
    """The parts of an address that may be sent to: https, or http on this machine. UsageError otherwise."""
    try:
        where = web_address(url)
    except ValueError as e:
        raise UsageError(f"webhook: {e}") from None
    if where.scheme == "http" and not _here(where.hostname or ""):
        raise UsageError(f"webhook {url[:200]!r}: only https, or http on this machine (127.0.0.1, localhost)")
    return where


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address_of(where: SplitResult, private: bool) -> str:
    """The IP address to connect to. NotDelivered where it is private and that was not allowed."""
    assert where.hostname
    addresses = lookup(where.hostname, where.port or _port(where))
    for text in addresses:
        address = ipaddress.ip_address(text.split("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if _here(where.hostname) and mapped.is_loopback:
            continue
        if not private and not is_public(text):
            raise NotDelivered(f"{where.hostname} is {text}, a private address; alert_private = true allows that")
    return addresses[0]


def _port(where: SplitResult) -> int:
    return 443 if where.scheme == "https" else 80


def _post(where: SplitResult, address: str, body: bytes, secret: str) -> int:
    """The status of the answer."""
    assert where.hostname
    plain = socket.create_connection((address, where.port or _port(where)), TIMEOUT)
    connection = http.client.HTTPConnection(where.hostname, where.port or _port(where), timeout=TIMEOUT)
    watch = threading.Timer(LONGEST, _hang_up, [connection])
    watch.start()
    try:
        connection.sock = plain
        if where.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=where.hostname)
        headers = {"Content-Type": "application/json", "User-Agent": "segue", "Connection": "close"}
        if secret:
            headers[SIGNATURE] = signature(body, secret, int(time.time()))
        path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        watch.cancel()
        connection.close()
        plain.close()


def _hang_up(connection: http.client.HTTPConnection) -> None:
    """End a connection that drips."""
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def signature(body: bytes, secret: str, at: int) -> str:
    """What the header says of a body sent at a time (seconds since 1970)."""
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"
