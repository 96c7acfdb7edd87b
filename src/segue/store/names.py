"""Names of people as a key to compare them by."""

from __future__ import annotations

import re
import unicodedata

_DROPPED = re.compile(r"['’‘ʼ`´.·]")
_SPACES = re.compile(r"\s+")
_LATIN_END = 0x0250  # marks are dropped after letters below it only: か and が, и and й stay apart


def normal_name(name: str) -> str:
    """The same for spellings of one name: case, Latin accents, punctuation, "&" and a leading "the" do not count.

    Names that are punctuation alone ("!!!") stay as they are; other scripts keep their marks.
    """
    kept: list[str] = []
    base = ""
    for c in unicodedata.normalize("NFKD", name.casefold()):
        if unicodedata.combining(c):
            if base and ord(base) >= _LATIN_END:
                kept.append(c)
            continue
        base = c
        kept.append(c)
    text = unicodedata.normalize("NFC", "".join(kept)).replace("&", " and ")
    text = _DROPPED.sub("", text)
    text = "".join(" " if unicodedata.category(c).startswith("P") else c for c in text)
    text = _SPACES.sub(" ", text).strip()
    if text != "the the":
        text = text.removeprefix("the ")
    return text or _SPACES.sub(" ", name.casefold()).strip()
