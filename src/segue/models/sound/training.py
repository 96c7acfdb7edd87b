"""The training of `segue.nn.audio_cnn`: segments of a track, tracks of an album or artist, vectors of listening."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segue.core.errors import InputError
from segue.core.optional import needed
from segue.core.types import F32, I64
from segue.fitted.sound import SEGMENT, Sound, Statistics
from segue.nn.audio_cnn import WHAT, augmented, contrastive, embed, exported, network, towards
from segue.nn.training import seeded


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTraining:
    """How to train; the same seed gives the same network on the same machine."""

    steps: int = 100
    tracks: int = 12  # in a batch
    segments: int = 4  # of each
    widths: tuple[int, int, int] = (64, 96, 128)
    size: int = 128  # of the embedding
    head: int = 64  # of what the contrastive loss compares
    rate: float = 2e-3  # highest; it rises for a tenth of the steps, then falls to nothing
    decay: float = 1e-2
    temperature: float = 0.15
    of_track: float = 1.0  # weight of: segments of a track are alike
    of_group: float = 1.0  # tracks of a group are alike
    of_target: float = 1.0  # a track sounds like its vector
    level: float = 0.7  # nats
    tilt: float = 0.5  # nats
    shift: int = 2  # bands
    mask: int = 10  # bands, and twice as many frames

    def run(
        self, mels: Sequence[F32], rng: np.random.Generator, targets: F32 | None = None, groups: I64 | None = None,
        progress: Callable[[int, int], None] = lambda *_: None,
    ) -> Sound:  # fmt: skip
        """`train_sound` with this seed."""
        statistics = Statistics.of(mels)
        usable = np.flatnonzero([len(m) >= SEGMENT for m in mels])
        if len(usable) < 2:
            raise InputError(f"{len(usable)} tracks of {SEGMENT} frames or more: at least 2 are needed to learn from")
        torch = needed("torch", WHAT)
        group = np.full(len(mels), -1, np.int64) if groups is None else groups
        goal = np.zeros((len(mels), 0), np.float32) if targets is None else targets.astype(np.float32)
        chances = _chances(group[usable])
        mean, scale = statistics.band_mean, statistics.band_scale
        with seeded(int(rng.integers(2**31))):
            chance = torch.Generator().manual_seed(int(rng.integers(2**31)))
            module = network(len(mean), self.widths, self.size, self.head, goal.shape[1]).train()
            optimizer = torch.optim.AdamW(module.parameters(), lr=self.rate, weight_decay=self.decay)
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.rate, self.steps, pct_start=0.1)
            for done in range(self.steps):
                several = min(self.tracks, int((chances > 0).sum()))
                rows = usable[rng.choice(len(usable), several, replace=False, p=chances)]
                track = np.repeat(rows, self.segments)
                cut = torch.from_numpy(np.stack([_segment(mels[i], rng) for i in track.tolist()]))
                heard = augmented(cut, chance, self.level, self.tilt, self.shift, self.mask)
                loss = self._loss(module, (heard - torch.from_numpy(mean)) / torch.from_numpy(scale),
                                  track, group[track], goal[track])  # fmt: skip
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                progress(done + 1, self.steps)
        return Sound(statistics, exported(module.eval(), mean, scale)).with_middle(mels)

    def _loss(self, module: Any, segments: Any, track: I64, group: I64, goal: F32) -> Any:
        torch = needed("torch", WHAT)
        embedding = embed(module, segments)
        z = module["head"](embedding)
        loss = self.of_track * contrastive(z, torch.from_numpy(track), self.temperature)
        if (group >= 0).any():
            loss = loss + self.of_group * contrastive(z, torch.from_numpy(group), self.temperature)
        if "target" in module:
            near = towards(module["target"](embedding), torch.from_numpy(goal), self.temperature)
            loss = loss + self.of_target * near
        return loss


def train_sound(
    mels: Sequence[F32], targets: F32 | None = None, groups: I64 | None = None, *, seed: int = 0,
    training: SoundTraining | None = None, progress: Callable[[int, int], None] = lambda *_: None,
) -> Sound:  # fmt: skip
    """A model of sound from one log-mel (T, BANDS) a track.

    targets (N, D): vectors of the tracks from listening, rows of NaN where there is none. groups (N,): album, artist or
    whatever else makes tracks alike, -1 unknown. NotReady where torch or onnx are missing: `statistics_only` needs
    neither.
    """
    for name, rows in (("targets", targets), ("groups", groups)):
        if rows is not None and len(rows) != len(mels):
            raise InputError(f"{len(rows)} {name} for {len(mels)} tracks")
    rng = np.random.default_rng(seed)
    return (training or SoundTraining()).run(mels, rng, targets, groups, progress)


def statistics_only(mels: Sequence[F32]) -> Sound:
    """The model that needs no network: statistics of log-mel and of its cepstrum, standardized."""
    return Sound(Statistics.of(mels), None).with_middle(mels)


def _chances(group: I64) -> Any:
    """(N,) sum 1: groups weigh as the square root of their size."""
    _, place, counts = np.unique(group, return_inverse=True, return_counts=True)
    weight = np.where(group >= 0, 1 / np.sqrt(counts[place]), 1.0)
    return weight / weight.sum()


def _segment(mel: F32, rng: np.random.Generator) -> F32:
    start = int(rng.integers(len(mel) - SEGMENT + 1))
    return mel[start : start + SEGMENT].astype(np.float32)
