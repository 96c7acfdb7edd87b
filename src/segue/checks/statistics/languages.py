"""In which language texts are: by their script, and where several share it by their small words.

Meant for a column as a whole ("the descriptions are no longer Swedish"), not for one short text: a text whose words do
not tell counts under its script, and what is no running text (a name, an id) is not counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import numpy as np
import polars as pl

from segue.checks.statistics.values import Values

SIZE = 256
"""Different texts that are looked at: those with the smallest hashes, so that any order of rows gives the same."""
SEEN = 400
"""Characters of each."""
LETTERS = 60
"""Letters that tell its script."""
LEAST = 3
"""Words of a running text."""

SMALL_WORDS = {
    "cs": "a se na je že v s z do o pro jako by ale to jsem jsou který která nebo jeho při po",
    "da": "og i at det er en til på som den af for med ikke har et jeg der var fra de om han så også blev",
    "de": "der die und das ist nicht ein eine zu in den mit auf für von dem des im sich auch wie wird als aus bei",
    "en": "the and of to is that in it for with as was on are this be you not have from by at an or but they his we",
    "es": "el la de que y en los se del las un por con no una su para es al lo como más pero sus le fue este ha",
    "fi": "ja on ei se että oli hän mutta niin kuin myös ovat joka tai sen ole minä mitä vain kun nyt jos sekä",
    "fr": "le la les des et est un une du que qui dans en pour pas au sur plus par avec ce il elle sont nous se aux",
    "hu": "a az és hogy nem egy is van ez meg csak de már mint volt még ha vagy el aki azt lesz minden",
    "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena ada bisa kita mereka",
    "it": "il la di che e un una è per non del della in con sono le dei nel gli si lo come alla da più anche suo i",
    "nl": "de het een en van is dat in te niet op met voor zijn er aan die om ook als maar bij ik door naar uit",
    "no": "og i det er en til på som av for med ikke har et jeg var fra de om han så også ble være seg etter",
    "pl": "w i na z się nie do to że jest o jak po co ale za od przez dla był są oraz jego czy tak już",
    "pt": "o a de que e do da em um uma para com não os as no na se por mais dos como mas foi ao ele das seu são",
    "ro": "și în de la un o nu pe cu este care din mai sunt ce să pentru se al ale că fi a lui",
    "sv": "och i att det är en som på av för med den inte har ett jag till var om de han från så också eller vi",
    "tr": "ve bir bu da de için çok ne ile gibi daha ama var o olarak kadar sonra değil en ben olan mi her",
    "vi": "và của là có trong cho không được một các với này người những khi từ đã về như để",
    "ru": "и в не на что я с он как это по но к из у за то все так его от бы же вы мы был для о",
    "uk": "і в не на що я з він як це по але до у за та його від для був є й ми про або ще",
    "bg": "и на да се не от за в че по с е са като но съм до това бе му си или има който",
}
SCRIPTS = {
    "LATIN": "latin", "CYRILLIC": "cyrillic", "GREEK": "el", "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja",
    "CJK": "zh", "ARABIC": "arabic", "HEBREW": "he", "THAI": "th", "DEVANAGARI": "devanagari", "BENGALI": "bn",
    "TAMIL": "ta", "TELUGU": "te", "ARMENIAN": "hy", "GEORGIAN": "ka", "ETHIOPIC": "ethiopic",
}  # fmt: skip
_SPACED = {"latin", "cyrillic", "el", "arabic", "he", "hy", "ka"}  # written with spaces between words
_LANGUAGES: dict[str, list[str]] = {}
for _name, _words in SMALL_WORDS.items():
    for _word in _words.split():
        if len(_word) > 1 or not _word.isascii():  # a, e, i, o are words of too many
            _LANGUAGES.setdefault(_word, []).append(_name)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def language_of(text: str) -> str:
    """An ISO 639-1 code, else a script ("latin"), else "" where it is no running text."""
    if text.isascii() and text.count(" ") < LEAST - 1:
        return ""
    words = _WORD.findall(text[:SEEN].casefold())
    script = "latin" if text.isascii() else _script("".join(words)[:LETTERS])
    if script in _SPACED and len(words) < LEAST:
        return ""
    if script not in ("latin", "cyrillic"):
        return script
    hits = Counter(language for word in words for language in _LANGUAGES.get(word, ()))
    best = hits.most_common(2)
    if not best or best[0][1] < 2 or (len(best) > 1 and best[1][1] == best[0][1]):
        return script
    return best[0][0]


def _script(letters: str) -> str:
    """That of most letters; "" where there are none or it is not known."""
    found = Counter(
        SCRIPTS.get(unicodedata.name(c, "").split(" ")[0].split("-")[0], "") for c in letters if c.isalpha()
    )
    if found["ja"] and found["ja"] + found["zh"] > len(letters) / 2:
        return "ja"  # kana stand among Chinese characters
    return max(found, key=lambda script: found[script], default="")


class Sample:
    """Different texts of a column, at most SIZE, as if drawn by lot among the different ones."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}  # by hash

    def add(self, values: Values, column: pl.Series) -> None:
        hashes = values.arrays.hashes
        if hashes is None or not len(hashes):
            return
        full = len(self._texts) >= SIZE
        limit = max(self._texts) if full else min(2**64 - 1, int(8 * SIZE / len(hashes) * 2.0**64))
        near = hashes <= np.uint64(limit)
        if not values.few and values.known is not None:
            near &= values.known
        (places,) = near.nonzero()
        places = places[np.argsort(hashes[places], kind="stable")][: 8 * SIZE]
        if values.few:
            texts = [values.labels[n] for n in places]
        else:
            texts = column.gather(places).cast(pl.String).str.head(SEEN).to_list()
        self._texts |= zip(hashes[places].tolist(), texts)
        self._texts = {h: self._texts[h] for h in sorted(self._texts)[:SIZE]}

    def languages(self) -> dict[str, int]:
        """Texts of each language or script, most first."""
        found = Counter(filter(None, map(language_of, self._texts.values())))
        return dict(sorted(found.items(), key=lambda x: (-x[1], x[0])))
