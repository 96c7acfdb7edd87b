"""The blocks of a sequence network in ONNX, node by node: one graph reads a whole history or one more event."""

from __future__ import annotations

from typing import Any

import numpy as np

from segue.core.optional import needed
from segue.nn.sequence import WHAT, Shape

OPSET = 17


def exported(module: Any, shape: Shape) -> bytes:
    """An ONNX model of the trained blocks.

    Inputs: `x` (B, S, D) vectors of new events, `bias` (1 or B, H, S, T) as in `segue.nn.blocks`, and for each layer l
    `key<l>`, `value<l>` (B, H, P, D / H) of the P = T - S events before them, P = 0 for a whole history.
    Outputs: `state` (B, S, D) after each new event, and `keys<l>`, `values<l>` (B, H, T, D / H) for the next step.
    """
    onnx = needed("onnx", WHAT)
    write = _Writer(onnx)
    x, d, h = "x", shape.dimensions, shape.heads
    for number, layer in enumerate(module["blocks"]):
        x = (_hstu if shape.block == "hstu" else _attention)(write, layer, x, f"b{number}", number, shape)
    state = write.norm(module["norm"], x, "last" if shape.temperature else "state")
    if shape.temperature:
        cold = write.array(np.array(1 / shape.temperature, np.float32), "cold")
        write.node("Mul", [write.node("LpNormalization", [state], axis=-1, p=2), cold], "state")
    value, kind = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    places, every = range(shape.layers), ["B", h, "T", d // h]
    inputs = [value("x", kind, ["B", "S", d]), value("bias", kind, ["A", h, "S", "T"])]
    inputs += [value(f"{part}{i}", kind, ["B", h, "P", d // h]) for i in places for part in ("key", "value")]
    outputs = [value("state", kind, ["B", "S", d])]
    outputs += [value(f"{part}{i}", kind, every) for i in places for part in ("keys", "values")]
    graph = onnx.helper.make_graph(write.nodes, "sequence-network", inputs, outputs, write.arrays)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _attention(write: _Writer, layer: Any, x: str, at: str, number: int, shape: Shape) -> str:
    """`segue.nn.blocks.attention`."""
    mixed = write.linear(layer["mix"], write.norm(layer["before"], x, f"{at}.before"), f"{at}.mix")
    q, k, v = (write.heads(part, shape) for part in write.parts(mixed, 3, shape.dimensions))
    k, v = write.extended(k, v, number)
    scale = write.array(np.array((shape.dimensions // shape.heads) ** -0.5, np.float32), f"{at}.scale")
    looks = write.node("Mul", [write.node("MatMul", [q, write.turned(k)]), scale])
    weights = write.node("Softmax", [write.node("Add", [looks, "bias"])], axis=-1)
    gathered = write.linear(layer["out"], write.joined(write.node("MatMul", [weights, v]), shape), f"{at}.out")
    x = write.node("Add", [x, gathered])
    if "up" not in layer:
        return x
    wide = write.silu(write.linear(layer["up"], write.norm(layer["between"], x, f"{at}.between"), f"{at}.up"))
    return write.node("Add", [x, write.linear(layer["down"], wide, f"{at}.down")])


def _hstu(write: _Writer, layer: Any, x: str, at: str, number: int, shape: Shape) -> str:
    """`segue.nn.blocks.hstu`."""
    mixed = write.silu(write.linear(layer["mix"], write.norm(layer["before"], x, f"{at}.before"), f"{at}.mix"))
    gate, *rest = write.parts(mixed, 4, shape.dimensions)
    q, k, v = (write.heads(part, shape) for part in rest)
    k, v = write.extended(k, v, number)
    looks = write.silu(write.node("Add", [write.node("MatMul", [q, write.turned(k)]), "bias"]))
    window = write.array(np.array(1 / shape.window, np.float32), f"{at}.window")
    gathered = write.joined(write.node("MatMul", [write.node("Mul", [looks, window]), v]), shape)
    gated = write.node("Mul", [write.norm(layer["gated"], gathered, f"{at}.gated"), gate])
    return write.node("Add", [x, write.linear(layer["out"], gated, f"{at}.out")])


class _Writer:
    """Nodes and arrays of a graph in the making; every method names what it made."""

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.arrays: list[Any] = []

    def node(self, kind: str, sources: list[str], name: str = "", **options: Any) -> str:
        name = name or f"n{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, sources, [name], **options))
        return name

    def array(self, values: Any, name: str) -> str:
        if not isinstance(values, np.ndarray):
            values = values.detach().cpu().numpy()
        self.arrays.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def linear(self, layer: Any, x: str, name: str) -> str:
        product = self.node("MatMul", [x, self.array(layer.weight.T, f"{name}.W")])
        return self.node("Add", [product, self.array(layer.bias, f"{name}.b")])

    def norm(self, layer: Any, x: str, name: str) -> str:
        parts = [x, self.array(layer.weight, f"{name}.W"), self.array(layer.bias, f"{name}.b")]
        return self.node("LayerNormalization", parts, name, axis=-1, epsilon=layer.eps)

    def silu(self, x: str) -> str:
        return self.node("Mul", [x, self.node("Sigmoid", [x])])

    def parts(self, x: str, n: int, d: int) -> list[str]:
        """(B, S, n D) in n parts."""
        names = [f"{x}.{i}" for i in range(n)]
        sizes = self.array(np.full(n, d, np.int64), f"{x}.sizes")
        self.nodes.append(self.onnx.helper.make_node("Split", [x, sizes], names, axis=-1))
        return names

    def heads(self, x: str, shape: Shape) -> str:
        """(B, S, D) -> (B, H, S, D / H)."""
        to = self.array(np.array([0, 0, shape.heads, shape.dimensions // shape.heads], np.int64), f"{x}.to")
        return self.node("Transpose", [self.node("Reshape", [x, to])], perm=[0, 2, 1, 3])

    def joined(self, x: str, shape: Shape) -> str:
        """(B, H, S, D / H) -> (B, S, D)."""
        to = self.array(np.array([0, 0, shape.dimensions], np.int64), f"{x}.to")
        return self.node("Reshape", [self.node("Transpose", [x], perm=[0, 2, 1, 3]), to])

    def turned(self, x: str) -> str:
        return self.node("Transpose", [x], perm=[0, 1, 3, 2])

    def extended(self, k: str, v: str, number: int) -> tuple[str, str]:
        """With those of the events before."""
        k = self.node("Concat", [f"key{number}", k], f"keys{number}", axis=2)
        return k, self.node("Concat", [f"value{number}", v], f"values{number}", axis=2)
