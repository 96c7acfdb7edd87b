"""Bodies of requests, never more of them than a limit."""

from __future__ import annotations

from starlette.requests import Request

from segue.web.reply import TooLarge


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, or TooLarge where it has more than `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise TooLarge(f"a request may have {limit} bytes, this one has {declared[:20]}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"a request may have {limit} bytes")
    return bytes(body)
