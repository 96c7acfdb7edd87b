"""Spectrograms and features of tracks that were analysed before: a sound is heard once a workspace."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import numpy as np

from segue.core.types import F32
from segue.signals.audio import Features, analyse

FORM = "1"  # another one analyses everything anew


class KeptSounds:
    """One file a track, by what its sound depends on; half precision, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def analysed(self, key: str, name: str, samples: Callable[[], F32]) -> tuple[F32, Features]:
        """Log-mel (T, BANDS) and features; `samples` is called where they are not known. BadSound as `analyse`."""
        digest = blake2b(f"{FORM}\x1f{key}".encode("utf-8", "replace"), digest_size=16).hexdigest()
        path = self.folder / digest[:2] / f"{digest}.npz"
        with contextlib.suppress(OSError, ValueError, KeyError, EOFError), np.load(path) as kept:
            return kept["mel"].astype(np.float32), Features.of(kept["features"].tolist())
        mel, found = analyse(samples(), name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez(file, mel=mel.astype(np.float16), features=np.array(found, np.float64))
        Path(file.name).replace(path)
        return mel.astype(np.float16).astype(np.float32), found
