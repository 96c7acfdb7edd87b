"""Do words tell the mood? Captions, tags and titles, read by the vocabulary, the text encoder, and a release.

    python benchmarks/moods.py [--data DIR]

musiccaps: the caption, without the words of its aspects, foretells the moods that the aspects name. mtg-jamendo: all
tags of a track but one foretell the moods that that one names. playlist-archive: the title of a track foretells the
moods that the titles of its playlists name (6,000 tracks at random). Which moods an aspect, a tag or a title of a
playlist names is said by the vocabulary. "A release": the texts are imported as the description, the tags or the title
of a track each, and `segue.jobs.moods` makes the moods of the catalogue, with the encoder and without one.

Figures are ROC-AUC and average precision (AP), macro over moods that LEAST texts have. Of musiccaps only the 70 %, by
hash of the id, that were not looked at when the vocabulary was written and the encoder's share chosen; of mtg-jamendo
only the names of the tags were; on playlist-archive was looked whether titles tell anything. Intervals are 95 %,
bootstrap over texts or tracks. Baselines: chance, and how often each mood occurs (the same for all texts). Prints
Markdown. Nothing is learned from the sets, and nothing of them is kept.
"""

from __future__ import annotations

import argparse
import ast
import csv
import os
import re
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from segue.core.events import Item
from segue.core.types import F32, F64, Kind
from segue.importers import IMPORTERS
from segue.jobs.ingest import ingest
from segue.jobs.moods import learn_moods, listed, told_by
from segue.signals.moods import MOODS, NAMES, SENTENCES, near, read_all
from segue.signals.text import text_encoder
from segue.signals.text.cache import TextCache
from segue.store.snapshot import Snapshot, take
from segue.store.workspace import Workspace

LEAST, RESAMPLES, TITLES = 40, 200, 6_000
SEEN = 3  # of ten parts of musiccaps, those looked at


@dataclass(frozen=True)
class Texts:
    """What is read, as it stands in a catalogue, and the moods that are to be told."""

    items: list[Item]
    truth: F32  # (T, M)

    @property
    def plain(self) -> list[str]:
        """(T,) as one text each."""
        return [item.description or ", ".join(item.tags) or item.title for item in self.items]


def track(n: int, title: str = "", description: str = "", tags: Sequence[str] = ()) -> Item:
    return Item(uri=f"segue:track:{n}", title=title, description=description, tags=tuple(tags))


def musiccaps(path: Path) -> Texts:
    """Captions with the words of the aspects cut out, and the moods that the aspects name."""
    texts, labels = [], []
    with path.open(newline="") as lines:
        for row in csv.DictReader(lines):
            if zlib.crc32(row["ytid"].encode()) % 10 < SEEN:
                continue
            aspects = ast.literal_eval(row["aspect_list"])
            words = sorted({w for a in aspects for w in re.findall(r"\w+", a.lower())}, key=len, reverse=True)
            cut = (
                re.sub(r"\b(" + "|".join(map(re.escape, words)) + r")\b", " ", row["caption"].lower()) if words else ""
            )
            texts.append(track(len(texts), description=" ".join(cut.split())))
            labels.append(read_all(aspects).max(axis=0) if aspects else np.zeros(len(NAMES), np.float32))
    return Texts(texts, np.array(labels))


def jamendo(path: Path) -> Texts:
    """Of each track with two tags at least all but one of them, and the moods of that one."""
    texts, held, rng = [], [], np.random.default_rng(0)
    with path.open() as lines:
        next(lines)
        for line in lines:
            tags = [t.strip().rpartition("---")[2] for t in line.split("\t")[5:]]
            if len(tags) > 1:
                out = int(rng.integers(len(tags)))
                texts.append(track(len(texts), tags=tags[:out] + tags[out + 1 :]))
                held.append(tags[out])
    return Texts(texts, read_all(held))


def playlists(path: Path) -> Texts:
    """Titles of tracks that stand in a playlist whose title names a mood, and all moods that such titles name."""
    with TemporaryDirectory() as folder, Workspace.create(Path(folder) / "w") as workspace:
        ingest(workspace, "playlist-archive", IMPORTERS["playlist-archive"](), path, "default")
        taken = take(workspace, "default")
        facts, said = taken.catalogue, listed(taken)
        some = np.flatnonzero((facts.kind == Kind.TRACK) & said.any(axis=1))
        some = np.random.default_rng(0).choice(some, min(TITLES, len(some)), replace=False)
        titles = [facts.title(n) for n in facts.items[some].tolist()]
    return Texts([track(i, title) for i, title in enumerate(titles)], np.asarray(said[some] > 0, np.float32))


def by_words(texts: Texts) -> F32:
    return read_all(texts.plain)


def by_encoder(texts: Texts) -> F32:
    """(T, M) cosine with what each mood says of itself, less the text's mean over moods."""
    encoder = text_encoder()
    return near(encoder.encode(texts.plain), encoder.encode(SENTENCES))


def both(texts: Texts) -> F32:
    return by_words(texts) + by_encoder(texts)


def by_release(texts: Texts, encoding: bool = True) -> F32:
    """(T, M) the moods that a release has of tracks of which nothing is known but these words."""
    with TemporaryDirectory() as folder, Workspace.create(Path(folder) / "w") as workspace:
        workspace.log.append((), texts.items)
        taken: Snapshot = take(workspace, "default")
        start = time.process_time()
        told = told_by(taken.catalogue, TextCache(Path(folder) / "text", text_encoder())) if encoding else None
        encoded = time.process_time()
        moods = learn_moods(taken, None, told=told)
        again = time.process_time()
        if encoding:
            told_by(taken.catalogue, TextCache(Path(folder) / "text", text_encoder()))
            first, later, rest = encoded - start, time.process_time() - again, again - encoded
            print(f"<!-- {len(texts.items):,} items: texts {first:.1f} s of processor, again {later:.2f} s, "
                  f"moods {rest:.2f} s -->")  # fmt: skip
        numbers = [taken.catalogue.find(item.uri)[0] for item in texts.items]
        return moods.of(np.array(numbers, np.int32))


def auc_ap(scores: F32, truth: F32, columns: Sequence[int], counts: F64) -> tuple[float, float]:
    """Macro ROC-AUC (ties half) and AP with each text counted `counts` times."""
    out = []
    for m in columns:
        s, y = scores[:, m], truth[:, m] > 0
        order = np.argsort(-s, kind="stable")
        w, hit = counts[order], y[order]
        group = np.cumsum(np.diff(s[order], prepend=s[order][0]) != 0)  # equal scores stand together
        up, down = np.bincount(group, w * hit), np.bincount(group, w * ~hit)
        above, below = np.cumsum(up), np.cumsum(down)
        auc = float((up * (below[-1] - below + down / 2)).sum() / max(above[-1] * below[-1], 1e-9))
        ap = float((up * above / np.maximum(above + below, 1e-9)).sum() / max(above[-1], 1e-9))
        out.append((auc, ap))
    return tuple(np.mean(out, axis=0))  # type: ignore[return-value]


def table(name: str, texts: Texts) -> None:
    truth, t = texts.truth, len(texts.items)
    columns = [m for m in range(len(MOODS)) if truth[:, m].sum() >= LEAST]
    rng = np.random.default_rng(0)
    ways: dict[str, Callable[[Texts], F32]] = {
        "chance": lambda _: np.random.default_rng(1).random((t, len(NAMES))).astype(np.float32),
        "how often": lambda _: np.zeros((t, len(NAMES)), np.float32),
        "words of the vocabulary": by_words, "text encoder, zero-shot": by_encoder, "both": both,
        "a release without the encoder": lambda x: by_release(x, encoding=False), "a release": by_release,
    }  # fmt: skip
    draws = [np.bincount(rng.integers(0, t, t), minlength=t).astype(float) for _ in range(RESAMPLES)]
    print(
        f"{name}: {t:,} texts, {len(columns)} moods\n\n| read by | ROC-AUC | 95 % | AP | 95 % |\n|---|---|---|---|---|"
    )
    for way, told in ways.items():
        scores = told(texts)
        auc, ap = auc_ap(scores, truth, columns, np.ones(t))
        low, high = np.percentile([auc_ap(scores, truth, columns, d) for d in draws], [2.5, 97.5], axis=0)
        print(f"| {way} | {auc:.3f} | {low[0]:.3f}–{high[0]:.3f} | {ap:.3f} | {low[1]:.3f}–{high[1]:.3f} |", flush=True)
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description="How well words tell the mood of music.")
    default = os.environ.get("SEGUE_DATA", Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(default))
    data = parser.parse_args().data
    sets: dict[str, tuple[Path, Callable[[Path], Texts]]] = {
        "musiccaps": (data / "musiccaps" / "musiccaps-public.csv", musiccaps),
        "mtg-jamendo": (data / "mtg-jamendo" / "autotagging_moodtheme.tsv", jamendo),
        "playlist-archive": (data / "playlist-archive", playlists),
    }
    for name, (path, load) in sets.items():
        if path.exists():
            table(name, load(path))
        else:
            print(f"{name} is not here: {path} (set SEGUE_DATA)")


if __name__ == "__main__":
    main()
