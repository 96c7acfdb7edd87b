"""How long a Home takes over a catalogue of 60,000 tracks, in one process, while events arrive.

    python benchmarks/home.py [--workspace DIR] [--recipe NAME] [--rate 50] [--seconds 20]

Without --workspace a synthetic one is made: 60,000 tracks of 6,000 artists in 40 genres, 2,000 listeners, 300,000
plays, and a release that blends all default recipes, equally weighed (or of one recipe). Requests come at random
moments at the given rate, so that waiting counts; between them as many plays are appended, and what is shown is
logged. Prints one JSON object: the milliseconds of service, of the answer with its waiting, and of processor time a
request took in all threads.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from segue.app import open_service
from segue.core.events import Item, Play
from segue.core.protocols import Model
from segue.core.types import Interactions
from segue.fitted import save_ahead, save_model
from segue.models import RECIPES
from segue.models.blend import applies, assembled
from segue.runs.releases import Manifest, Population, promote, write_release
from segue.store import snapshot
from segue.store.schema import EDGE
from segue.store.workspace import Workspace

GENRES, DAY_MS = 40, 86_400_000


def make_workspace(folder: Path, tracks: int, listeners: int, plays: int, recipe: str) -> None:
    rng = np.random.default_rng(0)
    artists = tracks // 10
    genre = rng.integers(0, GENRES, artists)
    by = np.sort(rng.integers(0, artists, tracks))
    liked = rng.power(0.25, tracks)  # a few are liked much
    of_genre = [np.flatnonzero(genre[by] == g) for g in range(GENRES)]
    now = int(time.time() * 1000)
    items = [
        Item(uri=f"segue:artist:bench:{a}", title=f"Artist {a}", genres=(f"genre {genre[a]}",)) for a in range(artists)
    ]
    items += [
        Item(
            uri=f"segue:track:bench:{t}", title=f"Track {t}", artists=(f"segue:artist:bench:{by[t]}",),
            album=f"segue:album:bench:{t // 8}", duration_ms=200_000, explicit=bool(t % 11 == 0),
            released=now - int(rng.integers(1, 4000)) * DAY_MS,
        )
        for t in range(tracks)
    ]  # fmt: skip
    tastes = rng.integers(0, GENRES, (listeners, 3))
    who = np.sort(rng.integers(0, listeners, plays))
    what = np.empty(plays, np.int64)
    chosen = tastes[who, rng.integers(0, 3, plays)]
    for g in range(GENRES):
        rows = np.flatnonzero(chosen == g)
        p = liked[of_genre[g]] / liked[of_genre[g]].sum()
        what[rows] = rng.choice(of_genre[g], len(rows), p=p)
    at = now - rng.integers(0, 60 * DAY_MS, plays)
    columns = {
        "id": [f"b{i}" for i in range(plays)], "type": ["play"] * plays, "tenant": ["default"] * plays,
        "listener": [f"L{u}" for u in who], "item": [f"segue:track:bench:{t}" for t in what],
        "at": at, "v": np.ones(plays, np.uint8), "ms_played": np.full(plays, 200_000, np.int32),
        "country": [("SE", "DE", "BR")[u % 3] for u in who],
    }  # fmt: skip
    table = pa.table(
        [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(plays, f.type) for f in EDGE], schema=EDGE
    )
    with Workspace.create(folder) as workspace:
        workspace.log.append_table(table, items)
        snap = snapshot.take(workspace, "default")
        data = snap.interactions(snap.populations()[0][0])
        model = fitted(recipe, data)
        with tempfile.TemporaryDirectory() as scratch:
            save_model(model, Path(scratch) / "model")
            takers = np.bincount(data.matrix().indices, minlength=len(data.items))
            save_ahead(model, takers[np.searchsorted(data.items, model.items)], Path(scratch) / "model")
            population = Population(kind="track", owner="listener", model="models/track-listener", recipe=recipe)
            manifest = Manifest(
                id="", tenant="default", created="", snapshot=snap.id, simulated=True, seed=0, version="bench",
                code="bench", populations=(population,),
            )  # fmt: skip
            release = write_release(folder, manifest, {"models/track-listener": Path(scratch) / "model"})
        promote(folder, "default", release.id)


def fitted(recipe: str, data: Interactions) -> Model:
    """A recipe with its defaults, or a blend, of all that apply or of a+b: what `segue train` makes, unsearched."""
    if recipe != "blend" and "+" not in recipe:
        return RECIPES[recipe]().fit(data, np.random.default_rng(0))
    chosen = recipe.split("+") if "+" in recipe else list(RECIPES)
    names = [n for n in chosen if n != "blend" and applies(RECIPES[n], data)]
    models = {n: RECIPES[n]().fit(data, np.random.default_rng(0)) for n in names}
    return assembled(models, np.ones(len(names), np.float32))


def measure(folder: Path, rate: float, seconds: float, impressions: bool) -> dict[str, float]:
    rng = np.random.default_rng(1)
    started = time.perf_counter()
    with open_service(folder) as service:
        opened = time.perf_counter() - started
        who = [v.id for v in service.listeners(limit=2000)]
        songs = [c.uri for c in service.search_titles("Track", n=200)]
        n = int(rate * seconds)
        due = np.cumsum(rng.exponential(1 / rate, n))
        took, answered, shelves = [], [], []
        begun, used = time.perf_counter(), time.process_time()
        for i in range(n):
            time.sleep(max(0.0, due[i] - (time.perf_counter() - begun)))
            start = time.perf_counter()
            view = service.home(who[int(rng.integers(len(who)))], log_impressions=impressions)
            end = time.perf_counter()
            took.append(end - start)
            answered.append(end - begun - due[i])
            shelves.append(len(view.shelves))
            listener, song = who[int(rng.integers(len(who)))], songs[i % len(songs)]
            service.append(
                [Play(id=f"{begun}-{i}", listener=listener, item=song, at=int(time.time() * 1000), ms_played=200_000)]
            )
        cpu = (time.process_time() - used) / n * 1000  # of all threads: home, events, impressions
        out = {
            "open_s": opened,
            "cpu_ms_per_request": cpu,
            "requests": n,
            "rate": rate,
            "shelves": float(np.mean(shelves)),
        }
        for name, values in (("service", took), ("answer", answered)):
            ms = np.array(values) * 1000
            out |= {f"{name}_p50_ms": np.percentile(ms, 50), f"{name}_p99_ms": np.percentile(ms, 99)}
        return {k: round(float(v), 3) for k, v in out.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--no-impressions", action="store_true")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--tracks", type=int, default=60_000)
    parser.add_argument("--recipe", choices=list(RECIPES), default="blend")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.workspace or Path(scratch) / "workspace"
        if not folder.exists():
            make_workspace(folder, args.tracks, 2000, 300_000, args.recipe)
        json.dump(measure(folder, args.rate, args.seconds, not args.no_impressions), sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
