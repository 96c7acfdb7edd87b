"""Deep & cross network, version 2 (Wang et al., 2021), trained in torch and served by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from segue.core.optional import needed
from segue.core.types import F32
from segue.fitted.responses import Response
from segue.fitted.responses.onnx_network import OnnxNetwork
from segue.models.responses._calibrating import calibrated
from segue.models.responses._rows import Rows
from segue.nn.training import Training

OPSET = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepCross:
    """Cross layers x <- x0 * (W x + b) + x beside a perceptron on the same scaled features; one logit of both."""

    crosses: int = 2
    widths: tuple[int, ...] = (64, 32)
    training: Training = field(default_factory=Training)
    folds: int = 3  # for the calibration

    def fit(
        self, features: F32, label: F32, weight: F32, rng: np.random.Generator, names: Sequence[str] | None = None
    ) -> Response:
        return calibrated(self._form, Rows.of(features, label, weight, names), self.folds, rng)

    def _form(self, rows: Rows, rng: np.random.Generator) -> OnnxNetwork:
        scaling, base = rows.scaling(), rows.base()

        def make() -> Any:
            return network(rows.features.shape[1], self.crosses, self.widths, base)

        def loss(module: Any, x: Any, label: Any, weight: Any) -> Any:
            each = needed("torch.nn.functional", "deep-cross").binary_cross_entropy_with_logits
            return each(forward(module, x), label, weight=weight)

        columns = (scaling(rows.features), rows.label, rows.weight / rows.weight.mean())
        module = self.training.run(make, loss, columns, rng)
        return OnnxNetwork(scaling, exported(module))


def network(d: int, crosses: int, widths: Sequence[int], base: float) -> Any:
    """A torch module with its three parts by name; it starts at the base rate."""
    nn = needed("torch.nn", "deep-cross")
    sizes = [d, *widths]
    out = nn.Linear(d + sizes[-1] if widths else d, 1)
    nn.init.zeros_(out.weight)
    nn.init.constant_(out.bias, base)
    return nn.ModuleDict(
        {
            "cross": nn.ModuleList(nn.Linear(d, d) for _ in range(crosses)),
            "deep": nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes)),
            "out": out,
        }
    )


def forward(module: Any, x: Any) -> Any:
    """(N,) logits of torch features (N, D)."""
    torch = needed("torch", "deep-cross")
    crossed = deep = x
    for layer in module["cross"]:
        crossed = x * layer(crossed) + crossed
    for layer in module["deep"]:
        deep = torch.relu(layer(deep))
    both = torch.cat([crossed, deep], dim=1) if len(module["deep"]) else crossed
    return module["out"](both).squeeze(1)


def exported(module: Any) -> bytes:
    """The same network in ONNX, node by node: no exporter, and nothing that depends on the version of torch."""
    onnx = needed("onnx", "deep-cross")
    nodes, arrays = [], []

    def linear(layer: Any, name: str, source: str) -> str:
        for part, tensor in (("W", layer.weight.T), ("b", layer.bias)):
            values = np.ascontiguousarray(tensor.detach().numpy())
            arrays.append(onnx.numpy_helper.from_array(values, f"{name}.{part}"))
        nodes.append(onnx.helper.make_node("Gemm", [source, f"{name}.W", f"{name}.b"], [name]))
        return name

    def step(kind: str, sources: list[str], name: str, **options: int) -> str:
        nodes.append(onnx.helper.make_node(kind, sources, [name], **options))
        return name

    crossed = deep = "x"
    for i, layer in enumerate(module["cross"]):
        scaled = step("Mul", ["x", linear(layer, f"cross{i}", crossed)], f"cross{i}.scaled")
        crossed = step("Add", [scaled, crossed], f"cross{i}.sum")
    for i, layer in enumerate(module["deep"]):
        deep = step("Relu", [linear(layer, f"deep{i}", deep)], f"deep{i}.relu")
    both = step("Concat", [crossed, deep], "both", axis=1) if len(module["deep"]) else crossed
    linear(module["out"], "logit", both)
    d = module["cross"][0].in_features if len(module["cross"]) else module["deep"][0].in_features
    value, kind = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        nodes, "deep-cross", [value("x", kind, ["N", d])], [value("logit", kind, ["N", 1])], arrays
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


plugin = DeepCross
