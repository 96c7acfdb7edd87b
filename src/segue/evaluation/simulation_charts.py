"""Charts of a closed loop as SVG text; drawn as those of a leaderboard are, see `segue.evaluation.charts`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from segue.evaluation.charts import LINE, _apart, _cut, _grid_x, _grid_y, _scale, _svg, nice
from segue.evaluation.intervals import Interval
from segue.evaluation.simulation import Simulation

Curve = Sequence[tuple[int, float]]


def dots(simulation: Simulation, rate: str, width: int) -> str:
    """A rate of every policy as a dot on its interval, beside the baseline's."""
    rows = [(o.policy, o.figures[rate]) for o in simulation.outcomes]
    low, high = min(i.low for _, i in rows), max(i.high for _, i in rows)
    ticks = nice(min(low, high), high, 4 if width < 480 else 6)
    left, right, top = min(200, int(width * 0.36)), 58, 8
    bottom = top + LINE * len(rows)
    x = _scale(ticks, left, width - right)
    out = [_grid_x(ticks, x, top, bottom)]
    base = next(i for name, i in rows if name == simulation.baseline)
    out.append(f'<line class="rule" x1="{x(base.mean):.1f}" x2="{x(base.mean):.1f}" y1="{top}" y2="{bottom}"/>')
    for i, (name, (mean, lo, hi)) in enumerate(rows):
        y, kind = top + LINE * (i + 0.5), colour(simulation, name)
        out.append(
            f"<g><title>{escape(name)}: {mean:.3f} ({lo:.3f} to {hi:.3f})</title>"
            f'<text x="{left - 12}" y="{y:.1f}" class="name {kind}">{escape(_cut(name, left - 20))}</text>'
            f'<line class="bar {kind}" x1="{x(lo):.1f}" x2="{x(hi):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<circle class="dot {kind}" cx="{x(mean):.1f}" cy="{y:.1f}" r="5"/>'
            f'<text class="value" x="{width - right + 8}" y="{y:.1f}">{mean:.3f}</text></g>'
        )
    return _svg(width, bottom + 26, f"{rate} by policy with intervals", out)


def lines(simulation: Simulation, what: str, curves: dict[str, Curve], width: int) -> str:
    """A figure by day, a line a policy."""
    left, right, top, bottom = 52, 120 if width > 480 else 84, 12, 230
    values = [v for c in curves.values() for _, v in c if math.isfinite(v)]
    days = max((d for c in curves.values() for d, _ in c), default=1)
    up = nice(min([0.0, *values]), max(values, default=1.0), 4)
    across = nice(1, max(days, 2), 5)
    x, y = _scale([1.0, float(max(days, 2))], left, width - right), _scale(up, bottom, top)
    out = [_grid_y(up, y, left, width - right)]
    out += [f'<text class="axis mid" x="{x(t):.1f}" y="{bottom + 16}">{t:.0f}</text>' for t in across if 1 <= t <= days]
    ends: list[tuple[float, int]] = []
    names = list(curves)
    for i in reversed(range(len(names))):
        points = " ".join(f"{x(d):.1f},{y(v):.1f}" for d, v in curves[names[i]] if math.isfinite(v))
        if points:
            kind = colour(simulation, names[i])
            out.append(
                f'<g class="{kind}"><title>{escape(names[i])}</title><polyline class="path" points="{points}"/></g>'
            )
            ends.append((y(curves[names[i]][-1][1]), i))
    for at, i in _apart(ends, 15, bottom):
        kind = colour(simulation, names[i])
        text = escape(_cut(names[i], right - 10))
        out.append(f'<text class="name start {kind}" x="{width - right + 8}" y="{at:.1f}">{text}</text>')
    out.append(f'<text class="axis end" x="{width - right}" y="{bottom + 34}">day</text>')
    return _svg(width, bottom + 44, f"{what} by day", out)


def against(points: Sequence[tuple[str, float, Interval]], label: str, width: int) -> str:
    """What happened (across), what was predicted (up, with its interval), and the line on which both agree."""
    left, right, top, bottom = 52, 20, 12, 300
    finite = [v for _, t, i in points for v in (t, i.mean)]
    ticks = nice(min(finite, default=0.0), max(finite, default=1.0), 5)
    x, y = _scale(ticks, left, width - right), _scale(ticks, bottom, top)
    out = [_grid_x(ticks, x, top, bottom), _grid_y(ticks, y, left, width - right)]
    first, last = ticks[0], ticks[-1]
    out.append(f'<line class="rule" x1="{x(first):.1f}" y1="{y(first):.1f}" x2="{x(last):.1f}" y2="{y(last):.1f}"/>')
    for name, happened, (mean, low, high) in points:
        at = x(happened)
        ends = [min(max(v, first), last) for v in (low, high)]
        out.append(
            f'<g class="c2"><title>{escape(name)}: predicted {mean:.3f} ({low:.3f} to {high:.3f}), '
            f"happened {happened:.3f}</title>"
            f'<line class="bar" x1="{at:.1f}" x2="{at:.1f}" y1="{y(ends[0]):.1f}" y2="{y(ends[1]):.1f}"/>'
            f'<circle class="dot" cx="{at:.1f}" cy="{y(mean):.1f}" r="4"/></g>'
        )
    out.append(f'<text class="axis end" x="{width - right}" y="{bottom + 36}">{escape(label)}: happened →</text>')
    return _svg(width, bottom + 46, f"{label}: predicted against happened", out)


def colour(simulation: Simulation, policy: str) -> str:
    """The first three that are no baseline have a colour each, the baseline has one, the others are grey."""
    if policy == simulation.baseline:
        return "base"
    others = [o.policy for o in simulation.outcomes if o.policy != simulation.baseline]
    place = others.index(policy) if policy in others else 9
    return f"c{place + 1}" if place < 3 else "rest"
