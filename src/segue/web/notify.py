"""A word to systemd, where it asked to be told (Type=notify): sd_notify(3)."""

from __future__ import annotations

import os
import socket


def notify(state: str) -> None:
    """Send a state such as READY=1; nothing where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        try:
            sock.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
        except OSError:  # whoever asked has gone: no reason not to serve
            return
