"""Folders and files that appear whole or not at all, also when the power fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

DRAFT = ".draft-"


def fsync_folder(folder: Path) -> None:
    """The folder's entries reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fsync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as f:
                os.fsync(f.fileno())
        elif path.is_dir():
            fsync_folder(path)
    fsync_folder(folder)


@contextmanager
def whole_folder(final: Path) -> Iterator[Path]:
    """A draft to write into; it becomes `final` at the end, or vanishes if the block fails.

    If another process made `final` meanwhile, theirs stands: content is addressed by what made it.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=final.parent, prefix=f"{DRAFT}{os.getpid()}-"))
    try:
        yield draft
        _fsync_tree(draft)
        try:
            draft.rename(final)
        except OSError:
            if not final.is_dir():
                raise
        fsync_folder(final.parent)
    finally:
        if draft.exists():
            shutil.rmtree(draft, ignore_errors=True)


def remove_whole(folder: Path) -> None:
    """A folder is gone at once; what is left of it after a crash is a draft, which `sweep` removes."""
    gone = folder.with_name(f"{DRAFT}{os.getpid()}-{folder.name}")
    folder.rename(gone)
    shutil.rmtree(gone)


def write_whole(path: Path, text: str) -> None:
    """Replace a file's text atomically and durably."""
    draft = path.with_name(f"{DRAFT}{os.getpid()}-{path.name}")
    with draft.open("w", encoding="utf-8") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    draft.replace(path)
    fsync_folder(path.parent)


def sweep(folder: Path) -> int:
    """Remove drafts that a killed process left behind; returns how many."""
    gone = 0
    for draft in folder.glob(f"{DRAFT}*"):
        pid = draft.name.removeprefix(DRAFT).split("-")[0]
        if pid.isdigit() and int(pid) != os.getpid() and not _alive(int(pid)):
            shutil.rmtree(draft) if draft.is_dir() else draft.unlink(missing_ok=True)
            gone += 1
    return gone


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
