"""Charts of a leaderboard as SVG text: no library, colours from the page's own variables, every text escaped.

A chart is drawn for one width in CSS pixels and is never scaled, so that its words stay readable on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from segue.evaluation.leaderboard import Leaderboard

LINE = 30  # px a row
TEXT = 13  # px


def dots(board: Leaderboard, width: int) -> str:
    """The main metric of every model as a dot on its interval, beside the best baseline's."""
    left = min(280, int(width * 0.36))
    right, top = 62, 8
    low = min(min(row.interval.low, row.interval.mean) for row in board.rows)
    high = max(max(row.interval.high, row.interval.mean) for row in board.rows)
    ticks = nice(low, high, 3 if width < 480 else 5 if width < 800 else 8)
    bottom = top + LINE * len(board.rows)
    x = _scale(ticks, left, width - right)
    out = [_grid_x(ticks, x, top, bottom)]
    base = next((row for row in board.rows if row.name == board.best_baseline), None)
    if base:
        at = x(base.interval.mean)
        out.append(f'<line class="rule" x1="{at:.1f}" x2="{at:.1f}" y1="{top}" y2="{bottom}"/>')
    for i, row in enumerate(board.rows):
        y, (mean, lo, hi) = top + LINE * (i + 0.5), row.interval
        kind = colour(board, i)
        out.append(
            f"<g><title>{escape(row.name)}: {mean:.4f} ({lo:.4f} to {hi:.4f})</title>"
            f'<text x="{left - 12}" y="{y:.1f}" class="name {kind}">{escape(_cut(row.name, left - 40))}'
            f'<tspan class="no" dx="6">{i + 1}</tspan></text>'
            f'<line class="bar {kind}" x1="{x(lo):.1f}" x2="{x(hi):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<circle class="dot {kind}" cx="{x(mean):.1f}" cy="{y:.1f}" r="5"/>'
            f'<text class="value" x="{width - right + 8}" y="{y:.1f}">{mean:.4f}</text></g>'
        )
    return _svg(width, bottom + 26, f"{board.main} by model with intervals", out)


def scatter(board: Leaderboard, width: int) -> str:
    """How well a model does against how much of the catalogue it shows; a dot bears the model's number."""
    key = f"coverage@{board.rows[0].result.k[0]}"
    points = [(row.result.metrics[key], row.interval.mean) for row in board.rows]
    left, right, top, bottom = 58, 18, 12, 250
    across, up = nice(0, max(p[0] for p in points), 4), nice(0, max(p[1] for p in points), 4)
    x, y = _scale(across, left, width - right), _scale(up, bottom, top)
    out = [_grid_x(across, x, top, bottom, percent=True), _grid_y(up, y, left, width - right)]
    for i in reversed(range(len(points))):  # the best on top
        (px, py), name = points[i], board.rows[i].name
        out.append(
            f"<g><title>{escape(name)}: {board.main} {py:.4f}, {px:.1%} of the catalogue</title>"
            f'<circle class="disc {colour(board, i)}" cx="{x(px):.1f}" cy="{y(py):.1f}" r="10"/>'
            f'<text class="inside" x="{x(px):.1f}" y="{y(py):.1f}">{i + 1}</text></g>'
        )
    out.append(f'<text class="axis end" x="{width - right}" y="{bottom + 38}">share of the catalogue shown</text>')
    return _svg(width, bottom + 46, f"{board.main} against coverage", out)


def lengths(board: Leaderboard, width: int) -> str:
    """The main metric by how long a listener's history is, a line a model, with how many listeners stand behind it."""
    spans = board.by_history()
    left, right, top, bottom = 58, 34, 12, 250
    known = [m for _, _, means in spans for m in means if math.isfinite(m)]
    up = nice(0, max(known, default=1), 4)
    y = _scale(up, bottom, top)
    step = (width - right - left) / max(1, len(spans))
    out = [_grid_y(up, y, left, width - right)]
    for j, (label, count, _) in enumerate(spans):
        at = left + step * (j + 0.5)
        short = label.partition("–")[0] + "+" if width < 480 and "–" in label else label
        out.append(f'<text class="axis mid" x="{at:.1f}" y="{bottom + 16}">{escape(short)}</text>')
        out.append(f'<text class="axis mid faint" x="{at:.1f}" y="{bottom + 32}">{_short(count)}</text>')
    ends: list[tuple[float, int]] = []
    for i in reversed(range(len(board.rows))):
        path = [(left + step * (j + 0.5), y(s[2][i])) for j, s in enumerate(spans) if math.isfinite(s[2][i])]
        if not path:
            continue
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in path)
        out.append(f'<g class="{colour(board, i)}"><title>{escape(board.rows[i].name)}</title>')
        out.append(f'<polyline class="path" points="{line}"/>')
        out += [f'<circle class="dot" cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in path]
        out.append("</g>")
        ends.append((path[-1][1], i))
    for at, i in _apart(ends, 15, bottom):
        x = left + step * (len(spans) - 0.5) + 12
        out.append(f'<text class="name start {colour(board, i)}" x="{x:.1f}" y="{at:.1f}">{i + 1}</text>')
    out.append(f'<text class="axis end" x="{width - right}" y="{bottom + 52}">items in the history, listeners</text>')
    return _svg(width, bottom + 60, f"{board.main} by length of history", out)


def colour(board: Leaderboard, i: int) -> str:
    """The class of a row: the first three have a colour each, the best baseline has one, the others are grey."""
    if board.rows[i].name == board.best_baseline:
        return "base"
    return f"c{i + 1}" if i < 3 else "rest"


def nice(low: float, high: float, about: int) -> list[float]:
    """Round tick marks that enclose low … high, roughly `about` steps."""
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    span = high - low
    if span < 1e-9 * max(1, abs(high)):
        span = abs(high) if abs(high) > 1e-9 else 1.0
    power = 10 ** math.floor(math.log10(span / about))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power * about >= span * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


class _scale:
    """Values to pixels: the first tick at `start`, the last at `stop`."""

    def __init__(self, ticks: Sequence[float], start: float, stop: float) -> None:
        self.low, self.span, self.start, self.size = ticks[0], ticks[-1] - ticks[0], start, stop - start

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / self.span * self.size if math.isfinite(value) else self.start


def _grid_x(ticks: list[float], x: _scale, top: float, bottom: float, percent: bool = False) -> str:
    return "".join(
        f'<line class="grid" x1="{x(t):.1f}" x2="{x(t):.1f}" y1="{top}" y2="{bottom}"/>'
        f'<text class="axis mid" x="{x(t):.1f}" y="{bottom + 16}">{f"{t:.3g}" if not percent else f"{t:.0%}"}</text>'
        for t in ticks
    )


def _grid_y(ticks: list[float], y: _scale, left: float, right: float) -> str:
    return "".join(
        f'<line class="grid" x1="{left}" x2="{right}" y1="{y(t):.1f}" y2="{y(t):.1f}"/>'
        f'<text class="axis end" x="{left - 8}" y="{y(t):.1f}">{t:.3g}</text>'
        for t in ticks
    )


def _apart(ends: list[tuple[float, int]], gap: float, bottom: float) -> list[tuple[float, int]]:
    """Label heights moved until none covers another and none hangs below the chart."""
    out: list[tuple[float, int]] = []
    for at, i in sorted(ends):
        out.append((max(at, out[-1][0] + gap) if out else at, i))
    for place in reversed(range(len(out))):
        floor = bottom if place == len(out) - 1 else out[place + 1][0] - gap
        out[place] = (min(out[place][0], floor), out[place][1])
    return out


def _cut(name: str, width: float) -> str:
    """As much of a name as fits `width` px."""
    fits = max(3, int(width / (TEXT * 0.56)))
    return name if len(name) <= fits else name[: fits - 1] + "…"


def _short(count: int) -> str:
    return f"{count / 1000:.0f}k" if count >= 10_000 else f"{count / 1000:.1f}k" if count >= 1000 else str(count)


def _svg(width: int, height: float, label: str, parts: list[str]) -> str:
    return (
        f'<svg width="{width}" height="{height:.0f}" viewBox="0 0 {width} {height:.0f}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
