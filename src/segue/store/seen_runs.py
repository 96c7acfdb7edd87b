"""Dedupe keys of large appends: sorted runs, small ones in the database, large ones as files of the folder `dedupe`.

Random keys in a table are written in as many places as there are keys, a page of the disk each. A run is written in one
place. Several small ones are merged into one, and that with those which are not much larger, so that there are ever few
(a log-structured merge tree: O'Neil et al., Acta Informatica 33, 1996). A run is (2, n) numbers: the first eight bytes
of each key, ascending, and its last eight. Decision 0040.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from segue.core.errors import WorkspaceError
from segue.core.types import Bools
from segue.store.database import Connection
from segue.store.segments import sync

FOLDER = "dedupe"
TABLE = "CREATE TABLE IF NOT EXISTS seen_runs (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, keys BLOB)"
"""Without `keys` a run is the file of its name. No name is ever given twice."""
SEVERAL = 8
"""Runs that are merged; each that is larger than two of these together waits for more."""
LARGEST = 8_000_000
"""Keys of a file that no other is merged with, so that no batch waits for more to be written."""
AT_ONCE = 250_000
"""Keys that are merged at a time, and of a run that is a file from the beginning."""

Run = NDArray[np.uint64]


class SeenRuns:
    """The runs of a database; safe for several threads and processes. What is written is in the caller's transaction,
    after which, whether it was kept or undone, comes `settle`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._small: dict[str, Run] = {}  # those of the database, as last read
        self._lock = threading.Lock()  # of these
        self._touched: set[str] = set()  # files that came or went in this transaction

    def has(self, connection: Connection, keys: bytes) -> Bools:
        """(E,) which 16-byte keys are in a run; FileNotFoundError where one was merged meanwhile by another process."""
        asked = run_of(keys)
        found = np.zeros(asked.shape[1], np.bool_)
        for run in self._runs(connection).values():
            found |= _among(run, asked)
        return found

    def add(self, connection: Connection, keys: bytes) -> None:
        """One more run, of sorted 16-byte keys that are in none."""
        if keys:
            self._put(connection, run_of(keys))
            self._merge(connection)

    def drop(self, connection: Connection, keys: Sequence[bytes]) -> None:
        """Take keys out of the runs that have them."""
        if not keys:
            return
        gone = run_of(b"".join(sorted(keys)))
        for name, run in self._runs(connection).items():
            keep = ~_among(gone, run)
            if not keep.all():
                self._remove(connection, [name])
                if keep.any():
                    self._put(connection, run[:, keep])

    def each(self, connection: Connection) -> Iterator[bytes]:
        """The 16-byte keys of all runs, some at a time."""
        for run in self._runs(connection).values():
            for start in range(0, run.shape[1], AT_ONCE):
                yield run[:, start : start + AT_ONCE].T.astype(">u8").tobytes()

    def settle(self, connection: Connection) -> None:
        """Remove the files that the transaction which has just ended left unnamed."""
        touched, self._touched = self._touched, set()
        for path in self.orphans(connection, touched) if touched else ():
            path.unlink(missing_ok=True)

    def orphans(self, connection: Connection, among: Collection[str] | None = None) -> list[Path]:
        """Files, or those of some names, that the database does not name: left by a crash."""
        known = set(files(connection))
        there = self._folder.iterdir() if self._folder.is_dir() else ()
        return [path for path in there if path.name not in known and (among is None or path.name in among)]

    def _runs(self, connection: Connection) -> dict[str, Run]:
        """All of them by name: files are mapped for as long as somebody looks, so that they take no memory after it."""
        listed = connection.execute("SELECT name, rows, keys IS NULL FROM seen_runs").fetchall()
        with self._lock:
            small = self._small
            self._small = {name: small[name] if name in small else _read(connection, name, rows)
                           for name, rows, sealed in listed if not sealed}  # fmt: skip
            runs = dict(self._small)
        for name, rows, sealed in listed:
            if sealed:
                runs[name] = _mapped(self._folder / name, rows)
        return runs

    def _put(self, connection: Connection, run: Run) -> None:
        name, rows = uuid4().hex, run.shape[1]
        small = run.astype("<u8").tobytes() if rows < AT_ONCE else None
        if small is None:
            self._write(name, [run])
        connection.execute("INSERT INTO seen_runs VALUES (?, ?, ?)", (name, rows, small))

    def _remove(self, connection: Connection, names: Sequence[str]) -> None:
        connection.executemany("DELETE FROM seen_runs WHERE name = ?", [(name,) for name in names])
        self._touched |= set(names)

    def _merge(self, connection: Connection) -> None:
        """Put the smallest runs together, where there are several of about one size."""
        together, size = list[str](), 0
        for name, rows in connection.execute("SELECT name, rows FROM seen_runs ORDER BY rows").fetchall():
            if together and rows > min(2 * size, LARGEST - size):
                break
            together.append(name)
            size += rows
        if len(together) < SEVERAL:
            return
        runs = self._runs(connection)
        name = uuid4().hex
        self._write(name, [runs[n] for n in together])
        connection.execute("INSERT INTO seen_runs VALUES (?, ?, NULL)", (name, size))
        self._remove(connection, together)

    def _write(self, name: str, runs: Sequence[Run]) -> None:
        """One file of several runs, on the disk when this returns."""
        if not self._folder.is_dir():
            self._folder.mkdir(exist_ok=True)
            sync(self._folder.parent)
        self._touched.add(name)
        try:
            with (self._folder / name).open("xb") as file:
                _write_merged(file, runs)
                file.flush()
                os.fsync(file.fileno())
            sync(self._folder)
        except BaseException:
            (self._folder / name).unlink(missing_ok=True)
            raise


def run_of(keys: bytes) -> Run:
    """(2, n) of 16-byte keys, in their order."""
    return np.frombuffer(keys, ">u8").reshape(-1, 2).T.astype(np.uint64)


def files(connection: Connection) -> list[str]:
    """Names of the files; none where a database is too old to have any."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'seen_runs'").fetchone() is None:
        return []
    return [name for (name,) in connection.execute("SELECT name FROM seen_runs WHERE keys IS NULL ORDER BY name")]


def _read(connection: Connection, name: str, rows: int) -> Run:
    (keys,) = connection.execute("SELECT keys FROM seen_runs WHERE name = ?", (name,)).fetchone()
    return np.frombuffer(keys, "<u8").reshape(2, rows)


def _mapped(path: Path, rows: int) -> Run:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size != 16 * rows:
            raise WorkspaceError(f"{path} is damaged: restore it from a backup")
        return np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_READ), "<u8").reshape(2, rows)


def _among(run: Run, asked: Run) -> Bools:
    """(n,) which of the keys asked for a run has."""
    found = np.zeros(asked.shape[1], np.bool_)
    place = np.searchsorted(run[0], asked[0])
    left = np.arange(asked.shape[1])
    while True:  # once, as a rule: several have the same first half where they are of one page
        left = left[place[left] < run.shape[1]]
        left = left[run[0, place[left]] == asked[0, left]]
        if not len(left):
            return found
        found[left] |= run[1, place[left]] == asked[1, left]
        place[left] += 1


def _write_merged(file: BinaryIO, runs: Sequence[Run]) -> None:
    """Several runs as one, a stretch of the first halves at a time."""
    total, done = sum(run.shape[1] for run in runs), 0
    parts = total // AT_ONCE + 1
    edges = np.array([(i << 64) // parts for i in range(parts)], np.uint64)
    cuts = [[*np.searchsorted(run[0], edges).tolist(), run.shape[1]] for run in runs]
    for i in range(parts):
        part = np.concatenate([run[:, cut[i] : cut[i + 1]] for run, cut in zip(runs, cuts)], axis=1)
        part = part[:, np.argsort(part[0], kind="stable")].astype("<u8")
        for half, start in zip(part, (0, total)):
            file.seek(8 * (start + done))
            file.write(half.tobytes())
        done += part.shape[1]
