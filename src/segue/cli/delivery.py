"""Events that were refused, and what never came."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.workplace import console, open_workspace, out

if TYPE_CHECKING:
    from segue.store.delivery.intake import Intake

Ids = Annotated[list[int], typer.Argument(help="Ids, as `segue dead list` shows them.")]


@contextmanager
def open_intake() -> Iterator[Intake]:
    from segue.store.delivery.intake import Intake

    with open_workspace() as (workspace, tenant):
        yield Intake(workspace, tenant)


def listing(
    n: Annotated[int, typer.Option("--n", "-n", min=1, max=10_000, help="How many.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The dead letters, newest first, and why each was refused."""
    from segue.cli.show import print_json
    from segue.web.api.dead_letters import view

    with open_intake() as intake:
        letters, (kept, dropped) = intake.dead.listed(n), intake.dead.counts()
    if json:
        print_json(out, [view(letter) for letter in letters])
        return
    for letter in letters:
        field = f" [{letter.field}]" if letter.field else ""
        times = f" ({letter.times} times)" if letter.times > 1 else ""
        out.print(f"{letter.id}  {_time(letter.at)}{field}  {letter.reason[:200]!r}{times}", markup=False)
    console.print(f"{kept} dead letters" + (f"; {dropped} were dropped for want of room" if dropped else ""))


def show(letter: Annotated[int, typer.Argument(help="Id.")]) -> None:
    """One dead letter as it came, ready to be edited."""
    with open_intake() as intake:
        found = intake.dead.get(letter)
    console.print(f"{_time(found.at)} from {found.client or 'unknown'}: {found.reason}", markup=False)
    out.print(found.raw.decode("utf-8", "replace"), markup=False)


def replay(
    letters: Annotated[list[int] | None, typer.Argument(help="Ids; none: all.", show_default=False)] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Take what this file holds instead.", show_default=False)
    ] = None,
) -> None:
    """Take dead letters after all; those that are still refused stay."""
    if file is not None and len(letters or ()) != 1:
        raise typer.BadParameter("--file is for one dead letter")
    counts = {"accepted": 0, "duplicate": 0, "refused": 0}
    with open_intake() as intake:
        ids = letters or [letter.id for letter in reversed(intake.dead.listed(1 << 31)) if letter.whole]
        for id in ids:
            taken = intake.replay(intake.dead.get(id), file.read_bytes().strip() if file else None)
            counts[taken.statuses[0]] += 1
            for refused in taken.refused:
                console.print(f"{id} is still refused: {refused.reason}", markup=False)
    console.print(", ".join(f"{n} {what}" for what, n in counts.items()))
    if counts["refused"]:
        raise typer.Exit(1)


def drop(letters: Ids) -> None:
    """Throw dead letters away."""
    with open_intake() as intake:
        for id in letters:
            intake.dead.get(id)
        console.print(f"{intake.dead.drop(letters)} gone")


def audit(
    client: Annotated[str, typer.Option(help="Only this one.", show_default=False)] = "",
    days: Annotated[float, typer.Option(help="How far back.", min=0)] = 7.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What clients produced against what was delivered, by hour; exit 1 where something never came."""
    import time

    from segue.cli.show import print_json

    with open_intake() as intake:
        hours = intake.audit.hours(client, int((time.time() - days * 86_400) * 1000))
    if json:
        print_json(out, hours)
    else:
        for h in hours:
            gaps = ", ".join(f"{g.first}–{g.last}" if g.last > g.first else str(g.first) for g in h.gaps)
            missing = f"; missing: {gaps}" if gaps else ""
            rest = f", {h.duplicates} again, {h.refused} refused" if h.duplicates or h.refused else ""
            out.print(f"{h.client}  {_time(h.hour)}  {h.delivered} of {h.produced}{rest}{missing}", markup=False)
        if not hours:
            console.print("no client has numbered its events; see docs/how-to.md")
    if any(h.gaps for h in hours):
        raise typer.Exit(1)


def ingest() -> None:
    """Take events from Kafka (the setting `log`) into the log, until told to stop; as many as there are partitions."""
    import signal
    import threading

    from segue.core.errors import UsageError
    from segue.store.delivery.drain import run

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with open_workspace() as (workspace, tenant):
        if not workspace.settings.log:
            raise UsageError(
                "there is nothing to take in: the setting `log` names no Kafka topic (kafka://host:9092/topic)"
            )
        console.print(f"{run(workspace, tenant, stop):,} events were new")


def _time(ms: int) -> str:
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC).strftime("%Y-%m-%d %H:%M")
