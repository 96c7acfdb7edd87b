"""Do words tell the mood? Captions and tags of two public sets, read by the vocabulary and by the text encoder.

    python benchmarks/moods.py [--data DIR]

musiccaps: the caption, without the words of its aspects, foretells the moods that the aspects name. mtg-jamendo: all
tags of a track but one foretell the moods that that one names. Which moods an aspect or a tag names is said by the
vocabulary. Figures are ROC-AUC and average precision (AP), macro over moods that LEAST texts have. Of musiccaps only
the 70 %, by hash of the id, that were not looked at when the vocabulary was written; of mtg-jamendo only the names of
the tags were. Intervals are 95 %, bootstrap over texts or tracks. Baselines: chance, and how often each mood occurs
(the same for all texts). Prints Markdown. Nothing is learned from the sets, and nothing of them is kept.
"""

from __future__ import annotations

import argparse
import ast
import csv
import os
import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from segue.core.types import F32, F64
from segue.signals.moods import MOODS, NAMES, VOCABULARY, read_all
from segue.signals.text import text_encoder

LEAST, RESAMPLES = 40, 200
SEEN = 3  # of ten parts of musiccaps, those looked at


def musiccaps(path: Path) -> tuple[list[str], F32]:
    """(texts), (T, M): captions with the words of the aspects cut out, and the moods that the aspects name."""
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
            texts.append(" ".join(cut.split()))
            labels.append(read_all(aspects).max(axis=0) if aspects else np.zeros(len(NAMES), np.float32))
    return texts, np.array(labels)


def jamendo(path: Path, rng: np.random.Generator) -> tuple[list[str], F32]:
    """(texts), (T, M): of each track with two tags at least all but one of them, and the moods of that one."""
    texts, held = [], []
    with path.open() as lines:
        next(lines)
        for line in lines:
            tags = [t.strip().rpartition("---")[2] for t in line.split("\t")[5:]]
            if len(tags) > 1:
                out = int(rng.integers(len(tags)))
                texts.append(", ".join(tags[:out] + tags[out + 1 :]))
                held.append(tags[out])
    return texts, read_all(held)


def by_words(texts: Sequence[str]) -> F32:
    return read_all(texts)


def by_encoder(texts: Sequence[str]) -> F32:
    """(T, M) cosine with what each mood says of itself, less the text's mean over moods."""
    encoder = text_encoder()
    told = encoder.encode(list(texts)) @ encoder.encode([k.says for k in VOCABULARY]).T
    return np.asarray(told - told.mean(axis=1, keepdims=True), np.float32)


def both(texts: Sequence[str]) -> F32:
    return by_words(texts) + by_encoder(texts)


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


def table(name: str, texts: list[str], truth: F32) -> None:
    columns = [m for m in range(len(MOODS)) if truth[:, m].sum() >= LEAST]
    rng, t = np.random.default_rng(0), len(texts)
    ways: dict[str, Callable[[Sequence[str]], F32]] = {
        "chance": lambda x: np.random.default_rng(1).random((len(x), len(NAMES))).astype(np.float32),
        "how often": lambda x: np.zeros((len(x), len(NAMES)), np.float32),
        "words of the vocabulary": by_words, "text encoder, zero-shot": by_encoder, "both": both,
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
    sets: dict[str, tuple[Path, Callable[[Path], tuple[list[str], F32]]]] = {
        "musiccaps": (data / "musiccaps" / "musiccaps-public.csv", musiccaps),
        "mtg-jamendo": (
            data / "mtg-jamendo" / "autotagging_moodtheme.tsv", lambda path: jamendo(path, np.random.default_rng(0))
        ),
    }  # fmt: skip
    for name, (path, load) in sets.items():
        if path.is_file():
            table(name, *load(path))
        else:
            print(f"{name} is not here: {path} (set SEGUE_DATA)")


if __name__ == "__main__":
    main()
