"""`segue waive`: let a finding stand for a while, for a reason."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.workplace import console, open_workspace, out


def waive(
    finding: Annotated[
        str | None,
        typer.Argument(help="Name of a finding as `segue check` says it; * stands for anything.", show_default=False),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why it may stand; shown in the release.", show_default=False)] = "",
    until: Annotated[str, typer.Option(help="Last day on which it counts (YYYY-MM-DD).", show_default=False)] = "",
    who: Annotated[str, typer.Option(help="Who says so; default: the user's name.", show_default=False)] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show the waivers there are.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the waiver of this finding away.")] = False,
) -> None:
    """Let a finding stand: it no longer closes the gate, and the manifest of a release says so."""
    import getpass
    import time
    from datetime import UTC, date, datetime

    from segue.checks.waivers import FILE, Waiver, add_waiver, load_waivers, remove_waiver
    from segue.core.errors import UsageError

    with open_workspace() as (workspace, _):
        if list_ or finding is None:
            if not list_:
                raise typer.BadParameter("name a FINDING, or ask for --list")
            now = int(time.time() * 1000)
            for w in load_waivers(workspace.path):
                ends = f" until {w.until}" if w.until else ""
                over = " (over)" if w.expired(now) else ""
                out.print(f"{w.finding}{ends}{over}: {w.reason} ({w.who})", markup=False)
            return
        if remove:
            gone = remove_waiver(workspace.path, finding)
            console.print(f"{gone.finding} closes the gate again", markup=False)
            return
        try:
            last = date.fromisoformat(until) if until else None
        except ValueError:
            raise UsageError(f"--until {until!r} is no day; it looks like 2026-12-31") from None
        today = datetime.now(UTC).date()
        if last is not None and last < today:
            raise UsageError(f"--until {until} is over already; today is {today}")
        waiver = Waiver(finding=finding, reason=reason, who=who or getpass.getuser(), since=today, until=last)
        add_waiver(workspace.path, waiver)
        ends = f"until {last}" if last else "until it is removed"
        console.print(f"{finding} is waived {ends}; it stands in {workspace.path / FILE}", markup=False)
