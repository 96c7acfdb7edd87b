"""A network that reads a history and says, after every event of it, where among the items it is going."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from segue.core.optional import needed
from segue.nn.blocks import HIDDEN, Kind, attention, block, dropped, hstu

WHAT = "a sequence network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a network consists of."""

    block: Kind
    dimensions: int
    layers: int
    heads: int
    widen: int  # hidden units a dimension of the perceptron; a block of the kind "hstu" has none
    window: int  # events read at most
    gaps: int  # buckets of the time between two events; 0: times are not looked at
    dropout: float
    level: bool  # vectors of items are normalized before they are read
    temperature: float  # scores are cosines divided by it; 0: they are plain products


def network(n: int, shape: Shape, vectors: Any = None) -> Any:
    """A torch module for N items with its parts by name; `vectors` (N, D) are those of the items to start from."""
    torch = needed("torch", WHAT)
    nn, d = torch.nn, shape.dimensions
    items = nn.Embedding(n, d)
    place, gap = nn.Embedding(shape.window, shape.heads), nn.Embedding(shape.gaps, shape.heads)
    blocks = nn.ModuleList(block(shape.block, d, shape.widen, shape.dropout) for _ in range(shape.layers))
    with torch.no_grad():
        items.weight.normal_(std=d**-0.5 if shape.temperature else 0.02)
        if vectors is not None:
            items.weight.copy_(vectors)
        place.weight.zero_()
        gap.weight.zero_()
        for matrix in (p for p in blocks.parameters() if p.dim() == 2):
            nn.init.xavier_normal_(matrix) if shape.block == "hstu" else matrix.normal_(std=0.02)
    parts = {"vectors": items, "place": place, "gap": gap, "blocks": blocks, "norm": nn.LayerNorm(d)}
    if shape.level:
        parts["level"] = nn.LayerNorm(d)
    return nn.ModuleDict(parts | {"drop": nn.Dropout(shape.dropout)})


def states(module: Any, rows: Any, shape: Shape, gaps: Any = None) -> Any:
    """(B, S, D) after each event of histories `rows` (B, S), padded at their ends with any row.

    `gaps` (B, S, S): the bucket of the time between an event and each before it.
    """
    torch = needed("torch", WHAT)
    x = module["vectors"](rows)
    x = dropped(module["drop"], module["level"](x) if shape.level else x)
    bias = looking_back(module, rows.shape[1], gaps)
    for layer in module["blocks"]:
        x, _ = hstu(layer, x, bias, shape.window) if shape.block == "hstu" else attention(layer, x, bias)
    x = module["norm"](x)
    return torch.nn.functional.normalize(x, dim=-1) / shape.temperature if shape.temperature else x


def sources(module: Any, shape: Shape) -> Any:
    """(N, D) vectors of the items as they are read, without dropout."""
    vectors = module["vectors"].weight
    return module["level"](vectors) if shape.level else vectors


def targets(vectors: Any, shape: Shape) -> Any:
    """(N, D) of items' vectors (N, D): the score of an item is the product of a state and its row."""
    return needed("torch", WHAT).nn.functional.normalize(vectors, dim=-1) if shape.temperature else vectors


def looking_back(module: Any, s: int, gaps: Any = None) -> Any:
    """(1 or B, H, S, S) what is added to a look at each event, by its distance and age; HIDDEN where it is later."""
    torch = needed("torch", WHAT)
    weight = module["place"].weight
    place = torch.arange(s, device=weight.device)
    back = place[:, None] - place
    bias = weight[back.clamp(min=0)].permute(2, 0, 1)[None]
    if gaps is not None:
        bias = bias + module["gap"].weight[gaps].permute(0, 3, 1, 2)
    return torch.where(back < 0, torch.full_like(bias, HIDDEN), bias)
