"""`segue simulate`: the world's listeners visit, see pages and listen; policies learn overnight from the log."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa

from segue.core.errors import InputError, UnknownName
from segue.evaluation.simulation import FORMAT, Run
from segue.features import Book
from segue.jobs.demo import ITEMS, batches
from segue.jobs.examples import Replay
from segue.jobs.simulate_days import Loop, Server
from segue.jobs.teach import teach
from segue.jobs.train import train
from segue.policies import POLICIES, make_policy
from segue.runs.releases import current_release
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace
from segue.world import World, WorldSettings, make_world
from segue.world.audience import Audience
from segue.world.settings import DAY

POPULARITY, GREEDY = "popularity", "greedy"
RECIPES = ("popular", "item-knn", "ease", "same-tags", "blend")  # quick ones, the same for every policy
TRIALS = 2  # settings of each recipe tried
Say = Callable[[str], None]
Opens = Callable[[Path], Server]
Learns = Callable[[Path], None]
"""What a policy learns overnight from the log of a workspace that nobody has open."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One closed loop; two loops of the same plan but for the policy face the same listeners with the same luck."""

    listeners: int = 300
    days: int = 30
    history: int = 30  # days of listening before the first page
    tracks: int = 6_000
    control: float = 0.2  # share of listeners whose pages stay by popularity
    shelves: int = 8  # on a page
    cards: int = 10  # on a shelf


class Overnight:
    """Learns from the log as `segue learn` does; what it read of a log it does not read again."""

    def __init__(self) -> None:
        self._folder: Path = Path()
        self._replay: Replay | None = None

    def __call__(self, folder: Path) -> None:
        with Workspace.open(folder) as workspace:
            tenant = workspace.settings.tenant
            if folder != self._folder:
                release = current_release(folder, tenant)
                taken = open_snapshot(release.snapshot_folder)
                self._folder, self._replay = folder, Replay(Book(taken.catalogue, counts=taken.counts))
            teach(workspace, tenant, replay=self._replay, judging=False)


def names() -> list[str]:
    """Every policy that can be simulated."""
    return list(dict.fromkeys([POPULARITY, GREEDY, *POLICIES]))


def simulate(
    plan: Plan, policies: Sequence[str], seeds: Sequence[int], out: Path, opens: Opens, learns: Learns | None = None,
    say: Say = lambda _: None, step: Callable[[str, int, int, int], None] = lambda *_: None,
) -> list[Run]:  # fmt: skip
    """Every policy with every seed. What `out` holds already of the same plan is not run again.

    `step` is told (policy, seed, days done, days).
    """
    for name in policies:
        if name.partition("(")[0] not in names():
            raise UnknownName("policy", name, names())
        if name != POPULARITY:
            make_policy(name)
    runs: list[Run] = []
    out.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        missing = [p for p in policies if _done(out, plan, p, seed) is None]
        if missing:
            world = _world(plan, seed)
            base = _base(out, plan, seed, world, say)
            for policy in missing:
                say(f"{policy}, seed {seed}")
                run = _run(plan, policy, seed, world, base, out, opens, learns, step)
                _write(out, run)
        runs += [r for r in (_done(out, plan, p, seed) for p in policies) if r is not None]
    return runs


def read_runs(path: Path) -> list[Run]:
    """The runs of a JSON file of `segue simulate`, also of one in its --out folder; InputError where it is none."""
    try:
        raw = json.loads(path.read_text())
    except (OSError, ValueError) as e:
        raise InputError(f"{path}: not a result of `segue simulate`: {e}") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise InputError(f"{path}: not a result of `segue simulate`: its format is not {FORMAT}")
    return [Run.from_dict(r) for r in raw["runs"]]


def _world(plan: Plan, seed: int) -> World:
    """Long enough for the history and the loop, so that tastes drift and things are released all along."""
    return make_world(
        WorldSettings(seed=seed, listeners=plan.listeners, days=plan.history + plan.days, tracks=plan.tracks)
    )


def _base(out: Path, plan: Plan, seed: int, world: World, say: Say) -> Path:
    """A trained workspace that every policy begins from; made once, also where several processes want it."""
    key = blake2b(repr((plan, RECIPES, TRIALS)).encode(), digest_size=4).hexdigest()
    folder = out / f"base-{seed}-{key}"
    if folder.is_dir():
        return folder
    say(f"seed {seed}: {plan.history} days of listening, and models of it")
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=out))
    with Workspace.create(part) as workspace:
        tenant = workspace.settings.tenant
        for batch in batches(world.items(), ITEMS):
            workspace.log.append((), batch, tenant=tenant)
        before = world.columns["at"] < world.settings.start + plan.history * DAY
        workspace.log.append_table(world.events().filter(pa.array(before)), tenant=tenant)
        with workspace.database.write():  # everybody has a number, so that groups do not depend on who comes first
            workspace.catalogue.listener_numbers(workspace.database.tenant(tenant, create=True), world.listeners)
        train(workspace, tenant, recipes=RECIPES, tuning_trials=TRIALS)
    try:
        part.rename(folder)
    except OSError:  # another process was quicker
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _run(
    plan: Plan, policy: str, seed: int, world: World, base: Path, out: Path, opens: Opens, learns: Learns | None,
    step: Callable[[str, int, int, int], None],
) -> Run:  # fmt: skip
    started = time.monotonic()
    folder = out / f"{policy}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    (folder / "segue.toml").write_text(_toml(plan, policy, seed))
    page = (plan.shelves, plan.cards)
    loop = Loop.of(world, Audience.of(world, plan.history, seed), folder, plan.history, plan.days, policy, page)
    for day in range(plan.days):
        with opens(folder) as server:
            loop.day(plan.history + day, server)
        loop.night(plan.history + day, folder)
        if learns is not None and policy != POPULARITY and day + 1 < plan.days:
            learns(folder)
        step(policy, seed, day + 1, plan.days)
    run = loop.result(policy, {**asdict(plan), "policy": policy, "seed": seed})
    shutil.rmtree(folder, ignore_errors=True)
    return replace(run, seconds=time.monotonic() - started)


def _toml(plan: Plan, policy: str, seed: int) -> str:
    """Settings of the workspace in which a policy is tried."""
    lines = [f"seed = {seed}", "balance = 0.0", f"page_shelves = {plan.shelves}", f"shelf_cards = {plan.cards}"]
    lines.append(f"control = {1.0 if policy == POPULARITY else plan.control}")
    if policy == GREEDY:
        lines.append("explore = false")
    elif policy != POPULARITY:
        lines.append(f'policy = "{policy}"')
    return "\n".join(lines) + "\n"


def _place(out: Path, policy: str, seed: int) -> Path:
    return out / f"{policy}-{seed}.json"


def _done(out: Path, plan: Plan, policy: str, seed: int) -> Run | None:
    """The run that was written for this plan, if any."""
    path = _place(out, policy, seed)
    if not path.is_file():
        return None
    run = read_runs(path)[0]
    return run if dict(run.params) == {**asdict(plan), "policy": policy, "seed": seed} else None


def _write(out: Path, run: Run) -> None:
    """Whole or not at all."""
    path = _place(out, run.policy, run.seed)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"format": FORMAT, "runs": [run.as_dict()]}))
    part.replace(path)
