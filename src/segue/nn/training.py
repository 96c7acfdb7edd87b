"""One training loop: minibatches, AdamW, and the weights that did best on rows held back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.core.optional import needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How to train; the same seed gives the same weights on the same machine."""

    epochs: int = 40  # at most
    patience: int = 5  # epochs without a better loss on the rows held back
    batch: int = 512
    rate: float = 1e-3
    decay: float = 1e-3  # of weights, as in AdamW
    held: float = 0.15  # share of the rows held back

    def run(
        self, make: Callable[[], Any], loss: Callable[..., Any], columns: Sequence[NDArray[Any]],
        rng: np.random.Generator,
    ) -> Any:  # fmt: skip
        """The module that `make` gives, trained; `loss(module, *columns)` is the mean over some rows of the columns."""
        torch = needed("torch", "training a network")
        n = len(columns[0])
        order = rng.permutation(n)
        back, rest = order[: int(self.held * n)], order[int(self.held * n) :]
        with seeded(int(rng.integers(2**31))):
            tensors = [torch.from_numpy(np.ascontiguousarray(c)) for c in columns]
            module = make()
            steps = torch.optim.AdamW(module.parameters(), lr=self.rate, weight_decay=self.decay)
            aside = [t[torch.from_numpy(back)] for t in tensors]
            best, kept, waited = float("inf"), module.state_dict(), 0
            for _ in range(self.epochs):
                module.train()
                mixed = torch.from_numpy(rng.permutation(rest))
                for rows in mixed.split(self.batch):
                    steps.zero_grad()
                    loss(module, *(t[rows] for t in tensors)).backward()
                    steps.step()
                module.eval()
                if not len(back):
                    kept = module.state_dict()
                    continue
                with torch.no_grad():
                    now = float(loss(module, *aside))
                if now < best:
                    best, kept, waited = now, {k: v.clone() for k, v in module.state_dict().items()}, 0
                else:
                    waited += 1
                if waited >= self.patience:
                    break
            module.load_state_dict(kept)
        return module.eval()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch's chance from a seed and one thread inside the block, so that sums are added up in one order."""
    torch = needed("torch", "training a network")
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
