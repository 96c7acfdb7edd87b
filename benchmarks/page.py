"""How long a page takes to choose once Home has learned: 8 shelves of 10 cards from some 500 candidates, on one core.

    python benchmarks/page.py [--workspace DIR] [--policy NAME] [--pages 2000]

Over the catalogue of benchmarks/home.py (60,000 tracks, a blend of all recipes). Listeners are shown pages, play some
of what they see, and `segue learn` learns from it; then the time of a page is taken in process, without rendering: from
its candidates on (features, ranking, balance, every choice of shelf, card and reason with its probability), and as a
whole, with the candidates got from the catalogue. Prints one JSON object, also for a Home that has learned nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from home import make_workspace  # type: ignore[import-not-found]

from segue.app import Service, open_service
from segue.core.events import AnyEvent, Play
from segue.core.slates import Offer
from segue.core.types import Context
from segue.jobs.teach import teach
from segue.jobs.threads import limited
from segue.store.workspace import Workspace
from segue.surfaces.home.mix import mix_of
from segue.surfaces.home.page import build_home, offered
from segue.surfaces.home.ways import way_of

HOUR_MS = 3_600_000
TOML = 'page_shelves = 8\nshelf_cards = 10\nshelf_arms = {arms}\npolicy = "{policy}"\nheard_days = 0.0\n'


def shown(folder: Path, pages: int) -> int:
    """Pages two days ago and some plays of what was on them; how many plays."""
    rng = np.random.default_rng(2)
    then = int(time.time() * 1000) - 48 * HOUR_MS
    events: list[AnyEvent] = []
    with open_service(folder) as service:
        for i in range(pages):
            listener = f"L{int(rng.integers(2000))}"
            at = then + i * 12 * HOUR_MS // pages
            page = service.page(listener, Context(now=at, country="SE"))
            service.log_pages([page])
            for shelf in page.home.shelves:
                for position, card in enumerate(shelf.cards):
                    if rng.random() < 0.12 * 0.8**position:
                        uri = service.workspace.catalogue.uri(card.item)
                        play = Play(id=f"s{len(events)}-{i}", listener=listener, item=uri, at=at + 60_000,
                                    ms_played=180_000, page=page.page)  # fmt: skip
                        events.append(play)
        service.append(events)
        service.log_pages([service.page("L0", Context(now=then + 40 * HOUR_MS, country="SE"))])  # the windows are over
    return len(events)


@dataclass(frozen=True)
class Ready:
    """A shelf that offers what all shelves offered before."""

    offers: Sequence[Offer]

    def build(self, *_: object) -> Sequence[Offer]:
        return self.offers


def measure(service: Service, pages: int) -> dict[str, float]:
    serving, rng = service._serving, np.random.default_rng(3)
    numbers = serving.snapshot.listeners.numbers
    now, took, chosen, arms = int(time.time() * 1000), [], [], []
    for i in range(pages + 100):
        who, chance = int(numbers[rng.integers(len(numbers))]), np.random.default_rng(i)
        context = Context(now=now + i, country="SE")
        start = time.perf_counter()
        home, _ = serving.home(who, context, chance)
        took.append(time.perf_counter() - start)
        assert len(home.shelves) == 8
        kitchen = serving.kitchen(who, context)
        offers = offered(kitchen, serving.shelves)
        arms.append(sum(len(o.candidates) for o in offers))
        ready, way, chance = {"ready": Ready(offers)}, way_of(who, serving.ways), np.random.default_rng(i)
        start = time.perf_counter()
        mix = mix_of(kitchen.board, serving.listening.taken, serving.listening.devices) if way.balance else None
        again = build_home("", kitchen, ready, way.policy, chance, way.value, serving.release.id, mix, way.balance)  # type: ignore[arg-type]
        chosen.append(time.perf_counter() - start)
        assert again.decisions == home.decisions
    out = {"candidates": float(np.mean(arms))}
    for name, seconds in (("from_candidates", chosen), ("whole", took)):
        ms = np.array(seconds[100:]) * 1000
        out |= {f"{name}_p50_ms": float(np.percentile(ms, 50)), f"{name}_p99_ms": float(np.percentile(ms, 99))}
    return {name: round(value, 2) for name, value in out.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--policy", default="plackett-luce")
    parser.add_argument("--pages", type=int, default=1500)
    parser.add_argument("--arms", type=int, default=40, help="candidates a shelf")
    parser.add_argument("--tracks", type=int, default=60_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, limited(1):
        folder = args.workspace or Path(scratch) / "workspace"
        if not folder.exists():
            make_workspace(folder, args.tracks, 2000, 300_000, "blend")
        (folder / "segue.toml").write_text(TOML.format(policy=args.policy, arms=args.arms))
        with open_service(folder) as service:
            out: dict[str, object] = {"untaught": measure(service, args.pages // 4)}
        plays = shown(folder, 600)
        with Workspace.open(folder) as workspace:
            learned = teach(workspace, workspace.settings.tenant)
        out |= {"plays": plays, "learned_from": learned.seen, "why_not": learned.why}
        with open_service(folder) as service:
            out["taught"] = measure(service, args.pages)
        json.dump(out, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
