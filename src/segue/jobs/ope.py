"""Judge a policy from a log file: read it, find the policy, weigh it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from segue.core.errors import InputError, UnknownName
from segue.evaluation.ope.judge import Options, judge
from segue.evaluation.ope.open_bandit import is_open_bandit, read_open_bandit
from segue.evaluation.ope.open_log import Found, read_open_log
from segue.evaluation.ope.report import Report
from segue.evaluation.ope.targets import names, target
from segue.jobs.rows import ASSUMES, Rows, most_exploring, settled
from segue.policies import POLICIES, by_scores
from segue.runs.releases import current_release
from segue.store.decisions import read_slates
from segue.store.outcomes import ANSWERS, READ, outcomes
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace, is_workspace


def read_log(path: Path) -> tuple[Found, str]:
    """A log file or folder and what it is: in the open format, or of the Open Bandit Dataset."""
    if not path.exists():
        raise InputError(f"no log at {path}; expected a file or folder of a table with one row a choice")
    if is_open_bandit(path):
        return read_open_bandit(path), "Open Bandit Dataset"
    return read_open_log(path), "open log"


def judge_file(path: Path, policy: str, estimator: str | None = None, options: Options | None = None) -> Report:
    """What the log says of the policy of that name; of a workspace, what its own pages say."""
    if is_workspace(path):
        return judge_workspace(path, policy, estimator, options)
    found, kind = read_log(path)
    t = target(policy, found.log)
    report = judge(
        t.log, t.chance, q=t.q, v=t.v, over=t.over, marginal=t.marginal, policy=t.name, estimator=estimator,
        options=options, notes=(*t.notes, *found.notes),
    )  # fmt: skip
    return replace(report, source=f"{path} ({kind})", rejected=found.rejected)


def judge_workspace(path: Path, policy: str, estimator: str | None, options: Options | None) -> Report:
    """From the rows of pages that a workspace logged and whose window is over; the reward is streams a row."""
    if policy not in by_scores():
        raise UnknownName("policy that goes by the scores alone", policy, by_scores())
    with Workspace.open(path) as workspace:
        tenant = workspace.settings.tenant
        facts = open_snapshot(current_release(path, tenant).snapshot_folder).catalogue
        shown = read_slates(workspace.log, tenant)
        answers = workspace.log.read(tenant, types=ANSWERS, columns=READ)
    came = outcomes(shown, answers, facts)
    own = most_exploring(shown)
    if not own:
        raise InputError(f"{path} has no pages that left anything to chance (settings: explore; impressions=true)")
    mine = np.array([name == own for name in shown.policy], np.bool_)
    rows = Rows.of(shown, came, mine & settled(shown, came))
    seed = options.seed if options is not None else 0
    chance = rows.chances(POLICIES[policy](), facts, np.random.default_rng(seed))
    notes = (f"a row of a page is judged at a time, of pages by {own}; {ASSUMES}",)
    report = judge(rows.log, chance, policy=policy, estimator=estimator, options=options, notes=notes)
    return replace(report, source=f"{path} (workspace)")


def policies(path: Path) -> list[str]:
    """Names that `judge_file` takes for this log."""
    return list(by_scores()) if is_workspace(path) else names(read_log(path)[0].log)
