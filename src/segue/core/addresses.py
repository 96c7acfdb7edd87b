"""Which addresses are anybody's on the internet, and which belong to this machine or to a network of its own.

Whoever connects to a host that somebody else named looks it up once here and connects to what this gives back, so that
a second answer of the name server changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotPublic(Exception):
    """A host that lies in a private network, or is none; the message says which."""


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
