"""How the tracks of a catalogue sound: files and rendered tracks heard once, a vector and features of each."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from segue.core.errors import NotReady
from segue.core.types import F32, F64, Ids, Kind
from segue.fitted.sound import Sound
from segue.fitted.space import Origin, Space
from segue.jobs.facts import snapshot_of
from segue.models.sound import statistics_only, train_sound
from segue.runs.files import whole_folder
from segue.runs.releases import current_release
from segue.signals.audio import BadSound, Features, decode_file
from segue.signals.audio.kept import KeptSounds
from segue.store.catalogue_view import CatalogueView
from segue.store.snapshot import Snapshot
from segue.store.workspace import Workspace
from segue.surfaces.clips import rendered, simulated

FOLDER = Path("signals") / "sound"
SECONDS = 30.0  # heard of a file, around its middle
MOST = 2_000  # tracks heard where nothing else is said: three minutes for simulated ones
LEARNED_FROM = 4_000  # tracks that a network is trained on
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Heard:
    """What was heard. N tracks in the order of their numbers."""

    items: Ids  # (N,) sorted
    vectors: F32  # (N, D) of length 1
    features: F64  # (N, F) columns of segue.signals.audio.Features
    skipped: tuple[tuple[str, str], ...] = ()  # uri and reason of what could not be heard
    network: bool = False  # heard by a network, not by statistics alone

    def rows(self, workspace: Workspace) -> Iterator[dict[str, Any]]:
        """What is said of each track, as JSON has it."""
        for number, values in zip(self.items.tolist(), self.features.tolist(), strict=True):
            found = Features.of(values)
            yield {"uri": workspace.catalogue.uri(number), **found._asdict(), "key": found.key_name}


def hear(
    workspace: Workspace, tenant: str, *, most: int = MOST, network: bool | None = None, listening: bool = True,
    progress: Progress = lambda *_: None,
) -> Heard:  # fmt: skip
    """Hear up to `most` tracks and keep what comes of it for `heard` and `segue train`.

    Where there are more, half of them are those taken most, from which it is learned what a sound says of who listens,
    and half those taken least, which nothing but their sound may place.

    `network`: None trains one where torch is installed. With `listening` it learns from the points of the current
    release, where there is one, too. NotReady where nothing has a sound.
    """
    snapshot = snapshot_of(workspace, tenant)
    facts = snapshot.catalogue
    chosen = _chosen(workspace, snapshot, most)
    if not len(chosen):
        raise NotReady("no track has a sound: import some with `segue import audio-folder`, or run `segue demo`")
    kept = KeptSounds(workspace.path / FOLDER)
    items, mels, features, skipped = [], list[F32](), list[Features](), []
    for done, number in enumerate(chosen.tolist()):
        progress("hearing", done, len(chosen))
        try:
            mel, found = kept.analysed(*_source(workspace, facts, number))
        except BadSound as e:
            skipped.append((facts.uri(number), e.reason))
            continue
        items.append(number)
        mels.append(mel)
        features.append(found)
    if len(mels) < 2:
        reasons = "; ".join(f"{uri}: {reason}" for uri, reason in skipped[:3])
        raise NotReady(f"{len(mels)} tracks could be heard, at least 2 are needed ({reasons or 'there are no more'})")
    at = np.array(items, np.int32)
    model = _model(workspace, tenant, facts, at, mels, network, listening, progress)
    progress("embedding", 0, len(mels))
    vectors = np.stack([model.embed(m) for m in mels])
    out = Heard(at, vectors, np.array(features, np.float64), tuple(skipped), model.network is not None)
    _write(workspace.path / FOLDER, tenant, out, model)
    return out


def heard(workspace: Workspace, tenant: str) -> Heard | None:
    """What `hear` found last; None where it never ran."""
    file = _file(workspace.path / FOLDER, tenant)
    if not file.is_file():
        return None
    with np.load(file) as kept:
        said = json.loads(str(kept["said"]))
        skipped = tuple((uri, reason) for uri, reason in said["skipped"])
        return Heard(kept["items"], kept["vectors"], kept["features"], skipped, bool(said["network"]))


def _chosen(workspace: Workspace, snapshot: Snapshot, most: int) -> Ids:
    """Sorted numbers of tracks that have a sound; those taken most and least where there are too many."""
    facts, filed = snapshot.catalogue, workspace.sounds.numbers(snapshot.tenant)
    made = snapshot.simulated
    every = [n for n in facts.of_kind(Kind.TRACK).tolist() if n in filed or (made and simulated(facts, n))]
    if len(every) <= most:
        return np.array(every, np.int32)
    taken = np.zeros(len(facts.items))
    for kind, owner, _ in snapshot.populations():
        if kind == Kind.TRACK:
            data = snapshot.interactions(kind, owner)
            np.add.at(taken, facts.rows(data.items)[data.rows], 1)
    numbers = np.array(every, np.int32)
    order = np.argsort(-taken[facts.rows(numbers)], kind="stable")  # of those taken alike the newest are last
    return np.sort(numbers[np.concatenate([order[: most - most // 2], order[len(order) - most // 2 :]])])


def _source(workspace: Workspace, facts: CatalogueView, number: int) -> tuple[str, str, Callable[[], F32]]:
    """What the sound depends on, its name in messages, and how to get it."""
    path = workspace.sounds.path(number)
    if path is not None:
        state = path.stat()
        key = f"{path}\x1f{state.st_mtime_ns}\x1f{state.st_size}\x1f{SECONDS}"
        return key, facts.uri(number), lambda: decode_file(path, middle=SECONDS)
    if simulated(facts, number):
        words = (facts.uri(number), *map(str, facts.artists_of(number)), *facts.tag_words(number))
        return "\x1f".join(words), facts.uri(number), lambda: rendered(facts, number)

    def gone() -> F32:
        raise BadSound(facts.uri(number), "its file is no longer where it was imported from")

    return f"gone {number}", facts.uri(number), gone


def _model(
    workspace: Workspace, tenant: str, facts: CatalogueView, items: Ids, mels: Sequence[F32], network: bool | None,
    listening: bool, progress: Progress,
) -> Sound:  # fmt: skip
    if network is None:
        network = all(find_spec(name) is not None for name in ("torch", "onnx", "onnxruntime"))
    if not network:
        return statistics_only(mels)
    few = np.random.default_rng(0).permutation(len(mels))[:LEARNED_FROM]
    targets = _points(workspace, tenant, items[few]) if listening else None
    artist = facts.artist[facts.rows(items[few])].astype(np.int64)
    return train_sound(
        [mels[i] for i in few], targets, np.where(artist > 0, artist, -1), seed=workspace.settings.seed,
        progress=lambda step, of: progress("learning", step, of),
    )  # fmt: skip


def _points(workspace: Workspace, tenant: str, items: Ids) -> F32 | None:
    """(N, D) where listening put the tracks in the current release; NaN where it said nothing, None without one."""
    try:
        folder = current_release(workspace.path, tenant).space_folder
    except NotReady:
        return None
    if folder is None:
        return None
    space = Space.load(folder)
    rows = space.rows(items)
    known = (rows >= 0) & (space.origin[rows] == Origin.HEARD)
    return np.where(known[:, None], space.vectors[rows], np.nan).astype(np.float32) if known.sum() > 1 else None


def _file(root: Path, tenant: str) -> Path:
    return root / f"heard-{sha256(tenant.encode()).hexdigest()[:8]}.npz"


def _write(root: Path, tenant: str, found: Heard, model: Sound) -> None:
    """The model in a folder of its own name, then what was heard in one file, whole or not at all."""
    file, name = _file(root, tenant), f"model-{sha256(found.vectors.tobytes()).hexdigest()[:16]}"
    old = heard_by(root, tenant)
    if not (root / name).is_dir():
        with whole_folder(root / name) as draft:
            model.save(draft)
    said = json.dumps({"skipped": found.skipped, "network": found.network, "model": name})
    with tempfile.NamedTemporaryFile(dir=root, suffix=".part", delete=False) as part:
        np.savez(part, items=found.items, vectors=found.vectors, features=found.features, said=said)
    Path(part.name).replace(file)
    if old is not None and old.name != name:
        shutil.rmtree(old, ignore_errors=True)


def heard_by(root: Path, tenant: str) -> Path | None:
    """Folder of the model that heard last, for `segue.fitted.sound.load_sound`."""
    file = _file(root, tenant)
    if not file.is_file():
        return None
    with np.load(file) as kept:
        return root / str(json.loads(str(kept["said"]))["model"])
