"""A form (weights, trees, a network) with the features it takes and the calibration of what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from segue.core.errors import InputError
from segue.core.types import F32
from segue.fitted.responses._calibration import Beta


class Form(Protocol):
    """Fitted and immutable; plain .npy, .json and .onnx files."""

    def logit(self, features: F32) -> F32:
        """(N,) before calibration, for finite features (N, D)."""
        ...

    def save(self, folder: Path) -> None: ...

    @classmethod
    def load(cls, folder: Path) -> Self: ...


@dataclass(frozen=True, slots=True)
class Response:
    names: tuple[str, ...]  # (D,)
    form: Form
    calibration: Beta

    def predict(self, features: F32) -> F32:
        """(N,) calibrated probability in (0, 1) for features (N, D)."""
        check_features(features, self.names)
        if not len(features):
            return np.zeros(0, np.float32)
        return self.calibration(self.form.logit(features))


def check_features(features: F32, names: Sequence[str]) -> None:
    """Raise an InputError that names what is wrong with features (N, D)."""
    if features.ndim != 2 or features.shape[1] != len(names):
        raise InputError(f"features of shape {features.shape}; these are {len(names)}: {', '.join(names)}")
    if not np.isfinite(features).all():
        row, column = np.argwhere(~np.isfinite(features))[0]
        raise InputError(f"feature {names[column]!r} is {features[row, column]} in row {row}; it must be a number")
