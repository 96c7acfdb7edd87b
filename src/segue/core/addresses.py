"""Which addresses are anybody's on the internet, and which belong to this machine or to a network of its own.

Whoever connects to a host that somebody else named looks it up once here and connects to what this gives back, so that
a second answer of the name server changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

MAX_URL = 2_000  # characters
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotPublic(Exception):
    """A host that lies in a private network, or is none; the message says which."""


def web_address(text: str) -> SplitResult:
    """The parts of an http or https address, as it is asked for; ValueError says what is wrong with it."""
    shown = repr(text[:200])
    try:
        where = urlsplit(text)
        host, _ = where.hostname, where.port
    except ValueError as e:
        raise ValueError(f"{shown}: {e}") from None
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= MAX_URL
    if where.scheme not in ("http", "https") or not host or not plain:
        raise ValueError(f"{shown} is no address; it looks like https://example.org/path")
    if where.username or where.password:
        raise ValueError(f"no name and password in an address: {host[:100]}")
    return where


def feed_address(said: object) -> str:
    """The address of a feed or an episode as it is kept, whoever names it; "" where it is none.

    Apps and feeds must spell one alike, or what is told of an episode does not meet it.
    """
    text = said.strip() if isinstance(said, str) else ""
    if text.startswith(("feed://", "itpc://", "pcast://")):
        text = "http://" + text.partition("://")[2]
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    fine = parts.scheme in ("http", "https") and host and len(text) <= MAX_URL and text.isprintable()
    return text if fine and " " not in text else ""


def is_public(text: str) -> bool:
    """Whether an IP address is a host's on the internet, also where it holds an IPv4 address within."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False  # a zone, such as fe80::1%eth0, is of this machine
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def lookup(host: str, port: int) -> list[str]:
    """Every address of a host, in the order in which they are to be tried. OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_address(host: str, port: int) -> str:
    """The address to connect to; NotPublic where any of the host's is not one of the internet. OSError: see `lookup`.

    Numbers that only look like a host (2130706433, 0x7f.1, 0177.0.0.1) are looked up as the system would read them.
    """
    addresses = lookup(host, port)
    for text in addresses:
        if not is_public(text):
            raise NotPublic(f"{host} is {text}, which is no address of the internet")
    return addresses[0]
