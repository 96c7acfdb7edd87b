"""A workspace as one file or folder, taken while it is served, and a workspace made of it again.

Databases are copied by SQLite's own backup, each as of one moment; sealed events and dedupe keys are those that the
copied database names; releases and snapshots never change; all else is small. `backup.json` holds every file's hash.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, mkdtemp
from typing import IO

import msgspec

from segue import __version__
from segue.core.errors import InputError, UsageError, WorkspaceError
from segue.runs.files import DRAFT, fsync_folder, whole_folder
from segue.store import seen_runs
from segue.store.segments import FOLDER as SEALED
from segue.store.sqlite import DATABASE
from segue.store.workspace import MARK, PAGES, PASSING, is_workspace

MANIFEST = "backup.json"
POINTERS = "releases/current-*.json"
TRIES = 5  # files may go while they are read: segments are put together, old releases removed
CHUNK = 1 << 20


class Kept(msgspec.Struct, frozen=True):
    """A file of a backup."""

    path: str
    bytes: int
    sha256: str
    mode: int


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds."""

    segue: str
    created: str  # ISO, UTC
    version: int  # of the workspace
    last_seq: int  # of its newest event
    files: tuple[Kept, ...]

    @property
    def bytes(self) -> int:
        return sum(f.bytes for f in self.files)


def backup(workspace: Path, out: Path) -> Manifest:
    """Write a backup: a tar file where the name ends in `.tar`, else a folder. It appears whole or not at all.

    UsageError where there is something already; WorkspaceError where there is no workspace, or none that lies in files.
    """
    if not is_workspace(workspace):
        raise WorkspaceError(f"no workspace at {workspace}: name one with --workspace")
    if (workspace / MARK).is_file():
        raise WorkspaceError(
            f"the state of {workspace} is in PostgreSQL: back up its schema with pg_dump, and then the folder as it is"
        )
    if out.exists():
        raise UsageError(f"{out} is there already; a backup replaces nothing")
    if out.resolve().is_relative_to(workspace.resolve()):
        raise UsageError(f"{out} lies in the workspace itself")
    for left in reversed(range(TRIES)):
        try:
            return _written(workspace, out)
        except FileNotFoundError:
            if not left:
                raise WorkspaceError(f"{workspace} changes faster than it can be read: try again later") from None
    raise AssertionError


def _written(workspace: Path, out: Path) -> Manifest:
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f"{DRAFT}{os.getpid()}-") as scratch:
        parts = list(_parts(workspace, Path(scratch)))
        with closing(sqlite3.connect(Path(scratch) / DATABASE)) as copied:
            version = int(copied.execute("PRAGMA user_version").fetchone()[0])
            (last,) = copied.execute("SELECT value FROM meta WHERE key = 'last_seq'").fetchone()
        files: list[Kept] = []
        with _into(out) as write:
            for name, source in parts:
                with source.open("rb") as f:
                    status = os.fstat(f.fileno())
                    counted = _Counted(f)
                    write(name, counted, status)
                files.append(Kept(name, counted.bytes, counted.sha256, status.st_mode & 0o777))
            stamp = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = Manifest(__version__, stamp, version, last, tuple(files))
            text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
            (Path(scratch) / MANIFEST).write_bytes(text)
            write(MANIFEST, _Counted(BytesIO(text)), (Path(scratch) / MANIFEST).stat())
    return manifest


def _parts(workspace: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Names in the backup and files to read, in an order in which what names comes before what is named."""
    for path in sorted(workspace.glob("*.sqlite")):
        if not path.name.startswith("store.version-"):
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(scratch / path.name)) as target:
                source.backup(target)
            (scratch / path.name).chmod(path.stat().st_mode & 0o777)
            yield path.name, scratch / path.name
    with closing(sqlite3.connect(scratch / DATABASE)) as copied:
        sealed = [f"{seen_runs.FOLDER}/{name}" for name in seen_runs.files(copied)]  # first: these go soonest
        sealed += [name for (name,) in copied.execute("SELECT path FROM segments ORDER BY path")]
    pointers = sorted(workspace.glob(POINTERS))
    for i, path in enumerate(pointers):  # before the releases they name
        shutil.copy2(path, scratch / f"{i}.json")
        yield path.relative_to(workspace).as_posix(), scratch / f"{i}.json"
    for named in sealed:
        yield named, workspace / named
    for path in sorted(workspace.rglob("*")):
        name = path.relative_to(workspace)
        ours = name.parts[0] in (SEALED, seen_runs.FOLDER, PAGES, PASSING) or path in pointers
        ours |= len(name.parts) == 1 and ".sqlite" in name.name
        draft = any(part.startswith(DRAFT) for part in name.parts)
        if not ours and not draft and path.is_file() and not path.is_symlink():
            yield name.as_posix(), path


class _Counted:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash, self.bytes = file, hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def read(self, n: int = CHUNK) -> bytes:
        block = self._file.read(n)
        self._hash.update(block)
        self.bytes += len(block)
        return block


@contextmanager
def _into(out: Path) -> Iterator[Callable[[str, _Counted, os.stat_result], None]]:
    """What writes a file of the backup; all of it is on the disk at the end."""
    if out.suffix != ".tar":
        with whole_folder(out) as draft:

            def into_folder(name: str, file: _Counted, status: os.stat_result) -> None:
                target = draft / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as f:
                    shutil.copyfileobj(file, f, CHUNK)
                target.chmod(status.st_mode & 0o777)

            yield into_folder
        return
    fresh = out.with_name(f"{DRAFT}{os.getpid()}-{out.name}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds keys
        with os.fdopen(handle, "wb") as f, tarfile.open(fileobj=f, mode="w", format=tarfile.PAX_FORMAT) as tar:

            def into_tar(name: str, file: _Counted, status: os.stat_result) -> None:
                entry = tarfile.TarInfo(name)
                entry.size, entry.mtime, entry.mode = status.st_size, int(status.st_mtime), status.st_mode & 0o777
                tar.addfile(entry, file)

            yield into_tar
            tar.close()
            f.flush()
            os.fsync(f.fileno())
        fresh.replace(out)
        fsync_folder(out.parent)
    finally:
        fresh.unlink(missing_ok=True)


def restore(source: Path, workspace: Path) -> Manifest:
    """Make a workspace of a backup. It appears whole, and only where every hash is right.

    UsageError where something is at the place; InputError naming the file where the backup is damaged or no backup.
    """
    if workspace.exists() and (not workspace.is_dir() or any(workspace.iterdir())):
        raise UsageError(f"{workspace} is not empty: a restore replaces nothing; name another place with --workspace")
    workspace.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=workspace.parent, prefix=f"{DRAFT}{os.getpid()}-"))
    try:
        _unpack(source, draft)
        manifest = _verified(source, draft)
        (draft / MANIFEST).unlink()
        if workspace.exists():
            workspace.rmdir()
        with whole_folder(workspace) as whole:
            whole.rmdir()
            draft.rename(whole)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _unpack(source: Path, draft: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, draft, dirs_exist_ok=True)
        return
    try:
        with tarfile.open(source, "r:") as tar:
            for entry in tar:
                name = PurePosixPath(entry.name)
                if not entry.isfile() or name.is_absolute() or ".." in name.parts:
                    raise InputError(f"{source}: {entry.name[:200]!r} has no place in a backup")
                target = draft / name
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(entry)
                assert content is not None
                with content, target.open("xb") as f:
                    shutil.copyfileobj(content, f, CHUNK)
    except FileNotFoundError:
        raise InputError(f"no backup at {source}") from None
    except (tarfile.TarError, FileExistsError, EOFError) as e:
        raise InputError(f"{source} is no backup: {e}") from None


def _verified(source: Path, draft: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((draft / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as e:
        raise InputError(f"{source} is no backup of a workspace: {MANIFEST}: {e}") from None
    there = {p.relative_to(draft).as_posix() for p in draft.rglob("*") if p.is_file() or p.is_symlink()} - {MANIFEST}
    told = {f.path for f in manifest.files}
    for name in sorted(there ^ told):
        raise InputError(f"{source} is damaged: {name} is {'missing' if name in told else 'not of it'}")
    for kept in manifest.files:
        with (draft / kept.path).open("rb") as f:
            if hashlib.file_digest(f, "sha256").hexdigest() != kept.sha256:
                raise InputError(f"{source} is damaged: {kept.path} is not what was backed up")
        (draft / kept.path).chmod(kept.mode & 0o777)
    return manifest
