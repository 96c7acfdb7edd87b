"""Serving says what torch says, read at once or event by event, in one thread or in many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.core.types import Queries
from segue.fitted import load_model, save_model
from segue.fitted.sequence_network import Memory, Read, SequenceNetwork, gap_of, start_of
from segue.nn.sequence import Shape, network, sources, states, targets
from segue.nn.sequence_onnx import exported

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

N, WINDOW, GAPS = 40, 8, 6
TOLERANCE = 1e-5  # of scores of size 1 to 10: float32, sums in another order


def made(block: Any, gaps: int, temperature: float, level: bool = True) -> tuple[SequenceNetwork, Any, Shape]:
    """A network of random weights, as served and in torch."""
    shape = Shape(
        block=block, dimensions=16, layers=2, heads=2, widen=2, window=WINDOW, gaps=gaps, dropout=0.5,
        level=level, temperature=temperature,
    )  # fmt: skip
    generator = torch.Generator().manual_seed(1)
    module = network(N, shape).eval()
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.randn(p.shape, generator=generator) * 0.5)
    prior = np.log(np.arange(1, N + 1)).astype(np.float32)
    prior[3] = -np.inf

    def array(tensor: Any) -> Any:
        return np.ascontiguousarray(tensor.detach().numpy())

    served = SequenceNetwork(
        items=np.arange(1, N + 1, dtype=np.int32), source=array(sources(module, shape)),
        target=array(targets(module["vectors"].weight, shape)), prior=prior, by_place=array(module["place"].weight),
        by_gap=array(module["gap"].weight), network=exported(module, shape),
    )  # fmt: skip
    return served, module, shape


def by_torch(module: Any, shape: Shape, rows: Any, at: Any) -> Any:
    """(N,) scores after one history, read at once."""
    gaps = torch.from_numpy(gap_of(at[:, None] - at, GAPS))[None] if shape.gaps else None
    with torch.no_grad():
        last = states(module, torch.from_numpy(rows)[None], shape, gaps)[0, -1]
        return (targets(module["vectors"].weight, shape) @ last).numpy()


def asked(*histories: Any, at: Any = None) -> Queries:
    flat = np.concatenate([*histories, np.zeros(0, np.int32)]).astype(np.int32) + 1
    return Queries.of(np.cumsum([0, *map(len, histories)]), flat, at=at)


@pytest.mark.parametrize("block", ["attention", "hstu"])
@pytest.mark.parametrize("gaps", [0, GAPS])
@pytest.mark.parametrize("temperature", [0.0, 0.1])
def test_onnx_and_torch_agree_at_once_and_event_by_event(block: Any, gaps: int, temperature: float) -> None:
    served, module, shape = made(block, gaps, temperature, level=bool(temperature))
    rng = np.random.default_rng(0)
    histories = [rng.integers(0, N, n) for n in (1, 3, 8, 5)]
    at = [np.sort(rng.integers(0, 200_000, len(h))) for h in histories]
    want = np.stack([by_torch(module, shape, h, a) for h, a in zip(histories, at, strict=True)])
    want[:, 3] = np.delete(want, 3, axis=1).min(axis=1)  # nobody ever took it
    together = served.score(asked(*histories, at=np.concatenate(at)))
    np.testing.assert_allclose(together, want, atol=TOLERANCE * np.abs(want).max())
    for h, a, line in zip(histories, at, want, strict=True):
        fresh = replace(served)
        for n in range(1, len(h) + 1):
            grown = fresh.score(asked(h[:n], at=a[:n]))[0]
        np.testing.assert_allclose(grown, line, atol=TOLERANCE * np.abs(want).max())


def test_a_growing_history_costs_one_step_and_starts_anew_where_the_window_moves() -> None:
    """Window 8, hop 2: events 9 and 11 move the start, all others are read on."""
    served, module, shape = made("attention", 0, 0.0)
    history = np.random.default_rng(2).integers(0, N, 14)
    read: list[tuple[int, int]] = []
    run = served._run

    def counted(rows: Any, at: Any, past: Any) -> Any:
        read.append((rows.shape[1], at.shape[1]))
        return run(rows, at, past)

    object.__setattr__(served, "_run", counted)
    for n in range(1, 15):
        start = int(start_of(np.array([n]), WINDOW, served.hop)[0])
        assert n - start <= WINDOW
        want = by_torch(module, shape, history[start:n], np.zeros(n - start))
        got = served.score(asked(history[:n]))[0]
        rest = np.arange(N) != 3
        np.testing.assert_allclose(got[rest], want[rest], atol=TOLERANCE * np.abs(want).max())
    assert read == [(1, n) for n in range(1, 9)] + [(7, 7), (1, 8), (7, 7), (1, 8), (7, 7), (1, 8)]
    served.score(asked(history))
    assert len(read) == 14, "asked again, nothing is read"
    assert start_of(np.array([0, 8, 9, 10, 11]), 8, 2).tolist() == [0, 0, 2, 2, 4]


def test_rows_do_not_mix_and_long_histories_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    served, _, _ = made("hstu", 0, 0.1)
    monkeypatch.setattr("segue.fitted.sequence_network.PLACES", 24)
    rng = np.random.default_rng(3)
    histories = [rng.integers(0, N, n) for n in rng.integers(0, 30, 60)]
    together = served.score(asked(*histories))
    alone = np.concatenate([served.score(asked(h)) for h in histories])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_nothing_known_of_a_history_is_popularity() -> None:
    served, _, _ = made("attention", 0, 0.0)
    for line in served.score(asked([], [900, 901])):
        assert np.argsort(-line)[:2].tolist() == [N - 1, N - 2]
        assert np.isfinite(line).all()
        assert line[3] == line.min()


def test_many_threads_get_what_one_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segue.fitted.sequence_network.KEPT", 4)
    served, _, _ = made("attention", 0, 0.0)
    rng = np.random.default_rng(4)
    lines = [rng.integers(0, N, 12) for _ in range(6)]
    grown = [line[:n] for n in range(1, 13) for line in lines]
    want = [replace(served).score(asked(h))[0] for h in grown]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda h: served.score(asked(h))[0], grown * 3))
    for a, b in zip(got, want * 3, strict=True):
        np.testing.assert_allclose(a, b, atol=TOLERANCE * 10)
    assert len(served._memory) <= 4


def test_the_memory_forgets_what_was_asked_longest_ago() -> None:
    memory, read = Memory(2), Read(np.zeros(1, np.float32), ())
    for key in (b"a", b"b"):
        memory.put(key, read)
    assert memory.get(b"a") is read
    memory.put(b"c", read)
    assert memory.get(b"b") is None
    assert memory.get(b"a") is read


def test_items_alike_are_those_with_like_vectors(tmp_path: Path) -> None:
    served, _, _ = made("attention", GAPS, 0.0)
    target = served.target.copy()
    target[7] = 3 * target[5]
    served = replace(served, target=target)
    line = served.similar(6)
    assert line[7] == pytest.approx(1, abs=1e-5)
    assert line[3] == 0, "nobody ever took it"
    np.testing.assert_allclose(served.alike(5, np.array([7, 9], np.int32)), line[[7, 9]], rtol=1e-6)
    assert not served.similar(999).any()
    save_model(served, tmp_path / "model")
    loaded: Any = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.similar(6), line)
    query = asked([1, 2, 3], at=np.array([0, 5_000, 90_000]))
    np.testing.assert_array_equal(loaded.score(query), served.score(query))
