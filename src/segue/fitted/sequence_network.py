"""A network that reads a history from left to right, run by ONNX Runtime; a new event costs one step."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from segue.core.types import F32, I32, I64, Ids, Queries
from segue.fitted._onnx import onnx_session
from segue.fitted._reading import mapped, positions

HIDDEN = -1e4  # added to what a place may not see
PLACES = 4096  # of histories read at once
KEPT = 512  # histories whose keys and values are kept
STEPS = 8  # new events up to which a kept history is read on instead of from its start


@dataclass(frozen=True, slots=True)
class Read:
    """A history as far as it was read: the state after it, and what later events look back on."""

    state: F32  # (D,)
    past: tuple[F32, ...]  # keys and values of each layer in turn, (1, H, P, D / H) each


@dataclass(frozen=True)
class SequenceNetwork:
    """score(history, j) = state(history) . target[j], the state being the network's after the newest event.

    Of more than `window` events the newest are read, from a start that moves `hop` events at a time, so that what was
    read before stays of use: more than `window - hop` and at most `window` of them. A history without known items gets
    the `prior`.
    """

    items: Ids  # (N,) sorted
    source: F32  # (N, D) as heard
    target: F32  # (N, D) as recommended
    prior: F32  # (N,) log of how often an item is taken; -inf: never, it scores like the last of those that are
    by_place: F32  # (window, H) added to a look back by so many events
    by_gap: F32  # (G, H) the same by the time between, floor(log2(1 + seconds)); G = 0 without times
    network: bytes  # an ONNX model, see `segue.nn.sequence_onnx`

    @property
    def window(self) -> int:
        return len(self.by_place)

    @property
    def hop(self) -> int:
        return max(1, self.window // 4)

    def score(self, queries: Queries) -> F32:
        """(B, N) float32."""
        lengths, rows, at = self._known(queries)
        out = np.empty((len(queries), len(self.items)), np.float32)
        some = np.flatnonzero(lengths)
        out[lengths == 0] = self._prior
        if len(some) == 0 or self._never.all():
            out[:] = self._prior
            return out
        ends = np.cumsum(lengths)
        starts = ends - lengths + start_of(lengths, self.window, self.hop)
        if len(queries) == 1:
            states = self.read(rows[starts[0] :], at[starts[0] :]).state[None]
        else:
            states = self.states(rows, at, starts[some], ends[some])
        out[some] = states @ self.target.T
        if self._never.any():
            out[:, self._never] = out.min(axis=1, where=~self._never, initial=np.inf, keepdims=True)
        return out

    def states(self, rows: I64, at: I64, starts: I64, ends: I64) -> F32:
        """(B, D) after each stretch of events, each read from its start; stretches of about one length together."""
        sizes = ends - starts
        out = np.empty((len(sizes), self.source.shape[1]), np.float32)
        order = np.argsort(sizes, kind="stable")
        done = 0
        while done < len(order):
            group = order[done : done + max(1, PLACES // int(sizes[order[min(done + 64, len(order) - 1)]]))]
            place = np.arange(int(sizes[group].max()))
            events = np.minimum(starts[group][:, None] + place, ends[group][:, None] - 1)
            found = self._run(rows[events], at[events], None)[0]
            out[group] = found[np.arange(len(group)), sizes[group] - 1]
            done += len(group)
        return out

    def read(self, rows: I64, at: I64) -> Read:
        """One history of at most `window` events; read on from where it was read to before, where it was."""
        marks = np.stack([rows, at]) if len(self.by_gap) else rows[None]
        size = len(rows)
        for back in range(min(STEPS, size - 1) + 1):
            kept = self._memory.get(marks[:, : size - back].tobytes())
            if kept is not None:
                break
        else:
            back, kept = size, None
        if kept is not None and back == 0:
            return kept
        found = self._run(rows[None, size - back :], at[None], kept)
        read = Read(found[0][0, -1], tuple(found[1:]))
        self._memory.put(marks.tobytes(), read)
        return read

    def _run(self, rows: I64, at: I64, past: Read | None) -> list[F32]:
        """State (B, S, D), and for one history keys and values, of new events `rows` (B, S); `at` (B, T) of all."""
        size, total = rows.shape[1], at.shape[1]
        place = np.arange(total)
        back = place[total - size :, None] - place
        bias = self.by_place[np.clip(back, 0, None)].transpose(2, 0, 1)[None]
        if len(self.by_gap):
            gaps = gap_of(at[:, total - size :, None] - at[:, None, :], len(self.by_gap))
            bias = bias + self.by_gap[gaps].transpose(0, 3, 1, 2)
        bias = np.where(back < 0, np.float32(HIDDEN), bias)
        heads, d = self.by_place.shape[1], self.source.shape[1]
        nothing = np.zeros((len(rows), heads, 0, d // heads), np.float32)
        session = self._session
        names = [one.name for one in session.get_inputs()[2:]]
        before = past.past if past is not None else [nothing] * len(names)
        feeds = {"x": self.source[rows], "bias": bias, **dict(zip(names, before, strict=True))}
        found: list[F32] = session.run(None if len(rows) == 1 else ["state"], feeds)
        return found

    def _known(self, queries: Queries) -> tuple[I64, I64, I64]:
        """(B,) known events of each history; (E,) their positions among the items and their times."""
        rows = positions(queries.items, self.items)
        known = rows >= 0
        owner = np.repeat(np.arange(len(queries)), np.diff(queries.indptr))
        return np.bincount(owner[known], minlength=len(queries)), rows[known], queries.at[known]

    def similar(self, item: int) -> F32:
        """(N,) cosine of the vectors as recommended."""
        at = int(positions(np.array([item], np.int32), self.items)[0])
        return self.alike(at) if at >= 0 else np.zeros(len(self.items), np.float32)

    def alike(self, at: int, others: I32 | slice = slice(None)) -> F32:
        """(K,) cosine of the item at one position and those at others, by default all."""
        cosine: F32 = self.target[others] @ self.target[at] * (self._shrink[others] * self._shrink[at])
        return cosine

    @cached_property
    def _shrink(self) -> F32:
        """(N,) 1 / length of each item's vector; 0 for an item that nobody took: its vector means nothing."""
        return np.where(self._never, 0, 1 / np.maximum(np.linalg.norm(self.target, axis=1), 1e-6)).astype(np.float32)

    @cached_property
    def _never(self) -> NDArray[np.bool_]:
        return np.isneginf(self.prior)

    @cached_property
    def _prior(self) -> F32:
        """(N,) finite."""
        least = self.prior[~self._never].min(initial=0.0) if not self._never.all() else 0.0
        return np.where(self._never, least, self.prior).astype(np.float32)

    @cached_property
    def _memory(self) -> Memory:
        return Memory(KEPT)

    @cached_property
    def _session(self) -> Any:
        return onnx_session(self.network, "a sequence network")

    def save(self, folder: Path) -> None:
        for name in ARRAYS:
            np.save(folder / f"{name.replace('_', '-')}.npy", getattr(self, name))
        (folder / "network.onnx").write_bytes(self.network)

    @classmethod
    def load(cls, folder: Path) -> Self:
        arrays = {name: mapped(folder / f"{name.replace('_', '-')}.npy") for name in ARRAYS}
        return cls(**arrays, network=(folder / "network.onnx").read_bytes())


ARRAYS = ("items", "source", "target", "prior", "by_place", "by_gap")


class Memory:
    """What was read last, a bounded number of histories; several threads may ask and keep."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: OrderedDict[bytes, Read] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> Read | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, key: bytes, read: Read) -> None:
        with self._lock:
            self._kept[key] = read
            self._kept.move_to_end(key)
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)


def start_of(lengths: I64, window: int, hop: int) -> I64:
    """(B,) the first event that is read of histories of so many: 0, or a multiple of `hop`."""
    return -(-np.maximum(lengths - window, 0) // hop) * hop


def gap_of(gaps: I64, buckets: int) -> I64:
    """floor(log2(1 + seconds)) of gaps in ms, the last bucket holding all that are longer."""
    seconds = np.maximum(gaps, 0) / 1000
    return np.minimum(np.log2(1 + seconds).astype(np.int64), buckets - 1)


plugin = SequenceNetwork
