"""A leaderboard for people and programs: a table in the terminal, JSON, and a page that needs nothing but itself."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from segue.evaluation import charts
from segue.evaluation.intervals import Interval
from segue.evaluation.leaderboard import Leaderboard, Row

FORMAT = "segue-leaderboard/1"
WIDTHS = {"phone": 340, "desk": 540}  # px of a chart on a narrow and on any other page
WIDE = {**WIDTHS, "full": 1100}  # of a chart that takes the whole width where there is that much

MEANING = {
    "ndcg": "How high the held-out items stand among the first k; 1 is a perfect list. A hit at rank r gains "
    "1 / log2(r + 1), divided by what min(held out, k) hits at the top would gain.",
    "recall": "Held-out items among the first k, of the min(held out, k) there is room for.",
    "hr": "Listeners with any held-out item among the first k.",
    "mrr": "1 / rank of the first held-out item, over the whole catalogue.",
    "coverage": "Share of the catalogue that stands in anybody's list.",
    "gini": "How unevenly items are shown: 0 all alike, 1 always the same few.",
    "novelty": "Mean surprise of a list in bits: -log2 of the share of listeners who took each item.",
    "popularity": "Mean number of listeners who took each item of a list.",
    "popularity-lift": "How much more popular a list is than the listener's own history: 0 alike, 1 twice as popular.",
    "tag-diversity": "1 - mean cosine of the tags over all pairs of a list.",
    "artist-diversity": "Share of pairs of a list by different artists.",
}


def as_table(board: Leaderboard, width: int = 120) -> Table:
    """For a terminal of `width` columns: a line a model, best first, and as many further figures as fit."""
    rows, first = board.rows, board.rows[0].result
    columns = {"": [str(i + 1) for i in range(len(rows))], board.main: [figure(r.interval.mean) for r in rows]}
    columns[f"{board.level:.0%}"] = [f"{figure(r.interval.low)}–{figure(r.interval.high)}" for r in rows]
    if board.best_baseline:
        columns[f"over {board.best_baseline}"] = [_difference(r) for r in rows]
    names = [row.name + (" *" if row.baseline else "") for row in rows]
    longest, seconds = max(map(len, names)), [f"{r.result.seconds:.1f}" for r in rows]
    room = width - 3 - min(24, longest) - sum(_wide(*c) for c in (*columns.items(), ("s", seconds)))
    for name in (f"recall@{first.k[-1]}", "mrr", f"coverage@{first.k[0]}", f"novelty@{first.k[0]}"):
        cells = [figure(r.result.metrics[name]) for r in rows]
        if name != board.main and _wide(name, cells) <= room:
            columns[name], room = cells, room - _wide(name, cells)
    columns["s"] = seconds
    table = Table(
        title=f"{board.main}, {board.protocol.listeners:,} listeners", caption=str(board.protocol),
        title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False,
    )  # fmt: skip
    for name, cells in columns.items():
        style = "bold" if name == board.main else ""
        table.add_column(name, justify="right", no_wrap=True, min_width=_wide(name, cells) - 3, style=style)
        if not name:
            table.add_column(
                "model", overflow="ellipsis", no_wrap=True, max_width=max(8, min(24, longest) + min(0, room))
            )
    for row, shown, cut in zip(rows, zip(*columns.values()), names):
        style = _sign_style(row.difference) if row.difference else ""
        table.add_row(shown[0], Text(cut), *(Text(cell, style=style if cell[:1] in "+-" else "") for cell in shown[1:]))
    return table


def _wide(name: str, cells: list[str]) -> int:
    """Characters that a column takes, with the space beside it."""
    return max(map(len, (name, *cells))) + 3


def as_dict(board: Leaderboard, command: str = "") -> dict[str, Any]:
    """The stable shape of the JSON; figures that mean nothing are null.

    `{format, command, protocol: {split, seen, ties, cold, data, kind, listeners, items, events, truths, cold_truths,
    seen_truths, words}, main, level, resamples, seed, best_baseline, models: [{name, baseline, metrics: {name:
    figure}, interval: {mean, low, high}, difference: {mean, low, high} | null, seconds}], by_history: [{length,
    listeners, means: {model: figure}}]}`, models best first. `interval` and `difference` are of the main metric;
    `difference` is to the best baseline. New keys may come; these stay.
    """
    return {
        "format": FORMAT,
        "command": command,
        "protocol": asdict(board.protocol) | {"kind": board.protocol.kind.label, "words": str(board.protocol)},
        "main": board.main,
        "level": board.level,
        "resamples": board.resamples,
        "seed": board.seed,
        "best_baseline": board.best_baseline,
        "models": [
            {
                "name": row.name,
                "baseline": row.baseline,
                "metrics": {name: _finite(value) for name, value in row.result.metrics.items()},
                "interval": _bounds(row.interval),
                "difference": None if row.difference is None else _bounds(row.difference),
                "seconds": round(row.result.seconds, 3),
            }
            for row in board.rows
        ],
        "by_history": [
            {"length": label, "listeners": n, "means": {r.name: _finite(m) for r, m in zip(board.rows, means)}}
            for label, n, means in board.by_history()
        ],
    }


def as_json(board: Leaderboard, command: str = "") -> str:
    return json.dumps(as_dict(board, command), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def as_html(board: Leaderboard, title: str = "Leaderboard", command: str = "") -> str:
    """One self-contained page: no script, no font, no picture from elsewhere; light and dark; every name escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    place = Environment(loader=PackageLoader("segue.evaluation"), autoescape=True, undefined=StrictUndefined)
    drawn = {
        name: [(kind, Markup(draw(board, width))) for kind, width in widths.items()]  # noqa: S704 charts escape
        for name, draw, widths in (
            ("dots", charts.dots, WIDE),
            ("scatter", charts.scatter, WIDTHS),
            ("lengths", charts.lengths, WIDTHS),
        )
    }
    columns = [name for name in board.rows[0].result.metrics if name != board.main and not _repeats(board, name)]
    return place.get_template("leaderboard.html").render(
        title=title, board=board, command=command, charts=drawn, columns=columns, figure=figure, difference=_difference,
        colour=charts.colour, headline=headline(board), meaning=_meanings(board), sign=_sign_style,
    )  # fmt: skip


def headline(board: Leaderboard) -> str:
    """What the board says, in a sentence, and no more than it says."""
    best = board.rows[0]
    said = f"{best.name} is first with {board.main} {figure(best.interval.mean)}"
    if not board.best_baseline:
        return said + "; no baseline was among the models."
    if best.difference is None:
        return said + ", and is itself a baseline: no model beats it."
    base = next(row for row in board.rows if row.name == board.best_baseline)
    by = f"{best.difference.mean / base.interval.mean:+.1%}" if base.interval.mean else figure(best.difference.mean)
    sure = "" if best.difference.excludes_zero else ", which may be chance: the interval of the difference holds 0"
    return f"{said}, {by} on the best baseline, {board.best_baseline}{sure}."


def figure(value: float) -> str:
    """Four decimals below 10, fewer above; a dash for what means nothing."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}" if abs(value) < 1000 else f"{value:,.0f}"


def _difference(row: Row) -> str:
    d = row.difference
    return "–" if d is None else f"{d.mean:+.4f} ({d.low:+.4f} to {d.high:+.4f})"


def _sign_style(difference: Interval) -> str:
    return "green" if difference.low > 0 else "red" if difference.high < 0 else ""


def _repeats(board: Leaderboard, name: str) -> bool:
    """A hit rate that says what recall says already, as where one item is held out."""
    twin = name.replace("hr@", "recall@")
    return twin != name and all(row.result.metrics[name] == row.result.metrics[twin] for row in board.rows)


def _meanings(board: Leaderboard) -> dict[str, str]:
    families = dict.fromkeys(name.partition("@")[0] for name in board.rows[0].result.metrics)
    return {name: MEANING[name] for name in families}


def _bounds(interval: Interval) -> dict[str, float | None]:
    return {name: _finite(value) for name, value in interval._asdict().items()}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
