"""Moods in a simulated world, where it is known which tracks have them.

    python benchmarks/moods_world.py [--listeners 200] [--tracks 1500] [--heard 300] [--seed 11]

Every track of the world has the moods of its genre, two or three; its tags name one of them. True for an activity is
what these moods suit by half or more. Two questions. Does a release know moods? ROC-AUC over tracks, macro over moods
and activities that some but not most tracks have: by the words alone, with the text encoder, and for activities by
nothing but tempo, energy and loudness of rendered clips (`--heard` of them). Do cards of a shelf fit? Whoever names an
activity gets its shelf: the share of its cards that truly fit it, for listeners with a history, beside the share of
their own plays that do and of all tracks. Intervals are 95 %, bootstrap over tracks or listeners. Prints Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from moods import auc_ap

from segue.app import Service, open_service
from segue.core.events import Item
from segue.core.types import F32, Context, Kind
from segue.evaluation.intervals import interval
from segue.fitted.moods import Moods
from segue.jobs.facts import snapshot_of
from segue.jobs.moods import learn_moods
from segue.jobs.sound import Heard, hear
from segue.jobs.train import train
from segue.runs.releases import current_release
from segue.signals.audio import Features
from segue.signals.moods import ACTIVITIES, MOODS, NAMES, read_all, sounding, suiting
from segue.store.catalogue_view import CatalogueView
from segue.store.snapshot import Snapshot
from segue.store.workspace import Workspace
from segue.world import WorldSettings, make_world
from segue.world.genres import GENRES

SHARE, FITS, CARDS, ASKED, RESAMPLES = (0.05, 0.6), 0.5, 20, 60, 200
RECIPES = ("popular", "item-knn")
SOUNDING = [len(MOODS) + i for i, what in enumerate(ACTIVITIES) if what.sound]


def truth(facts: CatalogueView, items: Sequence[Item]) -> dict[int, F32]:
    """(M,) of each track's number: what the moods of its artist's first genre say of it."""
    moods = {g.name: suiting(read_all(g.moods).max(axis=0)[None])[0] for g in GENRES}
    return {facts.find(i.uri)[0]: moods[i.genres[0]] for i in items if i.uri.startswith("segue:track:")}


def told(name: str, scores: F32, real: F32, columns: list[int]) -> None:
    rng, t = np.random.default_rng(0), len(scores)
    auc = auc_ap(scores, real, columns, np.ones(t))[0]
    draws = [np.bincount(rng.integers(0, t, t), minlength=t).astype(float) for _ in range(RESAMPLES)]
    low, high = np.percentile([auc_ap(scores, real, columns, d)[0] for d in draws], [2.5, 97.5])
    print(f"| {name} | {auc:.3f} | {low:.3f}–{high:.3f} |", flush=True)


def asked_for(real: F32, columns: range) -> list[int]:
    """Those that some but not most tracks have."""
    return [m for m in columns if SHARE[0] <= float((real[:, m] > 0).mean()) <= SHARE[1]]


def known(snapshot: Snapshot, true: dict[int, F32], released: Moods) -> None:
    """How well a release knows moods and activities of all tracks."""
    tracks = snapshot.catalogue.of_kind(Kind.TRACK)
    real = np.asarray(np.stack([true[n] for n in tracks.tolist()]) >= FITS, np.float32)
    plain = learn_moods(snapshot, None).of(tracks)
    for name, columns in (("moods", range(len(MOODS))), ("activities", range(len(MOODS), len(NAMES)))):
        some = asked_for(real, columns)
        print(f"\n{len(tracks):,} tracks, {len(some)} {name}\n\n| read by | ROC-AUC | 95 % |\n|---|---|---|")
        told("words of the vocabulary", plain, real, some)
        told("a release", released.of(tracks), real, some)


def by_sound(true: dict[int, F32], heard: Heard) -> None:
    """How well tempo, energy and loudness alone tell activities."""
    real = np.asarray(np.stack([true[n] for n in heard.items.tolist()]) >= FITS, np.float32)
    column = {name: i for i, name in enumerate(Features._fields)}
    aspects = (heard.features[:, column[n]] for n in ("tempo", "energy", "loudness", "pulse"))
    # from the middle, so that what speaks against an activity is told apart from what says nothing
    scores = sounding(np.full((len(heard.items), len(NAMES)), 0.5, np.float32), *aspects)
    some = [m for m in asked_for(real, range(len(MOODS), len(NAMES))) if m in SOUNDING]
    print(f"\n{len(heard.items)} rendered clips\n\n| activity | ROC-AUC | 95 % |\n|---|---|---|")
    for m in some:
        told(NAMES[m], scores, real, [m])
    told("macro", scores, real, some)


def shelves(snapshot: Snapshot, true: dict[int, F32], service: Service, now: int) -> None:
    """The share of a shelf's cards that truly fit."""
    facts, data = snapshot.catalogue, snapshot.interactions(Kind.TRACK)
    tracks = facts.of_kind(Kind.TRACK)
    real = np.stack([true[n] for n in tracks.tolist()]) >= FITS
    rows = np.flatnonzero(np.diff(data.indptr) >= CARDS)
    rows = np.random.default_rng(0).choice(rows, min(ASKED, len(rows)), replace=False)
    print(f"\n{len(rows)} listeners\n\n| shelf | cards that fit | 95 % | own plays that fit | all tracks |")
    print("|---|---|---|---|---|")
    for what in ACTIVITIES:
        m, shown, own = NAMES.index(what.name), [], []
        for row in rows.tolist():
            page = service.home(snapshot.listeners.id(int(data.owners[row])), Context(now=now, activity=what.name))
            shelf = next((s for s in page.shelves if s.key == "for-activity"), None)
            if shelf is None or not shelf.cards:
                continue
            cards = np.array([facts.find(c.uri)[0] for c in shelf.cards if c.kind == "track"], np.int32)
            shown.append(real[np.searchsorted(tracks, cards), m].mean())
            heard = data.items[data.rows[data.indptr[row] : data.indptr[row + 1]]]
            own.append(real[np.searchsorted(tracks, heard), m].mean())
        if shown:
            fit = interval(np.array(shown))
            print(f"| {what.title} | {fit.mean:.2f} | {fit.low:.2f}–{fit.high:.2f} | {np.mean(own):.2f} "
                  f"| {real[:, m].mean():.2f} |", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Whether moods of a world are known, and shelves fit.")
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--tracks", type=int, default=1500)
    parser.add_argument("--heard", type=int, default=300)
    parser.add_argument("--seed", type=int, default=11)
    asked = parser.parse_args()
    sizes = WorldSettings(seed=asked.seed, listeners=asked.listeners, days=30, tracks=asked.tracks, shows=10,
                          audiobooks=10)  # fmt: skip
    made = make_world(sizes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w"
        with Workspace.create(path) as workspace:
            items = list(made.items())
            workspace.log.append((), items)
            workspace.log.append_table(made.events())
            train(workspace, "default", recipes=RECIPES, tuning_trials=1)
            snapshot = snapshot_of(workspace, "default")
            true = truth(snapshot.catalogue, items)
            known(snapshot, true, Moods.load(current_release(path, "default").folder / "moods"))
            by_sound(true, hear(workspace, "default", most=asked.heard, network=False))
        with open_service(path) as service:
            shelves(snapshot, true, service, sizes.end)


if __name__ == "__main__":
    main()
