"""Log-mel spectrograms in NumPy: Hann windows, batched real FFT in float32, Slaney's mel scale.

S. S. Stevens, J. Volkmann, E. Newman (1937), in the form of M. Slaney's Auditory Toolbox (1998): linear below 1 kHz,
logarithmic above, triangles of equal area. The bands end at 8 kHz: what lies above says more of a codec than of music.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from segue.core.types import F32, F64
from segue.signals.audio.decode import RATE

WINDOW = 1_024  # samples: 46 ms
HOP = 512  # samples: 23 ms
FRAMES_PER_S = RATE / HOP
BANDS = 64
LOWEST, HIGHEST = 30.0, 8_000.0  # Hz
FLOOR = 1e-7  # added to the power of a band: some 60 dB below a full-scale sine
AT_ONCE = 512  # frames transformed together: they stay in the cache


def mel_of(hertz: F64) -> F64:
    """Slaney's scale: 15 at 1 kHz, 42 at 6.4 kHz."""
    above = 15 + 27 * np.log(np.maximum(hertz, 1e-9) / 1000) / np.log(6.4)
    return np.where(hertz < 1000, hertz * 3 / 200, above)


def hertz_of(mel: F64) -> F64:
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


@cache
def filters() -> F32:
    """(WINDOW/2 + 1, BANDS) triangles that sum up to about 1 over the bins: Slaney's equal areas, in bins."""
    edges = hertz_of(np.linspace(mel_of(np.array(LOWEST)), mel_of(np.array(HIGHEST)), BANDS + 2))
    bins = np.arange(WINDOW // 2 + 1)[:, None] * (RATE / WINDOW)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rise, fall = (bins - low) / (middle - low), (high - bins) / (high - middle)
    return (np.clip(np.minimum(rise, fall), 0, None) * 2 / (high - low) * (RATE / WINDOW)).astype(np.float32)


@cache
def _window() -> F32:
    """Hann, periodic, so scaled that a full-scale sine has a power of about 1 in its bin."""
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    out: F32 = (wave * (2 / wave.sum())).astype(np.float32)
    return out


def log_mel(samples: F32) -> F32:
    """(T, BANDS) float32: natural log of the power in each band, a row every HOP samples; T = 1 + (S - WINDOW) // HOP.

    What is shorter than a window is filled up with zeros. The same samples give the same bits on one machine; between
    machines the last bits of the FFT may differ (by less than 1e-4).
    """
    if len(samples) < WINDOW:
        samples = np.pad(samples, (0, WINDOW - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(samples, np.float32), WINDOW)[::HOP]
    bank, window = filters(), _window()
    out = np.empty((len(frames), BANDS), np.float32)
    for start in range(0, len(frames), AT_ONCE):
        spectrum = np.fft.rfft(frames[start : start + AT_ONCE] * window)
        power = spectrum.real**2 + spectrum.imag**2
        np.log(power @ bank + np.float32(FLOOR), out=out[start : start + AT_ONCE])
    return out
