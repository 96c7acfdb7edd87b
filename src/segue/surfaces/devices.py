"""On which device each listener played what, and when: a part of the circumstances that histories do not carry."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segue.core.types import I32, I64, Ids

UNKNOWN = 0
COLUMNS = ("seq", "listener", "at", "device")


class Devices:
    """Plays of a log, sorted by listener and time, and those that came since. Codes of devices are 1, 2 …"""

    def __init__(self, plays: pa.Table | None = None, last_seq: int = 0) -> None:
        """`plays` has the COLUMNS; rows after `last_seq` and those without a device are left out."""
        self._codes: dict[str, int] = {}
        self._since: dict[int, list[tuple[int, int]]] = {}  # (at, code) by listener
        self._who: Ids = np.zeros(0, np.int32)  # (P,) sorted
        self._at: I64 = np.zeros(0, np.int64)  # (P,) UTC ms
        self._code: I32 = np.zeros(0, np.int32)  # (P,)
        if plays is not None and len(plays):
            named = pc.greater(pc.utf8_length(plays["device"]), 0)
            self._read(plays.filter(pc.and_(named, pc.less_equal(plays["seq"], last_seq))))

    def _read(self, plays: pa.Table) -> None:
        device = pc.dictionary_encode(plays["device"].combine_chunks())
        names = device.dictionary.to_pylist()
        codes = np.array([self._named(name) for name in names], np.int32)
        who, at = plays["listener"].to_numpy().astype(np.int32), plays["at"].to_numpy()
        order = np.lexsort((at, who))
        self._who, self._at = who[order], at[order]
        self._code = codes[device.indices.to_numpy()][order] if len(names) else codes

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
        lo, hi = np.searchsorted(self._who, np.array([listener, listener + 1], np.int32))
        times, codes = self._at[lo:hi], self._code[lo:hi]
        if since := self._since.get(listener):
            new = np.array(since, np.int64)
            times, codes = np.concatenate([times, new[:, 0]]), np.concatenate([codes, new[:, 1].astype(np.int32)])
            order = np.argsort(times, kind="stable")
            times, codes = times[order], codes[order]
        if not len(times):
            return np.zeros(len(at), np.int32)
        near = np.minimum(np.searchsorted(times, at), len(times) - 1)
        return np.where(times[near] == at, codes[near], UNKNOWN).astype(np.int32)
