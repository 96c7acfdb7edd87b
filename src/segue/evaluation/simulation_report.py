"""A closed loop for people and programs: a table in the terminal, JSON, and a page that needs nothing but itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from rich import box
from rich.table import Table

from segue.evaluation import simulation_charts as charts
from segue.evaluation.intervals import Interval
from segue.evaluation.report import WIDE, WIDTHS
from segue.evaluation.simulation import FORMAT, RATES, WEEK, Simulation

MEANING = {
    "streams per visit": "Streams of 30 s or more that began on the page, a page.",
    "expected streams per visit": "What the page promises by the world's truth, a page: the same figure without luck.",
    "discovery": "Streams of artists, shows and books that the listener had never heard, a page.",
    "new items": "Streams of tracks and books that were out for three weeks at most, a page.",
    "minutes per visit": "Minutes heard from the page, a page.",
    "streams per card seen": "Streams divided by cards that were truly looked at.",
    "visits a day": "Pages a day of each listener who was there when the loop began.",
    "still active": "Share of them who came at least once in the last seven days, of those who ever came.",
    "genres": "Entropy, in nats, of the genres a listener streamed from pages.",
    "regret": "How much more the best page of everything would have promised, as a share of it; sampled pages.",
}
SHOWN = ("streams per visit", "discovery", "new items", "visits a day", "still active", "genres", "regret")

NARROW = ("streams per visit", "discovery", "new items", "visits a day")


def as_table(simulation: Simulation, width: int = 120) -> Table:
    """For a terminal: a line a policy, most streams a visit first."""
    table = Table(
        title=f"{title(simulation)}", caption=caption(simulation), title_justify="left", caption_justify="left",
        box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False,
    )  # fmt: skip
    table.add_column("policy", no_wrap=True)
    names = SHOWN if width >= 150 else NARROW
    for name in names:
        table.add_column(name, justify="right")
    table.add_column(f"× {simulation.baseline}", justify="right", no_wrap=True)
    table.add_column(f"× in the last {WEEK} days", justify="right", no_wrap=True)
    for o in simulation.outcomes:
        ratios = [_range(o.beside.get("streams per visit" + mark)) for mark in ("", "*")]
        table.add_row(o.policy, *(_mean(o.figures[n]) for n in names), *ratios)
    return table


def predicted(simulation: Simulation) -> list[dict[str, Any]]:
    """What the log of each day said of another policy on the next, with what it did in its own copy of the world.

    `measured` is what the log of the named policy earned on that day, same seed; null where it was not run.
    """
    logged = {(r.policy, r.seed, p["from"]): p["logged"] for r in simulation.runs for p in r.predictions}
    out = [
        {"log": r.policy, "seed": r.seed, **p, "measured": logged.get((p["policy"], r.seed, p["day"]))}
        for r in simulation.runs
        for p in r.predictions
    ]
    return out


def as_dict(simulation: Simulation, command: str = "", whole: bool = True) -> dict[str, Any]:
    """The stable shape of the JSON; figures that mean nothing are null.

    `{format, command, baseline, level, resamples, policies: [{policy, seeds, listeners, visits, figures: {name: {mean,
    low, high}}, last: {…}, beside: {…}}], curves: {policy: {name: [[day, figure of the seven days up to it]]}},
    predictions: [{log, seed, from, day, policy, estimator, refused, value, low, high, effective, measured}],
    runs: […]}`: policies most streams per visit first; `last` is of the last seven days, `beside` ratios to the
    baseline over the same listeners, names with a * of the last seven days. `runs` (see
    `segue.evaluation.simulation.Run`) hold everything by listener and day, so that files can be put together again.
    """
    return {
        "format": FORMAT, "command": command, "baseline": simulation.baseline, "level": simulation.level,
        "resamples": simulation.resamples,
        "policies": [
            {
                "policy": o.policy, "seeds": list(o.seeds), "listeners": o.listeners, "visits": o.visits,
                "figures": _all(o.figures), "last": _all(o.last), "beside": _all(o.beside),
            }
            for o in simulation.outcomes
        ],
        "curves": {
            o.policy: {
                **{rate: simulation.curve(o.policy, rate) for rate in RATES},
                "visits a day": simulation.visits_a_day(o.policy),
            }
            for o in simulation.outcomes
        },
        "predictions": predicted(simulation),
        "runs": [r.as_dict() for r in simulation.runs] if whole else [],
    }  # fmt: skip


def as_json(simulation: Simulation, command: str = "") -> str:
    return json.dumps(as_dict(simulation, command), ensure_ascii=False, allow_nan=False) + "\n"


def as_html(simulation: Simulation, command: str = "") -> str:
    """One self-contained page: no script, no font, no picture from elsewhere; light and dark; every name escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    place = Environment(loader=PackageLoader("segue.evaluation"), autoescape=True, undefined=StrictUndefined)
    names = [o.policy for o in simulation.outcomes]
    drawings: list[tuple[str, str, str, Callable[[int], str]]] = []
    for rate in ("streams per visit", "discovery", "new items"):
        curves = {n: simulation.curve(n, rate) for n in names}
        drawings.append((f"{rate} by day", f"Means of the {WEEK} days before.", rate, _lines(simulation, rate, curves)))
    visits = {n: simulation.visits_a_day(n) for n in names}
    drawings.append(
        (
            "visits a day",
            "Of a listener who was there when the loop began.",
            "visits",
            _lines(simulation, "visits", visits),
        )
    )
    table = predicted(simulation)
    points = [
        (f"{p['policy']} from {p['log']}, day {p['day']}", p["measured"], Interval(p["value"], p["low"], p["high"]))
        for p in table
        if p["value"] is not None and p["measured"] is not None
    ]
    if points:
        note = f"{len(points)} estimates of the day before beside what then happened; {_refused(table)} were refused."
        drawings.append(
            ("predicted from the log", note, "against", lambda w: charts.against(points, "streams per visit", w))
        )
    figures = [
        {"heading": h, "note": n, "kind": "plain", "drawn": [(k, Markup(draw(w))) for k, w in WIDTHS.items()]}  # noqa: S704 charts escape
        for h, n, _, draw in drawings
    ]
    dots = [(k, Markup(charts.dots(simulation, "streams per visit", w))) for k, w in WIDE.items()]  # noqa: S704
    return place.get_template("simulation.html").render(
        title=title(simulation), headline=headline(simulation), caption=caption(simulation), simulation=simulation,
        dots=dots, figures=figures, columns=[n for n in MEANING if n != "streams per visit"], mean=_mean, span=_span,
        range=_range, predictions=_by_policy(table), meaning=MEANING, command=command, week=WEEK,
        colour=lambda name: charts.colour(simulation, name),
    )  # fmt: skip


def title(simulation: Simulation) -> str:
    return f"Closed loop: {len(simulation.outcomes)} policies, {simulation.runs[0].days} days"


def caption(simulation: Simulation) -> str:
    p = simulation.runs[0].params
    seeds = sorted({r.seed for r in simulation.runs})
    return (
        f"simulated listeners: {p.get('listeners', '?')} a world, {len(seeds)} seed{'s' if len(seeds) > 1 else ''}; "
        f"{p.get('control', 0):.0%} of them kept pages by popularity and are counted with no policy"
    )


def headline(simulation: Simulation) -> str:
    """What it says, in a sentence, and no more than it says."""
    best = simulation.outcomes[0]
    said = f"{best.policy} has most streams per visit, {best.figures['streams per visit'].mean:.2f}"
    ratio = best.beside.get("streams per visit")
    if ratio is None:
        return said + "."
    sure = "" if ratio.low > 1 or ratio.high < 1 else ", which may be chance"
    return f"{said}, {ratio.mean:.2f} times those of {simulation.baseline} ({ratio.low:.2f} to {ratio.high:.2f}){sure}."


def _lines(simulation: Simulation, what: str, curves: dict[str, list[tuple[int, float]]]) -> Callable[[int], str]:
    return lambda width: charts.lines(simulation, what, dict(curves), width)


def _by_policy(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line for each log and target: how many days could be told, how far off they were."""
    out = []
    for key in dict.fromkeys((p["log"], p["policy"]) for p in table):
        mine = [p for p in table if (p["log"], p["policy"]) == key]
        told = [p for p in mine if p["value"] is not None and p["measured"] is not None]
        off = [p["value"] - p["measured"] for p in told]
        inside = [p["low"] <= p["measured"] <= p["high"] for p in told]
        out.append(
            {
                "log": key[0], "policy": key[1], "days": len(mine), "told": len(told),
                "predicted": _average([p["value"] for p in told]), "measured": _average([p["measured"] for p in told]),
                "off": _average([abs(x) for x in off]), "inside": _average([float(x) for x in inside]),
                "why": next((p["refused"] for p in mine if p["refused"]), ""),
            }
        )  # fmt: skip
    return out


def _average(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _refused(table: list[dict[str, Any]]) -> int:
    return sum(bool(p["refused"]) for p in table)


def _mean(interval: Interval | None) -> str:
    return "–" if interval is None or not math.isfinite(interval.mean) else f"{interval.mean:.3f}"


def _span(interval: Interval | None) -> str:
    known = interval is not None and math.isfinite(interval.low)
    return f"{interval.low:.3f}–{interval.high:.3f}" if interval is not None and known else ""


def _range(interval: Interval | None) -> str:
    if interval is None or not math.isfinite(interval.mean):
        return "–"
    return f"{interval.mean:.2f} ({interval.low:.2f}–{interval.high:.2f})"


def _all(figures: dict[str, Interval]) -> dict[str, dict[str, float | None]]:
    return {n: {k: v if math.isfinite(v) else None for k, v in i._asdict().items()} for n, i in figures.items()}


__all__ = ["MEANING", "RATES", "as_dict", "as_html", "as_json", "as_table", "headline", "predicted"]
