"""Names of people and of what they made, as keys to compare them by."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DROPPED = re.compile(r"['’‘ʼ`´.·]")
_SPACES = re.compile(r"\s+")
_GUEST = re.compile(r"(?:\s+[(\[]?(?:feat\.|ft\.|featuring\b)|\s*[(\[](?:feat|ft)\b)[^)\]]*[)\]]?", re.IGNORECASE)
_REMASTER = re.compile(
    r"\s*(?:-\s*|[(\[])(?:\d{4}\s+)?(?:digital(?:ly)?\s+)?remaster(?:ed)?(?:\s+\d{4})?[)\]]?\s*$", re.IGNORECASE
)
_PLAIN = {ord(c): " " for c in map(chr, range(128)) if unicodedata.category(c).startswith("P")}
_PLAIN |= {ord("&"): " and ", ord("'"): "", ord("`"): "", ord("."): ""}
_LATIN_END = 0x0250  # marks are dropped after letters below it only: か and が, и and й stay apart


def normal_name(name: str) -> str:
    """The same for spellings of one name: case, Latin accents, punctuation, "&" and a leading "the" do not count.

    Names that are punctuation alone ("!!!") stay as they are; other scripts keep their marks.
    """
    if name.isascii():
        text = name.lower().translate(_PLAIN)
    else:
        text = _unmarked(name).replace("&", " and ")
        text = _DROPPED.sub("", text)
        text = "".join(" " if unicodedata.category(c).startswith("P") else c for c in text)
    text = _SPACES.sub(" ", text).strip()
    if text != "the the":
        text = text.removeprefix("the ")
    return text or _SPACES.sub(" ", name.casefold()).strip()


def _unmarked(name: str) -> str:
    """In lower case and compatibility form, Latin letters without their marks."""
    kept: list[str] = []
    base = ""
    for c in unicodedata.normalize("NFKD", name.casefold()):
        if unicodedata.combining(c):
            if base and ord(base) >= _LATIN_END:
                kept.append(c)
            continue
        base = c
        kept.append(c)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(20_000)
def _person(name: str) -> str:
    return normal_name(_without_guests(name))


def song_name(artist: str | None, title: str) -> str:
    """The same for spellings of one song or album of one artist; "" where one of the two is missing.

    Guests ("feat. …") and "Remastered 2009" do not count; "Live" and "Remix" do.
    """
    short = _without_guests(title)
    if "emaster" in short.lower():
        short = _REMASTER.sub("", short)
    who, what = _person(artist or ""), normal_name(short.strip() or title)
    return f"{who}\x1f{what}" if who and what else ""


def _without_guests(text: str) -> str:
    low = text.lower()
    return _GUEST.sub("", text) if "feat" in low or "ft" in low else text
