"""Judge a policy from a log file: read it, find the policy, weigh it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from segue.core.errors import InputError
from segue.evaluation.ope.judge import Options, judge
from segue.evaluation.ope.open_bandit import is_open_bandit, read_open_bandit
from segue.evaluation.ope.open_log import Found, read_open_log
from segue.evaluation.ope.report import Report
from segue.evaluation.ope.targets import names, target


def read_log(path: Path) -> tuple[Found, str]:
    """A log file or folder and what it is: in the open format, or of the Open Bandit Dataset."""
    if not path.exists():
        raise InputError(f"no log at {path}; expected a file or folder of a table with one row a choice")
    if is_open_bandit(path):
        return read_open_bandit(path), "Open Bandit Dataset"
    return read_open_log(path), "open log"


def judge_file(path: Path, policy: str, estimator: str | None = None, options: Options | None = None) -> Report:
    """What the log says of the policy of that name."""
    found, kind = read_log(path)
    t = target(policy, found.log)
    report = judge(
        t.log, t.chance, q=t.q, v=t.v, over=t.over, marginal=t.marginal, policy=t.name, estimator=estimator,
        options=options, notes=(*t.notes, *found.notes),
    )  # fmt: skip
    return replace(report, source=f"{path} ({kind})", rejected=found.rejected)


def policies(path: Path) -> list[str]:
    """Names that `judge_file` takes for this log."""
    return names(read_log(path)[0].log)
