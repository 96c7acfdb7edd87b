"""Bodies that come compressed, never more of them than a limit once they are unpacked."""

from __future__ import annotations

import zlib

from segue.core.errors import InputError
from segue.web.reply import TooLarge

GZIP = 31  # window bits: gzip alone
PIECE = 2_048
"""Bytes that are unpacked at once: zlib copies what follows the end of a member, and a body may have many of them."""


def gunzip(body: bytes, limit: int) -> bytes:
    """What a gzip body holds: at most `limit` bytes, else TooLarge; InputError where it is damaged or cut short."""
    out, packed, at = bytearray(), memoryview(body), 0
    while at < len(packed):
        unpack = zlib.decompressobj(GZIP)
        while not unpack.eof:
            piece = packed[at : at + PIECE]
            if not piece:
                raise InputError("the body is no whole gzip: it ends early")
            try:
                out += unpack.decompress(piece, limit + 1 - len(out))
            except zlib.error as e:
                raise InputError(f"the body is no gzip: {e}") from None
            if len(out) > limit or unpack.unconsumed_tail:
                raise TooLarge(f"a request may have {limit} bytes once it is unpacked")
            at += len(piece) - len(unpack.unused_data)
    return bytes(out)
