"""Books, shows and audiobooks for people known only by their music.

python benchmarks/coldstart.py douban|world|three [seed …]
python benchmarks/coldstart.py parts [part …]           everybody of douban, a fifth at a time, pooled
python benchmarks/coldstart.py served [seed]            douban by import, train and recommend

Of the people who took both kinds, 20 % are drawn by the seed and left out of everything: of both kinds when fitting,
and of all that is chosen. What is chosen is chosen on the rest, three folds of people at a time. They are asked with
their music, the whole catalogue of the other kind is ranked, and all that they took of it is relevant, whatever its
rating. Ties go by item number. The control gives each of them the music of another of them.

`parts` sets aside the five fifths that the permutation of seed 0 makes, one after another, so that each person is asked
once by models that know nothing of them, and pools the people; the first part is the draw of `douban 0`. `served` goes
the way of the command line: the ratings of those set aside are left out of the books' file, both files are imported,
music as albums and books as audiobooks, and a release is trained and asked for audiobooks by `recommend --all`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import scipy.sparse as sp
from _coldstart_data import DATA, bare, douban, hetrec, same_taste, world

from segue.core.protocols import Facts
from segue.core.types import F32, F64, I64, Interactions, Queries
from segue.evaluation.intervals import interval, paired
from segue.evaluation.metrics import ndcg
from segue.evaluation.ranking import Lists, ranks
from segue.models import RECIPES
from segue.models.crossing import Points
from segue.models.crossing._learning import POPULAR, Crossed, learn_crossing, possible
from segue.models.crossing._people import Pairs, histories, taken, without
from segue.models.popular import Popular

K, SHARE, FOLDS, PARTS = 20, 0.2, 3, 5
KEPT, SHUFFLED = "what Segue keeps", "the same, another's music"
Scorer = Callable[[Interactions, Interactions, Queries], F32]


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "douban"
    seeds = [int(s) for s in sys.argv[2:]] or [0]
    if what == "douban":
        for seed in seeds:
            judge(*douban(), seed)
        return
    if what == "parts":
        return pooled([int(s) for s in sys.argv[2:]] or list(range(PARTS)))
    if what == "served":
        return served(seeds[0])
    with TemporaryDirectory() as place:
        folder = Path(place)
        if what == "three":
            three("hetrec-lastfm2k, artists", hetrec(folder), seeds[0])
        for seed in seeds:
            facts, pairs = world(seed, folder)
            if what == "three":
                three("the world, tracks", pairs[0][1], seed)
                continue
            for of, by in pairs:
                judge(of, by, seed, facts)


def drawn(people: int, seed: int, part: int = 0) -> I64:
    """Those set aside: the first fifth of a permutation by the seed, or another."""
    bounds = [round(SHARE * people) * p for p in range(PARTS)] + [people]
    return np.sort(np.random.default_rng(seed).permutation(people)[bounds[part] : bounds[part + 1]])


def pooled(parts: Sequence[int]) -> None:
    """Everybody once, in parts, each asked by models that know nothing of them."""
    found = [judge(*douban(), 0, part=part) for part in parts]
    rows = {name: np.concatenate([f[name] for f in found]) for name in found[0]}
    print(f"\n{len(rows[KEPT])} people in {len(parts)} parts")
    for name, each in rows.items():
        value, more, over = interval(each), paired(each, rows[POPULAR]), paired(each, rows["kernel ridge"])
        print(
            f"{name:26} {value.mean:.4f} [{value.low:.4f}, {value.high:.4f}]  × popularity "
            f"{ratio(each, rows[POPULAR])}  {more.mean:+.4f} [{more.low:+.4f}, {more.high:+.4f}]  × kernel ridge "
            f"{ratio(each, rows['kernel ridge'])}  {over.mean:+.4f} [{over.low:+.4f}, {over.high:+.4f}]"
        )


def ratio(mine: F64, theirs: F64) -> str:
    """Of two means over the same people, with a 95 % bootstrap interval over people."""
    draw = np.random.default_rng(0).integers(0, len(mine), (1000, len(mine)))
    low, high = np.percentile(mine[draw].mean(axis=1) / theirs[draw].mean(axis=1), [2.5, 97.5])
    return f"{mine.mean() / theirs.mean():.3f} [{low:.3f}, {high:.3f}]"


def served(seed: int) -> None:
    """The files of douban by the command line's way, without what those set aside said of books."""
    of, by = douban()
    pairs = Pairs.make(of, by)
    held = drawn(len(pairs), seed)
    truth, people = taken(of, pairs.of[held]), of.owners[pairs.of[held]]
    with TemporaryDirectory() as place:
        folder = Path(place)
        known = np.repeat(~np.isin(of.owners, people), np.diff(of.indptr))
        table = np.loadtxt(DATA / "douban" / "book.dat", dtype=str, delimiter="\t")
        np.savetxt(folder / "book.dat", table[~np.isin(table[:, 0], people.astype(str))], "%s", "\t")
        (folder / "who").write_text("\n".join(map(str, people)) + "\n")
        print(f"{len(people)} people set aside; {int(known.sum())} of {len(of.rows)} ratings of books are known")
        columns = ("--listener", "0", "--item", "1", "--weight", "2", "--no-header", "--sep", "tab")
        workspace = ("--workspace", str(folder / "w"))
        for command in (
            (*workspace, "import", "interactions", str(DATA / "douban" / "music.dat"), *columns, "--kind", "album"),
            (*workspace, "import", "interactions", str(folder / "book.dat"), *columns, "--kind", "audiobook"),
            (*workspace, "train", "--recipe", "popular", "--recipe", "item-knn"),
            (*workspace, "recommend", "--all", "--kind", "audiobook", "--listeners-file", str(folder / "who"),
             "--n", str(K), "--out", str(folder / "out.jsonl")),
        ):  # fmt: skip
            started = time.perf_counter()
            subprocess.run([sys.executable, "-m", "segue.cli", *command], check=True)
            print(f"segue {' '.join(command[2:4])}: {time.perf_counter() - started:.0f} s", flush=True)
        lines = [json.loads(line) for line in (folder / "out.jsonl").open()]
    ids = np.loadtxt(DATA / "douban" / "book.dat", dtype=np.int64, delimiter="\t")[:, 1]
    books, each = np.unique(ids), []
    for row, line in enumerate(lines):
        wanted = books[truth.indices[truth.indptr[row] : truth.indptr[row + 1]]]
        gains = np.isin(np.array(line["items"], np.int64), wanted) / np.log2(np.arange(2, len(line["items"]) + 2))
        each.append(gains.sum() / (1 / np.log2(np.arange(2, min(K, len(wanted)) + 2))).sum())
    value = interval(np.array(each))
    print(f"recommended: ndcg@{K} {value.mean:.4f} [{value.low:.4f}, {value.high:.4f}] of {len(each)} people")


def judge(
    of: Interactions, by: Interactions, seed: int, facts: Facts | None = None, part: int | None = None
) -> dict[str, F64]:  # fmt: skip
    """One table: people drawn by the seed, known by `by` alone, and what they took of `of`.

    With a `part`, one of five, only what a pooled table needs. Returns the NDCG of each of them.
    """
    pairs, rng = Pairs.make(of, by), np.random.default_rng(seed)
    held = drawn(len(pairs), seed, part or 0)
    gone_of, gone_by = np.zeros(len(of.owners), np.bool_), np.zeros(len(by.owners), np.bool_)
    gone_of[pairs.of[held]], gone_by[pairs.by[held]] = True, True
    known_of, known_by = without(of, gone_of), without(by, gone_by)
    truth = taken(of, pairs.of[held])
    lists = Lists(truth.indptr.astype(np.int64), truth.indices.astype(np.int32))
    asked = histories(by, pairs.by[held])
    names = f"{of.kind.label}s by {by.kind.label}s, seed {seed}, part {part or 0}"
    print(f"\n{names}: {len(held)} set aside of {len(pairs)} who took both; {len(of.items)} to rank")
    rows: dict[str, F64] = {}

    def row(name: str, scores: F32, started: float) -> None:
        rows[name] = ndcg(ranks(scores, lists, ties="low"), lists.indptr, K)
        value, best = interval(rows[name]), rows[POPULAR]
        more = paired(rows[name], best)
        print(
            f"{name:34} {value.mean:.4f} [{value.low:.4f}, {value.high:.4f}]  × popularity "
            f"{value.mean / best.mean():.3f}  {more.mean:+.4f} [{more.low:+.4f}, {more.high:+.4f}]  "
            f"{time.perf_counter() - started:.0f} s",
            flush=True,
        )

    started = time.perf_counter()
    row(POPULAR, Popular().fit(known_of, rng).score(asked), started)
    if facts is not None:
        row("same-taste", same_taste(facts, known_of, known_by, asked), time.perf_counter())
    started = time.perf_counter()
    row("kernel ridge", tuned(kernel_ridge, RIDGES, known_of, known_by, seed)(known_of, known_by, asked), started)
    started = time.perf_counter()
    found = learn_crossing(known_of, known_by, possible(len(pairs)), np.random.default_rng(seed))
    points = Points.of(known_by, np.random.default_rng(seed))
    for name in found.recipes if part is None else ():
        for n in range(3 if name == "network" else 1):
            model = found.recipes[name].fit(known_of, known_by, points, np.random.default_rng(n))
            row(f"{name}{f', seed {n}' if name == 'network' else ''}", model.score(asked), started)
            started = time.perf_counter()
    if found.model is None:
        print(f"nothing surely better than popularity: {found.inner}")
        return rows | {KEPT: rows[POPULAR], SHUFFLED: rows[POPULAR]}
    row(KEPT, found.model.score(asked), started)
    print(f"kept: {chosen(found)}; on the inner split:", {n: round(v, 4) for n, v in found.inner.items()})
    order = np.random.default_rng(seed).permutation(len(held))
    mixed = np.zeros(len(held), np.int64)
    mixed[order] = np.roll(order, 1)  # nobody keeps their own
    row(SHUFFLED, found.model.score(histories(by, pairs.by[held][mixed])), time.perf_counter())
    if part is not None:
        return rows
    started = time.perf_counter()
    shuffled = learn_crossing(known_of, shuffle(known_by, seed), ("ridge",), np.random.default_rng(seed))
    print(f"control, learned from shuffled music: {'popularity stays' if shuffled.model is None else 'FAILED'} "
          f"({ {n: round(v, 4) for n, v in shuffled.inner.items()} } on the inner split)")  # fmt: skip
    more, times = paired(rows[KEPT], rows["kernel ridge"]), rows[KEPT].mean() / rows["kernel ridge"].mean()
    print(f"over kernel ridge: × {times:.3f}, {more.mean:+.4f} [{more.low:+.4f}, {more.high:+.4f}]", flush=True)
    for name, (make, values) in RIVALS.items() if facts is None else ():
        started = time.perf_counter()
        row(name, tuned(make, values, known_of, known_by, seed)(known_of, known_by, asked), started)
    return rows


def chosen(found: Crossed) -> str:
    return " + ".join(f"{w:g} {n}" for n, w in found.weights.items())


def shuffle(by: Interactions, seed: int) -> Interactions:
    """The same histories, each given to another owner."""
    order = np.random.default_rng(seed).permutation(len(by.owners))
    counts = np.diff(by.indptr)[order]
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    events = np.repeat(by.indptr[order] - indptr[:-1], counts) + np.arange(len(by.rows))
    return replace(by, indptr=indptr, rows=by.rows[events], weights=by.weights[events], at=by.at[events])


def tuned(
    make: Callable[..., Scorer], values: Sequence[float], of: Interactions, by: Interactions, seed: int
) -> Scorer:
    """The best of some settings on people set aside in folds."""
    pairs = Pairs.make(of, by)
    order = np.random.default_rng(seed).permutation(len(pairs))
    totals = np.zeros(len(values))
    for n in range(FOLDS):
        held = np.sort(order[n::FOLDS])
        gone_of, gone_by = np.zeros(len(of.owners), np.bool_), np.zeros(len(by.owners), np.bool_)
        gone_of[pairs.of[held]], gone_by[pairs.by[held]] = True, True
        truth = taken(of, pairs.of[held])
        lists = Lists(truth.indptr.astype(np.int64), truth.indices.astype(np.int32))
        for i, value in enumerate(values):
            scores = make(value)(without(of, gone_of), without(by, gone_by), histories(by, pairs.by[held]))
            totals[i] += np.nansum(ndcg(ranks(scores, lists, ties="low"), lists.indptr, K))
    return make(values[int(np.argmax(totals))])


def kernel_ridge(ridge: float) -> Scorer:
    """Cosine kernel of music, each item by the root of its rarity; popularity is the mean and is not shrunk."""

    def score(of: Interactions, by: Interactions, asked: Queries) -> F32:
        pairs = Pairs.make(of, by)
        theirs, mine = unit(by, histories(by, pairs.by)), unit(by, asked)
        y = taken(of, pairs.of).toarray()
        mean = y.mean(axis=0)
        kernel = (theirs @ theirs.T).toarray() + np.float32(ridge) * np.eye(len(pairs), dtype=np.float32)
        return np.asarray((mine @ theirs.T).toarray() @ np.linalg.solve(kernel, y - mean) + mean, np.float32)

    return score


def unit(by: Interactions, asked: Queries) -> sp.csr_array:
    takers = np.bincount(by.matrix().indices, minlength=len(by.items))
    rarity = np.sqrt(np.log(max(2, np.count_nonzero(np.diff(by.indptr))) / np.maximum(takers, 1)))
    at = np.searchsorted(by.items, asked.items)
    rows = sp.csr_array((rarity[at].astype(np.float32), at, asked.indptr), shape=(len(asked), len(by.items)))
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array((1 / np.maximum(length, 1e-9)).astype(np.float32)) @ rows)


def across(name: str, axis: str, value: float) -> Scorer:
    """A recipe for one kind, fitted on both kinds as one, asked with music alone."""

    def score(of: Interactions, by: Interactions, asked: Queries) -> F32:
        recipe = replace(RECIPES[name](), **{axis: value})  # type: ignore[type-var]
        model = recipe.fit(both(of, by), np.random.default_rng(0))
        return model.score(asked)[:, np.searchsorted(model.items, of.items)]

    return score


def both(of: Interactions, by: Interactions) -> Interactions:
    """Two kinds as one population; their numbers do not meet."""
    owners, items = np.union1d(of.owners, by.owners), np.union1d(of.items, by.items)
    rows = sum(
        sp.csr_array(
            (d.weights, (np.searchsorted(owners, d.owners)[d.owner_rows()], np.searchsorted(items, d.items)[d.rows])),
            shape=(len(owners), len(items)),
        )
        for d in (of, by)
    )
    out = sp.csr_array(rows)
    return replace(
        of, owners=owners.astype(np.int32), items=items.astype(np.int32), indptr=out.indptr.astype(np.int64),
        rows=out.indices.astype(np.int32), weights=out.data.astype(np.float32), attributes=bare(len(items)),
        at=np.arange(len(out.data), dtype=np.int64), country=np.zeros(len(owners), "S2"),
    )  # fmt: skip


RIDGES = (3.0, 6.0, 10.0, 15.0, 25.0, 50.0)
RIVALS: dict[str, tuple[Callable[..., Scorer], tuple[float, ...]]] = {
    "item-knn across both kinds": (partial(across, "item-knn", "neighbours"), (50, 200, 1000)),
    "ease across both kinds": (partial(across, "ease", "ridge"), (300.0, 1000.0, 3000.0)),
    "ials across both kinds": (partial(across, "ials", "regularization"), (0.001, 0.01)),
}
"""What people would reach for, and the settings that are tried of each on people set aside of those given."""


def three(name: str, data: Interactions, seed: int) -> None:
    """A fifth of those with ten items or more is asked about with three of them at random; the rest is the truth."""
    rng = np.random.default_rng(seed)
    taken_by = taken(data, np.arange(len(data.owners), dtype=np.int64))
    long = np.flatnonzero(np.diff(taken_by.indptr) >= 10)
    held = np.sort(rng.permutation(long)[: round(SHARE * len(long))])
    gone = np.isin(np.arange(len(data.owners)), held)
    given, truth = [], []
    for u in held:
        mixed = rng.permutation(taken_by.indices[taken_by.indptr[u] : taken_by.indptr[u + 1]])
        given.append(np.sort(mixed[:3]))
        truth.append(np.sort(mixed[3:]))
    starts = np.arange(0, 3 * len(held) + 1, 3)
    asked = Queries.of(starts, data.items[np.concatenate(given)], country=data.country[held])
    drop = Lists(starts, np.concatenate(given).astype(np.int32))
    lists = Lists(np.cumsum([0, *map(len, truth)]).astype(np.int64), np.concatenate(truth).astype(np.int32))
    print(f"\n{name}, seed {seed}: {len(held)} listeners with three items each, seen dropped")
    known, base = without(data, gone), np.zeros(0)
    for recipe in THREE:
        started = time.perf_counter()
        scores = RECIPES[recipe]().fit(known, np.random.default_rng(seed)).score(asked)
        each = ndcg(ranks(scores, lists, drop, ties="low"), lists.indptr, K)
        base = each if recipe == "popular" else base
        value, more = interval(each), paired(each, base)
        print(
            f"{recipe:14} {value.mean:.4f} [{value.low:.4f}, {value.high:.4f}]  {more.mean:+.4f} "
            f"[{more.low:+.4f}, {more.high:+.4f}]  {time.perf_counter() - started:.0f} s",
            flush=True,
        )


THREE = ("popular", "item-knn", "ease", "ials", "pmi-vectors")

if __name__ == "__main__":
    main()
