"""The name of a request, in every log line and error: the caller's own where it is well-formed, else a new one."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

HEADER = b"x-request-id"
_FORM = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{3,99}")
REQUEST: ContextVar[str] = ContextVar("segue_request", default="")
"""Of the request that is being answered; "" outside of one."""


def named(given: bytes | None) -> str:
    """What a request is called that came with this header."""
    return given.decode("ascii") if given is not None and _FORM.fullmatch(given) else secrets.token_hex(8)
