"""The network in ONNX says what it says in torch; the cross is the paper's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import NotReady
from segue.fitted.responses import load_response, save_response
from segue.fitted.responses._columns import Scaling
from segue.fitted.responses.onnx_network import OnnxNetwork
from segue.models.responses.deep_cross import DeepCross, exported, forward, network
from segue.nn.training import Training, seeded

from .conftest import NAMES, Planted

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.mark.parametrize(("crosses", "widths"), [(2, (64, 32)), (1, ()), (0, (8,)), (3, (16,))])
def test_onnx_equals_torch(crosses: int, widths: tuple[int, ...]) -> None:
    with seeded(4):
        module = network(25, crosses, widths, -1.0)
        for p in module.parameters():
            torch.nn.init.normal_(p, std=0.2)
    x = np.random.default_rng(0).normal(size=(700, 25)).astype(np.float32)
    as_it_is = Scaling(np.zeros(25, np.float32), np.ones(25, np.float32))
    with torch.no_grad():
        want = forward(module, torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(OnnxNetwork(as_it_is, exported(module)).logit(x), want, rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        module["out"].bias += 1e-3
    assert np.abs(OnnxNetwork(as_it_is, exported(module)).logit(x) - want).min() > 5e-4, "the control"


def test_a_cross_layer_by_hand() -> None:
    """x = (2, 3), W = [[1, 0], [1, 1]], b = (0, 1): x * (W x + b) + x = (2·2 + 2, 3·6 + 3)."""
    module = network(2, 1, (), 0.0)
    with torch.no_grad():
        module["cross"][0].weight[:] = torch.tensor([[1.0, 0], [1, 1]])
        module["cross"][0].bias[:] = torch.tensor([0.0, 1])
        module["out"].weight[:] = torch.tensor([[1.0, 10]])
        assert float(forward(module, torch.tensor([[2.0, 3]]))[0]) == 6 + 210


def test_it_starts_at_the_base_rate() -> None:
    module = network(4, 2, (8,), -1.5)
    with torch.no_grad():
        np.testing.assert_allclose(forward(module, torch.randn(5, 4)).numpy(), -1.5)


def test_serving_it_loads_no_torch(train: Planted, tmp_path: Path) -> None:
    recipe = DeepCross(training=Training(epochs=1), folds=0)
    model = recipe.fit(train.features, train.label, train.weight, np.random.default_rng(0), NAMES)
    save_response(model, tmp_path / "response")
    code = (
        "import sys, pathlib, numpy as np; from segue.fitted.responses import load_response;"
        "assert 'onnxruntime' not in sys.modules;"
        f"m = load_response(pathlib.Path({str(tmp_path / 'response')!r})); m.predict(np.zeros((3, 6), np.float32));"
        "assert 'onnxruntime' in sys.modules and not {'torch', 'onnx', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_what_is_not_installed_is_named(train: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = DeepCross(training=Training(epochs=1), folds=0)
    model = recipe.fit(train.features, train.label, train.weight, np.random.default_rng(0), NAMES)
    save_response(model, tmp_path / "response")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NotReady, match=r"needs onnxruntime: pip install 'segue\[ml\]'"):
        load_response(tmp_path / "response").predict(train.features[:2])
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(NotReady, match=r"needs torch: pip install 'segue\[ml\]'"):
        recipe.fit(train.features, train.label, train.weight, np.random.default_rng(0), NAMES)
