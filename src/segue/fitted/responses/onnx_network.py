"""A network in ONNX, run by ONNX Runtime in the thread that asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from segue.core.types import F32
from segue.fitted._onnx import onnx_session
from segue.fitted.responses._columns import Scaling


@dataclass(frozen=True)
class OnnxNetwork:
    """logit = the network's only output (N,) for scaled features (N, D), its only input."""

    scaling: Scaling
    network: bytes  # an ONNX model

    def logit(self, features: F32) -> F32:
        """(N,)"""
        session = self._session
        out = session.run(None, {session.get_inputs()[0].name: self.scaling(features)})[0]
        return np.asarray(out, np.float32).reshape(-1)

    @cached_property
    def _session(self) -> Any:
        return onnx_session(self.network, "a network")

    def save(self, folder: Path) -> None:
        self.scaling.save(folder)
        (folder / "network.onnx").write_bytes(self.network)

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(Scaling.load(folder), (folder / "network.onnx").read_bytes())


plugin = OnnxNetwork
