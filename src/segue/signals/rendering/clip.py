"""A clip of a track: deterministic, some hundredths of a second to make, and no one's music."""

from __future__ import annotations

import io
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import soundfile

from segue.core.types import F32
from segue.signals.rendering.score import Habits, Note, compose
from segue.signals.rendering.styles import Style, known, style_of
from segue.signals.rendering.timbres import RATE, TIMBRES, Timbre, drum

SECONDS = 15.0
FADE_IN, FADE_OUT = 0.02, 1.0  # seconds
LEVEL, PEAK = 0.16, 0.89  # RMS aimed at; what no sample exceeds
MIX = {"bass": 0.42, "chords": 0.3, "lead": 0.34}
DRUMS = {"kick": 0.55, "snare": 0.4, "clap": 0.36, "hat": 0.22, "shaker": 0.25, "brush": 0.4}  # others 0.35


def render_clip(
    uri: str, artist: str = "", genres: Sequence[str] = (), moods: Sequence[str] = (), seconds: float = SECONDS
) -> F32:
    """(S,) mono float32 at RATE, at most PEAK. The artist's uri seeds timbres and habits, the track's the tune."""
    maker, genre = artist or uri, known(genres[0] if genres else "", artist or uri)
    style = style_of(genres, moods, maker)
    of_artist, of_track = _chance(maker, genre), _chance(uri)
    habits = Habits.of(style, of_artist)
    band = {part: TIMBRES[name].varied(of_artist) for part, name in _band(style, of_artist).items()}
    kit = {"pitch": float(np.exp(0.15 * of_artist.normal())), "length": float(np.exp(0.2 * of_artist.normal()))}
    balance = {part: float(np.exp(0.2 * of_artist.normal())) for part in (*MIX, "drums")}
    bright, room = 0.7 * of_artist.normal(), float(np.exp(0.4 * of_artist.normal()))
    dry = _played(compose(style, habits, seconds, of_track), band, kit, balance, seconds, _chance(maker, "drums"))
    return _finished(dry, style.bright + bright - 1.0, style.drive, min(style.room * room, 0.9), style.echo, maker)


def encoded(samples: F32, rate: int = RATE) -> bytes:
    """The samples as FLAC, 16 bits: the same bytes for the same samples."""
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def _chance(*words: str) -> np.random.Generator:
    digest = blake2b("\x1f".join(words).encode("utf-8", "replace"), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def _band(style: Style, rng: np.random.Generator) -> dict[str, str]:
    """The style's instruments; some artists lead with another one."""
    lead = str(rng.choice(sorted(TIMBRES))) if rng.random() < 0.15 else style.lead
    return {"bass": style.bass, "chords": style.chords, "lead": lead}


def _played(
    notes: Sequence[Note], band: dict[str, Timbre], kit: dict[str, float], balance: dict[str, float],
    seconds: float, rng: np.random.Generator,
) -> F32:  # fmt: skip
    """The notes added up; a note of one pitch and length is made once."""
    out, made = np.zeros(int(seconds * RATE), np.float32), dict[tuple[str, int, int], F32]()
    for note in notes:
        key = (note.part, note.pitch, round(note.seconds * 50))
        sound = made.get(key)
        if sound is None:
            if note.part in band:
                hertz = 440 * 2 ** ((note.pitch - 69) / 12)
                sound = band[note.part].note(hertz, key[2] / 50) * np.float32(MIX[note.part] * balance[note.part])
            else:
                sound = drum(note.part, kit["pitch"], kit["length"], rng)
                sound = sound * np.float32(DRUMS.get(note.part, 0.35) * balance["drums"])
            made[key] = sound
        start = int(note.at * RATE)
        room = min(len(sound), len(out) - start)
        out[start : start + room] += sound[:room] * np.float32(note.level)
    return out


def _finished(dry: F32, tilt: float, drive: float, room: float, echo: float, maker: str) -> F32:
    """Distortion, then the room and the tone in one pass, level, limits and fades."""
    dry = np.tanh(dry * np.float32(drive)) / np.float32(drive**0.7)
    n, size = len(dry), 1
    while size < n + int(echo * RATE):
        size *= 2
    tail = int(echo * RATE)
    noise = _chance(maker, "room").standard_normal(tail) * np.exp(-5 * np.arange(tail) / tail)
    noise /= np.sqrt((noise**2).sum())
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 60).astype(np.float32)
    shape = (hertz / 700) ** np.float32(tilt / 6.02)
    wet = np.fft.rfft(noise.astype(np.float32), size) * np.float32(room) / (1 + (hertz / 3000) ** 2)
    both: F32 = np.fft.irfft(np.fft.rfft(dry, size) * (1 + wet) * shape, size)[:n].astype(np.float32)
    both -= both.mean()
    both *= np.float32(LEVEL / max(float(np.sqrt((both**2).mean())), 1e-6))
    both = np.tanh(both / np.float32(PEAK)) * np.float32(PEAK)
    rise, fall = int(FADE_IN * RATE), min(n, int(FADE_OUT * RATE))
    both[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    both[n - fall :] *= np.linspace(1, 0, fall, dtype=np.float32) ** 2
    return both
