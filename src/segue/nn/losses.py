"""Losses over a whole catalogue."""

from __future__ import annotations

from typing import Any

from segue.core.optional import needed

NEVER = -1e9  # the score of what is no alternative


def softmax_loss(states: Any, targets: Any, wanted: Any, weight: Any, drawn: tuple[Any, Any] | None = None) -> Any:
    """Mean over P places of the cross-entropy between the softmax of `states @ targets.T` and what is wanted.

    `states` (P, D), `targets` (N, D); `wanted` (P, W) rows of the targets with their `weight` (P, W), which sums to 1.
    With `drawn` = distinct rows (M,) and the log of how often each is expected among them (M,), the sum over the
    catalogue is estimated from those and the wanted ones (sampled softmax, Bengio and Senécal 2003): it costs M, not N.
    """
    torch = needed("torch", "a sequence network")
    if drawn is None:
        scores = states @ targets.T
        true = scores.gather(1, wanted)
        return (torch.logsumexp(scores, dim=1) - (true * weight).sum(dim=1)).mean()
    rows, expected = drawn
    real = weight > 0
    true = (states[:, None] * targets[wanted]).sum(dim=2).masked_fill(~real, NEVER)
    column = torch.full((len(targets),), len(rows), device=rows.device)
    column[rows] = torch.arange(len(rows), device=rows.device)
    known = torch.where(real, column[wanted], len(rows))  # a wanted item that was drawn too counts once
    pad = torch.nn.functional.pad  # with a last column for the rest of them, which counts nothing
    scores = torch.addmm(pad(-expected, (0, 1), value=NEVER), states, targets[pad(rows, (0, 1))].T)
    every = torch.logaddexp(true.logsumexp(dim=1), scores.scatter_(1, known, NEVER).logsumexp(dim=1))
    return (every - (true * weight).sum(dim=1)).mean()
