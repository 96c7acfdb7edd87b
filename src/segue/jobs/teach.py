"""`segue learn`: what was shown and what came of it → the rankers' heads and the policy's state → a release.

What is learned is a function of the log up to its last event, the settings and the code: a step like any other. A run
that is interrupted leaves nothing; the next one, on this machine or another, comes to the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from segue.core.events import Play
from segue.core.settings import Settings
from segue.core.slates import Lessons
from segue.core.types import F32, Bools
from segue.evaluation.calibration import reliability
from segue.features import Book
from segue.fitted.responses import save_response
from segue.jobs.attribute import attribute, read_outcomes
from segue.jobs.examples import Examples, Replay
from segue.jobs.home_report import Shown, home_report
from segue.jobs.threads import limited
from segue.jobs.tidy import tidy
from segue.models.responses import RESPONSES, importance
from segue.policies import make_policy
from segue.runs.releases import Release, Taught, current_release, write_release
from segue.runs.step import run_step
from segue.runs.switching import promote
from segue.store.catalogue_view import CatalogueView
from segue.store.decisions import read_slates
from segue.store.outcomes import ANSWERS, READ, Terms, outcomes
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace
from segue.surfaces.home import checkpoint
from segue.surfaces.home.taught import HEADS, POLICY, REPORT, save_state
from segue.surfaces.views import RankerReport

Say = Callable[[str], None]
CARD = "taught.json"
LABELS = {"stream": "streamed", "completion": "completed"}
"""Heads of the ranker and what they predict of a card that was seen."""
FEWEST_SEEN, FEWEST_STREAMS = 300, 30
"""Cards seen and streams below which nothing can be learned that would hold tomorrow."""
LATER = 0.2
"""Share of the pages, the latest, that the heads are judged on before they are fitted on all."""
RARE = 3.0
"""A card counts as if it had been at most so much less likely than half of all: of a policy that is nearly sure of most
choices a few that it hardly ever makes would else outweigh all the rest (docs/log.md)."""
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of it."""

    release: Release  # that serves now
    made: bool  # a new one
    why: str  # where nothing was learned
    pages: int
    seen: int
    streams: int
    heads: dict[str, RankerReport]
    seconds: float


def teach(
    workspace: Workspace, tenant: str, say: Say = lambda _: None, *, promoting: bool = True,
    replay: Replay | None = None, judging: bool = True,
) -> Learned:  # fmt: skip
    """Learn from the pages of the last `learn_days` and add it to the current release.

    `replay`: one that read this log before, so that only what is new is read. Without `judging` the report on Home is
    left out, which takes as long as the learning itself, and so is the checkpoint for servers.
    """
    started = time.monotonic()
    settings, current = workspace.settings, current_release(workspace.path, tenant)
    snapshot = open_snapshot(current.snapshot_folder)
    facts = snapshot.catalogue
    say("what was shown, and what came of it")
    with limited(settings.threads):
        newest = attribute(workspace, tenant, facts).newest
        since = max(0, newest - settings.learn_days * DAY_MS)
        replay = replay or Replay(Book(facts, counts=snapshot.counts))
        found = replay.examples(workspace.log, tenant, read_outcomes(workspace, tenant, since), since)
        streams = int(found.streamed.sum())
        if len(found) < FEWEST_SEEN or streams < FEWEST_STREAMS:
            why = (
                f"{len(found):,} cards seen and {streams:,} streams, of pages whose day is over: too few to learn from"
            )
            return Learned(current, False, why, found.pages, len(found), streams, {}, time.monotonic() - started)

        def work(folder: Path) -> None:
            _teach(folder, settings, found, judging, say)
            if judging:
                say("report on Home")
                _report(folder, workspace, tenant, facts, settings, since)

        params = {
            "ranker": settings.ranker, "policy": settings.policy, "days": settings.learn_days, "tenant": tenant,
            "snapshot": current.manifest.snapshot, "judging": judging,
        }  # fmt: skip
        code: list[Any] = [teach, RESPONSES[settings.ranker], type(make_policy(settings.policy))]
        folder, _ = run_step(
            workspace.path / "runs", "teach", work, inputs=[found.id], params=params, seed=settings.seed, code=code
        )
    card = json.loads((folder / CARD).read_text())
    heads = {head: msgspec.convert(r, RankerReport) for head, r in card["heads"].items()}
    stream = heads.get("stream")
    if stream is not None and stream.log_loss >= stream.base_log_loss:
        why = (
            f"on later pages the ranker says less than the mean does (log loss {stream.log_loss:.4f}, of the mean "
            f"{stream.base_log_loss:.4f}): what serves goes on serving"
        )
        return Learned(current, False, why, found.pages, len(found), streams, heads, time.monotonic() - started)
    taught = Taught(
        id=folder.name, policy=settings.policy, heads=dict.fromkeys(LABELS, settings.ranker),
        features=found.names, since=since, until=newest, seq=found.seq, pages=found.pages, seen=len(found),
    )  # fmt: skip
    release = _released(workspace, current, taught, folder)
    made = release.id != current.id
    if promoting and made:
        release = promote(workspace.path, tenant, release.id, "segue learn")
        tidy(workspace, tenant)
    if promoting and judging:
        say("what features know, for servers to start from")
        checkpoint.write(workspace, tenant, snapshot)
    return Learned(release, made, "", found.pages, len(found), streams, heads, time.monotonic() - started)


def lessons(found: Examples) -> Lessons:
    """What a policy learns from: cards that were seen, and whether they were streamed."""
    keys, arm = np.unique(found.item, return_inverse=True)
    return Lessons(
        tuple(keys.tolist()), arm.astype(np.int32), found.segment, found.features, found.propensity,
        found.streamed.astype(np.float32),
    )  # fmt: skip


def _released(workspace: Workspace, current: Release, taught: Taught, folder: Path) -> Release:
    """The current release with what was learned in place of what it had learned before."""
    manifest = msgspec.structs.replace(current.manifest, taught=taught)
    return write_release(workspace.path, manifest, {**current.fitted, taught.folder: folder})


def _teach(folder: Path, settings: Settings, found: Examples, judging: bool, say: Say) -> None:
    weight = importance(np.maximum(found.propensity, np.median(found.propensity) / RARE))
    reports: dict[str, Any] = {}
    (folder / HEADS).mkdir()
    for head, label in LABELS.items():
        target = np.asarray(getattr(found, label), np.float32)
        say(f"{settings.ranker} for {head}: {len(found):,} cards that were seen")
        if judging:
            reports[head] = msgspec.to_builtins(_judged(head, settings, found, target, weight))
        rng = np.random.default_rng(settings.seed)
        model = RESPONSES[settings.ranker]().fit(found.features, target, weight, rng, found.names)
        save_response(model, folder / HEADS / head)
    policy = make_policy(settings.policy).learn(lessons(found))
    save_state(policy.state(), folder / POLICY)
    (folder / CARD).write_text(json.dumps({"heads": reports, "features": list(found.names)}, indent=1) + "\n")


def _judged(head: str, settings: Settings, found: Examples, target: F32, weight: F32) -> RankerReport:
    """Fitted on the earlier pages, held against the later ones as they were shown."""
    later: Bools = found.at >= np.quantile(found.at, 1 - LATER)
    rng = np.random.default_rng(settings.seed)
    fit = RESPONSES[settings.ranker]().fit(
        found.features[~later], target[~later], weight[~later], rng, found.names
    )  # fmt: skip
    judged = reliability(fit.predict(found.features[later]), target[later])
    return RankerReport(
        head=head, recipe=settings.ranker, rows=int((~later).sum()), log_loss=judged.log_loss,
        base_log_loss=judged.base_log_loss, calibration_error=judged.ece,
        reliability=tuple((b.predicted, b.observed, b.low, b.high, b.count) for b in judged.bins),
    )  # fmt: skip


def _report(
    folder: Path, workspace: Workspace, tenant: str, facts: CatalogueView, settings: Settings, since: int
) -> None:
    log = workspace.log
    slates = read_slates(log, tenant, since)
    answers = log.read(tenant, since - DAY_MS, types=ANSWERS, columns=READ)
    plays = log.read(tenant, types=(Play,), columns=("listener", "item", "at"))
    shown = Shown.of(slates, outcomes(slates, answers, facts, Terms()), facts, plays)
    heads = json.loads((folder / CARD).read_text())["heads"]
    rankers = [msgspec.convert(r, RankerReport) for r in heads.values()]
    report = home_report(shown, settings, tenant, rankers=rankers, seed=settings.seed)
    (folder / REPORT).write_bytes(msgspec.json.encode(report))
