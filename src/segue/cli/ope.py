"""`segue ope LOG --policy NAME`: what a log says of a policy that did not make it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.workplace import out

if TYPE_CHECKING:
    from rich.console import Console

    from segue.evaluation.ope.report import Estimate, Report

Log = Annotated[Path, typer.Argument(help="File or folder of logged choices (docs/open-log-format.md).")]
Policy = Annotated[
    str | None,
    typer.Option(help="A column p_NAME of the log, or logged, uniform, most-rewarded, logistic.", show_default=False),
]
Estimator = Annotated[
    str | None, typer.Option(help="The one that answers; default: dr, on pages of several choices cascade-dr.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def ope(
    log: Log,
    policy: Policy = None,
    estimator: Estimator = None,
    level: Annotated[float, typer.Option(help="Of the intervals.", min=0.5, max=0.999)] = 0.95,
    resamples: Annotated[int, typer.Option(help="Of listeners, for the intervals.", min=100, max=100_000)] = 1000,
    seed: Annotated[int, typer.Option(help="Of the resamples.")] = 0,
    json: Json = False,
) -> None:
    """Value of a policy from logged decisions, with intervals; exit 1 when the log cannot tell, and why."""
    from segue.cli.show import print_json
    from segue.core.errors import UsageError
    from segue.evaluation.ope import Options
    from segue.jobs.ope import judge_file, policies

    if policy is None:
        raise UsageError(f"name a --policy; for this log there are: {', '.join(policies(log))}")
    report = judge_file(log, policy, estimator, Options(level=level, resamples=resamples, seed=seed))
    print_json(out, report) if json else print_report(out, report)
    if report.refused:
        raise typer.Exit(1)


def print_report(out: Console, report: Report) -> None:
    """At most 80 columns."""
    from rich.padding import Padding
    from rich.text import Text

    width = min(80, max(60, out.width))

    def say(text: Text, indent: int = 0) -> None:
        out.print(Padding(text, (0, 0, 0, indent)), width=width, soft_wrap=False)

    say(Text.assemble("policy ", (report.policy, "bold"), f" judged from {report.source}"))
    say(Text(f"{report.choices:,} choices on {report.pages:,} pages, {report.listeners:,} listeners", "dim"))
    if report.rejected:
        lost = sum(report.rejected.values())
        say(Text(f"{lost:,} rows could not be used:", "yellow"))
        for reason, n in sorted(report.rejected.items(), key=lambda x: -x[1])[:5]:
            say(Text(f"{n:,}: {reason}", "yellow"), 2)
    out.print()
    if report.refused:
        say(Text.assemble(("The log cannot tell: ", "bold red"), report.refused))
    else:
        say(
            Text.assemble(
                "reward a page ", (f"{report.value:.5g}", "bold green"),
                f" ({report.level:.0%}: {report.low:.5g} to {report.high:.5g}), by {report.estimator}",
            )
        )  # fmt: skip
    if report.logged.value is not None:
        e = report.logged
        say(Text(f"the log itself earned {e.value:.5g} ({e.low:.5g} to {e.high:.5g})"))
    out.print()
    out.print(_estimates(report), width=width)
    _explain(report, say)


def _estimates(report: Report):  # type: ignore[no-untyped-def]  # a rich Table, which is loaded late
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    interval = f"{report.level:.0%} interval"
    sides = {"estimator": "left", "value": "right", interval: "left", "bound": "left", "pages": "right"}
    for name, side in sides.items():
        table.add_column(name, justify=side, no_wrap=True)  # type: ignore[arg-type]
    marks = _marks(report)
    for name, e in report.estimates.items():
        label = Text(name, "bold" if name == report.estimator else "")
        if e.assumes:
            label.append(f" {marks[e.assumes]}", "dim")
        if e.refused or e.value is None:
            table.add_row(label, Text("refused", "red"), "", "", _pages(e))
        else:
            table.add_row(label, f"{e.value:.4g}", _range(e.low, e.high), _range(e.bound_low, e.bound_high), _pages(e))
    return table


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3g} to {high:.3g}"


def _pages(e: Estimate) -> str:
    return "" if e.effective is None else f"{e.effective:,.0f}"


def _marks(report: Report) -> dict[str, str]:
    """A letter for each assumption."""
    found = dict.fromkeys(e.assumes for e in report.estimates.values() if e.assumes)
    return {text: "abcdefgh"[n] for n, text in enumerate(found)}


def _explain(report: Report, say) -> None:  # type: ignore[no-untyped-def]
    from rich.text import Text

    for text, mark in _marks(report).items():
        say(Text(f"{mark}  holds if {text}", "dim"))
    reasons = dict.fromkeys(e.refused for e in report.estimates.values() if e.refused and e.refused != report.refused)
    for reason in reasons:
        who = ", ".join(name for name, e in report.estimates.items() if e.refused == reason)
        say(Text(f"{who} refused: {reason}", "dim"))
    say(Text("bound: empirical Bernstein, range of weights as seen; pages: effective number", "dim"))
    if chosen := [f"{k} {v:.3g}" for e in report.estimates.values() for k, v in e.setting.items()]:
        say(Text(f"chosen on the log by the estimated squared error: {', '.join(chosen)}", "dim"))
    o = report.overlap
    if o.quantiles:
        shares = ", ".join(f"{name} {q:.3g}" for name, q in o.quantiles.items())
        say(
            Text(
                f"weights: mean {o.mean:.3g} ({o.mean_low:.3g} to {o.mean_high:.3g}; should be 1), {shares}, "
                f"largest {o.largest:.3g} ({o.largest_share:.1%} of all); {o.never:.1%} of pages never made by it"
                + ("" if o.unsupported is None else f"; {o.unsupported:.1%} of its choices never logged")
            )
        )
    for by in dict.fromkeys(s.by for s in report.slices):
        parts = [f"{s.name.removeprefix('quarter ')}: {s.overlap.mean:.3g}" for s in report.slices if s.by == by]
        say(Text(f"mean weight by {'quarter of the time' if by == 'time' else by}: {', '.join(parts)}", "dim"))
    say(Text(f"reward model: {report.reward_model}", "dim"))
    for note in report.notes:
        say(Text(f"note: {note}", "dim"))
