"""Sounds whose tempo, key and level are known."""

import numpy as np
import pytest

RATE = 22_050


class Synth:
    """Mono float32 at 22,050 Hz."""

    rate = RATE

    @staticmethod
    def sine(hertz, seconds=4.0, level=1.0):
        return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)

    @staticmethod
    def clicks(bpm, seconds=20.0):
        out, burst = np.zeros(int(seconds * RATE), np.float32), np.random.default_rng(0).standard_normal(400)
        for at in np.arange(0, seconds - 0.1, 60 / bpm):
            out[int(at * RATE) : int(at * RATE) + 400] += 0.4 * burst * np.exp(-np.arange(400) / 80)
        return out

    @staticmethod
    def scale(root, steps, seconds=0.5):
        """A note a step, each with four harmonics; `root` is a MIDI number."""
        time = np.arange(int(seconds * RATE)) / RATE
        notes = [440 * 2 ** ((root + step - 69) / 12) for step in steps]
        return np.concatenate(
            [sum(0.2 / h * np.sin(2 * np.pi * h * hertz * time) for h in range(1, 5)) for hertz in notes]
        ).astype(np.float32)


@pytest.fixture
def synth():
    return Synth
