"""What features knew at some point of the log, so that a server reads only what came after it.

Derived: a folder that is missing, or was made from another catalogue, by other code or before somebody was forgotten,
is not taken up, and the log is read from its start. `segue learn` writes a new one.

features/<tenant number>/<key>-<last event>/   what `segue.features.Book.save` writes
"""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

import structlog

import segue.features
from segue.runs.files import sweep, whole_folder
from segue.store.snapshot import Snapshot
from segue.store.workspace import FEATURES, Workspace
from segue.surfaces.home.taught import LiveBook


def opened(workspace: Workspace, tenant: str, snapshot: Snapshot) -> LiveBook:
    """Features of a snapshot's catalogue, as of the newest checkpoint; untold where there is none.

    They leave out what did not count when the snapshot was taken: what was said later is another snapshot's.
    """
    facts, counts = snapshot.catalogue, snapshot.counts
    for folder in reversed(_kept(workspace, tenant, snapshot.id)):
        seen = _seen(folder)
        if seen > workspace.log.last_seq:
            continue
        try:
            return LiveBook.restored(facts, folder, seen, counts)
        except (OSError, ValueError, KeyError) as e:  # a half-removed folder costs time, not the start
            structlog.get_logger().warning("features read from the log", checkpoint=folder.name, error=str(e))
    return LiveBook(facts, counts)


def write(workspace: Workspace, tenant: str, snapshot: Snapshot) -> Path:
    """The folder of a checkpoint that knows all that the log has now; older ones are removed."""
    root, key = _root(workspace, tenant), _key(workspace, snapshot.id)
    root.mkdir(parents=True, exist_ok=True)
    sweep(root)
    book = opened(workspace, tenant, snapshot)
    book.catch_up(workspace.log, tenant)
    folder = root / f"{key}-{book.seen}"
    if not folder.is_dir():
        with whole_folder(folder) as draft:
            book.save(draft)
    for old in root.glob("[!.]*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _root(workspace: Workspace, tenant: str) -> Path:
    return workspace.path / FEATURES / str(workspace.database.tenant(tenant))


def _kept(workspace: Workspace, tenant: str, snapshot: str) -> list[Path]:
    """Checkpoints that fit, oldest first."""
    return sorted(_root(workspace, tenant).glob(f"{_key(workspace, snapshot)}-*"), key=_seen)


def _seen(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])


def _key(workspace: Workspace, snapshot: str) -> str:
    """What the state of features depends on beside the log."""
    text = f"{snapshot} {workspace.database.meta('forgotten')} {_code()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(segue.features.__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
