"""`segue train`: log → snapshot → learned choice → model fitted on everything → release."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from segue import __version__
from segue.core.errors import InputError, NotReady
from segue.core.events import Decided
from segue.core.types import Interactions
from segue.fitted.moods import Moods
from segue.jobs.check import Report
from segue.jobs.crossing import make_crossings
from segue.jobs.facts import snapshot_of
from segue.jobs.learn import Learned, learn, refit
from segue.jobs.moods import make_moods
from segue.jobs.promote import promote
from segue.jobs.protocols import enough, main_metric, outer, populations_of, rows_of
from segue.jobs.sound import heard
from segue.jobs.space import make_space
from segue.jobs.steady import Before, make_steady
from segue.jobs.teach import teach
from segue.jobs.threads import limited
from segue.runs.releases import (
    Checked,
    Manifest,
    MoodsCard,
    Population,
    Release,
    Waiving,
    current_release,
    write_release,
)
from segue.runs.source import code_digest
from segue.store.snapshot import Owner
from segue.store.workspace import Workspace

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it."""

    release: Release
    promoted: bool
    seconds: float
    heard: int = 0  # tracks that `segue sound` has heard, so that the space goes by them too
    sounds: int = 0  # items that have a file of sound


def train(
    workspace: Workspace,
    tenant: str,
    *,
    recipes: Sequence[str] = (),
    kind: str | None = None,
    promoting: bool = True,
    tuning_trials: int | None = None,
    report: Report | None = None,
    say: Say = lambda _: None,
) -> Trained:
    """Fit every population of the log and make a release; steps whose output stands are not run again.

    `report` is what the checks said of the data, for the manifest; InputError where they found an error.

    Without `recipes` (or those of segue.toml) it picks for itself: each recipe that applies is tuned, and a blend of
    them learned, on an inner split that leaves out the rows `segue evaluate` judges on.
    """
    started = time.monotonic()
    if report is not None and report.failed:
        raise InputError(f"nothing is learned from data with errors: {', '.join(report.errors)}")
    settings = workspace.settings
    say("taking a snapshot")
    snapshot = snapshot_of(workspace, tenant)
    names = tuple(recipes) or settings.recipes
    found = populations_of(snapshot.populations(), kind, None)
    if not found:
        raise NotReady(f"tenant {tenant!r} has nothing to learn from: run `segue import` first")
    made, folders = [], {}
    trials = settings.tuning_trials if tuning_trials is None else tuning_trials
    with limited(settings.threads):
        for item_kind, owner, _ in found:
            data = rows_of(snapshot, item_kind, owner)
            say(f"{item_kind.label}s of {owner}s")
            learned = learn_population(workspace.path / "runs", data, owner, names, settings.seed, say, trials)
            population, folder = _fitted(workspace.path / "runs", data, owner, learned, settings.seed, say)
            made.append(population)
            folders[population.model] = folder
        was_heard = heard(workspace, tenant)
        sound = None if was_heard is None else (was_heard.items, was_heard.vectors)
        placed = make_space(workspace.path / "runs", snapshot, settings.seed, say, sound)
        space = None
        if placed is not None:
            before = Before.of(_last(workspace, tenant))
            placed, space = make_steady(workspace.path / "runs", snapshot, placed, before, settings.seed, say)
            folders[space.folder] = placed
        moods = _moods(make_moods(workspace.path / "runs", snapshot, placed, say, was_heard), folders)
        crossings = make_crossings(workspace.path / "runs", snapshot, settings.seed, say)
        folders |= {card.folder: folder for card, folder in crossings}
    manifest = Manifest(
        id="", tenant=tenant, created="", snapshot=snapshot.id, simulated=snapshot.simulated, seed=settings.seed,
        version=__version__, code=code_digest([train, learn]), populations=tuple(made), space=space, moods=moods,
        crossings=tuple(card for card, _ in crossings),
        checked=None if report is None else _checked(report),
    )  # fmt: skip
    release = write_release(workspace.path, manifest, folders)
    if promoting:
        release = promote(workspace, tenant, release.id)
        if shown(workspace, tenant):
            release = teach(workspace, tenant, say).release
    return Trained(
        release, promoting, time.monotonic() - started, 0 if was_heard is None else len(was_heard.items),
        len(workspace.sounds.numbers(tenant)),
    )  # fmt: skip


def _checked(report: Report) -> Checked:
    waived = [Waiving(name=w.name, message=w.message, reason=w.reason, who=w.who, until=w.until) for w in report.waived]
    return Checked(warnings=tuple(f.name for f in report.findings if f.level == "warn"), waived=tuple(waived))


def shown(workspace: Workspace, tenant: str) -> bool:
    """Whether any page was logged, of which something may be learned."""
    return len(workspace.log.read(tenant, types=(Decided,), columns=("seq",))) > 0


def _last(workspace: Workspace, tenant: str) -> Release | None:
    """The release that serves, if any does."""
    try:
        return current_release(workspace.path, tenant)
    except NotReady:
        return None


def _moods(folder: Path, folders: dict[str, Path]) -> MoodsCard:
    """The card of the moods, whose folder becomes one of the release's."""
    moods = Moods.load(folder)
    card = MoodsCard(names=moods.names, known=int(moods.values.any(axis=1).sum()))
    folders[card.folder] = folder
    return card


def _fitted(
    root: Path, data: Interactions, owner: Owner, learned: Learned, seed: int, say: Say
) -> tuple[Population, Path]:
    kind = data.kind
    folder = refit(root, learned, data, seed, say)
    score = f" {learned.metric} {learned.inner[learned.best]:.4f}" if learned.inner else ""
    say(f"  {kind.label}s for {owner}s: {learned.best}{score} on {learned.protocol}")
    population = Population(
        kind=kind.label, owner=owner, model=f"models/{kind.label}-{owner}", recipe=learned.best,
        params={n: p for n, p in learned.recipes.items() if n == learned.best or learned.best == "blend"}
        | {"weights": learned.weights if learned.best == "blend" else {}},
        protocol=f"{learned.protocol}, {learned.metric}", scores=learned.inner,
        owners=len(data.owners), items=len(data.items), events=len(data.rows),
    )  # fmt: skip
    return population, folder


def learn_population(
    root: Path, data: Interactions, owner: str, names: Sequence[str], seed: int, say: Say, trials: int
) -> Learned:
    """The choice for a population, made without the rows that `segue evaluate` judges on."""
    split = outer(data, seed=seed)
    rows = split.train if enough(split) else data
    return learn(root, rows, names, main_metric(data, owner), seed, say, trials)
