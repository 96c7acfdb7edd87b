"""Instruments: a spectrum, how it decays, and an envelope. Drums: bursts of noise and falling sines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segue.core.types import F32, F64

RATE = 22_050
TABLE = 2_048  # samples of one period
HIGHEST = 9_000.0  # Hz of the highest partial
MOST = 40  # partials


@dataclass(frozen=True, slots=True)
class Timbre:
    """An instrument. Times in seconds."""

    slope: float = 1.2  # partial n has the amplitude n ** -slope
    even: float = 1.0  # weight of the even partials: 0 is a clarinet
    comb: float = 0.0  # where a string is plucked, as a part of its length
    formants: tuple[float, ...] = ()  # Hz that ring
    attack: float = 0.01
    decay: float = 1.0  # time to fall to 1/e of what is above `sustain`
    sustain: float = 0.0
    release: float = 0.1
    dulling: float = 0.4  # time in which the upper partials go
    vibrato: float = 0.0  # in semitones
    chorus: float = 0.0  # detuning of a second voice, in semitones

    def varied(self, rng: np.random.Generator, much: float = 1.0) -> Timbre:
        """One player's own version."""
        slope, comb, attack, decay = rng.normal(0, much, 4)
        return replace(
            self,
            slope=float(np.clip(self.slope + 0.18 * slope, 0.5, 3)),
            even=float(np.clip(self.even + rng.normal(0, 0.2 * much), 0.1, 1)),
            comb=float(np.clip(self.comb + 0.03 * comb, 0, 0.5)) if self.comb else 0.0,
            formants=tuple(f * float(np.exp(0.12 * much * rng.normal())) for f in self.formants),
            attack=self.attack * float(np.exp(0.3 * attack)),
            decay=self.decay * float(np.exp(0.25 * decay)),
            dulling=self.dulling * float(np.exp(0.4 * much * rng.normal())),
            chorus=abs(self.chorus + 0.02 * much * float(rng.normal())) if self.chorus else 0.0,
        )

    def note(self, hertz: float, seconds: float) -> F32:
        """(S,) of peak 1 or so, with its release after `seconds`."""
        n = int((seconds + self.release) * RATE)
        time = np.arange(n, dtype=np.float32) / np.float32(RATE)
        phase = time * np.float32(hertz)
        if self.vibrato:
            swing = hertz * (2 ** (self.vibrato / 12) - 1) / (2 * np.pi * 5.5)
            phase += np.float32(swing) * np.sin(np.float32(2 * np.pi * 5.5) * time) * np.minimum(time * 3, 1)
        dark, bright = self._tables(hertz)
        place = (phase * TABLE).astype(np.int32)
        fade = np.exp(time / np.float32(-self.dulling))
        wave = dark[place & (TABLE - 1)] * (1 - fade) + bright[place & (TABLE - 1)] * fade
        if self.chorus:
            second = (phase * np.float32(2 ** (self.chorus / 12)) * TABLE).astype(np.int32)
            wave = 0.6 * wave + 0.6 * dark[second & (TABLE - 1)]
        held = np.float32(self.sustain) + np.float32(1 - self.sustain) * np.exp(time / np.float32(-self.decay))
        rise = np.minimum(time / np.float32(self.attack), 1)
        fall = np.clip((np.float32(seconds + self.release) - time) / np.float32(self.release), 0, 1)
        out: F32 = (wave * held * rise * fall).astype(np.float32)
        return out

    def _tables(self, hertz: float) -> tuple[F32, F32]:
        """One period as it ends and as it begins."""
        n = np.arange(1, max(2, min(MOST, int(HIGHEST / hertz)) + 1))
        amplitude: F64 = np.power(n, -self.slope).astype(np.float64)
        amplitude[1::2] *= self.even
        if self.comb:
            amplitude = amplitude * np.abs(np.sin(np.pi * n * self.comb))
        if self.formants:
            ring = sum(np.exp(-0.5 * (np.log2(n * hertz / f) / 0.3) ** 2) for f in self.formants)
            amplitude = amplitude * (0.15 + ring)
        return _period(amplitude / n**0.8), _period(amplitude)


def _period(amplitude: F64) -> F32:
    spectrum = np.zeros(TABLE // 2 + 1, np.complex128)
    spectrum[1 : len(amplitude) + 1] = amplitude * np.exp(1j * 2.4 * np.arange(len(amplitude)) ** 2)  # low crests
    wave = np.fft.irfft(spectrum, TABLE)
    out: F32 = (wave / max(float(np.abs(wave).max()), 1e-12)).astype(np.float32)
    return out


TIMBRES: dict[str, Timbre] = {
    "piano": Timbre(1.5, comb=0.12, attack=0.004, decay=0.9, dulling=0.25, release=0.15),
    "felt": Timbre(2.2, attack=0.012, decay=1.2, dulling=0.3, release=0.3),
    "keys": Timbre(1.9, even=0.5, attack=0.006, decay=1.3, dulling=0.5, vibrato=0.05, chorus=0.06),
    "organ": Timbre(0.9, even=0.8, attack=0.02, decay=1, sustain=0.9, release=0.06, dulling=9, vibrato=0.1),
    "guitar": Timbre(1.1, comb=0.17, attack=0.003, decay=0.6, dulling=0.2, release=0.1),
    "nylon": Timbre(1.7, comb=0.3, attack=0.004, decay=0.5, dulling=0.2, release=0.1),
    "banjo": Timbre(0.8, comb=0.09, attack=0.002, decay=0.25, dulling=0.15, release=0.05),
    "crunch": Timbre(0.75, attack=0.004, decay=2, sustain=0.6, release=0.06, dulling=3, chorus=0.1),
    "heavy": Timbre(0.55, attack=0.003, decay=2, sustain=0.7, release=0.04, dulling=5, chorus=0.14),
    "strings": Timbre(1.1, attack=0.12, decay=1, sustain=0.85, release=0.3, dulling=3, vibrato=0.15, chorus=0.1),
    "pad": Timbre(1.4, attack=0.35, decay=1, sustain=0.9, release=0.7, dulling=1.5, chorus=0.15),
    "choir": Timbre(1.0, formants=(650, 1080, 2650), attack=0.15, decay=1, sustain=0.9, release=0.35, dulling=5,
                    vibrato=0.2, chorus=0.12),
    "voice": Timbre(0.9, formants=(700, 1220, 2600), attack=0.04, decay=1, sustain=0.8, release=0.1, dulling=4,
                    vibrato=0.25),
    "flute": Timbre(2.2, even=0.5, attack=0.06, decay=1, sustain=0.8, release=0.1, dulling=3, vibrato=0.2),
    "reed": Timbre(0.9, even=0.35, formants=(900, 1800), attack=0.03, decay=1, sustain=0.8, release=0.08, dulling=3,
                   vibrato=0.15),
    "brass": Timbre(0.8, formants=(1200,), attack=0.05, decay=0.5, sustain=0.7, release=0.08, dulling=1),
    "accordion": Timbre(0.7, attack=0.04, decay=1, sustain=0.9, release=0.06, dulling=5, chorus=0.18),
    "saw": Timbre(0.95, attack=0.008, decay=0.8, sustain=0.6, release=0.1, dulling=0.5, chorus=0.16),
    "square": Timbre(0.95, even=0.05, attack=0.006, decay=0.6, sustain=0.5, release=0.08, dulling=0.6),
    "pluck": Timbre(1.0, attack=0.003, decay=0.22, dulling=0.1, release=0.08, chorus=0.08),
    "bell": Timbre(1.8, even=0.3, comb=0.4, attack=0.002, decay=0.8, dulling=0.6, release=0.4),
    "marimba": Timbre(2.4, even=0.2, attack=0.002, decay=0.25, dulling=0.06, release=0.1),
    "sitar": Timbre(0.5, comb=0.06, attack=0.003, decay=0.8, dulling=1.2, release=0.2, vibrato=0.1),
    "upright": Timbre(2.0, comb=0.3, attack=0.008, decay=0.4, dulling=0.15, release=0.06),
    "electric": Timbre(1.5, comb=0.2, attack=0.005, decay=0.7, sustain=0.2, release=0.05, dulling=0.3),
    "synth": Timbre(1.0, attack=0.004, decay=0.35, sustain=0.3, release=0.05, dulling=0.15),
    "sub": Timbre(3.0, attack=0.008, decay=1.2, sustain=0.5, release=0.08, dulling=0.5),
}  # fmt: skip


def drum(name: str, pitch: float, length: float, rng: np.random.Generator) -> F32:
    """(S,) one stroke; `pitch` and `length` are the player's own factors, about 1."""
    body, tone, drop, noise, seconds, high = {
        "kick": (1.0, 52, 2.6, 0.05, 0.28, 0),
        "snare": (0.45, 185, 0.5, 0.8, 0.17, 1),
        "clap": (0.0, 200, 0.0, 0.9, 0.13, 1),
        "brush": (0.1, 180, 0.2, 0.45, 0.2, 2),
        "hat": (0.0, 400, 0.0, 0.5, 0.045, 3),
        "shaker": (0.0, 400, 0.0, 0.3, 0.07, 2),
        "tom": (0.9, 95, 0.8, 0.1, 0.25, 0),
        "block": (0.8, 620, 0.1, 0.1, 0.06, 0),
        "hand": (0.9, 215, 0.5, 0.15, 0.16, 0),
    }[name]
    n = int(seconds * length * 3 * RATE)
    time = np.arange(n, dtype=np.float32) / np.float32(RATE)
    sweep = tone * pitch * (time + drop * 0.03 * (1 - np.exp(-time / 0.03)))
    burst = rng.standard_normal(n)
    for _ in range(high):
        burst = np.diff(burst, prepend=0.0) / 1.4
    fall = np.exp(time / np.float32(-seconds * length / 2))
    out: F32 = ((body * np.sin(2 * np.pi * sweep) + noise * 0.5 * burst) * fall).astype(np.float32)
    return out
