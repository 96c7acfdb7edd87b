"""JSON of any length, one element of an array at a time; a broken element is lost alone, a broken end ends it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from segue.core.events import Bad
from segue.importers._reading import MAX_RAW, Broken, text_of

MAX_ELEMENT = 1 << 22  # bytes of one element
_REST = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_TOKEN = re.compile(rb'"' + _REST + rb'"|[\[\]{}"]', re.DOTALL)
_IN_STRING = re.compile(_REST, re.DOTALL)

Element = tuple[int, object]  # running number from 1, decoded value


def elements(raw: Iterator[bytes], key: str = "") -> Iterator[Element | Bad]:
    """The elements of the array that the document is, or that stands under `key` of the object that it is.

    Only objects and arrays are elements (numbers and strings between them are passed over). Memory is bounded by
    MAX_ELEMENT and a block. The number in a Bad is the element's. Nothing at all where there is no such array.
    """
    scan = _Scan(key.encode())
    try:
        for block in raw:
            yield from scan.feed(block)
    except (Broken, OSError) as e:
        yield Bad(line=scan.number, reason=f"the file ends here: {e}", raw=text_of(scan.rest[:MAX_RAW]))
        return
    if scan.depth or scan.in_string:
        yield Bad(line=scan.number, reason="the file ends inside the data", raw=text_of(scan.rest[:MAX_RAW]))


class _Scan:
    def __init__(self, key: bytes) -> None:
        self.key = b'"' + key + b'"' if key else b""
        self.base = 2 if key else 1  # depth inside the wanted array
        self.depth = 0
        self.inside = False  # the wanted array
        self.keeping = self.lost = False  # in an element; in one that grew too long
        self.in_string = False  # in a string that grew too long
        self.last = b""  # the last string at the depth of keys
        self.number = 1  # of the element
        self.rest, self.scanned = b"", 0  # bytes carried over, and how many of them have been looked at

    def feed(self, block: bytes) -> Iterator[Element | Bad]:
        data, at, start = self.rest + block, self.scanned, 0
        if self.in_string:
            at = _end_of_string(data, 0)
            if data[at : at + 1] != b'"':
                self.rest = data[at:]
                return
            self.in_string, at = False, at + 1
        while (token := _TOKEN.search(data, at)) is not None:
            mark = token.group()
            if mark == b'"':  # a string that does not end in this block
                at = token.start()
                break
            at = token.end()
            if mark in b"[{":
                self.depth += 1
                if self.inside and self.depth == self.base + 1:
                    start, self.keeping = token.start(), True
                elif not self.inside and mark == b"[" and self.depth == self.base:
                    self.inside = not self.key or self.last == self.key
            elif mark in b"]}":
                self.depth = max(0, self.depth - 1)
                if self.keeping and self.depth == self.base:
                    if not self.lost:
                        yield self._decoded(data[start:at])
                    self.number += 1
                    self.keeping = self.lost = False
                elif self.inside and self.depth < self.base:
                    self.inside = False
            elif self.depth == 1:
                self.last = mark
        else:
            at = len(data)
        yield from self._carry(data, start, at)

    def _carry(self, data: bytes, start: int, at: int) -> Iterator[Bad]:
        """Keep what is begun; what is over the limit is given up, and only its nesting is followed."""
        if not self.keeping or self.lost:
            start = at
        elif len(data) - start > MAX_ELEMENT:
            reason = f"element longer than {MAX_ELEMENT} bytes"
            yield Bad(line=self.number, reason=reason, raw=text_of(data[start : start + MAX_RAW]))
            self.lost, start = True, at
        self.rest, self.scanned = data[start:], at - start
        if len(self.rest) > MAX_ELEMENT:
            self.in_string = True
            self.rest, self.scanned = data[_end_of_string(data, at + 1) :], 0

    def _decoded(self, raw: bytes) -> Element | Bad:
        try:
            return self.number, msgspec.json.decode(text_of(raw) if not _utf8(raw) else raw)
        except (ValueError, RecursionError) as e:
            return Bad(line=self.number, reason=f"not JSON: {str(e)[:200]}", raw=text_of(raw[:MAX_RAW]))


def _utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _end_of_string(data: bytes, at: int) -> int:
    """Position of the closing quote, of a backslash that ends the data, or the end."""
    match = _IN_STRING.match(data, at)
    return match.end() if match else at


def decode(text: str) -> object:
    """One document; ValueError where it is not JSON or nested too deeply."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as e:
        raise ValueError(f"not JSON: {str(e)[:200]}") from None
    except RecursionError:
        raise ValueError("not JSON: nested too deeply") from None
