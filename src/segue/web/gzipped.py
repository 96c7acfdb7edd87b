"""Bodies that come compressed, never more of them than a limit once they are unpacked."""

from __future__ import annotations

import zlib

from segue.core.errors import InputError
from segue.web.reply import TooLarge

GZIP = 31  # window bits: gzip alone


def gunzip(body: bytes, limit: int) -> bytes:
    """What a gzip body holds: at most `limit` bytes, else TooLarge; InputError where it is damaged or cut short."""
    out = bytearray()
    rest = body
    while rest:
        unpack = zlib.decompressobj(GZIP)
        try:
            out += unpack.decompress(rest, limit + 1 - len(out))
        except zlib.error as e:
            raise InputError(f"the body is no gzip: {e}") from None
        if len(out) > limit or unpack.unconsumed_tail:
            raise TooLarge(f"a request may have {limit} bytes once it is unpacked")
        if not unpack.eof:
            raise InputError("the body is no whole gzip: it ends early")
        rest = unpack.unused_data
    return bytes(out)
