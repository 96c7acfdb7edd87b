"""Blocks against the same thing written out place by place, and one step at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from segue.nn.blocks import HIDDEN, attention, block, dropped, hstu

torch = pytest.importorskip("torch")

B, S, D, H, WINDOW = 2, 5, 8, 2, 7


@pytest.fixture
def parts() -> Any:
    """A block of a kind with random weights, an input (B, S, D) and a bias (1, H, S, S)."""

    def make(kind: Any) -> tuple[Any, Any, Any]:
        generator = torch.Generator().manual_seed(3)
        layer = block(kind, D, 2, 0.5).double().eval()
        with torch.no_grad():
            for p in layer.parameters():
                p.copy_(torch.randn(p.shape, generator=generator) * 0.5)
        x = torch.randn(B, S, D, generator=generator).double()
        bias = torch.randn(1, H, S, S, generator=generator).double()
        later = torch.ones(S, S).triu(1).bool()
        return layer, x, bias.masked_fill(later, HIDDEN)

    return make


def norm(layer: Any, x: Any) -> Any:
    x = x - x.mean()
    return x / math.sqrt(float((x**2).mean()) + layer.eps) * layer.weight.detach().numpy() + layer.bias.detach().numpy()


def linear(layer: Any, x: Any) -> Any:
    return layer.weight.detach().numpy() @ x + layer.bias.detach().numpy()


def silu(x: Any) -> Any:
    return x / (1 + np.exp(-x))


def by_hand(kind: str, layer: Any, x: Any, bias: Any) -> Any:
    """One sequence (S, D): what each place gathers from those up to it, in loops."""
    out, d = np.zeros((S, D)), D // H
    mixed = [linear(layer["mix"], norm(layer["before"], place)) for place in x]
    if kind == "hstu":
        mixed = [silu(m) for m in mixed]
    shift = D if kind == "hstu" else 0
    for i in range(S):
        gathered = np.zeros(D)
        for h in range(H):
            own = slice(shift + h * d, shift + (h + 1) * d)
            q = mixed[i][own]
            looks = []
            for j in range(i + 1):
                k = mixed[j][own.start + D : own.stop + D]
                looks.append(float(q @ k) * (1 if kind == "hstu" else d**-0.5) + bias[h, i, j])
            weights = silu(np.array(looks)) / WINDOW if kind == "hstu" else np.exp(looks) / np.exp(looks).sum()
            for j in range(i + 1):
                gathered[h * d : (h + 1) * d] += weights[j] * mixed[j][own.start + 2 * D : own.stop + 2 * D]
        if kind == "hstu":
            out[i] = x[i] + linear(layer["out"], norm(layer["gated"], gathered) * mixed[i][:D])
        else:
            out[i] = x[i] + linear(layer["out"], gathered)
            out[i] += linear(layer["down"], silu(linear(layer["up"], norm(layer["between"], out[i]))))
    return out


def run(kind: str, layer: Any, x: Any, bias: Any, past: Any = None) -> Any:
    with torch.no_grad():
        return hstu(layer, x, bias, WINDOW, past) if kind == "hstu" else attention(layer, x, bias, past)


@pytest.mark.parametrize("kind", ["attention", "hstu"])
def test_is_what_the_loops_say(kind: str, parts: Any) -> None:
    layer, x, bias = parts(kind)
    got, _ = run(kind, layer, x, bias)
    for b in range(B):
        np.testing.assert_allclose(got[b].numpy(), by_hand(kind, layer, x[b].numpy(), bias[0].numpy()), rtol=1e-9)


@pytest.mark.parametrize("kind", ["attention", "hstu"])
def test_what_comes_later_changes_nothing(kind: str, parts: Any) -> None:
    layer, x, bias = parts(kind)
    other = x.clone()
    other[:, 3:] += 5
    before, after = run(kind, layer, x, bias)[0], run(kind, layer, other, bias)[0]
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


@pytest.mark.parametrize("kind", ["attention", "hstu"])
def test_one_step_at_a_time_is_the_same(kind: str, parts: Any) -> None:
    layer, x, bias = parts(kind)
    whole, _ = run(kind, layer, x, bias)
    past, steps = None, []
    for i in range(S):
        step, past = run(kind, layer, x[:, i : i + 1], bias[:, :, i : i + 1, : i + 1], past)
        steps.append(step)
    torch.testing.assert_close(torch.cat(steps, dim=1), whole)


def test_dropout_leaves_out_its_share_and_keeps_the_mean() -> None:
    how = torch.nn.Dropout(0.3)
    x = torch.ones(1001, 331)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        y, again = dropped(how, x), dropped(how, x)
    assert float((y == 0).float().mean()) == pytest.approx(0.3, abs=0.003)
    for column in range(8):  # every byte of the random words counts alike
        assert float((y.flatten()[column::8] == 0).float().mean()) == pytest.approx(0.3, abs=0.008)
    assert float(y.mean()) == pytest.approx(1, abs=0.005)
    assert not torch.equal(y, again)
    assert torch.equal(dropped(how.eval(), x), x)
