"""Full-batch descent: L-BFGS (Liu and Nocedal, 1989), the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize

from segue.core.types import F64


def lowest(
    loss: Callable[[F64], tuple[float, F64]], start: F64, steps: int, tol: float = 1e-8,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
) -> F64:  # fmt: skip
    """The argument of least loss near `start`; loss gives its value and slope. Stops where a step gains under `tol`."""
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": steps, "ftol": tol, "gtol": 1e-6},
    )  # fmt: skip
    return np.asarray(found.x, np.float64)
