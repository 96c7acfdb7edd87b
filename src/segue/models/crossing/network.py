"""A network over taste with a softmax over the items of another kind; trained in torch, served in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from segue.core.optional import needed
from segue.core.types import F32, I64, Interactions
from segue.fitted.crossing import Crossing, Layer
from segue.models.crossing._people import Points, common, histories, shared, taken, taste_of
from segue.nn.training import Training

WHAT = "a crossing network"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossNetwork:
    """Covington, Adams, Sargin 2016 (Deep neural networks for YouTube recommendations), in small: taste features
    through rectified layers, a softmax over items that starts at the log of their popularity.

    The loss is the cross-entropy of all that a person took. Above `full` items the softmax is sampled: what the batch
    took and `negatives` items drawn by the root of their popularity, with the logits lessened by the log of the chance
    to be drawn. Training stops early by people held back, and the outputs of `nets` networks, each trained from a seed
    and held-back people of its own, are averaged; served, they are one wide network.
    """

    needs: ClassVar[tuple[str, ...]] = ("torch",)
    fewest: ClassVar[int] = 300  # people who took both: with fewer it costs time and says nothing
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {"dimensions": (32, 128), "rate": (1e-3, 3e-4)}

    dimensions: int = 32
    widths: tuple[int, ...] = (64, 32)
    rate: float = 1e-3
    dropout: float = 0.3
    nets: int = 4
    full: int = 10_000
    negatives: int = 2_000
    leading: float = 0.55
    marks: float = 0.5
    heard: float = 0.2
    training: Training = field(default_factory=lambda: Training(epochs=60, patience=4, batch=128, decay=0.05))

    def fit(self, of: Interactions, by: Interactions, points: Points, rng: np.random.Generator) -> Crossing:
        needed("torch", WHAT)
        pairs = shared(of, by)
        fewer = replace(points, vectors=np.ascontiguousarray(points.vectors[:, : self.dimensions]))
        taste = taste_of(by, pairs, fewer, self.leading, self.marks, self.heard)
        x, _ = taste.features(histories(by, pairs.by))
        y = taken(of, pairs.of)
        prior = np.log(common(of, pairs) + np.float32(0.1 / max(len(pairs), 1))).astype(np.float32)
        nets = [self._trained(x, y, prior, rng) for _ in range(self.nets)]
        return Crossing(of.items, taste, side_by_side(nets), prior)

    def _trained(self, x: F32, y: sp.csr_array, prior: F32, rng: np.random.Generator) -> list[Layer]:
        torch, nn = needed("torch", WHAT), needed("torch.nn", WHAT)
        scale = float(x.std(axis=0).max(initial=0)) or 1.0
        sizes = [x.shape[1], *self.widths]
        chances = self._chances(y)
        draw = np.random.default_rng(int(rng.integers(2**31)))

        def make() -> Any:
            hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
            out = nn.Linear(sizes[-1], y.shape[1])
            nn.init.normal_(out.weight, std=0.01)
            with torch.no_grad():
                out.bias.copy_(torch.from_numpy(prior))
            return nn.ModuleDict({"hidden": hidden, "dropout": nn.Dropout(self.dropout), "out": out})

        def loss(module: Any, features: Any, rows: Any) -> Any:
            values = features / scale
            for layer in module["hidden"]:
                values = module["dropout"](torch.relu(layer(values)))
            truth = y[rows.numpy()]
            columns = None if chances is None or not module.training else sampled(chances, truth, self.negatives, draw)
            if columns is None:
                logits = module["out"](values)
                wanted = torch.from_numpy(truth.toarray())
            else:
                at = torch.from_numpy(columns)
                logits = values @ module["out"].weight[at].T + module["out"].bias[at]
                expected = np.minimum(1, self.negatives * chances[columns])  # type: ignore[index]
                logits = logits - torch.from_numpy(np.log(expected).astype(np.float32))
                wanted = torch.from_numpy(truth[:, columns].toarray())
            return -(wanted * torch.log_softmax(logits, 1)).sum() / wanted.sum().clamp(min=1)

        module = replace(self.training, rate=self.rate).run(make, loss, (x, np.arange(len(x), dtype=np.int64)), rng)
        layers = [_plain(layer) for layer in (*module["hidden"], module["out"])]
        return [(layers[0][0] / np.float32(scale), layers[0][1]), *layers[1:]]

    def _chances(self, y: sp.csr_array) -> F32 | None:
        """(N,) chance of each item at one draw; None for a catalogue that is small enough for all of it."""
        if y.shape[1] <= self.full:
            return None
        root = np.sqrt(np.bincount(y.indices, minlength=y.shape[1]) + 1.0)
        return np.asarray(root / root.sum(), np.float32)


def sampled(chances: F32, truth: sp.csr_array, n: int, rng: np.random.Generator) -> I64:
    """(K,) sorted columns: all that a batch took, and about n drawn by their chances."""
    drawn = rng.random(len(chances)) < np.minimum(1, n * chances)
    return np.union1d(np.flatnonzero(drawn), truth.indices).astype(np.int64)


def side_by_side(nets: list[list[Layer]]) -> tuple[Layer, ...]:
    """Layers of one network whose output is the mean of the outputs of some of the same shape."""
    first = (np.concatenate([n[0][0] for n in nets], axis=1), np.concatenate([n[0][1] for n in nets]))
    middle = [
        (sp.block_diag([n[k][0] for n in nets]).toarray().astype(np.float32), np.concatenate([n[k][1] for n in nets]))
        for k in range(1, len(nets[0]) - 1)
    ]
    share = np.float32(1 / len(nets))
    last = (np.concatenate([n[-1][0] for n in nets]) * share, np.asarray(sum(n[-1][1] for n in nets) * share))
    return (first, *middle, last)


def _plain(layer: Any) -> Layer:
    return np.ascontiguousarray(layer.weight.detach().numpy().T), layer.bias.detach().numpy().copy()


plugin = CrossNetwork
