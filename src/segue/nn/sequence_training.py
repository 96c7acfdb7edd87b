"""Training a network on sequences: after every event, what comes next and a little later."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from segue.core.optional import needed
from segue.core.types import I32, I64
from segue.nn.batches import batches, groups, windows
from segue.nn.losses import softmax_loss
from segue.nn.sequence import WHAT, Shape, states, targets
from segue.nn.training import seeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How to train: AdamW, its rate rising over the first twentieth of the steps and falling as a cosine to nothing."""

    epochs: int
    batch: int  # sequences, at most
    places: int  # events of them with their padding, at most
    rate: float
    decay: float  # of weights, as in AdamW; not of norms and offsets
    ahead: int  # events after a place that it is to foretell
    lag_power: float  # the one d places ahead counts d ** -lag_power
    thin: float  # share of the events left out of a sequence, others in each epoch
    negatives: int  # items drawn for a batch to stand for all; 0: the softmax is over the whole catalogue


def train(
    make: Callable[[], Any], shape: Shape, how: Course, indptr: I64, rows: I32, rng: np.random.Generator, *,
    at: I64 | None = None, gap_of: Callable[[I64], I64] | None = None,
) -> Any:  # fmt: skip
    """The module that `make` gives, trained on sequences of items `rows` (E,), each oldest first.

    `gap_of` puts the time between two events, a difference of `at` (E,), into buckets, where times are looked at.
    Trained on a GPU where torch sees one; on the processor the same generator gives the same weights.
    """
    torch = needed("torch", WHAT)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    starts, ends = windows(indptr, shape.window + 1)
    bounds = groups(np.sort(ends - starts), how.batch, how.places)

    def here(values: Any) -> Any:
        return torch.from_numpy(values).to(device)

    with seeded(int(rng.integers(2**31))):
        module = make().to(device).train()
        share = np.bincount(rows, minlength=module["vectors"].num_embeddings) ** 0.5 + 0.1
        share /= share.sum()
        matrices = [p for p in module.parameters() if p.dim() >= 2]
        rest = {"params": [p for p in module.parameters() if p.dim() < 2], "weight_decay": 0.0}
        steps = torch.optim.AdamW([{"params": matrices, "weight_decay": how.decay}, rest], lr=how.rate, fused=True)
        total = how.epochs * (len(bounds) - 1)
        pace = torch.optim.lr_scheduler.LambdaLR(steps, lambda step: pace_of(step, total))
        for _ in range(how.epochs):
            for events, inside in batches(starts, ends, bounds, how.thin, rng):
                gaps = drawn = None
                if at is not None and gap_of is not None:
                    when = at[events[:, :-1]]
                    gaps = here(gap_of(when[:, :, None] - when[:, None]))
                if how.negatives:
                    some, times = np.unique(rng.choice(len(share), how.negatives, p=share), return_counts=True)
                    drawn = here(some), here(np.log(how.negatives * share[some] / times).astype(np.float32))
                table = here(np.where(inside, rows[events], -1).astype(np.int64))
                steps.zero_grad(set_to_none=True)
                after = states(module, table[:, :-1].clamp(min=0), shape, gaps)
                real = table[:, 1:] >= 0
                wanted, weight = later(table, real, how)
                vectors = module["vectors"].weight
                if drawn is not None:  # of a large catalogue a batch needs few
                    used, place = torch.unique(torch.cat([wanted.flatten(), drawn[0]]), return_inverse=True)
                    vectors, drawn = torch.nn.functional.embedding(used, vectors), (place[wanted.numel() :], drawn[1])
                    wanted = place[: wanted.numel()].view_as(wanted)
                softmax_loss(after[real], targets(vectors, shape), wanted, weight, drawn).backward()
                steps.step()
                pace.step()
    return module.eval().to("cpu")


def later(table: Any, real: Any, how: Course) -> tuple[Any, Any]:
    """(P, W), (P, W) the items up to W places after each `real` place of a table (B, L), and what each counts."""
    torch = needed("torch", WHAT)
    width = table.shape[1] - 1
    padded = torch.nn.functional.pad(table, (0, how.ahead), value=-1)
    wanted = torch.stack([padded[:, d : d + width] for d in range(1, how.ahead + 1)], dim=-1)[real]
    weight = (wanted >= 0) * torch.arange(1, how.ahead + 1, device=table.device).float() ** -how.lag_power
    return wanted.clamp(min=0), weight / weight.sum(dim=1, keepdim=True)


def pace_of(step: int, total: int) -> float:
    """Share of the rate at a step."""
    warm = max(1, total // 20)
    return min(1.0, (step + 1) / warm) * 0.5 * (1 + math.cos(math.pi * max(0, step - warm) / max(1, total - warm)))
