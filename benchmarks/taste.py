"""What a change of taste does to Home: the share of a genre's cards, as it is and as the listener said otherwise.

    segue --workspace DIR demo --no-serve --listeners 300 && python benchmarks/taste.py DIR [--listeners 60]

Works on a copy of a workspace that has a release. For listeners with FEWEST plays, spread evenly over all, whole Homes
are made at one moment: as it is; with more, less and none of their leading genre; none of their leading artist; the
plays of the genre out of the history; and with all of it taken back. A card is of a genre where it carries it, an
artist's where it is by them. The same of the mood that what they play has most of against what everybody plays; a card
is of it where it fits by FAINT. Then what leaves Home where their hours tell nothing. Intervals are bootstrap intervals
over listeners. Then how long a Home takes (one thread, made anew each time), and what the next training reads of a
listener who wants none of a genre. Prints Markdown.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from segue.app import Service, open_service
from segue.core.events import Tune
from segue.core.slates import Home
from segue.core.types import Bools, Context, Kind
from segue.evaluation.intervals import intervals, paired
from segue.store import snapshot
from segue.store.tuning import FAINT

EDITORS = "sim-editors"  # make playlists and hear nothing
FEWEST = 40  # plays of a listener that is asked about
TIMES = 3  # Homes of a listener that are timed, each way


class Asking:
    """One listener at one moment, whose taste is told and told again."""

    def __init__(self, service: Service, name: str, now: int) -> None:
        self.service, self.name, self.context, self.told = service, name, Context(now=now), 0
        taste = service.taste(name, self.context)
        kind = taste.genres[0].kind
        self.genre = taste.genres[0]
        self.artist = next(b for b in taste.favourites if b.kind == kind)
        tuner, number = service._serving.snapshot.tuner, service._number(service._serving, self.artist.subject[5:])
        self.of_genre: Bools = tuner.share("genre", self.genre.name.casefold()) > 0
        self.of_artist: Bools = tuner.share("item", number) > 0

    @contextmanager
    def said(self, *tunes: tuple[str, float]) -> Iterator[None]:
        """For as long as it lasts; taken back after."""
        self._tell([(subject, value) for subject, value in tunes])
        yield
        self._tell([(subject, 0.0) for subject, _ in tunes])

    def _tell(self, tunes: list[tuple[str, float]]) -> None:
        self.told += 1
        at = self.context.now + self.told
        self.service.append([
            Tune(id=f"bench-{self.name}-{at}-{i}", listener=self.name, at=at, subject=subject, value=value)
            for i, (subject, value) in enumerate(tunes)
        ])  # fmt: skip

    def home(self) -> Home:
        """A page made anew, whatever was kept."""
        return self.service.page(self.name, self.context).home

    def share(self, home: Home, of: Bools) -> float:
        cards = np.array([card.item for shelf in home.shelves for card in shelf.cards], np.int32)
        return float(of[self.service._serving.stock.facts.rows(cards)].mean())

    def seconds(self) -> float:
        """The least of TIMES."""
        took = []
        for _ in range(TIMES):
            started = time.perf_counter()
            self.home()
            took.append(time.perf_counter() - started)
        return min(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--listeners", type=int, default=60)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "ws"
        shutil.copytree(args.workspace, folder)
        with open_service(folder) as service:
            names = asked(service, args.listeners)
            print(measured(service, names))
            print(moods_measured(service, names))
            print(learned(service, names[0]))


def asked(service: Service, n: int) -> list[str]:
    """Who has FEWEST plays, from who has most to who has least."""
    able = [one.id for one in service.listeners(limit=100_000) if one.plays >= FEWEST and one.id != EDITORS]
    return [able[i] for i in np.unique(np.linspace(0, len(able) - 1, min(n, len(able))).astype(int))]


def measured(service: Service, names: list[str]) -> str:
    now = int(time.time() * 1000)
    shares, same, changed, took = [], [], [], []
    for name in names:
        asking = Asking(service, name, now)
        genre, artist = asking.genre.subject, asking.artist.subject
        before, plain = asking.home(), asking.seconds()
        row = [asking.share(before, asking.of_genre)]
        for tune in ((genre, 0.5), (genre, -0.5), (genre, -1.0), (f"plays:{genre}", -1.0)):
            with asking.said(tune):
                row.append(asking.share(asking.home(), asking.of_genre))
                if tune == (genre, -0.5):
                    took.append((plain, asking.seconds()))
            same.append(asking.home() == before)
        row.append(asking.share(before, asking.of_artist))
        with asking.said((artist, -1.0)):
            page = asking.home()
            row.append(asking.share(page, asking.of_artist))
            cards = [{c.item for s in p.shelves for c in s.cards} for p in (before, page)]
            changed.append(len(cards[0] - cards[1]) / len(cards[0]))
        same.append(asking.home() == before)
        shares.append(row)
    found = np.array(shares)
    names_of = ("as it is", "more", "less", "not at all", "its plays do not count")
    lines = [
        f"{len(names)} listeners, their leading genre", "",
        "| said | share of Home's cards | 95 % | against as it is | listeners with none |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for i, (label, told) in enumerate(zip(names_of, intervals(found[:, :5]))):
        by = paired(found[:, i], found[:, 0])
        change = f"{by.mean:+.3f} ({by.low:+.3f} to {by.high:+.3f})" if i else "–"
        none = int((found[:, i] == 0).sum())
        lines.append(f"| {label} | {told.mean:.3f} | {told.low:.3f}–{told.high:.3f} | {change} | {none} |")
    plain, tuned = np.median(np.array(took), axis=0) * 1000
    gone = f"with none of them {found[:, 6].max():.3f} at most, and {np.mean(changed):.3f} of all cards gave way"
    lines += [
        "", f"Leading artist: {found[:, 5].mean():.3f} of the cards; {gone}.",
        f"Taken back, {sum(same)} of {len(same)} pages were the very same.",
        f"A Home takes {plain:.1f} ms as it is, {tuned:.1f} ms with less of a genre: medians of each listener's best.",
    ]  # fmt: skip
    return "\n".join(lines)


def moods_measured(service: Service, names: list[str]) -> str:
    now, moods, facts = int(time.time() * 1000), service._serving.stock.moods, service._serving.stock.facts
    shares, same, by_hour = [], [], []
    for name in names:
        asking = Asking(service, name, now)
        before = asking.home()
        with asking.said(("habit:hours", -1.0)):
            cards = [{c.item for s in p.shelves for c in s.cards} for p in (before, asking.home())]
            by_hour.append(len(cards[0] - cards[1]) / len(cards[0]))
        same.append(asking.home() == before)
        found = service.taste(name, asking.context).moods
        if not found or moods is None:
            continue
        fits = moods.fit(facts.items, found[0].name) >= FAINT
        row = [asking.share(before, fits)]
        for value in (0.5, -0.5, -1.0):
            with asking.said((found[0].subject, value)):
                row.append(asking.share(asking.home(), fits))
            same.append(asking.home() == before)
        shares.append(row)
    lines = [
        f"\n{len(shares)} of {len(names)} listeners, their leading mood", "",
        "| said | share of Home's cards | 95 % | against as it is | listeners with none |", "|---|---|---|---|---|",
    ]  # fmt: skip
    of_all = np.array(shares)
    for i, (label, told) in enumerate(zip(("as it is", "more", "less", "not at all"), intervals(of_all))):
        by, none = paired(of_all[:, i], of_all[:, 0]), int((of_all[:, i] == 0).sum())
        change = f"{by.mean:+.3f} ({by.low:+.3f} to {by.high:+.3f})" if i else "–"
        lines.append(f"| {label} | {told.mean:.3f} | {told.low:.3f}–{told.high:.3f} | {change} | {none} |")
    lines.append(f"\nHours that tell nothing: {np.mean(by_hour):.3f} of all cards gave way.")
    lines.append(f"Taken back, {sum(same)} of {len(same)} pages were the very same.")
    return "\n".join(lines)


def learned(service: Service, name: str) -> str:
    """How many events the next training learns from, of a listener who wants none of their leading genre."""
    asking = Asking(service, name, int(time.time() * 1000))
    kind = Kind.parse(asking.genre.kind)
    asking._tell([(asking.genre.subject, -1.0)])
    taken = snapshot.take(service.workspace, service.tenant)
    number = service.workspace.catalogue.listener_number(service.tenant, name) or 0
    whole, counted = taken.taken(kind), taken.interactions(kind)
    u = int(np.searchsorted(whole.owners, number))
    before, after = (int(np.diff(d.indptr)[u]) for d in (whole, counted))
    left = counted.items[counted.rows[counted.indptr[u] : counted.indptr[u + 1]]]
    of_genre = int(asking.of_genre[service._serving.stock.facts.rows(left)].sum())
    told = f"{after} of {before} events of listener {name}, {of_genre} of them of the genre"
    return f"\nThe next training learns from {told}."


if __name__ == "__main__":
    main()
