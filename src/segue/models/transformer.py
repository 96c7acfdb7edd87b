"""A causal transformer over what was taken in order: the next item from the items before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from importlib.util import find_spec
from typing import Any, ClassVar, Literal

import numpy as np

from segue.core.optional import needed
from segue.core.types import F32, Interactions
from segue.fitted.sequence_network import SequenceNetwork, gap_of
from segue.models._pmi import factors, ppmi, together
from segue.nn.sequence import WHAT, Shape, network, sources, targets
from segue.nn.sequence_onnx import exported
from segue.nn.sequence_training import Course, train

SEQUENCES, EVENTS = 1_000, (20_000, 1_000_000)  # below the first, counting says as much; above, a fit takes an hour
NEAR, LAG_POWER, TARGET_SMOOTHING, ROUNDS = 20, 0.5, 0.75, 3  # of the vectors to start from
GAPS = 32  # buckets of the time between two events, each twice as long as the one before: the last, 68 years
REQUEST_BYTES = 32_000_000  # of item vectors a request may read: a few ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformer:
    """Item vectors, blocks of causal self-attention, and the softmax over the whole catalogue with the same vectors.

    SASRec (Kang and McAuley 2018) with the loss that made it strong again (Klenitskiy and Vasilev 2023, Turning dross
    into gold loss), or the blocks of HSTU (Zhai et al. 2024). Places know each other by their distance and, where the
    data has times, by the time between. What stands a little later in a sequence is foretold too, since the order of
    the few next items is half chance. Item vectors start from pointwise mutual information: without that, sequences of
    ten events teach them too little.
    """

    needs_order: ClassVar[bool] = True
    axes: ClassVar[Mapping[str, tuple[Any, ...]]] = {}  # one setting: every trial would cost minutes
    draft: ClassVar[Mapping[str, Any]] = {}
    most_trials: ClassVar[int] = 1

    block: Literal["attention", "hstu"] = "attention"
    dimensions: int = 128
    layers: int = 1
    heads: int = 2
    widen: int = 2  # hidden units a dimension of the perceptron
    window: int = 50  # events of a history that are read
    dropout: float = 0.5
    temperature: float = 0.07  # scores are cosines divided by it; 0: plain products
    level: bool = True  # vectors of items are normalized before they are read
    pmi: bool = True  # item vectors start from factors of pointwise mutual information, not from chance
    backward: float = 0.3  # weight of what comes before an item in that, against what comes after
    epochs: int = 6
    batch: int = 256  # sequences, at most
    places: int = 1024  # events of a batch, at most: few long sequences need as many steps as many short ones
    rate: float = 2e-3
    decay: float = 0.05
    ahead: int = 3  # events after a place that it is to foretell
    lag_power: float = 1.5  # the one d places ahead counts d ** -lag_power
    thin: float = 0.0  # share of the events left out of a sequence, others in each epoch
    negatives: int = 512  # items drawn for a batch to stand for all; 0: all of them

    @classmethod
    def suits(cls, data: Interactions) -> bool:
        """Where there is enough to learn from and not too much, and what it takes is installed."""
        following = np.maximum(np.diff(data.indptr) - 1, 0)
        able = int((following > 0).sum()) >= SEQUENCES and EVENTS[0] <= int(following.sum()) <= EVENTS[1]
        return able and all(find_spec(name) for name in ("torch", "onnx", "onnxruntime"))

    def fit(self, data: Interactions, rng: np.random.Generator) -> SequenceNetwork:
        torch, n = needed("torch", WHAT), len(data.items)
        needed("onnx", WHAT)  # said before the training, not after
        shape, how = self._shape(n, data.timed), Course(**{f.name: getattr(self, f.name) for f in fields(Course)})
        start = self._start(data, shape.dimensions, rng)
        module = train(
            lambda: network(n, shape, torch.from_numpy(start)), shape, how, data.indptr, data.rows, rng,
            at=data.at if data.timed else None, gap_of=partial(gap_of, buckets=GAPS),
        )  # fmt: skip
        target = _array(targets(module["vectors"].weight, shape))
        with np.errstate(divide="ignore"):
            prior = np.log(np.bincount(data.rows, minlength=n)).astype(np.float32)
        return SequenceNetwork(
            items=data.items, source=_array(sources(module, shape)), target=target,
            prior=prior, by_place=_array(module["place"].weight), by_gap=_array(module["gap"].weight),
            network=exported(module, shape),
        )  # fmt: skip

    def _start(self, data: Interactions, d: int, rng: np.random.Generator) -> F32:
        """(N, D) vectors to start from: the factors of what stands near what, as pmi-vectors takes them."""
        n, size = len(data.items), d**-0.5 if self.temperature else 0.02
        out = rng.normal(size=(n, d)).astype(np.float32) * np.float32(size)
        if self.pmi and len(data.rows):
            counts = together(data, NEAR, LAG_POWER, self.backward)
            left, values, _ = factors(ppmi(counts, TARGET_SMOOTHING), min(d, n), rng, ROUNDS)
            found = left * values**0.5
            spread = float(np.sqrt((found**2).mean()))
            if spread > 0:
                out[:, : found.shape[1]] = found * (size / spread)
        return out

    def _shape(self, n: int, timed: bool) -> Shape:
        """Of the network for N items; one that would cost a request too much has fewer dimensions."""
        most = max(32, REQUEST_BYTES // (4 * max(n, 1)))
        dimensions = min(self.dimensions, most // self.heads * self.heads)
        own = {f.name: getattr(self, f.name) for f in fields(Shape) if hasattr(self, f.name)}
        return Shape(**own | {"dimensions": dimensions, "gaps": GAPS if timed else 0})


def _array(tensor: Any) -> F32:
    return np.ascontiguousarray(tensor.detach().numpy(), np.float32)


plugin = Transformer
