"""Workspaces of older versions brought up to date, and back again, a version at a time.

Each step is one transaction. Before it a copy of the database is kept beside it, `store.version-N.sqlite`: what a step
back cannot take along is still there. Forgetting a listener removes the copies, for they hold what it erased.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from struct import iter_unpack

from segue.core.errors import UsageError, WorkspaceError
from segue.core.types import Kind
from segue.store import merging, seen_runs
from segue.store.catalogue import name_songs
from segue.store.database import LATER
from segue.store.seen_runs import SeenRuns
from segue.store.segments import sync
from segue.store.sqlite import DATABASE, VERSION, connected, version_of
from segue.store.workspace import MARK

COPIES = "store.version-*.sqlite"
AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Migration:
    """From the version before to this one."""

    to: int
    what: str  # that comes with it
    up: Callable[[sqlite3.Connection, Path], None]  # with the folder of the workspace
    down: Callable[[sqlite3.Connection, Path], None]


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done."""

    before: int
    after: int
    copies: tuple[Path, ...]  # the databases as they were
    what: tuple[str, ...]


def migrate(workspace: Path, back: bool = False) -> Migrated:
    """Bring a workspace to the version of this program; with `back` take it one version back.

    WorkspaceError where there is none, where it is newer than this program, where another process has it open or where
    a copy has no room; UsageError where there is no version before.
    """
    path = workspace / DATABASE
    if (workspace / MARK).is_file():
        raise WorkspaceError(f"the state of {workspace} is in PostgreSQL, where there has been one version so far")
    if not path.is_file():
        raise WorkspaceError(f"no workspace at {workspace}: name one with --workspace")
    connection = connected(path)
    try:
        before = version_of(connection, path)
        if before > VERSION:
            raise WorkspaceError(f"{path} is of version {before}, newer than this program's {VERSION}: update Segue")
        if back and before == FIRST:
            raise UsageError(f"{path} is of version {before}: there is none before it")
        steps = [MIGRATIONS[before]] if back else [MIGRATIONS[v] for v in range(before + 1, VERSION + 1)]
        if steps:
            _alone(connection, path)
        copies = [_step(connection, path, step, back) for step in steps]
        return Migrated(before, version_of(connection, path), tuple(copies), tuple(s.what for s in steps))
    finally:
        connection.close()


def _alone(connection: sqlite3.Connection, path: Path) -> None:
    """Nobody else has it open, and nobody can open it until this connection is closed."""
    connection.execute("PRAGMA busy_timeout = 1000")
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as e:
        raise WorkspaceError(f"{path} is in use by another process ({e}): stop the server first") from None


def _step(connection: sqlite3.Connection, path: Path, step: Migration, back: bool) -> Path:
    """One version up or down; the copy that was kept."""
    copy = _copied(connection, path, step.to if back else step.to - 1)
    connection.execute("BEGIN IMMEDIATE")
    try:
        (step.down if back else step.up)(connection, path.parent)
        connection.execute(f"PRAGMA user_version = {step.to - 1 if back else step.to}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return copy


def _copied(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < 2 * size:
        raise WorkspaceError(f"a copy of {path} has no room: {free >> 20} MB are free, {2 * size >> 20} MB are needed")
    copy = path.with_name(COPIES.replace("*", str(version)))
    draft = copy.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    target = sqlite3.connect(draft)
    try:
        connection.backup(target)
    finally:
        target.close()
    draft.chmod(path.stat().st_mode & 0o777)
    sync(draft)
    draft.replace(copy)
    sync(path.parent)
    return copy


def remove_copies(workspace: Path) -> list[str]:
    """Remove the databases that were kept; their names."""
    gone = sorted(workspace.glob(COPIES))
    for path in gone:
        path.unlink()
    return [path.name for path in gone]


# --- the versions ---------------------------------------------------------------------------------------------------

FIRST = 1


def _to_2(connection: sqlite3.Connection, _: Path) -> None:
    """Programs of version 1 added some of this by themselves, each when it was new."""
    for statement in LATER.split(";\n"):
        connection.execute(statement)
    if connection.execute("SELECT 1 FROM meta WHERE key = 'songs_named'").fetchone():
        return
    songs = f"kind IN ({int(Kind.TRACK)}, {int(Kind.ALBUM)})"
    rows = connection.execute(f"SELECT number, tenant FROM items WHERE {songs} AND title != ''").fetchall()
    name_songs(connection, [number for number, _ in rows])
    for tenant in {tenant for _, tenant in rows}:
        merging.merge_songs(connection, tenant, [number for number, own in rows if own == tenant])
    connection.execute("INSERT INTO meta VALUES ('songs_named', 1)")


def _from_2(connection: sqlite3.Connection, _: Path) -> None:
    """Version 1 forgets nobody in tables that it does not know, so they go. Merges stay: it has them, too."""
    for table in ("dead_letters", "audit_hours", "audit_stretches"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("DROP INDEX merges_pair")
    connection.execute(f"UPDATE items SET name = '' WHERE kind IN ({int(Kind.TRACK)}, {int(Kind.ALBUM)})")
    connection.execute("DELETE FROM meta WHERE key IN ('songs_named', 'audit_clients')")


def _to_3(connection: sqlite3.Connection, folder: Path) -> None:
    """What the table holds becomes runs, as large as they may be."""
    connection.execute(seen_runs.TABLE)
    runs, keys = SeenRuns(folder / seen_runs.FOLDER), bytearray()
    found = connection.execute("SELECT key FROM seen ORDER BY key")
    while part := found.fetchmany(AT_ONCE):
        keys += b"".join([key for (key,) in part])
        if len(keys) >= 16 * seen_runs.LARGEST:
            runs.add(connection, bytes(keys))
            keys.clear()
    runs.add(connection, bytes(keys))
    connection.execute("DELETE FROM seen")


def _from_3(connection: sqlite3.Connection, folder: Path) -> None:
    """The files stay for the copy of the database, which names them."""
    for keys in SeenRuns(folder / seen_runs.FOLDER).each(connection):
        connection.executemany("INSERT INTO seen VALUES (?)", iter_unpack("16s", keys))
    connection.execute("DROP TABLE seen_runs")


MIGRATIONS = {
    m.to: m
    for m in (
        Migration(2, "dead letters, the audit of deliveries, and songs recognized by artist and title", _to_2, _from_2),
        Migration(3, "ids of events in sorted files, which takes less of the disk", _to_3, _from_3),
    )
}
