"""Sound to arrays: decoding, log-mel spectrograms, and what can be said of a track without a model."""

from __future__ import annotations

from pathlib import Path

from segue.core.types import F32
from segue.signals.audio.decode import ENDINGS, RATE, BadSound, audible, decode_file
from segue.signals.audio.features import Features, features_of
from segue.signals.audio.mel import BANDS, FRAMES_PER_S, HOP, log_mel

__all__ = [
    "BANDS", "ENDINGS", "FRAMES_PER_S", "HOP", "RATE", "BadSound", "Features", "analyse", "audible", "decode_file",
    "features_of", "log_mel",
]  # fmt: skip


def analyse(samples: F32, name: str = "the sound") -> tuple[F32, Features]:
    """Log-mel (T, BANDS) and features of mono samples at RATE; BadSound where there is nothing to hear."""
    audible(samples, name)
    mel = log_mel(samples)
    return mel, features_of(samples, mel)


def analyse_file(path: Path, seconds: float | None = None) -> tuple[F32, Features]:
    """The same of a file, of its middle `seconds` where it is longer."""
    return analyse(decode_file(path, middle=seconds) if seconds else decode_file(path), str(path))
