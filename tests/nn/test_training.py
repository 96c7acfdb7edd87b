"""The loop finds a known answer, stops when it no longer helps, and leaves torch as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segue.nn.training import Training, seeded

torch = pytest.importorskip("torch")


def square(module: Any, x: Any, y: Any) -> Any:
    return ((module(x).squeeze(1) - y) ** 2).mean()


def line(n: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    return x, (x @ np.array([1, -2, 0.5], np.float32) + 3 + noise * rng.normal(size=n)).astype(np.float32)


def test_finds_the_line() -> None:
    how = Training(epochs=60, rate=0.05, decay=0, batch=64)
    module = how.run(lambda: torch.nn.Linear(3, 1), square, line(600, 0.01), np.random.default_rng(1))
    np.testing.assert_allclose(module.weight.detach().numpy()[0], [1, -2, 0.5], atol=0.02)
    assert module.bias.item() == pytest.approx(3, abs=0.02)


def test_stops_and_keeps_the_best() -> None:
    """Sixty rows of noise: a wide network learns them by heart, but what is kept is near the mean."""
    x, _ = line(60, 0)
    y = np.random.default_rng(2).normal(size=60).astype(np.float32)
    made = []

    def make() -> Any:
        made.append(torch.nn.Sequential(torch.nn.Linear(3, 128), torch.nn.ReLU(), torch.nn.Linear(128, 1)))
        return made[-1]

    def off(patience: int, held: float) -> float:
        how = Training(epochs=150, rate=0.02, decay=0, batch=16, patience=patience, held=held)
        module = how.run(make, square, (x, y), np.random.default_rng(1))
        fresh = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
        return float(module(fresh).detach().pow(2).mean())

    assert off(3, 0.3) < 0.4 * off(150, 0.0)


def test_same_seed_same_weights_and_torch_is_left_alone() -> None:
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    how, rows = Training(epochs=3), line(100, 0.1)
    a, b, c = (how.run(lambda: torch.nn.Linear(3, 1), square, rows, np.random.default_rng(s)).weight for s in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    assert torch.equal(before, torch.random.get_rng_state())
    assert threads == torch.get_num_threads()
    with seeded(0):
        assert torch.get_num_threads() == 1
