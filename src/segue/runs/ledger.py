"""The ledger: one row a run of a step, what went into it, how long it took and how it ended."""

from __future__ import annotations

import json
import resource
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL, fingerprint TEXT NOT NULL, inputs TEXT NOT NULL, params TEXT NOT NULL,
  seed INTEGER NOT NULL, code TEXT NOT NULL, started REAL NOT NULL,
  status TEXT NOT NULL, seconds REAL, peak_mb REAL, error TEXT, result TEXT)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A row of the ledger. `status` is running, done or failed; a run that was killed stays `running`."""

    id: int
    name: str
    fingerprint: str
    inputs: tuple[str, ...]
    params: Any
    seed: int
    code: str
    started: float  # seconds since 1970, UTC
    status: str
    seconds: float | None
    peak_mb: float | None  # of the process so far, not of the step alone
    error: str | None
    result: Any  # what the run reports of itself, as JSON says it


FOLDER, FILE = "runs", "ledger.sqlite"
"""Where a workspace keeps it."""
IMPORT, EVALUATE = "import", "evaluate"
"""Names of runs that others look for."""


class Ledger:
    """Kept in `ledger.sqlite` of a folder of runs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / FILE, timeout=30, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(_SCHEMA)

    def begin(self, name: str, fingerprint: str, *, inputs: Sequence[str], params: Any, seed: int, code: str) -> int:
        """A row in state running; returns its id."""
        row = (name, fingerprint, json.dumps(list(inputs)), json.dumps(params), seed, code, time.time())
        cursor = self._db.execute(
            "INSERT INTO runs (name, fingerprint, inputs, params, seed, code, started, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'running')",
            row,
        )
        return int(cursor.lastrowid or 0)

    def end(self, run: int, status: str, seconds: float, error: str | None = None, result: Any = None) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self._db.execute(
            "UPDATE runs SET status = ?, seconds = ?, peak_mb = ?, error = ?, result = ? WHERE id = ?",
            (status, seconds, peak, error, json.dumps(result), run),
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process writes to the ledger meanwhile; what is written within stands as a whole or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def runs(
        self, limit: int = 100, name: str | None = None, tenant: str | None = None, before: int = 0
    ) -> list[Run]:  # fmt: skip
        """Newest first, of one name or of all, of one tenant where the runs say whose they are; ids below `before`."""
        rows = self._db.execute(
            "SELECT id, name, fingerprint, inputs, params, seed, code, started, status, seconds, peak_mb, error, result"
            " FROM runs WHERE (?1 IS NULL OR name = ?1) AND (?3 IS NULL OR json_extract(params, '$.tenant') = ?3)"
            " AND (?4 = 0 OR id < ?4) ORDER BY id DESC LIMIT ?2",
            (name, limit, tenant, before),
        )
        return [_run(row) for row in rows]

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def noted(workspace: Path, names: Iterable[str], tenant: str, limit: int, before: int = 0) -> list[Run]:
    """The last runs of some names, newest first; none where nothing was run yet: looking makes no ledger."""
    if not (workspace / FOLDER / FILE).is_file():
        return []
    with Ledger(workspace / FOLDER) as ledger:
        found = [run for name in names for run in ledger.runs(limit, name, tenant, before)]
    return sorted(found, key=lambda run: -run.id)[:limit]


def _run(row: tuple[Any, ...]) -> Run:
    number, name, mark, inputs, params, seed, code, started, status, seconds, peak, error, result = row
    came = tuple(json.loads(inputs))
    asked = json.loads(params)
    said = json.loads(result or "null")
    return Run(number, name, mark, came, asked, seed, code, started, status, seconds, peak, error, said)
