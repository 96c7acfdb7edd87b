"""Sealed events: immutable Parquet files, each of one tenant and a stretch of time.

A file is written beside its place, synced, and renamed before the manifest (a table of the database) names it. A crash
in between leaves a file that nobody names, removed when the workspace is next opened. Text columns are left
uncompressed, so that searching the bytes of a workspace for a name finds it if it is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segue.store.database import Connection
from segue.store.schema import STORED

FOLDER = "events"
ROWS = 65_536
"""Months are put together in one file until it has that many events."""
_COMPRESSION = {f.name: "NONE" if f.type == pa.string() else "ZSTD" for f in STORED}
_DICTIONARY = [f.name for f in STORED if f.name not in ("seq", "id", "at", "attrs")]


@dataclass(frozen=True, slots=True)
class Segment:
    """A row of the manifest."""

    path: str  # under the folder of the workspace
    tenant: int
    rows: int
    first_at: int
    last_at: int
    first_seq: int
    last_seq: int


def write(root: Path, table: pa.Table) -> list[Segment]:
    """Seal (E,) stored events of any tenants: durable files, not yet in the manifest."""
    written: list[Segment] = []
    tenants = table["tenant"].to_numpy()
    for tenant in np.unique(tenants):
        own = table if tenants[0] == tenant and (tenants == tenant).all() else table.filter(pa.array(tenants == tenant))
        own = by_time(own)
        at = own["at"].to_numpy()
        for start, stop in _pieces(at):
            written.append(_write_one(root, int(tenant), own.slice(start, stop - start)))
    return written


def by_time(table: pa.Table) -> pa.Table:
    """Sorted by (at, seq)."""
    at, seq = table["at"].to_numpy(), table["seq"].to_numpy()
    step, tie = np.diff(at), np.diff(seq)
    if bool(((step > 0) | ((step == 0) & (tie > 0))).all()):
        return table
    order = pa.array(np.lexsort((seq, at)))
    columns = [c if c.null_count == len(c) else c.take(order) for c in table.columns]  # all null is in any order
    return pa.table(columns, schema=table.schema)


def by_arrival(table: pa.Table) -> pa.Table:
    """Sorted by seq."""
    seq = table["seq"].to_numpy()
    return table if bool((np.diff(seq) > 0).all()) else table.take(pa.array(np.argsort(seq, kind="stable")))


def _pieces(at: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Iterator[tuple[int, int]]:
    """Ends of whole months, several together while they are small."""
    months = at.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    ends = [*(np.flatnonzero(np.diff(months)) + 1).tolist(), len(at)]
    start = 0
    for end in ends:
        if end - start >= ROWS or end == len(at):
            yield start, end
            start = end


def _write_one(root: Path, tenant: int, table: pa.Table) -> Segment:
    at, seq = table["at"].to_numpy(), table["seq"].to_numpy()
    month = datetime.fromtimestamp(int(at[0]) / 1000, UTC).strftime("%Y-%m")
    folder = root / FOLDER / str(tenant) / month
    _make(folder, root)
    name = f"{int(seq.min())}-{uuid4().hex[:12]}.parquet"
    draft = folder / f".{name}"
    pq.write_table(
        table, draft, compression=_COMPRESSION, use_dictionary=_DICTIONARY, row_group_size=ROWS, store_schema=False,
    )  # fmt: skip
    sync(draft)
    draft.rename(folder / name)
    sync(folder)
    path = (folder / name).relative_to(root).as_posix()
    return Segment(path, tenant, len(table), int(at.min()), int(at.max()), int(seq.min()), int(seq.max()))


def _make(folder: Path, root: Path) -> None:
    if folder == root or folder.is_dir():
        return
    _make(folder.parent, root)
    folder.mkdir(exist_ok=True)
    sync(folder.parent)


def sync(path: Path) -> None:
    """A file, or the names in a folder, onto the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def load(
    root: Path, segment: Segment, columns: Sequence[str] | None = None, listener: int | None = None, only: Any = None
) -> pa.Table:  # fmt: skip
    """The events of one segment, of all listeners or of one, sorted by (at, seq).

    `only`: an expression that they must fulfil; stretches of which the file says that none does are not read.
    """
    fields = list(STORED) if columns is None else [STORED.field(c) for c in columns]
    if listener is not None:
        own = pc.field("listener") == listener
        only = own if only is None else only & own
    names = [f.name for f in fields]
    if only is None:
        with pq.ParquetFile(root / segment.path) as file:  # of a small one the threads cost more than the reading
            table = file.read(names, use_threads=segment.rows >= ROWS)
    else:
        table = pq.read_table(root / segment.path, columns=names, partitioning=None, filters=only)
    return table.select(names).cast(pa.schema(fields))


def enlist(connection: Connection, segments: Sequence[Segment]) -> None:
    """Into the manifest, within the caller's transaction."""
    connection.executemany(
        "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(s.path, s.tenant, s.rows, s.first_at, s.last_at, s.first_seq, s.last_seq) for s in segments],
    )


def delist(connection: Connection, segments: Sequence[Segment]) -> None:
    """Out of the manifest; the files go after the commit, by `remove`."""
    connection.executemany("DELETE FROM segments WHERE path = ?", [(s.path,) for s in segments])


def listed(connection: Connection, where: str = "1 = 1", values: Sequence[int] = ()) -> list[Segment]:
    """The manifest, by time."""
    rows = connection.execute(f"SELECT * FROM segments WHERE {where} ORDER BY first_at, first_seq, path", values)
    return [Segment(*row) for row in rows]


def remove(root: Path, segments: Sequence[Segment]) -> None:
    for segment in segments:
        (root / segment.path).unlink(missing_ok=True)


def orphans(root: Path, connection: Connection) -> list[Path]:
    """Files that the manifest does not name: left by a crash."""
    known = {path for (path,) in connection.execute("SELECT path FROM segments")}
    files = (root / FOLDER).glob("*/*/*.parquet") if (root / FOLDER).is_dir() else ()
    drafts = (root / FOLDER).glob("*/*/.*.parquet") if (root / FOLDER).is_dir() else ()
    return [f for f in {*files, *drafts} if f.relative_to(root).as_posix() not in known]
