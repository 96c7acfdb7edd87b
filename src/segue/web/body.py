"""Bodies of requests, never more of them than a limit, nor later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request

from segue.web.reply import TooLarge, TooSlow

PATIENCE_S = 30.0
"""Seconds that a body may take, beside those that its length buys; and that nothing of it may come. What holds memory,
or a place, for nothing must not stay for ever."""
LEAST_PACE = 64 << 10
"""Bytes that buy another second: half a Mbit/s, so that 10 MB may take three minutes."""


async def read_body(request: Request, limit: int, came: Callable[[int], None] | None = None) -> bytes:
    """The whole body. TooLarge where it has more than `limit` bytes; TooSlow where it does not come in time.

    `came` is told how long each part is before it is kept, and may raise.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise TooLarge(f"a request may have {limit} bytes, this one has {declared[:20]}")
    body = bytearray()
    loop = asyncio.get_running_loop()
    ends = loop.time() + PATIENCE_S
    try:
        async with asyncio.timeout_at(ends) as patience:
            async for chunk in request.stream():
                if len(body) + len(chunk) > limit:
                    raise TooLarge(f"a request may have {limit} bytes")
                if came is not None:
                    came(len(chunk))
                body += chunk
                ends = min(ends + len(chunk) / LEAST_PACE, loop.time() + PATIENCE_S)  # nothing is saved up
                patience.reschedule(ends)
    except TimeoutError:
        raise TooSlow(f"the body did not come in time, {len(body)} bytes of it did; send it again") from None
    return bytes(body)
