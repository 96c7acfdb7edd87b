"""Tempo, key, loudness and energy of a track: no model, each a few lines of arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from segue.core.types import F32, F64
from segue.signals.audio.decode import RATE
from segue.signals.audio.mel import FRAMES_PER_S, log_mel

PITCHES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""How well each step fits a key: C. Krumhansl & E. Kessler, Psychological Review 89 (1982)."""
SLOWEST, FASTEST = 40.0, 220.0  # bpm looked for
USUAL, SPREAD = 120.0, 0.9  # of two tempi that explain the onsets alike, the one nearer to it; in octaves
CHROMA_WINDOW = 8_192  # samples: bins of 2.7 Hz
CHROMA_LOWEST, CHROMA_HIGHEST = 65.0, 2_000.0  # Hz
QUIET, LOUD = -45.0, -8.0  # LUFS at which energy counts loudness as 0 and as 1
SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)  # Hz, dB, Q: what the tables of BS.1770 come from
PASS = (38.13547087602444, None, 0.5003270373238773)
CALM, BUSY = 0.05, 0.6  # the same for onsets: mean rise of a band from frame to frame, in nats


class Features(NamedTuple):
    """What is said of a track."""

    tempo: float  # beats a minute
    pulse: float  # 0 … 1, how regular the beat is
    key: int  # 0 … 11 major keys from C, 12 … 23 minor keys from C
    clarity: float  # -1 … 1, correlation with the profile of the key
    loudness: float  # LUFS of the mono mix, gated
    energy: float  # 0 … 1, of loudness and onsets

    @classmethod
    def of(cls, values: Sequence[float]) -> Features:
        """From numbers in the order of the fields, as they are kept."""
        tempo, pulse, key, clarity, loudness, energy = values
        return cls(tempo, pulse, int(key), clarity, loudness, energy)

    @property
    def key_name(self) -> str:
        return f"{PITCHES[self.key % 12]} {'minor' if self.key >= 12 else 'major'}"


def features_of(samples: F32, mel: F32 | None = None) -> Features:
    """Of mono samples at RATE; `mel` their log_mel where it is at hand."""
    mel = log_mel(samples) if mel is None else mel
    onsets = onset_strength(mel)
    tempo, pulse = tempo_of(onsets)
    key, clarity = key_of(chroma(samples))
    loudness = loudness_of(samples)
    busy = (float(onsets.mean()) - CALM) / (BUSY - CALM) if len(onsets) else 0.0
    loud = (loudness - QUIET) / (LOUD - QUIET)
    energy = float(0.5 * np.clip(busy, 0, 1) + 0.5 * np.clip(loud, 0, 1))
    return Features(tempo, pulse, key, clarity, loudness, energy)


def onset_strength(mel: F32) -> F64:
    """(T-1,) mean rise of the bands from one frame to the next, in nats."""
    out: F64 = np.maximum(np.diff(mel, axis=0), 0).mean(1, dtype=np.float64)
    return out


def tempo_of(onsets: F64) -> tuple[float, float]:
    """(bpm, how regular 0 … 1) of onset strengths (T,); (0, 0) where nothing repeats.

    A tempo is scored by the autocorrelation of the onsets at one to four beats, and by how usual it is.
    """
    n = len(onsets)
    if n < 4 * FRAMES_PER_S * 60 / FASTEST or not np.ptp(onsets) > 1e-9:
        return 0.0, 0.0
    centred = onsets - _smooth(onsets, int(FRAMES_PER_S))
    size = 1 << int(np.ceil(np.log2(2 * n)))
    correlation = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2, size)[:n]
    correlation = correlation / max(correlation[0], 1e-12) * n / np.arange(n, 0, -1)
    bpm = np.arange(SLOWEST, FASTEST, 0.25)
    lags = 60 * FRAMES_PER_S / bpm
    beats = [np.interp(k * lags, np.arange(n // 2), correlation[: n // 2], right=0.0) for k in (1, 2, 3, 4)]
    regular = np.mean(beats, axis=0)
    usual = np.exp(-0.5 * (np.log2(bpm / USUAL) / SPREAD) ** 2)
    best = int(np.argmax(np.maximum(regular, 0) * usual))
    return float(bpm[best]), float(np.clip(regular[best], 0, 1))


def _smooth(values: F64, width: int) -> F64:
    kernel = np.ones(width)
    return np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")


@cache
def _pitch_classes() -> F32:
    """(bins, 12) how much a bin belongs to a pitch class: nearness in semitones."""
    hertz = np.fft.rfftfreq(CHROMA_WINDOW, 1 / RATE)
    inside = (hertz >= CHROMA_LOWEST) & (hertz <= CHROMA_HIGHEST)
    steps = 69 + 12 * np.log2(np.maximum(hertz, 1) / 440)
    off = (steps[:, None] - np.arange(12) + 6) % 12 - 6
    out: F32 = (np.exp(-0.5 * (off / 0.25) ** 2) * inside[:, None]).astype(np.float32)
    return out


def chroma(samples: F32) -> F64:
    """(12,) mean strength of each pitch class from C, sum 1; zeros where there is no tone."""
    if len(samples) < CHROMA_WINDOW:
        samples = np.pad(samples, (0, CHROMA_WINDOW - len(samples)))
    views = np.lib.stride_tricks.sliding_window_view(samples, CHROMA_WINDOW)[:: CHROMA_WINDOW // 2]
    window, total = np.hanning(CHROMA_WINDOW).astype(np.float32), np.zeros(12)
    for start in range(0, len(views), 64):
        amplitude = np.abs(np.fft.rfft(views[start : start + 64] * window))
        frames = (amplitude @ _pitch_classes()).astype(np.float64)
        loudest = frames.max(1, keepdims=True)
        total += np.where(loudest > 1e-6, frames / np.maximum(loudest, 1e-6), 0).sum(0)
    return total / total.sum() if total.sum() > 0 else total


def key_of(classes: F64) -> tuple[int, float]:
    """(key, correlation) whose profile fits best: C. Krumhansl, Cognitive Foundations of Musical Pitch (1990)."""
    if not np.ptp(classes) > 1e-9:
        return 0, 0.0
    profiles = np.array([np.roll(p, k) for p in (MAJOR, MINOR) for k in range(12)])
    fits = np.array([np.corrcoef(p, classes)[0, 1] for p in profiles])
    return int(np.argmax(fits)), float(fits.max())


@cache
def _weighting() -> F64:
    """(2, 6) second-order sections: the shelf and the high-pass of BS.1770 at RATE, by the bilinear transform."""
    sections = []
    for hertz, gain, q in SHELF, PASS:
        k = np.tan(np.pi * hertz / RATE)
        below = 1 + k / q + k * k
        if gain is None:
            top = [1.0, -2.0, 1.0]
        else:
            high = 10 ** (gain / 20)
            band = high**0.4996667741545416
            top = [(high + band * k / q + k * k) / below, 2 * (k * k - high) / below,
                   (high - band * k / q + k * k) / below]  # fmt: skip
        sections.append([*top, 1.0, 2 * (k * k - 1) / below, (1 - k / q + k * k) / below])
    return np.array(sections)


def loudness_of(samples: F32) -> float:
    """LUFS by ITU-R BS.1770-4 of one channel: K-weighting, blocks of 400 ms, gates at -70 LUFS and 10 below the mean.

    -70 where nothing is louder. A full-scale sine of 997 Hz has -3.01.
    """
    from scipy.signal import sosfilt  # half a second to import, and a server needs none of this

    weighted = sosfilt(_weighting(), samples.astype(np.float64))
    step = RATE // 10
    n = len(weighted) // step
    if n < 4:
        powers = np.array([np.mean(weighted**2)]) if len(weighted) else np.zeros(1)
    else:
        tenths = (weighted[: n * step].reshape(n, step) ** 2).mean(1)
        powers = np.convolve(tenths, np.full(4, 0.25), "valid")
    heard = powers[powers > _power(-70)]
    if not len(heard):
        return -70.0
    heard = heard[heard > heard.mean() / 10]
    return float(-0.691 + 10 * np.log10(heard.mean()))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
