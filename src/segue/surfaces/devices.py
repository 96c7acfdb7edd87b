"""On which device each listener played what, and when: a part of the circumstances that histories do not carry."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segue.core.types import I32, I64, Ids
from segue.store.reactions import Reactions
from segue.surfaces.many import Layers, Many

UNKNOWN = 0


class Devices:
    """Plays of a snapshot, and those that came since. Codes of devices are 1, 2 …"""

    def __init__(self, before: Reactions | None = None) -> None:
        """`before`: what a snapshot knows of it."""
        self._codes = {} if before is None else {name: code for code, name in enumerate(before.devices, 1)}
        self._since: dict[int, list[tuple[int, int]]] = {}  # (at, code) by listener
        first = () if before is None else (Many(before.who, (before.at, before.device)),)
        self._plays = Layers(*first)  # times in UTC ms and codes

    def add_all(self, listeners: Ids, at: I64, devices: pa.ChunkedArray) -> None:
        """Take in many plays (P,); some of them may tell of no device."""
        named = pc.fill_null(pc.greater(pc.utf8_length(devices), 0), False)
        keep = named.to_numpy()
        if not keep.any():
            return
        device = pc.dictionary_encode(devices.filter(named).combine_chunks())
        codes = np.array([self._named(name) for name in device.dictionary.to_pylist()], np.int32)
        self._plays.add(listeners[keep].astype(np.int32), at[keep], codes[device.indices.to_numpy()])

    @property
    def names(self) -> tuple[str, ...]:
        """(D,) of the codes 1 … D."""
        return tuple(self._codes)

    def code(self, device: str) -> int:
        """UNKNOWN for one that nobody played on."""
        return self._codes.get(device, UNKNOWN)

    def _named(self, device: str) -> int:
        return self._codes.setdefault(device, len(self._codes) + 1)

    def add(self, listener: int, at: int, device: str) -> None:
        """Take in one play."""
        if device:
            self._since.setdefault(listener, []).append((at, self._named(device)))

    def of(self, listener: int, at: I64) -> I32:
        """(E,) the codes of a listener's plays at some times; UNKNOWN where nothing was played then, or nobody says."""
        parts = self._plays.parts(listener)
        if since := self._since.get(listener):
            new = np.array(since, np.int64)
            parts.append((new[:, 0], new[:, 1].astype(np.int32)))
        if not parts:
            return np.zeros(len(at), np.int32)
        times, codes = (np.concatenate(column) for column in zip(*parts))
        order = np.argsort(times, kind="stable")
        times, codes = times[order], codes[order]
        if not len(times):
            return np.zeros(len(at), np.int32)
        near = np.minimum(np.searchsorted(times, at), len(times) - 1)
        return np.where(times[near] == at, codes[near], UNKNOWN).astype(np.int32)
