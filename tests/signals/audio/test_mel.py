import numpy as np
import pytest

from segue.signals.audio import RATE
from segue.signals.audio.mel import BANDS, FLOOR, HOP, WINDOW, filters, hertz_of, log_mel, mel_of


def slow_mel(samples):
    """The definition, in float64 and without an FFT: what a textbook writes down."""

    def mel(f):
        return f * 3 / 200 if f < 1000 else 15 + 27 * np.log(f / 1000) / np.log(6.4)

    def hertz(m):
        return m * 200 / 3 if m < 15 else 1000 * 6.4 ** ((m - 15) / 27)

    step = (mel(8000) - mel(30)) / (BANDS + 1)
    edges = [hertz(mel(30) + i * step) for i in range(BANDS + 2)]
    n = np.arange(WINDOW)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW // 2 + 1), n) / WINDOW)
    rows = []
    for start in range(0, len(samples) - WINDOW + 1, HOP):
        power = np.abs(waves @ (samples[start : start + WINDOW] * window * 2 / window.sum())) ** 2
        row = np.zeros(BANDS)
        for b in range(BANDS):
            low, middle, high = edges[b : b + 3]
            for k, p in enumerate(power):
                f = k * RATE / WINDOW
                weight = min((f - low) / (middle - low), (high - f) / (high - middle))
                row[b] += max(weight, 0.0) * 2 / (high - low) * RATE / WINDOW * p
        rows.append(np.log(row + FLOOR))
    return np.array(rows)


def test_it_is_the_definition():
    samples = np.random.default_rng(1).standard_normal(3 * HOP + WINDOW) * 0.1
    got, want = log_mel(samples.astype(np.float32)), slow_mel(samples)
    assert got.shape == want.shape == (4, BANDS)
    np.testing.assert_allclose(got, want, atol=1e-4)


def test_published_points_of_the_scale():
    np.testing.assert_allclose(mel_of(np.array([0.0, 500.0, 1000.0, 6400.0])), [0, 7.5, 15, 42], atol=1e-12)
    np.testing.assert_allclose(hertz_of(np.array([7.5, 15.0, 42.0])), [500, 1000, 6400], rtol=1e-12)


def test_a_sine_is_in_its_band(synth):
    bank = filters()
    for hertz in (110.0, 440.0, 3000.0):
        band = int(np.argmax(bank[round(hertz * WINDOW / RATE)]))
        assert abs(int(np.argmax(log_mel(synth.sine(hertz)).mean(0))) - band) <= 1


def test_ten_decibels_are_ten_decibels(synth):
    loud, soft = log_mel(synth.sine(1000, level=0.5)), log_mel(synth.sine(1000, level=0.5 / 10**0.5))
    band = int(np.argmax(loud[0]))
    assert loud[5, band] - soft[5, band] == pytest.approx(np.log(10), abs=0.01)


def test_the_same_bits_each_time_and_whatever_comes_after(synth):
    samples = np.random.default_rng(2).standard_normal(700 * HOP).astype(np.float32)
    whole = log_mel(samples)
    assert whole.tobytes() == log_mel(samples).tobytes()
    np.testing.assert_allclose(whole[:100], log_mel(samples[: 99 * HOP + WINDOW]), atol=1e-5)


def test_what_is_shorter_than_a_window():
    assert log_mel(np.zeros(0, np.float32)).shape == log_mel(np.ones(10, np.float32)).shape == (1, BANDS)
