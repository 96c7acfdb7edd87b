"""`segue evaluate`: what `segue train` chooses, beside the baselines, on rows that nothing was tuned on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from segue.core.errors import NotReady, UsageError
from segue.core.protocols import Scores
from segue.core.types import Interactions, Kind
from segue.evaluation.evaluate import Result, Seen
from segue.evaluation.evaluate import evaluate as judge
from segue.evaluation.leaderboard import BASELINES, Leaderboard, compare
from segue.evaluation.report import as_dict, headline
from segue.jobs.facts import snapshot_of
from segue.jobs.learn import Learned, judged, learn, recipe_of
from segue.jobs.protocols import enough, main_metric, outer, populations_of, rows_of
from segue.jobs.threads import limited
from segue.models import RECIPES
from segue.runs.ledger import EVALUATE, Ledger
from segue.store.workspace import Workspace

Say = Callable[[str], None]
SEEN = ("drop", "keep")
PLAYLIST_BASELINES: dict[str, tuple[str, dict[str, Any]]] = {
    "same-artist-count": ("same-artist", {"saturation": 1.0}),
    "playlist-knn": ("owner-knn", {"lead": False, "half_life_days": 0.0, "size_power": 0.5}),
}


@dataclass(frozen=True, slots=True)
class Board:
    """The leaderboard of one population."""

    kind: Kind
    owner: str
    chosen: str  # what `segue train` would release
    board: Leaderboard

    @property
    def title(self) -> str:
        return f"{self.kind.label}s for {self.owner}s"


def evaluate(
    workspace: Workspace,
    tenant: str,
    *,
    kind: str | None = None,
    owner: str | None = None,
    since: str | None = None,
    seen: str = "drop",
    seeds: int = 1,
    recipes: Sequence[str] = (),
    tuning_trials: int | None = None,
    say: Say = lambda _: None,
) -> list[Board]:
    """A leaderboard a population, kept in the ledger of runs, too.

    With several `seeds` a random split is drawn anew for each and listeners pooled.
    """
    if seen not in SEEN:
        raise UsageError(f"--seen {seen!r}; it is drop or keep")
    snapshot = snapshot_of(workspace, tenant)
    found = populations_of(snapshot.populations(), kind, owner)
    if not found:
        raise NotReady(f"tenant {tenant!r} has nothing to evaluate: run `segue import` first")
    names = tuple(recipes) or workspace.settings.recipes
    trials = workspace.settings.tuning_trials if tuning_trials is None else tuning_trials
    boards = []
    with limited(workspace.settings.threads):
        for item_kind, who, _ in found:
            data = rows_of(snapshot, item_kind, who)
            tries = seeds if not (data.ordered or data.timed) else 1
            board = _board(workspace, data, who, names, since, cast(Seen, seen), tries, trials, say)
            if board is not None:
                boards.append(board)
                keep(workspace, tenant, snapshot.id, board)
            else:
                say(f"  {item_kind.label}s for {who}s: too few listeners to judge anything by")
    if not boards:
        raise NotReady("no population has enough listeners to hold rows back from; bring in more")
    return boards


def keep(workspace: Workspace, tenant: str, snapshot: str, found: Board) -> None:
    """Write a leaderboard to the ledger of runs, where the console finds it."""
    said = {"tenant": tenant, "kind": found.kind.label, "owner": found.owner, "chosen": found.chosen}
    with Ledger(workspace.path / "runs") as ledger:
        run = ledger.begin(EVALUATE, "", inputs=[snapshot], params=said, seed=found.board.seed, code="")
        seconds = sum(row.result.seconds for row in found.board.rows)
        ledger.end(run, "done", seconds, result=as_dict(found.board) | {"headline": headline(found.board)})


def _board(
    workspace: Workspace, data: Interactions, owner: str, names: Sequence[str], since: str | None, seen: Seen,
    tries: int, trials: int, say: Say,
) -> Board | None:  # fmt: skip
    settings, measure = workspace.settings, main_metric(data, owner)
    pooled: list[dict[str, Result]] = []
    chosen = ""
    for seed in range(settings.seed, settings.seed + tries):
        split = outer(data, since=since, seed=seed)
        if not enough(split):
            return None
        learned = learn(workspace.path / "runs", split.train, names, measure, seed, say, trials)
        chosen = learned.best
        models: dict[str, Scores] = judged(workspace.path / "runs", learned, split.train, say)
        for name, recipe in _baselines(learned, owner).items():
            if name not in models:
                models[name] = recipe.fit(split.train, np.random.default_rng(seed))
        results = {}
        for name, model in models.items():
            say(f"ranking the whole catalogue with {name}")
            results[name] = judge(model, split, (measure.k, *(k for k in (10, 20, 100) if k != measure.k)), seen)
        pooled.append(results)
    always = [
        name for name in pooled[0] if all(name in r for r in pooled)
    ]  # a blend may do without a recipe on one split
    results = {name: _pool([r[name] for r in pooled]) for name in always}
    board = compare(results, measure.name, (*BASELINES, *PLAYLIST_BASELINES), seed=settings.seed)
    return Board(data.kind, owner, chosen, board)


def _baselines(learned: Learned, owner: str) -> dict[str, Any]:
    """What stands beside every choice: the usual three, tuned like the rest, and for playlists two more."""
    found = {n: recipe_of(n, learned.recipes[n]) if n in learned.recipes else RECIPES[n]() for n in BASELINES}
    if owner == "playlist":
        found |= {name: replace(RECIPES[n](), **fixed) for name, (n, fixed) in PLAYLIST_BASELINES.items()}  # type: ignore[type-var]
    return found


def _pool(results: Sequence[Result]) -> Result:
    """The listeners of several random splits side by side; catalogue-wide figures are averaged."""
    first = results[0]
    if len(results) == 1:
        return first
    per_owner = {m: np.concatenate([r.per_owner[m] for r in results]) for m in first.per_owner}
    means = {m: float(np.mean([r.metrics[m] for r in results])) for m in first.metrics}
    protocol = replace(
        first.protocol, split=f"{first.protocol.split}, {len(results)} random splits",
        listeners=sum(r.protocol.listeners for r in results), truths=sum(r.protocol.truths for r in results),
    )  # fmt: skip
    return replace(
        first, protocol=protocol, metrics=means, per_owner=per_owner, seconds=sum(r.seconds for r in results),
        owners=np.concatenate([r.owners for r in results]), history=np.concatenate([r.history for r in results]),
    )  # fmt: skip
