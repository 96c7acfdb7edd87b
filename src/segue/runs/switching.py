"""Which release serves, changed by somebody: proven first, then pointed at, and noted in the ledger.

A change and its note are one: no other process changes the pointer between the look at what serves and the note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segue.core.errors import SegueError, UnknownName, UsageError
from segue.runs.ledger import FOLDER, Ledger, Run, noted
from segue.runs.releases import Release, releases, standing
from segue.runs.releases import promote as point_at
from segue.runs.releases import rollback as point_back

PROMOTE, ROLLBACK = "promote", "rollback"
"""Names in the ledger."""


class NotSwitched(UsageError):
    """What serves was left as it was; the message says why."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of what serves, or a try of one."""

    at: int  # UTC ms
    action: str  # "promote" or "rollback"
    release: str
    before: str  # what served until then; "" nothing
    who: str
    error: str = ""  # why nothing changed


def promote(
    workspace: Path, tenant: str, release: str, who: str, prove: Callable[[Release], None] = lambda _: None,
    expected: str | None = None,
) -> Release:  # fmt: skip
    """Make a release current after `prove` has opened it. `expected`: what must be current, for who decided by that.

    UnknownName where there is none of that id; NotSwitched where it is current already, cannot be opened, or something
    else is current than was expected.
    """
    known = {r.id: r for r in releases(workspace, tenant)}
    if release not in known:
        raise UnknownName("release", release, known)
    _prove(workspace, tenant, PROMOTE, known[release], who, prove)
    with Ledger(workspace / FOLDER) as ledger, ledger.alone():
        current, _ = _expected(workspace, tenant, expected)
        if current == release:
            raise NotSwitched(f"release {release} is current already")
        made = point_at(workspace, tenant, release)
        _note(ledger, tenant, PROMOTE, release, current, who)
    return made


def rollback(
    workspace: Path, tenant: str, who: str, prove: Callable[[Release], None] = lambda _: None,
    expected: str | None = None,
) -> Release:  # fmt: skip
    """Back to the release that was current before. NotSwitched where there is none, or as `promote` says."""
    back = back_to(workspace, tenant)
    if back is None:
        raise NotSwitched(f"tenant {tenant!r} has no earlier release to go back to")
    _prove(workspace, tenant, ROLLBACK, back, who, prove)
    with Ledger(workspace / FOLDER) as ledger, ledger.alone():
        current, _ = _expected(workspace, tenant, expected)
        if (now := back_to(workspace, tenant)) is None or now.id != back.id:
            raise NotSwitched(f"another release was promoted meanwhile: {current} is current")
        made = point_back(workspace, tenant)
        _note(ledger, tenant, ROLLBACK, made.id, current, who)
    return made


def back_to(workspace: Path, tenant: str) -> Release | None:
    """What a rollback would make current; None where there is nothing."""
    known = {r.id: r for r in releases(workspace, tenant)}
    _, before = standing(workspace, tenant)
    return next((known[id] for id in before if id in known), None)


def switches(workspace: Path, tenant: str, limit: int = 20) -> list[Switch]:
    """The last changes, newest first."""
    return [_switch(run) for run in noted(workspace, (PROMOTE, ROLLBACK), tenant, limit)]


def _switch(run: Run) -> Switch:
    said = run.params
    return Switch(int(run.started * 1000), run.name, said["release"], said["before"], said["who"], run.error or "")


def _expected(workspace: Path, tenant: str, expected: str | None) -> tuple[str, tuple[str, ...]]:
    now = standing(workspace, tenant)
    if expected is not None and now[0] != expected:
        raise NotSwitched(f"{now[0] or 'no release'} is current, and not {expected or 'none'}: look again")
    return now


def _prove(
    workspace: Path, tenant: str, action: str, release: Release, who: str, prove: Callable[[Release], None]
) -> None:
    try:
        prove(release)
    except (SegueError, OSError, ValueError, KeyError, IndexError) as e:
        why = str(e).replace(f"{workspace}/", "")
        current, _ = standing(workspace, tenant)
        with Ledger(workspace / FOLDER) as ledger:
            _note(ledger, tenant, action, release.id, current, who, why)
        raise NotSwitched(f"release {release.id} cannot serve, and {current or 'nothing'} goes on: {why}") from e


def _note(
    ledger: Ledger, tenant: str, action: str, release: str, before: str, who: str, error: str | None = None
) -> None:
    said = {"tenant": tenant, "release": release, "before": before, "who": who}
    run = ledger.begin(action, "", inputs=[before] if before else [], params=said, seed=0, code="")
    ledger.end(run, "failed" if error else "done", 0.0, error=error)
