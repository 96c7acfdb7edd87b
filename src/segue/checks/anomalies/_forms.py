"""Texts that are meant to be the same but are written differently, and texts that were read in a wrong encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOJIBAKE = r"[ÃÂ][\u0080-\u00BF‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|Ð[\u0080-\u00BF‘’“”•–—°±²³´µ¶·¸¹º»¼½¾¿]|ï»¿|ï¿½"
"""UTF-8 that was read as Latin-1 or Windows-1252."""
CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\u0080-\u009F\u200B\uFEFF]"
REPLACED = "\ufffd"
HTML = r"(?i)&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});|</?(?:p|br|b|i|a|div|span|em|strong|li|ul|h\d)\b[^>]*>"


def repaired(text: str) -> str:
    """What mojibake was before; the text itself where it is none."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return text


def plain_form(text: str) -> str:
    """The same for all ways of writing one value: case, spaces, hyphens, accents in one or two characters."""
    return re.sub(r"[\s_\-.]+", "", unicodedata.normalize("NFKC", repaired(text)).casefold()).strip("\"'\u200b\ufeff")


def variant(text: str, plain: dict[str, str]) -> str:
    """`'se ' is 'SE' in other letters`, where it is a variant of a known value; else ""."""
    known = plain.get(plain_form(text))
    if known is None or known == text:
        return ""
    if repaired(text) == known:
        return f"{text!r} is {known!r} in a wrong encoding"
    if text.strip() == known:
        return f"{text!r} is {known!r} with spaces around it"
    if text.casefold() == known.casefold():
        return f"{text!r} is {known!r} in other letters"
    return f"{text!r} is {known!r} written differently"


def plain_forms(values: Iterable[str]) -> dict[str, str]:
    """Plain form → known value."""
    return {plain_form(v): v for v in values}
