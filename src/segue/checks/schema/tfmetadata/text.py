"""Protobuf's text form: read into names and values, and written. It needs no description of the messages.

After the language specification "Text Format Language Specification" (protobuf.dev/reference/protobuf/textformat-spec).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Union

from segue.core.errors import InputError

LARGEST = 64 * 1024 * 1024
"""Characters of a text that is read."""
DEEPEST = 64


class Word(str):
    """A name without quotes: of an enum, true, inf."""


Value = Union[str, int, float, "Message"]


class Message(list[tuple[str, Value]]):
    """Fields in order; a repeated one stands several times."""


_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>-?\s*(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?))
    | (?P<word>-?\s*[A-Za-z_][A-Za-z0-9_]*)
    | (?P<other>\[[A-Za-z0-9_./\s-]*[./][A-Za-z0-9_./\s-]*\])
    | (?P<mark>[{}<>\[\]:,;])""",
    re.X,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.S)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


class _Tokens:
    """What is left of a text."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source, self.place = text, source, 0
        self.kind, self.word = "", ""
        self.advance()

    def advance(self) -> str:
        """On to the next token; the one that was there."""
        was = self.word
        while True:
            found = _TOKEN.match(self.text, self.place)
            if found is None:
                self.kind, self.word = "end", ""
                if self.place < len(self.text):
                    raise self.error(f"cannot read {self.text[self.place : self.place + 20]!r}")
                return was
            self.place = found.end()
            if found.lastgroup != "space":
                self.kind, self.word = found.lastgroup or "", found.group()
                return was

    def take(self, *marks: str) -> bool:
        """Step over one of these marks, if it is next."""
        if self.kind == "mark" and self.word in marks:
            self.advance()
            return True
        return False

    def error(self, why: str) -> InputError:
        line = self.text.count("\n", 0, self.place) + 1
        return InputError(f"{self.source}, line {line}: {why}")


def parse(text: str, source: str = "pbtxt") -> Message:
    """The fields of a text. InputError naming the line."""
    if len(text) > LARGEST:
        raise InputError(f"{source} has {len(text):,} characters, more than is read ({LARGEST:,})")
    tokens = _Tokens(text, source)
    found = _message(tokens, "", 0)
    if tokens.kind != "end":
        raise tokens.error(f"{tokens.word!r} belongs to nothing")
    return found


def _message(tokens: _Tokens, end: str, depth: int) -> Message:
    if depth > DEEPEST:
        raise tokens.error(f"messages lie deeper than {DEEPEST} in each other")
    found = Message()
    while not (tokens.kind == "mark" and tokens.word == end):
        if tokens.kind == "end":
            if end:
                raise tokens.error(f"a {end!r} is missing")
            break
        if tokens.kind not in ("word", "other"):
            raise tokens.error(f"{tokens.word[:40]!r} where the name of a field should be")
        name = tokens.advance()
        colon = tokens.take(":")
        if tokens.take("["):
            if not tokens.take("]"):
                found.append((name, _value(tokens, colon, depth)))
                while tokens.take(","):
                    found.append((name, _value(tokens, colon, depth)))
                if not tokens.take("]"):
                    raise tokens.error("a ']' is missing")
        else:
            found.append((name, _value(tokens, colon, depth)))
        tokens.take(",", ";")
    return found


def _value(tokens: _Tokens, colon: bool, depth: int) -> Value:
    for start, end in (("{", "}"), ("<", ">")):
        if tokens.take(start):
            found = _message(tokens, end, depth + 1)
            tokens.advance()
            return found
    if not colon:
        raise tokens.error(f"a ':' is missing before {tokens.word[:40]!r}")
    if tokens.kind == "text":
        raw = b""
        while tokens.kind == "text":
            raw += _unescaped(tokens.advance()[1:-1])
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise tokens.error("a text is not UTF-8") from None
    if tokens.kind == "number":
        return _number(tokens)
    if tokens.kind == "word":
        word = "".join(tokens.advance().split())
        bare = word.lstrip("-").lower()
        if bare in ("inf", "infinity", "nan"):
            return float(word)
        if word.startswith("-"):
            raise tokens.error(f"{word!r} is no value")
        return Word(word)
    raise tokens.error(f"{tokens.word[:40]!r} is no value")


def _number(tokens: _Tokens) -> int | float:
    word = "".join(tokens.advance().split())
    bare = word.lstrip("-")
    try:
        if bare.lower().startswith("0x"):
            return int(word, 16)
        if re.fullmatch("0[0-7]+", bare):
            return int(word, 8)
        return int(word) if bare.isdigit() else float(word.rstrip("fF"))
    except ValueError:
        raise tokens.error(f"{word!r} is no number") from None


def _unescaped(text: str) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        what = found.group(1)
        if what[:1].isdigit():
            return bytes([int(what, 8) & 0xFF])
        if what[:1] in b"xX" and len(what) > 1:
            return bytes([int(what[1:], 16)])
        if what[:1] in b"uU" and len(what) > 1:
            return chr(min(int(what[1:], 16), 0x10FFFF)).encode(errors="replace")
        return _PLAIN.get(what, what)

    return _ESCAPE.sub(plain, text.encode(errors="replace"))


def printed(message: Message) -> str:
    """The text of a message, a field a line."""
    return "".join(f"{line}\n" for line in _lines(message, ""))


def _lines(message: Message, indent: str) -> Iterator[str]:
    for name, value in message:
        if isinstance(value, Message):
            yield f"{indent}{name} {{"
            yield from _lines(value, indent + "  ")
            yield f"{indent}}}"
        else:
            yield f"{indent}{name}: {_printed(value)}"


def _printed(value: str | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Word) or not isinstance(value, str):
        return str(value)
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(marks.get(c, c if c.isprintable() else _octal(c)) for c in value) + '"'


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode())
