"""Words as points of the space."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.errors import InputError
from segue.core.types import F32, Kind
from segue.fitted.space.foretelling import Foretelling
from segue.signals.text import loading, text_encoder

CARD = "words.json"
LENGTH = 500  # letters that are read
FAMILIES: Mapping[str, tuple[Kind, ...]] = {
    "music": (Kind.TRACK, Kind.ARTIST, Kind.ALBUM, Kind.PLAYLIST, Kind.GENRE),
    "shows": (Kind.SHOW, Kind.EPISODE),
    "books": (Kind.AUDIOBOOK, Kind.AUTHOR),
}
"""Kinds of which words say the same: "dark" is one thing of a song and another of a book."""


def family_of(kind: Kind) -> str:
    return next(name for name, kinds in FAMILIES.items() if kind in kinds)


@dataclass(frozen=True)
class Words:
    """An encoder by name, and a map for each family of kinds that enough was known of."""

    encoder: str
    maps: Mapping[str, Foretelling]  # the first is of the kind that most is taken of
    block: str = "text"

    @property
    def ready(self) -> bool:
        """Whether the encoder is there; it is being loaded from the first time that this is asked."""
        return not loading(self.encoder).is_alive()

    def place(self, text: str, kind: Kind | None = None) -> F32:
        """(D,) of length 1. InputError where the text says nothing; SegueError where the encoder cannot be had.

        The encoder is loaded at the first call, unless that has begun before.
        """
        loading(self.encoder).join()
        family = next(iter(self.maps)) if kind is None or family_of(kind) not in self.maps else family_of(kind)
        found = self.maps[family]({self.block: text_encoder(self.encoder).encode([text[:LENGTH]])})[0]
        length = float(np.linalg.norm(found))
        if length < 1e-9:
            raise InputError(f"{text[:40]!r} holds no word that says where to look")
        return np.asarray(found / length, np.float32)

    def turned(self, rotation: F32) -> Self:
        """For a space that was turned by a matrix (D, D)."""
        return replace(self, maps={family: foretelling.turned(rotation) for family, foretelling in self.maps.items()})

    def save(self, folder: Path) -> None:
        """Plain files into an existing, empty folder."""
        for family, foretelling in self.maps.items():
            foretelling.save(folder / family)
        (folder / CARD).write_text(json.dumps({"encoder": self.encoder, "families": list(self.maps)}) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        card = json.loads((folder / CARD).read_text())
        return cls(card["encoder"], {name: Foretelling.load(folder / name) for name in card["families"]})
