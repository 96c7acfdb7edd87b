"""What following the listener's own mix costs: NDCG@20 against KL, for rising weights.

    python benchmarks/balance.py [--data DIR] [--listeners 600] [--picture docs/images/balance.svg]

Two sets: a simulated world (tracks, shows and audiobooks in one ranking; the last week is the truth, what was taken
before is dropped) and, where DIR has it, hetrec-lastfm2k (artists, their tags as genres; of every fifth listener 30 %
of the artists are the truth). EASE as it comes ranks the whole catalogue, the first POOL of which are chosen
from: value as a Home without lessons sees it, by order; greedy with `segue.ranking.Balance`. The listener's mix is that
of their history, and KL is to it. The default weight is chosen on an inner split of each, by a rule told in `chosen`;
the outer one is reported, with 95 % bootstrap intervals over listeners. Then whole Homes of the world, made and chosen
by luck as they are served, under PAGES. Prints Markdown, and draws the frontier.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from segue.candidates import Board, Stock
from segue.core.events import Event, Item
from segue.core.protocols import Facts
from segue.core.slates import Arms
from segue.core.types import I64, Attributes, Candidates, Context, Ids, Interactions, Kind, Query
from segue.evaluation.charts import nice
from segue.evaluation.intervals import Interval, intervals, paired
from segue.evaluation.metrics import ndcg
from segue.evaluation.ranking import distinct, top_k
from segue.fitted import save_model
from segue.importers import IMPORTERS
from segue.models.ease import Ease
from segue.policies import choose
from segue.policies.greedy import Greedy
from segue.ranking import Balance, divergence
from segue.runs.releases import Manifest, Population, current_release, promote, write_release
from segue.store import snapshot
from segue.store.splits import Split, by_date, leave_part_out
from segue.store.workspace import Workspace
from segue.surfaces.devices import Devices
from segue.surfaces.home.mix import KINDS as KINDS_OF_MIX
from segue.surfaces.home.mix import Mix, mix_of
from segue.surfaces.home.valuing import by_order
from segue.surfaces.serving import Serving, ways_of
from segue.world import WorldSettings, make_world

WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
K, POOL, WEEK = 20, 200, 7 * 86_400_000
LOSS = 0.01
"""Share of the NDCG of plain relevance that the default weight may cost on the inner splits."""
KINDS = (Kind.TRACK, Kind.SHOW, Kind.AUDIOBOOK)
MOMENTS = 8  # plays of a listener that are foretold
PAGES = (0.0, 0.5, 2.0)  # weights under which Homes are made
HOMES = 4  # one listener in so many


@dataclass(frozen=True)
class Set:
    """A data set, split twice: `inner` to choose by, `outer` to report."""

    name: str
    stock: Stock
    inner: Split
    outer: Split
    what: str


@dataclass(frozen=True)
class Frontier:
    """Of B listeners and each weight."""

    ndcg: np.ndarray[Any, np.dtype[np.float64]]  # (B, W)
    kl: np.ndarray[Any, np.dtype[np.float64]]  # (B, W)


def _none(n: int) -> sp.csr_array:
    return sp.csr_array(sp.coo_array((n, 1), dtype=np.float32))


class AsTold:
    """A catalogue with the tags that a split leaves: those that give its truth away are gone."""

    def __init__(self, facts: Facts, kind: Kind, about: Attributes) -> None:
        self._facts = facts
        of_kind = np.flatnonzero(facts.kind == kind)
        place = sp.csr_array(
            (np.ones(len(of_kind)), (of_kind, np.arange(len(of_kind)))), (len(facts.items), len(of_kind))
        )
        rest = sp.diags_array((facts.kind != kind).astype(np.float32))
        self.tags = sp.csr_array(rest @ facts.tags + place @ about.tags)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._facts, name)


def world(folder: Path, listeners: int, seed: int = 0) -> tuple[Set, snapshot.Snapshot, Devices]:
    made = make_world(WorldSettings(listeners=listeners, days=60, tracks=3_000, seed=seed))
    with Workspace.create(folder) as workspace:
        workspace.log.append((), list(made.items()))
        workspace.log.append_table(made.events())
        taken = snapshot.take(workspace, "default", simulated=True)
        devices = Devices(taken.reactions)
    data = joint(taken)
    end = int(data.at.max())
    first = by_date(data, end - WEEK).train
    stock = Stock.make(taken.catalogue, {}, {}, Kind.TRACK)
    splits = by_date(first, end - 2 * WEEK), by_date(data, end - WEEK)
    return Set("simulated world", stock, *splits, "tracks, shows and audiobooks"), taken, devices


def joint(taken: snapshot.Snapshot) -> Interactions:
    """What listeners took of all KINDS as one; an episode counts as its show."""
    facts, parts = taken.catalogue, []
    for kind in (*KINDS, Kind.EPISODE):
        data = taken.interactions(kind)
        items = data.items[data.rows]
        if kind == Kind.EPISODE:
            items = facts.album[facts.rows(items)]
        parts.append((data.owners[data.owner_rows()], items, data.at, data.weights))
    who, what, at, weights = (np.concatenate(column) for column in zip(*parts))
    known = what > 0
    order = np.lexsort((at[known], who[known]))
    who, what, at, weights = (column[known][order] for column in (who, what, at, weights))
    items = np.sort(np.concatenate([facts.of_kind(kind) for kind in KINDS])).astype(np.int32)
    owners, counts = np.unique(who, return_counts=True)
    n = len(items)
    nothing = Attributes(
        np.zeros(n, np.int32), np.zeros(n, np.int32), _none(n),
        _none(n), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.bool_),
    )  # fmt: skip
    return Interactions(
        f"{taken.id}:joint", Kind.TRACK, owners.astype(np.int32), items,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), np.searchsorted(items, what).astype(np.int32),
        at.astype(np.int64), weights.astype(np.float32), np.zeros(len(owners), "S2"), nothing, True, True,
    )  # fmt: skip


def lastfm(folder: Path, source: Path) -> Set:
    with Workspace.create(folder) as workspace:
        records = list(IMPORTERS["hetrec-lastfm2k"]().read(source))
        workspace.log.append([r for r in records if isinstance(r, Event)], [r for r in records if isinstance(r, Item)])
        taken = snapshot.take(workspace, "default")
    outer = leave_part_out(taken.interactions(Kind.ARTIST), rng=np.random.default_rng(0))
    inner = leave_part_out(outer.train, rng=np.random.default_rng(1))
    told = AsTold(taken.catalogue, Kind.ARTIST, inner.train.attributes)  # what neither split gives away
    stock = Stock.make(told, {}, {}, Kind.ARTIST)
    return Set("hetrec-lastfm2k", stock, inner, outer, "artists")


def frontier(stock: Stock, split: Split) -> Frontier:
    model = Ease().fit(split.train, np.random.default_rng(0))
    seen = distinct(split.train.items, split.queries.indptr, split.queries.items)
    rows, scores = top_k(model.score(split.queries), POOL, seen)
    found = np.full((2, len(split), len(WEIGHTS)), np.nan)
    for b in range(len(split)):
        lo, hi = split.queries.indptr[b : b + 2]
        mix = mix_at(stock, split.queries.items[lo:hi], split.queries.weights[lo:hi], split.queries.at[lo:hi])
        there = rows[b] >= 0
        pool = Candidates.of(split.train.items[rows[b][there]], scores[b][there], "ease")
        truth = split.truth_rows[split.truth_indptr[b] : split.truth_indptr[b + 1]]
        if mix is None or len(pool) < K:
            continue
        arms = Arms.of(pool.items.tolist(), by_order(pool.scores))
        shares = mix.shares(stock, pool.items)
        for w, weight in enumerate(WEIGHTS):
            added = Balance.of(mix.target, shares, weight * mix.trust).added if weight else None
            chosen = list(choose(Greedy(), arms, K, np.random.default_rng(0), added=added).chosen)
            place = {row: i for i, row in enumerate(rows[b][there][chosen].tolist(), start=1)}
            ranks = np.array([place.get(row, np.inf) for row in truth.tolist()], np.float32)
            found[0, b, w] = ndcg(ranks, np.array([0, len(truth)]), K)[0]
            found[1, b, w] = divergence(mix.target, shares[chosen].mean(axis=0))
    return Frontier(found[0], found[1])


def mix_at(
    stock: Stock, items: Ids, weights: Any, at: I64, context: Context | None = None, hour: int = -1,
    devices: Devices | None = None, listener: int = 1,
) -> Mix | None:  # fmt: skip
    """The mix of a history of any kinds."""
    kinds = stock.facts.kind[stock.facts.rows(items)]
    queries = {}
    for kind in stock.sections:
        mine = kinds == kind
        if mine.any():
            asked = Query("", listener, items[mine], weights[mine], at[mine], context or Context(), hour, kind)
            queries[kind] = asked
    return mix_of(Board(stock, queries), tuple(queries), devices) if queries else None


def chosen(fronts: Sequence[Frontier]) -> float:
    """The largest weight that costs no set more than LOSS of its NDCG without balance."""
    fits = [w for i, w in enumerate(WEIGHTS) if all(_kept(f, i) >= 1 - LOSS for f in fronts)]
    return max(fits)


def _kept(front: Frontier, i: int) -> float:
    return float(np.nanmean(front.ndcg[:, i]) / np.nanmean(front.ndcg[:, 0]))


def table(name: str, front: Frontier, marked: float) -> str:
    """Markdown, a row a weight."""
    out = [
        f"{name}: {int(np.isfinite(front.ndcg[:, 0]).sum()):,} listeners", "",
        "| λ | NDCG@20 | 95 % | against λ = 0 | KL, nats | 95 % |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for i, (gain, far) in enumerate(zip(intervals(front.ndcg), intervals(front.kl))):
        change = paired(front.ndcg[:, i], front.ndcg[:, 0])
        bold = "**" if WEIGHTS[i] == marked else ""
        by = f"{change.mean:+.4f} ({change.low:+.4f} to {change.high:+.4f})" if i else "–"
        out.append(
            f"| {bold}{WEIGHTS[i]:g}{bold} | {gain.mean:.4f} | {gain.low:.4f}–{gain.high:.4f} | {by} "
            f"| {far.mean:.3f} | {far.low:.3f}–{far.high:.3f} |"
        )
    return "\n".join(out)


def foretold(stock: Stock, taken: snapshot.Snapshot, devices: Devices, cut: int) -> dict[str, Interval]:
    """Bits saved a play by each circumstance against the overall mix, of plays of the week after the cut."""
    data, rng = joint(taken), np.random.default_rng(0)
    names = {"hour": (True, False), "device": (False, True), "hour and device": (True, True)}
    gains = []
    for u in range(len(data.owners)):
        lo, hi = data.indptr[u : u + 2]
        at, items, listener = data.at[lo:hi], data.items[data.rows[lo:hi]], int(data.owners[u])
        before, after = at < cut, np.flatnonzero((at >= cut) & (at < cut + WEEK))
        if before.sum() < 10 or not len(after):
            continue
        codes = devices.of(listener, at)
        names_of = {code: name for name, code in devices._codes.items()}
        for i in rng.choice(after, min(MOMENTS, len(after)), replace=False).tolist():
            hour = int(at[i]) // 3_600_000 % 24
            bits = []
            for by_hour, by_device in ((False, False), *names.values()):
                context = Context(now=int(at[i]), device=names_of.get(int(codes[i]), "") if by_device else "")
                mix = mix_at(
                    stock, items[before], data.weights[lo:hi][before], at[before], context, hour if by_hour else -1,
                    devices, listener,
                )  # fmt: skip
                assert mix is not None
                share = mix.shares(stock, items[i : i + 1])[0]
                bits.append(-float(share @ np.log2(0.99 * mix.target + 0.01 / len(share))))
            gains.append((u, *(bits[0] - b for b in bits[1:])))
    values = np.array(gains)
    found = intervals(values[:, 1:], owners=values[:, 0].astype(np.int32))
    return dict(zip(names, found))


def homes(folder: Path, taken: snapshot.Snapshot, now: int) -> str:
    """Markdown: how far whole pages are from their listener's mix of this hour, with shelves chosen, too."""
    release(folder, taken)
    out = [
        "| λ | page: KL, nats | 95 % | first 4 rows | 95 % | talk and books on the page |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    with Workspace.open(folder) as workspace:
        opened = Serving.open(workspace, current_release(folder, "default"))
        for weight in PAGES:
            ways = ways_of(opened.settings.model_copy(update={"balance": weight}), opened.stock)
            serving, far = replace(opened, ways=ways), []
            for listener in opened.snapshot.listeners.numbers[::HOMES].tolist():
                home, kitchen = serving.home(listener, Context(now=now), np.random.default_rng(listener))
                mix = mix_of(kitchen.board, serving.listening.taken, serving.listening.devices)
                if mix is None or not home.shelves:
                    continue
                items = np.array([c.item for shelf in home.shelves for c in shelf.cards], np.int32)
                shares, head = mix.shares(serving.stock, items), sum(len(shelf.cards) for shelf in home.shelves[:4])
                parts = (shares.mean(axis=0), shares[:head].mean(axis=0))
                spoken = (shares[:, 1:KINDS_OF_MIX].sum() / len(items), mix.target[1:KINDS_OF_MIX].sum())
                far.append((*(float(divergence(mix.target, part)) for part in parts), *spoken))
            page, top, talk, own = intervals(np.array(far, np.float64))
            out.append(
                f"| {weight:g} | {page.mean:.3f} | {page.low:.3f}–{page.high:.3f} "
                f"| {top.mean:.3f} | {top.low:.3f}–{top.high:.3f} | {talk.mean:.1%} (own mix {own.mean:.1%}) |"
            )
    return f"{len(far)} listeners\n\n" + "\n".join(out)


def release(folder: Path, taken: snapshot.Snapshot) -> None:
    """EASE for each kind that is taken."""
    kinds = (Kind.TRACK, Kind.EPISODE, Kind.SHOW, Kind.AUDIOBOOK)
    populations, models = [], {}
    for kind in kinds:
        where = f"models/{kind.label}-listener"
        models[where] = folder / "fitted" / kind.label
        models[where].parent.mkdir(exist_ok=True)
        save_model(Ease().fit(taken.interactions(kind), np.random.default_rng(0)), models[where])
        populations.append(Population(kind=kind.label, owner="listener", model=where, recipe="ease"))
    manifest = Manifest(
        id="", tenant="default", created="", snapshot=taken.id, simulated=True, seed=0, version="bench", code="bench",
        populations=tuple(populations),
    )  # fmt: skip
    promote(folder, "default", write_release(folder, manifest, models).id)


STYLE = """
text { font: 13px system-ui, sans-serif; fill: #57606a } .head { font-weight: 600; fill: #24292f }
.axis { stroke: #d0d7de } .line { stroke: #0969da; stroke-width: 2; fill: none }
.dot { fill: #0969da } .bar { stroke: #0969da; stroke-opacity: .35; stroke-width: 2 }
.ring { stroke: #bc4c00; fill: none; stroke-width: 2 }
.mark { fill: #bc4c00; font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #9da7b1 } .head { fill: #e6edf3 } .axis { stroke: #3d444d } .line { stroke: #58a6ff }
  .dot { fill: #58a6ff } .bar { stroke: #58a6ff } .ring { stroke: #f0883e } .mark { fill: #f0883e }
}
"""
WIDE, HIGH, LEFT, TOP, BELOW = 400, 320, 62, 40, 54  # px of a panel and what is around its plot


def picture(fronts: Sequence[tuple[str, Frontier]], marked: float) -> str:
    """The frontier of each set side by side: to the left is nearer to the listener's own mix, up is more relevant."""
    width = WIDE * len(fronts)
    panels = [panel(name, front, marked, WIDE * i) for i, (name, front) in enumerate(fronts)]
    title = "NDCG@20 against the divergence from the listener's own mix, for rising weights of balance"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HIGH}" width="{width}" height="{HIGH}" '
        f'role="img" aria-label="{title}"><title>{title}</title><style>{STYLE}</style>{"".join(panels)}</svg>\n'
    )


def panel(name: str, front: Frontier, marked: float, at: int) -> str:
    up, across = intervals(front.ndcg), intervals(front.kl)
    xs, ys = nice(0, max(i.high for i in across), 4), nice(min(i.low for i in up), max(i.high for i in up), 4)

    def x(value: float) -> float:
        return at + LEFT + (value - xs[0]) / (xs[-1] - xs[0]) * (WIDE - LEFT - 24)

    def y(value: float) -> float:
        return HIGH - BELOW - (value - ys[0]) / (ys[-1] - ys[0]) * (HIGH - BELOW - TOP)

    out = [f'<text class="head" x="{at + LEFT}" y="20">NDCG@20, {name}</text>']
    for v in xs:
        out.append(f'<line class="axis" x1="{x(v):.1f}" x2="{x(v):.1f}" y1="{TOP}" y2="{HIGH - BELOW}"/>')
        out.append(f'<text x="{x(v):.1f}" y="{HIGH - BELOW + 18}" text-anchor="middle">{v:g}</text>')
    for v in ys:
        out.append(f'<line class="axis" x1="{x(xs[0]):.1f}" x2="{x(xs[-1]):.1f}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>')
        out.append(f'<text x="{at + LEFT - 8}" y="{y(v) + 4:.1f}" text-anchor="end">{v:g}</text>')
    middle = at + (LEFT + WIDE - 24) / 2
    out.append(
        f'<text x="{middle}" y="{HIGH - 12}" text-anchor="middle">KL from the own mix, nats (left: nearer)</text>'
    )
    points = [(x(a.mean), y(u.mean)) for a, u in zip(across, up)]
    for (px, py), a, u in zip(points, across, up):
        out.append(f'<line class="bar" x1="{px:.1f}" x2="{px:.1f}" y1="{y(u.low):.1f}" y2="{y(u.high):.1f}"/>')
        out.append(f'<line class="bar" x1="{x(a.low):.1f}" x2="{x(a.high):.1f}" y1="{py:.1f}" y2="{py:.1f}"/>')
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    out.append(f'<polyline class="line" points="{path}"/>')
    for weight, (px, py) in zip(WEIGHTS, points):
        out.append(f'<circle class="dot" cx="{px:.1f}" cy="{py:.1f}" r="4"><title>λ = {weight:g}</title></circle>')
        if weight == marked:
            out.append(f'<circle class="ring" cx="{px:.1f}" cy="{py:.1f}" r="8"/>')
        if weight in (0, marked, WEIGHTS[-1]):
            above = weight == marked
            out.append(
                f'<text class="{"mark" if above else ""}" x="{px:.1f}" y="{py - 14 if above else py + 22:.1f}" '
                f'text-anchor="{"middle" if above else "start"}">λ = {weight:g}</text>'
            )
    return "".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description="What following the listener's own mix costs.")
    default = os.environ.get("SEGUE_DATA", Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--listeners", type=int, default=600)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made, taken, devices = world(Path(scratch) / "world", given.listeners)
        sets, source = [made], given.data / "hetrec-lastfm2k"
        if source.is_dir():
            sets.append(lastfm(Path(scratch) / "lastfm", source))
        else:
            print(f"hetrec-lastfm2k is not here: {source} (set SEGUE_DATA)")
        inner = [frontier(s.stock, s.inner) for s in sets]
        marked = chosen(inner)
        kept = ", ".join(f"{s.name} {_kept(f, WEIGHTS.index(marked)):.3f}" for s, f in zip(sets, inner))
        print(f"chosen on the inner splits: λ = {marked:g}; of the NDCG without balance it keeps {kept}\n")
        outer = [frontier(s.stock, s.outer) for s in sets]
        for s, front in zip(sets, outer):
            print(table(f"{s.name} ({s.what}; {s.outer.protocol})", front, marked), end="\n\n")
        print("bits a play of the last week is foretold better than by the overall mix:")
        for name, gain in foretold(made.stock, taken, devices, int(joint(taken).at.max()) - WEEK).items():
            print(f"  by {name}: {gain.mean:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})")
        evening = int(joint(taken).at.max()) // 86_400_000 * 86_400_000 - 6 * 3_600_000
        print("\nHomes of the world at 18:00 UTC:", homes(Path(scratch) / "world", taken, evening))
    if given.picture:
        given.picture.write_text(picture([(s.name, f) for s, f in zip(sets, outer)], marked))


if __name__ == "__main__":
    main()
