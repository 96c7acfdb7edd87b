"""Where an item lies, foretold from what is said of it and from how it sounds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from segue.core.errors import InputError
from segue.core.types import F32
from segue.fitted._reading import mapped

CARD = "blocks.json"


@dataclass(frozen=True)
class Foretelling:
    """A linear map from blocks (text, tags, sound) to points: the sum of what each block says that is there."""

    centre: Mapping[str, F32]  # (F,) of each block
    weights: Mapping[str, F32]  # (F, D) of each block

    def __call__(self, blocks: Mapping[str, F32]) -> F32:
        """(N, D) not of length 1, from blocks (N, F); a row of zeros, or a block left out, says nothing.

        Longer is surer; a row of which no block says anything is zeros. Blocks that the map does not know are ignored.
        """
        known = [name for name in self.weights if name in blocks]
        if not known:
            raise InputError(f"none of the blocks {sorted(blocks)} is known; known are: {', '.join(self.weights)}")
        return np.asarray(sum(centred(blocks[n], self.centre[n]) @ self.weights[n] for n in known), np.float32)

    def turned(self, rotation: F32) -> Self:
        """To points of a space that was turned by a matrix (D, D)."""
        return replace(self, weights={n: np.asarray(w @ rotation, np.float32) for n, w in self.weights.items()})

    def save(self, folder: Path) -> None:
        """Plain files into a folder, made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.weights:
            np.save(folder / f"{name}.centre.npy", self.centre[name])
            np.save(folder / f"{name}.weights.npy", self.weights[name])
        (folder / CARD).write_text(json.dumps(list(self.weights)) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        names = json.loads((folder / CARD).read_text())
        return cls(*({n: mapped(folder / f"{n}.{part}.npy") for n in names} for part in ("centre", "weights")))


def centred(block: F32, centre: F32) -> F32:
    """(N, F) less the centre, but for rows of zeros."""
    there = np.einsum("nf,nf->n", block, block) > 0
    return np.asarray((block - centre) * there[:, None], np.float32)
