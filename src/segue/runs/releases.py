"""A release: a folder with a manifest and the fitted models that serving maps. Which one is current is one small file.

releases/<id>/manifest.json            what went in: data, code, parameters, seed, scores
releases/<id>/models/<kind>-<owner>/   one fitted model a population
releases/<id>/space/                   the taste space: a point for every item that anything is known of
releases/<id>/moods/                   how far each mood and activity fits each item
releases/<id>/crossing/<kind>/          a model of one kind for people known by another
releases/<id>/taught/                  what was learned from pages that were shown: heads/, policy/, report.json
releases/current-<tenant>.json         {"current": id, "before": [ids, newest first]}, replaced atomically
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import structlog

from segue.core.errors import NotReady, UnknownName, UsageError, WorkspaceError
from segue.core.types import Kind
from segue.runs.files import remove_whole, sweep, whole_folder, write_whole

FOLDER = "releases"
MANIFEST = "manifest.json"


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """One fitted model and how it was chosen."""

    kind: str  # of the items
    owner: str  # "listener" or "playlist"
    model: str  # folder relative to the release
    recipe: str  # name of the recipe that won
    params: Any = None
    protocol: str = ""  # of the inner split the choice was made on
    scores: dict[str, float] = {}  # on that inner split
    owners: int = 0
    items: int = 0
    events: int = 0


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned from pages that were shown: the rankers' heads and the state of the policy."""

    id: str  # fingerprint of all it follows from
    folder: str = "taught"  # relative to the release
    policy: str  # whose state it is
    heads: dict[str, str]  # "stream" → recipe of the response model
    features: tuple[str, ...]
    since: int  # UTC ms; of the pages learned from
    until: int
    seq: int  # of the last event that counted
    pages: int
    seen: int  # cards


class SpaceCard(msgspec.Struct, frozen=True, kw_only=True):
    """The taste space, as it was made."""

    folder: str = "space"  # relative to the release
    points: int
    dimensions: int
    id: str = ""
    learned: str = ""  # id of the space before it was turned to the last release's
    last: str = ""  # id of the space it was turned to; "" for the first
    kept: float | None = None  # share of the 50 nearest that were so in the last release, mean over heard items in both
    compared: int = 0  # items


class MoodsCard(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the moods of items."""

    folder: str = "moods"  # relative to the release
    names: tuple[str, ...]
    known: int  # items that any mood or activity fits


class CrossingCard(msgspec.Struct, frozen=True, kw_only=True):
    """A model of one kind for people known by another, and how it was chosen."""

    of: str  # kind recommended
    by: str  # kind heard
    folder: str  # relative to the release
    params: Any = None
    weights: dict[str, float] = {}
    protocol: str = ""  # of the people set aside
    scores: dict[str, float] = {}  # on them
    people: int = 0  # who took both


class Waiving(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks found, and somebody let through."""

    name: str  # of the finding
    message: str
    reason: str
    who: str
    until: str = ""  # YYYY-MM-DD


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks said of the data before anything was learned from it."""

    warnings: tuple[str, ...] = ()  # names of findings
    waived: tuple[Waiving, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All that a release says about itself."""

    id: str
    tenant: str
    created: str  # ISO, UTC, to the millisecond: several may be made within a second
    snapshot: str  # id
    simulated: bool
    seed: int
    version: str  # of segue
    code: str  # digest of the training code
    settings: Any = None
    checked: Checked | None = None  # None: it was not
    populations: tuple[Population, ...] = ()
    space: SpaceCard | None = None
    moods: MoodsCard | None = None
    crossings: tuple[CrossingCard, ...] = ()
    taught: Taught | None = None

    @property
    def made(self) -> str:
        """When it was created, as people read it."""
        return datetime.fromisoformat(self.created).isoformat(timespec="seconds")


class _Pointer(msgspec.Struct, frozen=True):
    current: str
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk."""

    folder: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def snapshot_folder(self) -> Path:
        return self.folder.parent.parent / "snapshots" / self.manifest.snapshot

    def population(self, kind: Kind, owner: str = "listener") -> Population | None:
        return next((p for p in self.manifest.populations if p.kind == kind.label and p.owner == owner), None)

    @property
    def fitted(self) -> dict[str, Path]:
        """Every folder that training made, by its name in the release; what was taught later is not among them."""
        cards = (self.manifest.space, self.manifest.moods, *self.manifest.crossings)
        names = (*(p.model for p in self.manifest.populations), *(card.folder for card in cards if card))
        return {name: self.folder / name for name in names}

    @property
    def space_folder(self) -> Path | None:
        """Folder for `Space.load`; None where the release has no space."""
        return self.folder / self.manifest.space.folder if self.manifest.space else None

    @property
    def moods_folder(self) -> Path | None:
        """Folder for `Moods.load`; None where the release has no moods."""
        return self.folder / self.manifest.moods.folder if self.manifest.moods else None

    def crossing(self, of: Kind) -> CrossingCard | None:
        """How people who took nothing of a kind are served by what they took of another; None where they are not."""
        return next((c for c in self.manifest.crossings if c.of == of.label), None)

    def model_folder(self, kind: Kind, owner: str = "listener") -> Path | None:
        """Folder for `segue.fitted.load_model`; None where the release has no model for it."""
        found = self.population(kind, owner)
        return self.folder / found.model if found else None


def write_release(workspace: Path, manifest: Manifest, models: Mapping[str, Path]) -> Release:
    """A new release from fitted-model folders keyed by `Population.model`. The same content gives the same release.

    Files are hard-linked where the file system can, so a release costs little. `manifest.id` is made here.
    """
    body = msgspec.structs.replace(manifest, id="", created="")
    name = "r-" + hashlib.sha256(msgspec.json.encode(body)).hexdigest()[:12]
    root = workspace / FOLDER
    if (root / name / MANIFEST).is_file():
        return read_release(root / name)
    root.mkdir(parents=True, exist_ok=True)
    sweep(root)
    stamped = msgspec.structs.replace(manifest, id=name, created=datetime.now(UTC).isoformat(timespec="milliseconds"))
    with whole_folder(root / name) as draft:
        for relative, source in models.items():
            shutil.copytree(source, draft / relative, copy_function=_link)
        text = msgspec.json.format(msgspec.json.encode(stamped), indent=1)
        (draft / MANIFEST).write_bytes(text)
    return Release(root / name, stamped)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def read_release(folder: Path) -> Release:
    try:
        return Release(folder, msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest))
    except (OSError, msgspec.MsgspecError) as e:
        raise WorkspaceError(f"{folder} is not a release: {e}") from None


def releases(workspace: Path, tenant: str | None = None) -> list[Release]:
    """All, or all of a tenant, newest first. What is broken is left out: it must not keep anybody from another one."""
    found = []
    for file in (workspace / FOLDER).glob(f"r-*/{MANIFEST}"):
        try:
            found.append(read_release(file.parent))
        except WorkspaceError as e:
            structlog.get_logger().warning("release left out", error=str(e))
    return sorted(
        (r for r in found if tenant in (None, r.manifest.tenant)), key=lambda r: r.manifest.created, reverse=True
    )


def standing(workspace: Path, tenant: str) -> tuple[str, tuple[str, ...]]:
    """Id of the current release, "" where there is none, and of those to go back to, the last one first."""
    pointer = _pointer(workspace, tenant)
    return (pointer.current, pointer.before) if pointer else ("", ())


def _pointer_file(workspace: Path, tenant: str) -> Path:
    return workspace / FOLDER / f"current-{hashlib.sha256(tenant.encode()).hexdigest()[:8]}.json"


def _pointer(workspace: Path, tenant: str) -> _Pointer | None:
    try:
        return msgspec.json.decode(_pointer_file(workspace, tenant).read_bytes(), type=_Pointer)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as e:
        raise WorkspaceError(f"{_pointer_file(workspace, tenant)}: {e}") from None


def current_release(workspace: Path, tenant: str) -> Release:
    """The release that serves, or NotReady saying how to get one."""
    pointer = _pointer(workspace, tenant)
    if pointer is None or not pointer.current:
        raise NotReady(f"no release for tenant {tenant!r} yet: run `segue train`")
    return read_release(workspace / FOLDER / pointer.current)


def promote(workspace: Path, tenant: str, release: str) -> Release:
    """Make a release current. Promoting the current one changes nothing."""
    known = [r.id for r in releases(workspace, tenant)]
    if release not in known:
        raise UnknownName("release", release, known)
    old = _pointer(workspace, tenant)
    if old is None or old.current != release:
        before = (old.current, *(b for b in old.before if b != release)) if old else ()
        _write(workspace, tenant, _Pointer(release, tuple(b for b in before if b != release)))
    return read_release(workspace / FOLDER / release)


def rollback(workspace: Path, tenant: str) -> Release:
    """Back to the release that was current before, if it still exists."""
    old = _pointer(workspace, tenant)
    known = {r.id for r in releases(workspace, tenant)}
    left = [b for b in old.before if b in known] if old else []
    if not left:
        raise UsageError(f"tenant {tenant!r} has no earlier release to go back to")
    _write(workspace, tenant, _Pointer(left[0], tuple(left[1:])))
    return read_release(workspace / FOLDER / left[0])


def prune(workspace: Path, tenant: str, keep: int) -> list[str]:
    """Remove all but the current and the newest releases; returns the ids removed."""
    pointer = _pointer(workspace, tenant)
    safe = {pointer.current, *pointer.before[: keep - 1]} if pointer else set()
    gone = [r for r in releases(workspace, tenant)[keep:] if r.id not in safe]
    for release in gone:
        remove_whole(release.folder)
    return [r.id for r in gone]


def _write(workspace: Path, tenant: str, pointer: _Pointer) -> None:
    write_whole(_pointer_file(workspace, tenant), msgspec.json.encode(pointer).decode() + "\n")
