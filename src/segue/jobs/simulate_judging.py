"""What the log of a day says of every other policy: kept beside what that policy then did in its own copy of the world.

Rows of pages are judged as `segue.jobs.rows` says, from the log alone, as it stands that night.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segue.evaluation.ope import Options, judge
from segue.jobs.rows import Rows
from segue.policies import POLICIES, by_scores
from segue.runs.releases import current_release
from segue.store.decisions import READ as DECIDED
from segue.store.decisions import slates
from segue.store.outcomes import READ as ANSWERS
from segue.store.outcomes import outcomes
from segue.store.snapshot import open_snapshot
from segue.store.workspace import Workspace

JUDGED = 2_000  # rows of pages a day, the first ones
RESAMPLES = 200


def judged(workspace: Workspace, day: int, after: int, control: str) -> list[dict[str, Any]]:
    """What the pages logged after `after` say of the next day under each target, a page; without those of `control`.

    `logged` is what they earned themselves.
    """
    log, tenant = workspace.log, workspace.settings.tenant
    columns = list(dict.fromkeys((*ANSWERS, *DECIDED)))
    table = log.tail(tenant, after, limit=log.last_seq, columns=columns)
    shown = slates(table)
    ours = np.array([p != control for p in shown.policy], np.bool_)
    ours[np.flatnonzero(ours)[JUDGED:]] = False
    if not ours.any():
        return []
    facts = open_snapshot(current_release(workspace.path, tenant).snapshot_folder).catalogue
    rows = Rows.of(shown, outcomes(shown, table, facts), ours)
    pages = len({shown.page[r] for r in rows.which.tolist()})
    makers = {shown.policy[r] for r in rows.which.tolist()}
    scale = len(rows.which) / pages
    out = []
    for name in by_scores():
        if makers == {name}:  # its own pages: scores are kept to four decimals, by which equals may change places
            chance = rows.log.propensity
        else:
            chance = rows.chances(POLICIES[name](), facts, np.random.default_rng([day, 23]))
        with np.errstate(divide="ignore", invalid="ignore"):  # of policies that do nothing of what was logged
            report = judge(rows.log, chance, policy=name, options=Options(resamples=RESAMPLES, seed=day))
        values = {n: _times(getattr(report, n), scale) for n in ("value", "low", "high")}
        out.append(
            {
                "day": day + 1, "from": day, "policy": name, "estimator": report.estimator, "refused": report.refused,
                **values, "effective": report.overlap.effective,
                "logged": round(float(rows.log.reward.sum()) / pages, 4),
            }
        )  # fmt: skip
    return out


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else round(value * scale, 4)
