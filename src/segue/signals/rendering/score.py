"""Notes: the artist's habits and the track's own tune, within the style of the genre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from segue.signals.rendering.styles import GROOVES, PROGRESSIONS, SCALES, Style

STEPS = 16  # of a bar
LOWEST_BASS = 33  # MIDI number: A1, 55 Hz


class Note(NamedTuple):
    part: str  # bass, chords, lead, or the name of a drum
    at: float  # seconds
    seconds: float
    pitch: int  # MIDI number; 0 for drums
    level: float


@dataclass(frozen=True, slots=True)
class Habits:
    """What the tracks of an artist have in common."""

    tempo: float  # 0 … 1 within the style's range
    root: int  # the key they like, pitch class
    progressions: tuple[tuple[int, ...], ...]
    steps: tuple[float, ...]  # weights of the melody's intervals, in scale steps from -4 to 4
    register: int  # semitones of the melody above the usual
    rest: float  # bars before the melody begins
    bass: int  # which of the bass patterns

    @classmethod
    def of(cls, style: Style, rng: np.random.Generator) -> Habits:
        choices = PROGRESSIONS[style.harmony]
        liked = rng.choice(len(choices), 2, replace=False)
        steps = rng.dirichlet([0.3, 0.4, 1, 2, 1.2, 2, 1, 0.4, 0.3])
        return cls(
            float(rng.random()), int(rng.integers(12)), tuple(choices[i] for i in liked), tuple(steps.tolist()),
            int(rng.integers(-4, 6)), float(rng.choice([0, 0.5, 1])), int(rng.integers(len(BASSES))),
        )  # fmt: skip


BASSES = ("x.......x.......", "x...x...x...x...", "x..x..x.x..x..x.", "x.x.x.x.x.x.x.x.", "x.....x...x.....")
MANNERS: dict[str, tuple[str, float]] = {  # where the chords are struck, and how long they last in sixteenths
    "hold": ("x...............", 16), "strum": ("x..x..x.x.x.x.x.", 2.5), "stab": ("..x...x...x...x.", 1.5),
    "comp": ("x..x......x..x..", 2), "chug": ("x.xxx.xxx.xxx.xx", 1), "arp": ("x.x.x.x.x.x.x.x.", 3),
}  # fmt: skip


def compose(style: Style, habits: Habits, seconds: float, rng: np.random.Generator) -> list[Note]:
    """The notes of a clip, by time within each part."""
    low, high = style.tempo
    bpm = low + (high - low) * float(np.clip(habits.tempo + rng.normal(0, 0.15), 0, 1))
    step = 60 / bpm / 4
    root = (habits.root + int(rng.choice([0, 0, 5, 7]))) % 12
    scale = SCALES[style.scale]
    progression = habits.progressions[int(rng.integers(len(habits.progressions)))]
    bars = int(np.ceil(seconds / (STEPS * step)))
    notes: list[Note] = []

    def at(bar: int, place: float) -> float:
        late = style.swing * step if int(place) % 2 else 0.0
        return float(bar * STEPS + place) * step + late

    def pitch(degree: int, octave: int) -> int:
        return 12 * octave + root + scale[degree % 7] + 12 * (degree // 7)

    figure = BASSES[habits.bass] if style.groove != "none" else BASSES[0]
    manner, lasting = MANNERS[style.manner]
    tune = _tune(style, habits, rng)
    for bar in range(bars):
        chord = progression[bar % len(progression)]
        for name, line in GROOVES[style.groove].items():
            strokes = ((i, int(c)) for i, c in enumerate(line) if c != ".")
            notes += [Note(name, at(bar, i), 0, 0, style.drums * hard / 9) for i, hard in strokes]
        bass = pitch(chord, 2)
        while bass < LOWEST_BASS:
            bass += 12
        length = STEPS / max(1, figure.count("x"))
        for i, c in enumerate(figure):
            if c == "x":
                jump = 12 if habits.bass == 3 and i % 8 == 4 else 0
                notes.append(Note("bass", at(bar, i), 0.9 * length * step, bass + jump, 0.9 if i == 0 else 0.75))
        tones = [pitch(chord + k, 4) for k in ((0, 2, 4, 6) if style.harmony == "jazz" else (0, 2, 4))]
        tones = [t - 12 if t > 72 else t for t in tones]
        if style.manner == "chug":
            tones = [tones[0] - 12, tones[0] - 5]
        for n, i in enumerate(i for i, c in enumerate(manner) if c == "x"):
            struck = [tones[(n * 2) % len(tones)] + 12 * (n % 3 == 2)] if style.manner == "arp" else tones
            level = (0.8 if i % 4 == 0 else 0.6) / len(struck) ** 0.5
            notes += [
                Note("chords", at(bar, i) + 0.004 * k, lasting * step * 0.95, t, level) for k, t in enumerate(struck)
            ]
        for place, long, degree, level in tune[bar % len(tune)]:
            if bar + place / STEPS >= habits.rest:
                key = pitch(chord + degree, 5) + habits.register
                key = pitch(chord + degree, 5) if key not in _in_scale(root, scale) else key
                notes.append(Note("lead", at(bar, place), 0.95 * long * step, key, level))
    return [n for n in notes if n.at < seconds]


def _in_scale(root: int, scale: tuple[int, ...]) -> set[int]:
    return {12 * octave + root + s for octave in range(9) for s in scale}


def _tune(style: Style, habits: Habits, rng: np.random.Generator) -> list[list[tuple[float, float, int, float]]]:
    """Four bars, A B A C: (place, length in sixteenths, degree above the chord, level) of each note."""

    def bar() -> list[tuple[float, float, int, float]]:
        strength = np.tile([1.0, 0.15, 0.5, 0.15], 4)
        played = np.flatnonzero(rng.random(STEPS) < np.clip(style.busy, 0.06, 0.95) * strength * 1.3)
        degree, out = int(rng.choice([0, 2, 4])), []
        for i, place in enumerate(played.tolist()):
            after = played[i + 1] if i + 1 < len(played) else STEPS
            out.append((float(place), float(min(after - place, 8)), degree, float(rng.uniform(0.6, 0.9))))
            degree = int(np.clip(degree + rng.choice(np.arange(-4, 5), p=habits.steps), -3, 9))
        return out

    first = bar()
    return [first, bar(), first, bar()]
