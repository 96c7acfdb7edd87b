"""What a listener may ask for: everything we have of them, and that it be gone.

The catalogue is nobody's: items that a listener's events named stay.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, Any

import msgspec
import numpy as np
import pyarrow as pa

from segue.core.errors import UnknownName
from segue.core.events import EVENT_TYPES, Follow
from segue.core.settings import FILE
from segue.core.types import Kind
from segue.store import outcomes, passing, quarantine, segments, snapshot
from segue.store.catalogue_view import OWN
from segue.store.columns import new_draft, sweep
from segue.store.database import Connection
from segue.store.dedupe import event_keys
from segue.store.delivery.audit import Audit
from segue.store.delivery.dead_letters import SURE, DeadLetters
from segue.store.delivery.drain import catch_up, remove_read
from segue.store.delivery.kafka import address_of
from segue.store.edge import TYPE_NAMES
from segue.store.migrations import remove_copies
from segue.store.segments import Segment
from segue.store.sqlite import DATABASE
from segue.store.workspace import CHECKS, FEATURES, PAGES, PASSING, QUARANTINE, STATISTICS, Workspace

MANIFEST = "manifest.json"
NEEDED = re.compile(rf"{re.escape(FILE)}|(?:manifest|model|keys|current-\w+)\.json|.*\.sqlite.*", re.DOTALL)
"""Never deleted: without them nothing would serve. An id is in one only by accident, in a path for example."""
FITTED = {"models", "space", "moods", "crossing", "taught"}
"""Folders of a release with what was fitted, as it came from the outputs of steps below RUNS. None of it ever holds a
listener's id, what was taught included: whatever is fitted is given numbers (`Interactions`, `Lessons`, the items of a
snapshot), and writes arrays, parameters, and names of recipes, features and moods. An id that is found there all the
same is a word ("energetic", "item-knn"); and without the file the release would not open, and the step would be taken
for done. What cards led to (`outcomes.FOLDER`) is of listeners, by number, and goes as a whole: see DERIVED."""
REPORT = "report.json"
"""The one exception there: it names the items that were streamed most, by title and uri, which may be anything."""
RELEASES, RUNS = "releases", "runs"
DERIVED = (outcomes.FOLDER, FEATURES, STATISTICS, CHECKS, PAGES)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done to forget a listener."""

    events: int  # gone from the log
    snapshots: tuple[str, ...]  # ids of those that held the listener: deleted, or taken anew where a release needs them
    deleted: tuple[str, ...]  # other files of the workspace that held the id
    left: tuple[str, ...]  # files that hold it and that the workspace needs: settings, manifests, the ledger of runs
    retrain: tuple[str, ...]  # releases and runs made from those snapshots: they serve on, and are to be made anew
    letters: int = 0  # dead letters that named the listener
    playlists: int = 0  # of their own, whose titles are gone, too
    refused: int = 0  # rows of imports that could not be taken and may have been theirs


def export_listener(workspace: Workspace, tenant: str, listener: str, out: Path | IO[bytes]) -> int:
    """A zip of `profile.json`, with what their players said last, and `events.jsonl`, the events as they came in; how
    many there are."""
    number = workspace.catalogue.listener_number(tenant, listener)
    if number is None:
        raise UnknownName("listener", listener)
    table = workspace.log.of_listener(tenant, number, EVENT_TYPES)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        times = table["at"].to_numpy()
        profile = {"tenant": tenant, "listener": listener, "events": len(table)}
        profile |= {"first_at": int(times[0]), "last_at": int(times[-1])} if len(times) else {}
        profile |= passing.export(workspace.path, tenant, listener)
        archive.writestr("profile.json", json.dumps(profile, indent=1) + "\n")
        with archive.open("events.jsonl", "w") as file:
            for event in _edge(workspace, tenant, listener, table):
                file.write(msgspec.json.encode(event) + b"\n")
    return len(table)


def _edge(workspace: Workspace, tenant: str, listener: str, table: pa.Table) -> Iterator[dict[str, Any]]:
    uris = {int(n): workspace.catalogue.uri(int(n)) for n in np.unique(table["item"].to_numpy()) if n}
    for row in table.to_pylist():
        kind = EVENT_TYPES[row["type"] - 1]
        name = TYPE_NAMES[row["type"] - 1]
        row |= {"item": uris.get(row["item"]), "listener": listener, "tenant": tenant}
        row["attrs"] = json.loads(row["attrs"]) if row["attrs"] else None
        row |= {"count": row["value"], "subject": row["words"]}
        said = {field: row[field] for field in kind.__struct_fields__ if row.get(field) is not None}
        yield {"type": name, **said}


def forget_listener(workspace: Workspace, tenant: str, listener: str) -> Forgotten:
    """Remove a listener from the log, sealed files, snapshots and whatever else of the workspace holds the id.

    The id may come back later, as somebody new. Safe to repeat after a crash. Raises UnknownName where nothing at all
    is known of the listener, WorkspaceError while another process reads the database.
    """
    if not listener:  # which every row would hold
        raise UnknownName("listener", listener)
    if workspace.settings.log:
        catch_up(workspace, tenant)  # or the listener comes back with what is still on its way
    number = workspace.catalogue.listener_number(tenant, listener)
    if number is not None:
        remove_copies(workspace.path)
    events, playlists = _forget_events(workspace, tenant, number) if number is not None else (0, 0)
    letters = _forget_deliveries(workspace, tenant, listener)
    if letters:
        remove_copies(workspace.path)
    passing.forget(workspace.path, tenant, listener)
    refused, emptied = _forget_refused(workspace, tenant, listener)
    for folder in DERIVED:
        shutil.rmtree(workspace.derived(folder, tenant), ignore_errors=True)
    workspace.log.sweep()
    workspace.database.overwrite_freed()
    sweep(workspace.path / snapshot.FOLDER)
    held = [s for s in _snapshots(workspace) if s.tenant == tenant and s.listeners.number(listener) is not None]
    retrain = _made_from(workspace, [s.id for s in held])
    for old in held:
        _renew(workspace, old, needed=bool(retrain.get(old.id)))
    deleted, left = _delete_files(workspace, tenant, listener)
    if workspace.settings.log and not remove_read(workspace, tenant):
        left.append(address_of(workspace.settings.log, tenant).name)  # until its retention ends
    if number is None and not held and not deleted and not letters and not refused:
        raise UnknownName("listener", listener)
    made = sorted({name for names in retrain.values() for name in names})
    gone = tuple(s.id for s in held)
    return Forgotten(events, gone, (*emptied, *deleted), tuple(left), tuple(made), letters, playlists, refused)


def _forget_events(workspace: Workspace, tenant: str, number: int) -> tuple[int, int]:
    """How many events, and how many playlists of their own."""
    root, database = workspace.path, workspace.database
    old: list[Segment] = []
    ids: list[str] = []
    follows, followed = EVENT_TYPES.index(Follow) + 1, set[int]()
    with database.forgetting() as connection:
        for segment in segments.listed(connection, "tenant = ?", (database.tenant(tenant),)):
            if not (segments.load(root, segment, ["listener"])["listener"].to_numpy() == number).any():
                continue
            table = segments.load(root, segment)
            mine = table["listener"].to_numpy() == number
            ids += table["id"].filter(pa.array(mine)).to_pylist()
            followed |= set(table["item"].to_numpy()[mine & (table["type"].to_numpy() == follows)].tolist())
            old.append(segment)
            segments.enlist(connection, segments.write(root, table.filter(pa.array(~mine))))
        segments.delist(connection, old)
        ids += [id for (id,) in connection.execute("SELECT id FROM front WHERE listener = ?", (number,))]
        rows = connection.execute("SELECT item FROM front WHERE listener = ? AND type = ?", (number, follows))
        followed |= {item for (item,) in rows}
        playlists = sum(_untitled(connection, item) for item in sorted(followed))
        connection.execute("DELETE FROM front WHERE listener = ?", (number,))
        database.drop_seen(event_keys(tenant, ids))
        connection.execute("DELETE FROM listeners WHERE number = ?", (number,))
        database.set_meta("forgotten", database.meta("forgotten") + 1)
    segments.remove(root, old)
    return len(ids), playlists


def _untitled(connection: Connection, item: int) -> int:
    """Take the words of a playlist that was made here, which are its maker's; 1 where it is one."""
    return connection.execute(
        "UPDATE items SET title = '', name = '', description = '' WHERE number = ? AND kind = ? AND namespace = ?",
        (item, int(Kind.PLAYLIST), OWN),
    ).rowcount


def _forget_deliveries(workspace: Workspace, tenant: str, listener: str) -> int:
    """Dead letters that hold the id, and clients named by it; how many letters."""
    database = workspace.database
    with database.forgetting():
        Audit(database, tenant).forget(listener)
        return DeadLetters(database, tenant).forget(listener)


def _forget_refused(workspace: Workspace, tenant: str, listener: str) -> tuple[int, list[str]]:
    """How many refused rows of imports, and the files that held no others. Those beside the folders of tenants are of
    imports before there were such, of whichever tenant."""
    folders = (workspace.path / QUARANTINE, workspace.derived(QUARANTINE, tenant))
    with workspace.database.forgetting():  # one at a time: two would bring back what the other took
        rows, files = quarantine.forget(folders, listener)
    return rows, [f.relative_to(workspace.path).as_posix() for f in files]


def _snapshots(workspace: Workspace) -> list[snapshot.Snapshot]:
    folders = sorted((workspace.path / snapshot.FOLDER).glob("[!.]*"))
    return [snapshot.open_snapshot(f) for f in folders if (f / snapshot.CARD).is_file()]


def _made_from(workspace: Workspace, ids: list[str]) -> dict[str, set[str]]:
    """By snapshot: folders (two levels deep, such as releases/NAME) in which a file names it."""
    found: dict[str, set[str]] = {}
    for path in _files(workspace):
        text = _content(path) if ids else b""
        for id in ids:
            if id.encode() in text:
                place = "/".join(path.relative_to(workspace.path).parts[:2])
                found.setdefault(id, set()).add(place)
    return found


def _renew(workspace: Workspace, old: snapshot.Snapshot, *, needed: bool) -> None:
    """Delete a snapshot; one that a release needs is taken anew under its old name, so that the release serves on."""
    gone = new_draft(old.folder.parent)
    if not needed:
        old.folder.rename(gone)
        shutil.rmtree(gone)
        return
    fresh = snapshot.take(workspace, old.tenant, old.simulated)
    copy = new_draft(old.folder.parent)
    shutil.copytree(fresh.folder, copy)
    card = json.loads((copy / snapshot.CARD).read_text())
    (copy / snapshot.CARD).write_text(json.dumps(card | {"id": old.id, "renewed_from": fresh.id}, indent=1) + "\n")
    old.folder.rename(gone)
    copy.rename(old.folder)
    shutil.rmtree(gone)


def _files(workspace: Workspace) -> Iterator[Path]:
    """Files that others made from the facts: not those themselves, not snapshots, not bare arrays, not what passes."""
    kept = {segments.FOLDER, snapshot.FOLDER, PASSING}
    for path in sorted(workspace.path.rglob("*")):
        top = path.relative_to(workspace.path).parts[0]
        if path.is_file() and top not in kept and not top.startswith(DATABASE) and path.suffix != ".npy":
            yield path


def _content(path: Path) -> bytes:
    """What a file holds. SQLite reads its own: see `segue.store.secret.make_private`."""
    if path.suffix == ".sqlite":
        with (
            contextlib.suppress(sqlite3.DatabaseError),  # a damaged one is read as it is
            contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database,
        ):
            return database.serialize()
    return path.read_bytes()


def _delete_files(workspace: Workspace, tenant: str, listener: str) -> tuple[list[str], list[str]]:
    """What held the id and is gone, and what holds it and had to stay. What is another tenant's is not looked at.

    An id of fewer than SURE characters ("2") is looked for only where a listener is named.
    """
    plain, quoted = re.escape(listener.encode()), re.escape(json.dumps(listener)[1:-1].encode())
    either = b"(?:%s|%s)" % (plain, quoted)
    named = rb'listener[^\n:=]{0,8}[:=]\s*\\?"?' + either + rb"(?!\w)"
    pattern = re.compile(either if len(listener) >= SURE else named)
    deleted: list[str] = []
    left: list[str] = []
    theirs = _of_others(workspace, tenant)
    for path in list(_files(workspace)):
        name = path.relative_to(workspace.path)
        if not _fitted(name) and name.parts[:2] not in theirs and pattern.search(_content(path)):
            needed = NEEDED.fullmatch(path.name) is not None
            (left if needed else deleted).append(name.as_posix())
            if not needed:
                path.unlink()
    return deleted, left


def _fitted(name: PurePath) -> bool:
    """Whether a file is part of what was fitted: in a release, or as the output of a step."""
    top, _, inside = (*name.parts, "", "", "")[:3]
    return name.name != REPORT and ((top == RUNS and bool(inside)) or (top == RELEASES and inside in FITTED))


def _of_others(workspace: Workspace, tenant: str) -> set[tuple[str, ...]]:
    """Folders of the workspace that are of one other tenant alone: somebody there may bear the same id."""
    own = str(workspace.database.tenant(tenant))
    folders = [f for name in (*DERIVED, QUARANTINE) for f in (workspace.path / name).glob("*") if f.name != own]
    for manifest in workspace.path.glob(f"{RELEASES}/*/{MANIFEST}"):
        with contextlib.suppress(msgspec.DecodeError):
            if msgspec.json.decode(manifest.read_bytes(), type=_Whose).tenant != tenant:
                folders.append(manifest.parent)
    return {f.relative_to(workspace.path).parts for f in folders if f.is_dir()}


class _Whose(msgspec.Struct):
    tenant: str
