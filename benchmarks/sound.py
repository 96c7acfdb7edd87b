"""Which tracks sound alike: python benchmarks/sound.py [--music DIR] [--seeds 3] [--packages NAME ...] [--json FILE]

Nearest neighbour from the same album, leave-one-out over the music packages of Debian (`_music.py` names them: install
them with apt, or unpack each with `dpkg -x` into a folder of its own name under --music). An album's queries are
answered by a network that was never trained on that album: it learns from the other packages (segments of a track are
alike, tracks of an album are alike) and from rendered tracks of the simulated world (tracks of an artist are alike).
Statistics have no training; everything is standardized over the tracks and compared by cosine. Intervals are 95 %,
bootstrap over tracks, differences paired; "by album" they are of the mean over albums, bootstrap over albums.

`matched` is a control: every track's mean spectrum is replaced by that of all, which takes away what a recording chain,
a codec's tone or the level alone would tell, and some of the music's own colour with it. Its networks are those of the
first seed.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _music import PACKAGES, tracks
from numpy.typing import NDArray

from segue.core.types import F32
from segue.fitted.sound import Sound
from segue.fitted.sound.statistics import mel_statistics, mfcc_statistics
from segue.models.sound import SoundTraining, train_sound
from segue.signals.audio import decode_file
from segue.signals.audio.kept import KeptSounds
from segue.signals.rendering import render_clip
from segue.world.genres import GENRES

SECONDS = 60.0  # heard of a track, around its middle
ARTISTS = 171  # rendered, of three for each genre; two tracks of each
TUNED_ON = ("wesnoth-1.16-music", "drascula-music", "hyperrogue-music")
PLAIN = ("MFCC statistics", "log-mel statistics", "both statistics")
Hits = NDArray[np.float64]  # (tracks,) 1 where the nearest is of the same album


def rendered(kept: KeptSounds) -> tuple[list[F32], list[int]]:
    """Log-mels of rendered tracks, and their artists."""
    rng, mels, artists = np.random.default_rng(0), [], []
    for a in range(ARTISTS):
        genre = GENRES[a % len(GENRES)]
        for t in range(2):
            mood = str(rng.choice(genre.moods))
            words = (f"segue:track:bench:{a}-{t}", f"segue:artist:bench:{a}", (genre.name,), (mood,))
            mels.append(kept.analysed(repr(words), words[0], partial(render_clip, *words))[0])
            artists.append(a)
    return mels, artists


def standardized(rows: Sequence[F32]) -> F32:
    """(N, D) rows of length 1."""
    x = np.stack(rows)
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True), np.float32)


def nearest_is_of(album: NDArray[np.int64], vectors: F32) -> Hits:
    near = vectors @ vectors.T
    np.fill_diagonal(near, -np.inf)
    return (album[near.argmax(1)] == album).astype(np.float64)


def matched(mels: Sequence[F32]) -> list[F32]:
    middle = np.mean([m.mean(0) for m in mels], axis=0)
    return [np.asarray(m - m.mean(0) + middle, np.float32) for m in mels]


def plain(mels: Sequence[F32], album: NDArray[np.int64]) -> dict[str, Hits]:
    """Rows that need no network."""
    mel, mfcc = standardized([mel_statistics(m) for m in mels]), standardized([mfcc_statistics(m) for m in mels])
    rows = {"MFCC statistics": mfcc, "log-mel statistics": mel, "both statistics": np.hstack([mel, mfcc])}
    return {name: nearest_is_of(album, vectors) for name, vectors in rows.items()}


def heard(mels: Sequence[F32], album: NDArray[np.int64], models: Sequence[Sound]) -> dict[str, Hits]:
    """Rows of networks; `models` one an album, never trained on it."""
    out = {"network": np.zeros(len(mels)), "network and statistics": np.zeros(len(mels))}
    both = np.hstack([standardized([f(m) for m in mels]) for f in (mel_statistics, mfcc_statistics)]) / np.sqrt(2)
    for p, model in enumerate(models):
        own = standardized([model.heard(m) for m in mels])
        joint = np.hstack([own * np.sqrt(model.share), both * np.sqrt(1 - model.share)])
        for name, vectors in (("network", own), ("network and statistics", joint)):
            out[name][album == p] = nearest_is_of(album, vectors)[album == p]
    return out


def interval(values: Hits, rng: np.random.Generator) -> list[float]:
    """Mean and 95 % interval over tracks."""
    drawn = values[rng.integers(0, len(values), (10_000, len(values)))].mean(1)
    return [round(float(v), 4) for v in (values.mean(), *np.quantile(drawn, (0.025, 0.975)))]


def by_album(values: Hits, album: NDArray[np.int64]) -> Hits:
    """(albums,) means over the tracks of each: drawn in their place, an interval tells of other albums."""
    return np.bincount(album, values) / np.bincount(album)


def report(
    rows: dict[str, list[Hits]], album: NDArray[np.int64], names: Sequence[str], say: Callable[..., None]
) -> Any:
    """Lines of the table: accuracy, by album, and the difference to the better of the two statistics."""
    rng, out = np.random.default_rng(0), {}
    mean = {name: np.mean(hits, 0) for name, hits in rows.items()}
    best = max(("MFCC statistics", "log-mel statistics"), key=lambda name: mean[name].mean())
    fresh = np.isin(album, [i for i, name in enumerate(names) if name not in TUNED_ON])
    for name, hits in mean.items():
        by = {names[p]: round(float(hits[album == p].mean()), 3) for p in range(len(names))}
        row = {"accuracy": interval(hits, rng), "by seed": [round(float(h.mean()), 4) for h in rows[name]],
               "by album": by, "mean of albums": round(float(np.mean(list(by.values()))), 4),
               "not tuned on": round(float(hits[fresh].mean()), 4) if fresh.any() else None}  # fmt: skip
        row["against"] = {other: interval(hits - mean[other], rng) for other in PLAIN if other != name}
        row["against, by album"] = {
            other: interval(by_album(hits - mean[other], album), np.random.default_rng(0))
            for other in PLAIN
            if other != name
        }
        out[name] = row
        say(name, json.dumps(row))
    say("better of the two statistics:", best)
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--music", type=Path, default=Path("/"))
    parser.add_argument("--packages", nargs="*", default=list(PACKAGES))
    parser.add_argument("--kept", type=Path, help="folder that keeps what was analysed for the next run")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=SoundTraining().steps)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    files = tracks(options.music, options.packages)
    names = sorted({name for name, _ in files})
    if len(names) < 2:
        sys.exit(f"{len(names)} music packages under {options.music}: apt install {' '.join(PACKAGES)}, or --music DIR")
    album = np.array([names.index(name) for name, _ in files])
    print({name: int((album == i).sum()) for i, name in enumerate(names)}, len(files), "tracks", flush=True)
    started = time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        kept = KeptSounds(options.kept or Path(scratch))
        mels = [kept.analysed(f"{path} {SECONDS}", str(path), partial(decode_file, path, middle=SECONDS))[0]
                for _, path in files]  # fmt: skip
        made, artists = rendered(kept)
    even = matched(mels)
    print(f"decoded and rendered in {time.process_time() - started:.0f} s of processor time", flush=True)
    rows: dict[str, dict[str, list[Hits]]] = {"as it is": {}, "matched": {}}
    for how, sounds in (("as it is", mels), ("matched", even)):
        rows[how] = {name: [hits] for name, hits in plain(sounds, album).items()}
    for seed in range(options.seeds):
        models = []
        for p in range(len(names)):
            rest = np.flatnonzero(album != p)
            groups = np.concatenate([album[rest], len(names) + np.array(artists)])
            training = SoundTraining(steps=options.steps)
            models.append(train_sound([*(mels[i] for i in rest), *made], groups=groups, seed=seed, training=training))
        for how, sounds in (("as it is", mels), ("matched", even))[: 2 if seed == 0 else 1]:
            for name, hits in heard(sounds, album, models).items():
                rows[how].setdefault(name, []).append(hits)
                print(f"seed {seed}, {how}, {name}: {hits.mean():.4f}", flush=True)
        print(f"seed {seed} done at {time.process_time() - started:.0f} s of processor time", flush=True)
    out = {}
    for how, table in rows.items():
        print(f"\n{how}")
        out[how] = report(table, album, names, print)
    if options.json:
        options.json.write_text(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
