"""A catalogue that was made up: of ten genres and seven kinds, some of its titles hostile."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from segue.surfaces.views import CardView, Person

GENRES = ("dream pop", "jazz", "techno", "folk", "metal", "ambient", "hip hop", "classical", "soul", "indie rock")
FIRST = ("Velvet", "Paper", "Night", "Golden", "Silent", "Electric",
         "Wild", "Distant", "Hollow", "Slow", "Blue", "Amber")  # fmt: skip
SECOND = ("Harbour", "Lanterns", "Rivers", "Signals", "Orchard", "Machines",
          "Tides", "Echo", "Garden", "Ashes", "Comet")  # fmt: skip
HOSTILE = ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "javascript:alert(1) & <b>bold</b>")


def _pick(words: Sequence[str], *parts: object) -> str:
    return words[int(hashlib.md5(repr(parts).encode()).hexdigest(), 16) % len(words)]


@cache
def catalogue(n: int) -> dict[str, CardView]:
    cards: dict[str, CardView] = {}
    for i in range(n):
        genre = GENRES[i % len(GENRES)]
        person = Person(f"segue:artist:fake:a{i % 40}", f"{_pick(FIRST, i % 40)} {_pick(SECOND, i % 40, 1)}")
        title = f"{_pick(FIRST, i, 2)} {_pick(SECOND, i, 3)}"
        if i % 37 == 5:
            title = HOSTILE[(i // 37) % len(HOSTILE)]
        kind = {7: "album", 11: "show", 13: "audiobook", 17: "artist", 19: "playlist", 23: "episode"}.get(
            i % 24, "track"
        )
        name = person.name if kind == "artist" else title
        cards[f"segue:{kind}:fake:{i}"] = CardView(
            f"segue:{kind}:fake:{i}", str(i), kind, name, () if kind == "artist" else (person,), genres=(genre,),
            duration_ms=75_000 + i % 30 * 1000, explicit=i % 9 == 0, description="About " + name,
            clip=kind == "track" and i % 5 != 0,
        )  # fmt: skip
    return cards
