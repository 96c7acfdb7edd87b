"""Where the sound of items lies: files of imported folders, which never leave the machine as names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from segue.core.events import Item, Uri
from segue.store import merging
from segue.store.database import Database

_PUT = """INSERT INTO sounds VALUES (?, ?, ?)
 ON CONFLICT (item) DO UPDATE SET folder = excluded.folder, file = excluded.file"""
_NUMBER = "SELECT number FROM items WHERE tenant = ? AND kind = ? AND namespace = ? AND id = ?"


class Sounds:
    """A table of the workspace's database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, tenant: str, folder: Path, items: Sequence[Item]) -> None:
        """Keep the files of items that have one; what was said last holds. The items must be in the catalogue."""
        rows = [(item.uri, item.file) for item in items if item.file]
        if not rows:
            return
        root = str(folder.resolve())
        with self._db.write() as connection:
            number = self._db.tenant(tenant)
            for uri, file in rows:
                named = Uri.parse(uri)
                key = (number, int(named.kind), named.namespace, named.id)
                found = connection.execute(_NUMBER, key).fetchone()
                if found is not None:
                    connection.execute(_PUT, (found[0], root, file))

    def numbers(self, tenant: str) -> frozenset[int]:
        """Items of a tenant that have a file, merges followed."""
        with self._db.asking() as connection:
            rows = connection.execute(
                "SELECT item FROM sounds JOIN items ON number = item WHERE tenant = ?", (self._db.tenant(tenant),)
            ).fetchall()
            return frozenset(merging.root(connection, int(item)) for (item,) in rows)

    def path(self, number: int) -> Path | None:
        """The file of an item, or of one that was recognized as the same. None where there is none, where it is gone,
        or where it no longer lies below the folder that was imported: links lead nowhere."""
        with self._db.asking() as connection:
            for one in merging.group(connection, number):
                row = connection.execute("SELECT folder, file FROM sounds WHERE item = ?", (one,)).fetchone()
                if row is not None:
                    return inside(Path(row[0]), row[1])
        return None


def inside(folder: Path, file: str) -> Path | None:
    """A regular file below a folder, by its relative name; None for anything else."""
    try:
        root = folder.resolve(strict=True)
        path = (root / file).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # gone, a NUL in the name, links in a circle
        return None
    return path if path.is_relative_to(root) and path.is_file() else None
