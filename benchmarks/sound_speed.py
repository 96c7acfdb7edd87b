"""How fast sound is heard: python benchmarks/sound_speed.py [--music DIR] [--files 2] [--repeat 3]

Decoding, log-mel, features and the network of the default size, one thread, as multiples of real time by processor time
(the best of some repetitions: other work on the machine slows a core down). The files are rendered tracks in five
formats, three minutes each, and the music packages of Debian where they are there (see benchmarks/_music.py).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from _music import PACKAGES, tracks

from segue.fitted.sound import Sound
from segue.models.sound import SoundTraining, train_sound
from segue.signals.audio import RATE, decode_file, features_of, log_mel
from segue.signals.rendering import render_clip

FORMATS = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_16"), "mp3": ("MP3", "MPEG_LAYER_III"),
           "ogg": ("OGG", "VORBIS"), "opus": ("OGG", "OPUS")}  # fmt: skip
SECONDS, STEREO_RATE = 180, 48_000


def made(folder: Path) -> list[tuple[str, Path]]:
    """Three minutes of stereo in every format."""
    clip = render_clip("segue:track:bench:speed", "segue:artist:bench:speed", ("indie rock",), ())
    place = np.arange(SECONDS * STEREO_RATE) * (RATE / STEREO_RATE)
    left = np.interp(place % len(clip), np.arange(len(clip)), clip)
    both = np.stack([left, np.roll(left, 200)], 1)
    out = []
    for ending, (container, subtype) in FORMATS.items():
        path = folder / f"rendered.{ending}"
        with soundfile.SoundFile(path, "w", STEREO_RATE, 2, subtype, format=container) as file:
            for start in range(0, len(both), 16_384):
                file.write(both[start : start + 16_384])
        out.append((f"rendered, {ending}", path))
    return out


def best(call: Callable[[], Any], repeat: int) -> tuple[Any, float]:
    """What it gives, and the least processor time it took."""
    out, least = None, float("inf")
    for _ in range(repeat):
        start = time.process_time()
        out = call()
        least = min(least, time.process_time() - start)
    return out, max(least, 1e-9)


def measured(path: Path, model: Sound, repeat: int) -> dict[str, float]:
    """Multiples of real time of each part and of decoding, log-mel and network together."""
    samples, decoding = best(lambda: decode_file(path), repeat)
    mel, spectra = best(lambda: log_mel(samples), repeat)
    _, network = best(lambda: model.heard(mel), repeat)
    _, said = best(lambda: features_of(samples, mel), repeat)
    seconds = len(samples) / RATE
    parts = {"decode": decoding, "mel": spectra, "network": network, "features": said,
             "decode + mel + network": decoding + spectra + network,
             "all": decoding + spectra + network + said}  # fmt: skip
    return {name: round(seconds / taken) for name, taken in parts.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--music", type=Path, default=Path("/"))
    parser.add_argument("--files", type=int, default=2, help="of each package")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    mels = [log_mel(render_clip(f"segue:track:bench:{i}", "", ("house",), ())) for i in range(4)]
    model = train_sound(mels, training=SoundTraining(steps=1))
    with tempfile.TemporaryDirectory() as folder:
        files = made(Path(folder))
        for name in PACKAGES:
            files += [(f"{name}, {p.suffix[1:]}", p) for _, p in tracks(options.music, [name])[: options.files]]
        rows: dict[str, list[dict[str, float]]] = {}
        for name, path in files:
            rows.setdefault(name, []).append(measured(path, model, options.repeat))
        for name, several in rows.items():
            mean = {part: round(float(np.mean([row[part] for row in several]))) for part in several[0]}
            print(json.dumps({"file": name, "x real time": mean}), flush=True)


if __name__ == "__main__":
    main()
