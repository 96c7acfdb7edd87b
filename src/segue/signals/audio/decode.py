"""Audio files to mono samples: what libsndfile reads (wav, flac, ogg vorbis, opus, mp3), block by block."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import soundfile
import soxr

from segue.core.errors import InputError
from segue.core.types import F32

RATE = 22_050  # samples a second of everything in this package
BLOCK = 1 << 16  # frames read at a time
LONGEST = 1_200.0  # seconds decoded at most
LARGEST = 2 << 30  # bytes of a file
CHANNELS = 8  # at most
SILENCE = 10 ** (-60 / 20)  # a peak below it is silence: -60 dBFS
SHORTEST = 0.5  # seconds of which anything can be said
FORMATS = frozenset({"WAV", "WAVEX", "RF64", "W64", "FLAC", "OGG", "MP3", "MPEG", "AIFF", "CAF", "AU"})
ENDINGS = (".mp3", ".flac", ".ogg", ".oga", ".opus", ".wav", ".aif", ".aiff")


class BadSound(InputError):
    """A file that cannot be heard; the message names it and says why. A job skips it and goes on."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.reason = reason


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """Read from front to back. Else soundfile seeks after every block: of that MP3 gets gaps, and all are slower."""

    def seekable(self) -> bool:
        return False


def decode_file(path: Path, *, start: float = 0.0, seconds: float | None = None, middle: float | None = None) -> F32:
    """(S,) mono float32 at RATE from `start`, at most `seconds`, and never more than LONGEST.

    With `middle`, that many seconds around the middle. The channels are averaged. BadSound for what is missing, empty,
    too large, no audio, or damaged.
    """
    try:
        size = path.stat().st_size
    except OSError as e:
        raise BadSound(str(path), e.strerror or "cannot be read") from None
    if size == 0:
        raise BadSound(str(path), "empty")
    if size > LARGEST:
        raise BadSound(str(path), f"{size:,} bytes, at most {LARGEST:,} are read")
    try:
        with _Forward(path) as file:
            if file.format not in FORMATS or not 1 <= file.channels <= CHANNELS:
                raise BadSound(str(path), f"{file.format} with {file.channels} channels is not read")
            if middle is not None:
                start, seconds = max(0.0, file.frames / file.samplerate / 2 - middle / 2), middle
            return _resampled(file, start, min(seconds or LONGEST, LONGEST), str(path))
    except (soundfile.LibsndfileError, TypeError, ValueError) as e:  # TypeError: an ending that stands for raw samples
        raise BadSound(str(path), f"no audio that can be read ({str(e).rstrip('.')[-120:]})") from None


def _resampled(file: soundfile.SoundFile, start: float, seconds: float, name: str) -> F32:
    rate = int(file.samplerate)
    if start > 0:
        file.seek(min(int(start * rate), max(int(file.frames) - 1, 0)))
    left = math.ceil(seconds * rate)
    stream = soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ") if rate != RATE else None
    parts: list[F32] = []
    while left > 0:
        block: F32 = file.read(min(BLOCK, left), dtype="float32", always_2d=True)
        left -= len(block)
        last = len(block) == 0 or left <= 0
        mono = sum(block.T[1:], block.T[0]) * np.float32(
            1 / block.shape[1]
        )  # a channel at a time: 3 x faster than mean
        parts.append(mono if stream is None else stream.resample_chunk(mono, last=last))
        if last:
            break
    out: F32 = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    if not len(out):
        raise BadSound(name, "holds no samples")
    if not np.isfinite(out).all():
        raise BadSound(name, "samples that are not numbers: damaged")
    return out


def audible(samples: F32, name: str) -> F32:
    """The same samples, or BadSound where they are too short or silent."""
    if len(samples) < SHORTEST * RATE:
        raise BadSound(name, f"{len(samples) / RATE:.2f} s long, at least {SHORTEST} s are needed")
    if float(np.abs(samples).max()) < SILENCE:
        raise BadSound(name, "silent")
    return samples
