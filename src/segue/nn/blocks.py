"""Blocks that read a sequence from left to right, as plain modules and functions of them.

Letters: B sequences, S new places, P places read before, T = P + S, D dimensions, H heads.
"""

from __future__ import annotations

from typing import Any, Literal

from segue.core.optional import needed

Kind = Literal["attention", "hstu"]
HIDDEN = -1e4  # added to what a place may not see: both softmax and SiLU make exactly nothing of it


def block(kind: Kind, d: int, widen: int, dropout: float) -> Any:
    """The parts of one block by name. `widen`: hidden units a dimension of the perceptron behind the attention."""
    nn = needed("torch.nn", "a sequence network")
    parts = {"before": nn.LayerNorm(d), "mix": nn.Linear(d, 4 * d if kind == "hstu" else 3 * d), "out": nn.Linear(d, d)}
    if kind == "hstu":
        parts["gated"] = nn.LayerNorm(d)
    elif widen:
        parts |= {"between": nn.LayerNorm(d), "up": nn.Linear(d, widen * d), "down": nn.Linear(widen * d, d)}
    return nn.ModuleDict(parts | {"drop": nn.Dropout(dropout)})


def attention(layer: Any, x: Any, bias: Any, past: tuple[Any, Any] | None = None) -> tuple[Any, tuple[Any, Any]]:
    """(B, S, D) -> (B, S, D) and all keys and values (B, H, T, D / H) so far.

    Causal self-attention with the norm before it, then a perceptron (Kang and McAuley 2018, Self-attentive sequential
    recommendation). `bias` (B or 1, H, S, T): by distance, and HIDDEN where a place may not look.
    """
    torch = needed("torch", "a sequence network")
    heads = bias.shape[1]
    q, k, v = (split(part, heads) for part in layer["mix"](layer["before"](x)).chunk(3, dim=-1))
    k, v = extended(past, k, v)
    weights = torch.softmax(q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5) + bias, dim=-1)
    x = x + dropped(layer["drop"], layer["out"](joined(dropped(layer["drop"], weights) @ v)))
    if "up" in layer:
        wide = torch.nn.functional.silu(layer["up"](layer["between"](x)))
        x = x + dropped(layer["drop"], layer["down"](dropped(layer["drop"], wide)))
    return x, (k, v)


def hstu(
    layer: Any, x: Any, bias: Any, window: int, past: tuple[Any, Any] | None = None
) -> tuple[Any, tuple[Any, Any]]:  # fmt: skip
    """The same with the hierarchical sequential transduction unit (Zhai et al. 2024, Actions speak louder than words).

    Weights are SiLU(Q K' + bias) / window, not a softmax, so that how much there was to look at stays visible; what
    they gather is normalized and gated, and there is no perceptron.
    """
    torch = needed("torch", "a sequence network")
    heads = bias.shape[1]
    mixed = torch.nn.functional.silu(layer["mix"](layer["before"](x)))
    gate, *rest = mixed.chunk(4, dim=-1)
    q, k, v = (split(part, heads) for part in rest)
    k, v = extended(past, k, v)
    weights = torch.nn.functional.silu(q @ k.transpose(-1, -2) + bias) / window
    gathered = layer["gated"](joined(weights @ v)) * gate
    return x + layer["out"](dropped(layer["drop"], gathered)), (k, v)


def split(x: Any, heads: int) -> Any:
    """(B, S, D) -> (B, H, S, D / H)."""
    b, s, d = x.shape
    return x.view(b, s, heads, d // heads).transpose(1, 2)


def joined(x: Any) -> Any:
    """(B, H, S, D / H) -> (B, S, D)."""
    b, h, s, d = x.shape
    return x.transpose(1, 2).reshape(b, s, h * d)


def extended(past: tuple[Any, Any] | None, k: Any, v: Any) -> tuple[Any, Any]:
    """Keys and values with those of the places before."""
    if past is None:
        return k, v
    torch = needed("torch", "a sequence network")
    return torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)


def dropped(how: Any, x: Any) -> Any:
    """`x` as a `torch.nn.Dropout` would leave it, its share taken to the next 256th: in a tenth of the time."""
    cut = round(256 * how.p)
    if not how.training or not cut:
        return x
    torch = needed("torch", "a sequence network")
    luck = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device).random_(-(2**63), None)
    kept = luck.view(torch.uint8)[: x.numel()].view(x.shape) >= cut
    return x * kept * (256 / (256 - cut))
