"""Vectors of texts that were encoded before: a text is encoded once a workspace."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F32
from segue.signals.text import TextEncoder

BATCH = 512  # texts between two writes
Keys = NDArray[np.bytes_]


class TextCache:
    """An append-only file of records (digest of the text, check sum, vector as float16), one file an encoder.

    A batch is written at once. What a kill or a power cut left unfinished is not read: half a record at the end, or one
    whose sum does not fit, is encoded anew. Two processes that encode the same texts write them twice, which does no
    harm.
    """

    def __init__(self, folder: Path, encoder: TextEncoder) -> None:
        self.encoder = encoder
        self._path = folder / f"{encoder.name.replace('/', '-')}.vectors"
        self._record = np.dtype([("key", "V16"), ("sum", "<u4"), ("vector", "<f2", (encoder.dimensions,))])
        folder.mkdir(parents=True, exist_ok=True)

    def encode(self, texts: Sequence[str], told: Callable[[int, int], None] | None = None) -> F32:
        """(n, E) float32, as the encoder gives them but for the rounding; equal texts are encoded once.

        `told` hears how many of the new ones are done.
        """
        distinct = sorted(set(texts))
        place = {text: i for i, text in enumerate(distinct)}
        keys = [_digest(text) for text in distinct]
        out = np.zeros((len(distinct), self.encoder.dimensions), np.float32)
        known = self._read(keys, out)
        new = [i for i in range(len(distinct)) if not known[i]]
        for start in range(0, len(new), BATCH):
            some = new[start : start + BATCH]
            vectors = self.encoder.encode([distinct[i] for i in some]).astype(np.float16)
            self._append([keys[i] for i in some], vectors)
            out[some] = vectors
            if told is not None:
                told(start + len(some), len(new))
        return out[[place[text] for text in texts]]

    def _read(self, keys: Sequence[bytes], out: F32) -> list[bool]:
        """Fills in what is on disk; which of the keys were."""
        known = [False] * len(keys)
        whole = self._path.stat().st_size // self._record.itemsize if self._path.exists() else 0
        if not whole:
            return known
        records = np.memmap(self._path, self._record, "r", shape=(whole,))
        row = {key.tobytes(): i for i, key in enumerate(np.ascontiguousarray(records["key"]))}
        for i, key in enumerate(keys):
            at = row.get(key)
            if at is not None and int(records["sum"][at]) == crc32(key + records["vector"][at].tobytes()):
                out[i], known[i] = records["vector"][at], True
        return known

    def _append(self, keys: Sequence[bytes], vectors: NDArray[np.float16]) -> None:
        records = np.zeros(len(keys), self._record)
        records["key"] = np.frombuffer(b"".join(keys), "V16")
        records["sum"] = [crc32(key + vector.tobytes()) for key, vector in zip(keys, vectors)]
        records["vector"] = vectors
        with self._path.open("ab") as f:
            torn = f.tell() % self._record.itemsize
            f.write(b"\0" * ((self._record.itemsize - torn) % self._record.itemsize) + records.tobytes())
            f.flush()
            os.fsync(f.fileno())


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
