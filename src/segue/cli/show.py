"""How answers look in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from segue.cli.workplace import console, open_workspace, workspace_path

if TYPE_CHECKING:
    from segue.app import Service
    from segue.core.types import Context
    from segue.jobs.teach import Learned
    from segue.jobs.train import Trained
    from segue.runs.releases import Release
    from segue.store.workspace import Workspace
    from segue.surfaces.views import CardView, HomeView


def service() -> Service:
    """The released service of the workspace, for one answer."""
    from segue.app import open_service

    return open_service(workspace_path())


def context(
    *, familiarity: float = 0.5, country: str = "", zone: str = "", at: str = "", activity: str = ""
) -> Context:
    """Of a request made here and now; `at` is a local time of day to pretend. UsageError for what is none."""
    from segue.core.clock import parse_clock
    from segue.core.types import Context

    return Context(
        now=int(time.time() * 1000), zone=zone, clock=parse_clock(at) if at else -1, country=country.upper(),
        activity=activity, familiarity=familiarity,
    )  # fmt: skip


def print_json(out: Console, value: Any) -> None:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    out.file.write(text + "\n")


def _names(card: CardView) -> str:
    return ", ".join(p.name for p in card.artists)


def print_found(out: Console, found: Any, cards: Sequence[CardView], json: bool) -> None:
    """What was asked for: all of it as JSON, or its cards for people."""
    print_json(out, found) if json else print_cards(out, cards)


def print_cards(out: Console, cards: Sequence[CardView]) -> None:
    if not cards:
        out.print("nothing found")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "title", "by", "kind", "why", "id"):
        table.add_column(name, overflow="fold" if name == "title" else "ellipsis", no_wrap=name != "title")
    for rank, card in enumerate(cards, 1):
        why = card.reason.text if card.reason else ""
        cells = [Text(str(rank), "dim"), Text(card.title, "bold"), Text(_names(card)), Text(card.kind, "dim")]
        table.add_row(*cells, Text(why, "italic"), Text(card.id, "dim"))
    out.print(table)


def print_home(out: Console, page: HomeView) -> None:
    who = Text.assemble(("Home of ", ""), (page.listener, "bold"), ("" if page.known else " (a newcomer)", "italic"))
    if page.simulated:
        who.append("   simulated listeners and catalogue", "yellow")
    out.print(who)
    for shelf in page.shelves:
        out.print()
        out.print(Text(shelf.title, "bold cyan"))
        lines = []
        for card in shelf.cards:
            by = _names(card)
            line = Text.assemble(("  " + card.title, ""), (f" – {by}" if by else "", "dim"))
            if card.reason and card.reason.text:
                line.append(f"   {card.reason.text}", "italic dim")
            lines.append(line)
        out.print(Group(*lines))
    out.print(Text(f"\nrelease {page.release}", "dim"))


@contextmanager
def training_steps(console: Console) -> Iterator[Callable[[str], None]]:
    """A spinner with the step in hand; each finished line stays."""
    with console.status("starting") as status:

        def say(text: str) -> None:
            if text.startswith("  "):
                console.print(Text(text, "dim"))
            status.update(text.strip())

        yield say


def print_trained(console: Console, trained: Trained) -> None:
    for population in trained.release.manifest.populations:
        scores = sorted(population.scores.items(), key=lambda s: -s[1])
        line = Text.assemble(
            (f"{population.kind}s for {population.owner}s: ", "bold"), (population.recipe, "bold green"),
            f"  ({population.owners:,} {population.owners and population.owner}s, {population.items:,} items,"
            f" {population.events:,} events)",
        )  # fmt: skip
        console.print(line)
        if scores:
            shown = ", ".join(f"{name} {value:.4f}" for name, value in scores[:8])
            console.print(Text(f"  chosen on {population.protocol}: {shown}", "dim"))
    space = trained.release.manifest.space
    if space is not None:
        line = Text.assemble(("taste space: ", "bold"), f"{space.points:,} points in {space.dimensions} dimensions")
        if space.kept is not None:
            line.append(
                f"; {space.kept:.1%} of the 50 nearest are those of the last release ({space.compared:,} items)"
            )
        console.print(line)
    if trained.heard:
        console.print(Text.assemble(("sound: ", "bold"), f"{trained.heard:,} tracks heard"))
    elif trained.sounds:
        hint = f"{trained.sounds:,} tracks have a file that nobody heard yet; `segue sound` listens"
        console.print(Text.assemble(("sound: ", "bold"), hint))
    state = "current" if trained.promoted else "made, not promoted"
    console.print(Text.assemble("release ", (trained.release.id, "bold"), f" is {state} ({trained.seconds:.1f} s)"))


def print_leaderboards(out: Console, boards: Sequence[Any]) -> None:
    from segue.evaluation.report import as_table, headline

    for found in boards:
        out.print(Text(found.title, "bold"))
        out.print(as_table(found.board, width=max(80, out.width)))
        out.print(Text(headline(found.board)))
        out.print(Text(f"`segue train` chooses {found.chosen}", "dim"))
        out.print()


def write_reports(console: Console, boards: Sequence[Any], json: Path | None, html: Path | None) -> None:
    import sys
    from json import dumps

    from segue.evaluation.report import as_dict, as_html

    command = "segue " + " ".join(sys.argv[1:])
    if json:
        body = [{"title": b.title, "chosen": b.chosen, **as_dict(b.board, command)} for b in boards]
        json.write_text(dumps(body, ensure_ascii=False, indent=1) + "\n")
        console.print(f"wrote {json}")
    for rank, found in enumerate(boards if html else ()):
        assert html is not None
        page = html if rank == 0 else html.with_name(f"{html.stem}-{found.kind.label}-{found.owner}{html.suffix}")
        page.write_text(as_html(found.board, f"Leaderboard: {found.title}", command))
        console.print(f"wrote {page}")


def print_releases(out: Console, workspace: Path, tenant: str, all_: Sequence[Release]) -> None:
    from segue.core.errors import NotReady
    from segue.runs.releases import current_release

    try:
        current = current_release(workspace, tenant).id
    except NotReady:
        current = ""
    if not all_:
        out.print("no release yet: run `segue train`")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "release", "made", "snapshot", "models"):
        table.add_column(name)
    for release in all_:
        m = release.manifest
        models = ", ".join(f"{p.kind}/{p.owner}: {p.recipe}" for p in m.populations)
        table.add_row("→" if m.id == current else "", m.id, m.made, m.snapshot, models)
    out.print(table)


def print_merges(out: Console, workspace: Workspace, tenant: str, n: int) -> None:
    found = workspace.catalogue.merges(tenant)
    out.print(f"{len(found):,} items of different sources are one")
    for merge in found[:n]:
        gone, kept = workspace.catalogue.uri(merge.gone), workspace.catalogue.uri(merge.kept)
        out.print(Text(f"  {merge.id}: {gone} = {kept}  ({merge.why})"))


def batch(owner: str, out_file: Path | None, *, kind: str | None, n: int, seen: str, only: Path | None) -> None:
    """recommend --all and continue --all."""
    from rich.progress import Progress

    from segue.core.errors import UsageError
    from segue.core.types import Kind
    from segue.jobs.recommend import Owner, recommend_all

    if out_file is None:
        raise typer.BadParameter("name the file to write with --out")
    if seen not in ("drop", "keep"):
        raise UsageError(f"--seen {seen!r}; it is drop or keep")
    try:
        names = [line for line in only.read_text().splitlines() if line] if only else None
    except OSError as e:
        raise UsageError(f"cannot read {only}: {e.strerror}") from None
    started = time.monotonic()
    with open_workspace() as (workspace, tenant), Progress(console=console, transient=True) as bar:
        task = bar.add_task(f"{owner}s", total=None)
        written = recommend_all(
            workspace, tenant, out_file, owner=cast(Owner, owner), kind=Kind.parse(kind) if kind else None, n=n,
            seen="drop" if seen == "drop" else "keep", only=names,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    seconds = time.monotonic() - started
    console.print(f"{written.owners:,} {owner}s, up to {n} {written.kind}s each, in {seconds:.1f} s: {out_file}")


def print_learned(out: Console, learned: Learned) -> None:
    """What came of `segue learn`."""
    if learned.why:
        out.print(f"nothing learned: {learned.why}")
        return
    rate = learned.streams / max(1, learned.seen)
    out.print(f"{learned.pages:,} pages, {learned.seen:,} cards seen, {learned.streams:,} streamed ({rate:.1%})")
    for head, r in learned.heads.items():
        less = 1 - r.log_loss / r.base_log_loss
        out.print(
            f"  {r.recipe} for {head}: log loss {r.log_loss:.4f} on later pages, {abs(less):.1%} "
            f"{'below' if less >= 0 else 'above'} always saying the mean; off by {r.calibration_error:.3f} on average"
        )
    what = "is new and current" if learned.made else "has it already"
    out.print(f"release [bold]{learned.release.id}[/] {what} ({learned.seconds:.1f} s)")
