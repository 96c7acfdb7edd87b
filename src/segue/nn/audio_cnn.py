"""A convolutional network over log-mel segments: convolutions along time, pooled at every depth, a contrastive head.

A. van den Oord, S. Dieleman, B. Schrauwen, Deep content-based music recommendation (NeurIPS 2013), whose network this
is; brought up to date with batch normalization, pooling after every block, SpecAugment (D. Park et al., Interspeech
2019) and a contrastive loss (P. Khosla et al., Supervised contrastive learning, NeurIPS 2020; J. Spijkervet &
J. Burgoyne, Contrastive learning of musical representations, ISMIR 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from segue.core.optional import needed
from segue.core.types import F32

WHAT = "learning from sound"
OPSET = 17
KERNEL = 5, 3, 3
POOL = 2  # frames after each block but the last


def network(bands: int, widths: Sequence[int], size: int, head: int, targets: int = 0) -> Any:
    """A torch module of named parts; `size` of the embedding, `head` of what the contrastive loss compares,
    `targets` of the vectors that are predicted (0: none)."""
    nn = needed("torch.nn", WHAT)
    ins = [bands, *widths[:-1]]
    parts = {
        "blocks": nn.ModuleList(
            nn.Sequential(nn.Conv1d(a, b, k, padding=k // 2, bias=False), nn.BatchNorm1d(b))
            for a, b, k in zip(ins, widths, KERNEL, strict=True)
        ),
        "embed": nn.Linear(2 * sum(widths), size),
        "head": nn.Sequential(nn.ReLU(), nn.Linear(size, size), nn.ReLU(), nn.Linear(size, head)),
    }
    if targets:
        parts["target"] = nn.Sequential(nn.ReLU(), nn.Linear(size, targets))
    return nn.ModuleDict(parts)


def embed(module: Any, mel: Any) -> Any:
    """(N, size) of torch segments (N, T, bands), standardized."""
    torch = needed("torch", WHAT)
    x, pooled = mel.transpose(1, 2), []
    for i, block in enumerate(module["blocks"]):
        x = torch.relu(block(x))
        pooled += [x.mean(2), x.amax(2)]
        if i + 1 < len(module["blocks"]):
            x = torch.nn.functional.max_pool1d(x, POOL)
    return module["embed"](torch.cat(pooled, 1))


def contrastive(z: Any, label: Any, temperature: float) -> Any:
    """Supervised contrastive loss of (N, head): rows of one label attract each other, all others repel."""
    torch = needed("torch", WHAT)
    z = torch.nn.functional.normalize(z, dim=1)
    near = z @ z.T / temperature
    itself = torch.eye(len(z), dtype=torch.bool)
    near = near.masked_fill(itself, float("-inf"))
    same = (label[:, None] == label[None]) & ~itself & (label >= 0)[:, None]
    log = near - near.logsumexp(1, keepdim=True)
    each = -log.masked_fill(~same, 0).sum(1) / same.sum(1).clamp(min=1)
    held = same.any(1)
    return each[held].mean() if bool(held.any()) else each.sum() * 0


def towards(predicted: Any, target: Any, temperature: float) -> Any:
    """InfoNCE from predictions (N, D) to the vectors of their own tracks, among those of the batch; NaN: not known."""
    torch = needed("torch", WHAT)
    known = ~torch.isnan(target[:, 0])
    if int(known.sum()) < 2:
        return predicted.sum() * 0
    unit = torch.nn.functional.normalize
    a, b = unit(predicted[known], dim=1), unit(target[known], dim=1)
    near = a @ b.T / temperature
    same = (b @ b.T > 0.9999).float()  # segments of one track have one vector
    return -(same * near.log_softmax(1)).sum(1).div(same.sum(1)).mean()


def augmented(mel: Any, generator: Any, level: float, tilt: float, shift: int, mask: int) -> Any:
    """Segments (N, T, bands) in nats as they might have been recorded, coded or transposed otherwise."""
    torch = needed("torch", WHAT)
    n, t, b = mel.shape

    def normal(*shape: int) -> Any:
        return torch.randn(*shape, generator=generator)

    def whole(high: int) -> Any:
        return torch.randint(high, (n, 1, 1), generator=generator)

    if shift:
        moved = (torch.arange(b)[None] + torch.randint(-shift, shift + 1, (n, 1), generator=generator)).clamp(0, b - 1)
        mel = mel.gather(2, moved[:, None].expand(n, t, b))
    place = torch.linspace(-1, 1, b)
    curve = normal(n, 1) * place + normal(n, 1) * (place**2 - 0.33) + 0.7 * normal(n, 1) * torch.sin(5 * place)
    mel = mel + level * normal(n, 1, 1) + tilt * curve[:, None]
    bands, frames = torch.arange(b)[None, None], torch.arange(t)[None, :, None]
    for _ in range(2):
        wide, long = whole(mask + 1), whole(2 * mask + 1)
        low, start = whole(b), whole(t)
        hidden = ((bands >= low) & (bands < low + wide)) | ((frames >= start) & (frames < start + long))
        mel = torch.where(hidden, mel.mean((1, 2), keepdim=True), mel)
    return mel


def exported(module: Any, mean: F32, scale: F32) -> bytes:
    """Standardizing and `embed` in ONNX, node by node: `mel` (N, T, bands) in, `embedding` (N, size) out."""
    onnx = needed("onnx", WHAT)
    nodes, arrays = [], []

    def array(name: str, values: Any) -> str:
        arrays.append(onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def step(kind: str, sources: list[str], name: str, **options: Any) -> str:
        nodes.append(onnx.helper.make_node(kind, sources, [name], **options))
        return name

    centred = step("Sub", ["mel", array("mean", mean)], "centred")
    x = step("Transpose", [step("Mul", [centred, array("scale", 1 / scale)], "scaled")], "channels", perm=[0, 2, 1])
    pooled = []
    for i, (conv, norm) in enumerate(module["blocks"]):
        weight, bias = _folded(conv, norm)
        pad = conv.padding[0]
        x = step("Conv", [x, array(f"W{i}", weight), array(f"b{i}", bias)], f"conv{i}", pads=[pad, pad])
        x = step("Relu", [x], f"relu{i}")
        pooled += [step("ReduceMean", [x], f"mean{i}", axes=[2], keepdims=0),
                   step("ReduceMax", [x], f"max{i}", axes=[2], keepdims=0)]  # fmt: skip
        if i + 1 < len(module["blocks"]):
            x = step("MaxPool", [x], f"pool{i}", kernel_shape=[POOL], strides=[POOL])
    out = module["embed"]
    weights = [array("W", out.weight.T.detach().numpy()), array("b", out.bias.detach().numpy())]
    step("Gemm", [step("Concat", pooled, "all", axis=1), *weights], "embedding")
    value, kind = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        nodes, "sound", [value("mel", kind, ["N", "T", len(mean)])],
        [value("embedding", kind, ["N", out.out_features])], arrays,
    )  # fmt: skip
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _folded(conv: Any, norm: Any) -> tuple[F32, F32]:
    """Weights and bias of a convolution with its batch normalization in it."""
    weight, gain = conv.weight.detach().numpy(), norm.weight.detach().numpy()
    middle, spread = norm.running_mean.numpy(), np.sqrt(norm.running_var.numpy() + norm.eps)
    factor = gain / spread
    bias: F32 = (norm.bias.detach().numpy() - middle * factor).astype(np.float32)
    return (weight * factor[:, None, None]).astype(np.float32), bias
