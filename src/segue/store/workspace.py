"""The folder that holds everything: settings, facts, snapshots, runs, releases."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import TracebackType
from typing import Self

from segue.core.errors import WorkspaceError
from segue.core.settings import FILE, Settings, read_settings
from segue.store.catalogue import Catalogue
from segue.store.database import Database
from segue.store.log import EventLog
from segue.store.postgres import PostgresDatabase
from segue.store.sounds import Sounds
from segue.store.sqlite import DATABASE, SqliteDatabase

MARK = "postgres.id"
"""Number of the workspace, where its state is in PostgreSQL."""
STATISTICS, CHECKS = "statistics", "checks"
"""Folders of what was gathered of each tenant's tables, and of what checks said of them."""
QUARANTINE = "quarantine"
"""Folder of the rows of each tenant's imports that could not be taken."""
FEATURES = "features"
"""Folder of what features knew of each tenant's log: see `segue.surfaces.home.checkpoint`."""
PAGES = "pages"
"""Folder of the page last made for each of a tenant's listeners: see `segue.store.pages`. No backup has it."""
PASSING = "passing"
"""Folder of what players say that is no event: see `segue.store.passing`. No backup has it."""


class Workspace:
    """An open workspace. Use as a context manager, or `close()` it."""

    def __init__(self, path: Path, settings: Settings, database: Database) -> None:
        self.path = path
        self.settings = settings
        self.database = database
        self.catalogue = Catalogue(database)
        self.sounds = Sounds(database)
        self.log = EventLog(path, database, self.catalogue, seal_rows=settings.seal_rows)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make it where it is missing, keep what is there, and open it."""
        path = Path(path)
        if path.exists() and not path.is_dir():
            raise WorkspaceError(f"{path} is a file, a workspace is a folder")
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not (path / FILE).exists():
                (path / FILE).write_text(settings_page())
            _database(path, read_settings(path), create=True).close()
        except OSError as e:
            raise WorkspaceError(f"cannot make a workspace at {path}: {e.strerror}") from None
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The workspace of a folder, or WorkspaceError where there is none, or one of another version (`migrate`)."""
        path = Path(path)
        if not is_workspace(path):
            raise WorkspaceError(f"no workspace at {path}: run `segue init` there, or name one with --workspace")
        settings = read_settings(path)
        return cls(path, settings, _database(path, settings))

    def derived(self, folder: str, tenant: str) -> Path:
        """Where what follows from a tenant's facts is kept; all of it goes when one of its listeners is forgotten.

        Of a tenant of which nothing is stored yet it is a folder that nobody else has.
        """
        number = self.database.tenant(tenant)
        new = f"new-{hashlib.sha256(tenant.encode()).hexdigest()[:16]}"
        return self.path / folder / (str(number) if number else new)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_workspace(path: Path) -> bool:
    """Whether a folder is one."""
    return (path / DATABASE).is_file() or (path / MARK).is_file()


def _database(path: Path, settings: Settings, *, create: bool = False) -> Database:
    """Where the settings say that the state is; WorkspaceError where it is that of another folder.

    For files that its database does not name are removed as what a crash left: the two must belong together.
    """
    mark = path / MARK
    if not settings.state:
        if mark.exists():
            raise WorkspaceError(f"{path} keeps its state in PostgreSQL: say where, with `state` in {FILE}")
        return SqliteDatabase(path / DATABASE, create=create)
    if (path / DATABASE).exists():
        raise WorkspaceError(
            f"{path} keeps its state in {DATABASE}, which does not move to PostgreSQL by itself: "
            f"make a new workspace and import again, or take `state` out of {FILE}"
        )
    database = PostgresDatabase(settings.state, create=create)
    number = database.meta("workspace")
    if create and not mark.exists() and not database.meta("last_seq"):
        mark.write_text(f"{number}\n")
    if not mark.exists() or mark.read_text().strip() != str(number):
        database.close()
        raise WorkspaceError(
            f"{database.name} keeps the state of another workspace than {path}: every machine needs that folder "
            "(mount it), and every workspace a database or a schema of its own"
        )
    return database


def settings_page() -> str:
    """segue.toml as a new workspace gets it: every setting with what it means and its default, commented out."""
    lines = ["# Settings of this Segue workspace. Remove the leading # of a line to change its value."]
    for name, field in Settings.model_fields.items():
        value = field.default
        # Booleans, numbers, strings and lists of strings are written in TOML as they are in JSON.
        lines += [
            "",
            f"# {field.description}",
            f"# {name} = {json.dumps(list(value) if isinstance(value, tuple) else value)}",
        ]
    return "\n".join(lines) + "\n"
