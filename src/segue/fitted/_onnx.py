"""Networks as ONNX Runtime serves them."""

from __future__ import annotations

from typing import Any

from segue.core.optional import needed


def onnx_session(network: bytes, what: str) -> Any:
    """A session of an ONNX model, on the processor in one thread; `what` needs it, as the error says where it lacks."""
    runtime = needed("onnxruntime", what)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return runtime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
