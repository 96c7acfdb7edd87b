"""Statistics of log-mel spectrograms and of their cepstra: what one reaches for without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.fft import dct

from segue.core.types import F32

CEPSTRA = 20


def mel_statistics(mel: F32) -> F32:
    """(3 × BANDS,) mean and spread of each band, and the spread of its change from frame to frame."""
    change = np.diff(mel, axis=0) if len(mel) > 1 else np.zeros_like(mel)
    out: F32 = np.concatenate([mel.mean(0), mel.std(0), change.std(0)]).astype(np.float32)
    return out


def mfcc_statistics(mel: F32) -> F32:
    """(3 × CEPSTRA,) the same of the cepstrum: S. Davis & P. Mermelstein, IEEE Trans. ASSP 28 (1980)."""
    return mel_statistics(dct(mel, norm="ortho", axis=1)[:, :CEPSTRA].astype(np.float32))


@dataclass(frozen=True)
class Statistics:
    """Means and spreads of a collection: of each band, and of the statistics of its tracks."""

    band_mean: F32  # (BANDS,)
    band_scale: F32  # (BANDS,)
    mean: F32  # (S,)
    scale: F32  # (S,)

    @classmethod
    def of(cls, mels: Sequence[F32]) -> Self:
        every = np.concatenate([m[:: max(1, len(m) // 500)] for m in mels]).astype(np.float32)
        rows = np.stack([cls.raw(m) for m in mels])
        return cls(every.mean(0), every.std(0) + 1e-3, rows.mean(0), rows.std(0) + 1e-3)

    @staticmethod
    def raw(mel: F32) -> F32:
        mel = mel.astype(np.float32)
        return np.concatenate([mel_statistics(mel), mfcc_statistics(mel)])

    def vector(self, mel: F32) -> F32:
        """(S,) of length 1, half of it of the bands and half of the cepstrum."""
        row = (self.raw(mel) - self.mean) / self.scale
        halves = np.split(row, [3 * len(self.band_mean)])
        unit = [half / max(float(np.linalg.norm(half)), 1e-9) for half in halves]
        out: F32 = (np.concatenate(unit) / np.sqrt(2)).astype(np.float32)
        return out

    def arrays(self) -> dict[str, list[float]]:
        return {name: getattr(self, name).tolist() for name in self.__dataclass_fields__}

    @classmethod
    def from_arrays(cls, said: dict[str, Any]) -> Self:
        return cls(**{name: np.asarray(said[name], np.float32) for name in cls.__dataclass_fields__})
