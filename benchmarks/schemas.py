"""Schemas inferred from a part of real tables: what the rest of the rows break, and which faults they find.

python benchmarks/schemas.py $DATA [--draws 20]

From 200, 2,000 and 10,000 rows drawn at random a schema is inferred; 1,000 other rows of the same table are clean by
construction. A bound is broken where a schema would have to be widened for those rows. Then one fault is put into one
column of them after another. `seen` are the sets on which the rules were developed, with other draws; `unseen` were not
looked at before.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from segue.checks.schema import TableSchema, infer
from segue.checks.schema.difference import differences
from segue.checks.schema.file import describe
from segue.checks.schema.tfmetadata import read_pbtxt, to_pbtxt
from segue.checks.schema.widen import widened
from segue.checks.statistics import gather

SIZES, HELD = (200, 2000, 10_000), 1000
SEEN = {
    "triplej": "triplej-radio/plays.tsv.gz",
    "goodbooks": "goodbooks-meta/books.csv",
    "podcasts": "podcast-shows/podcasts.csv",
    "playlists": "playlist-archive/playlist_tracks.tsv.gz",
    "listens": "hetrec-lastfm2k/user_artists.dat",
    "tagged": "hetrec-lastfm2k/user_taggedartists.dat",
    "bandit-random": "open-bandit-small/random/all/all.csv.gz",
}
UNSEEN = {
    "tweets": "hate-offensive/labeled_data.csv.gz",
    "captions": "musiccaps/musiccaps-public.csv",
    "requests": "music-requests/requests.csv",
    "bandit-bts": "open-bandit-small/bts/all/all.csv.gz",
    "artists": "hetrec-lastfm2k/artists.dat",
    "genres": "genres/genre_attrs.csv",
}


@cache
def read(path: Path) -> pl.DataFrame:
    separator = "," if ".csv" in path.name else "\t"
    quote = '"' if separator == "," else None
    frame = pl.read_csv(path, separator=separator, quote_char=quote, infer_schema_length=20_000, ignore_errors=True)
    return frame.rename({c: c or "row" for c in frame.columns})


def broken(schema: TableSchema, rows: pl.DataFrame) -> list[str]:
    """The columns and bounds that these rows break."""
    seen = gather([rows], schema.name)
    changes = differences(schema, widened(schema, seen, infer(seen, name=schema.name)))
    return [f"{c.column}.{c.field}" for c in changes if c.column]


def some(every: int) -> pl.Expr:
    return pl.int_range(pl.len()) % every == 0


FAULTS: dict[str, Callable[[pl.Series], pl.Expr | None]] = {
    "a third of the values missing": lambda c: pl.when(~some(3)).then(pl.col(c.name)),
    "thousand times as much": lambda c: pl.col(c.name) * 1000 if c.dtype.is_numeric() and (c.median() or 0) else None,
    "a thousandth": lambda c: pl.col(c.name) / 1000 if c.dtype.is_float() and (c.median() or 0) else None,
    "-999 in every tenth row": lambda c: (
        pl.when(some(10)).then(-999).otherwise(c.name) if c.dtype.is_numeric() and (c.min() or 0) >= 0 else None
    ),
    "always the same": lambda c: pl.lit(c.mode()[0]) if c.n_unique() > 1 and len(c.mode()) else None,
    "another value in every tenth row": lambda c: (
        pl.when(some(10)).then(pl.lit("?!")).otherwise(c.name) if c.dtype == pl.String and c.n_unique() <= 50 else None
    ),
    "texts fifty times as long": lambda c: (
        pl.col(c.name).str.replace_all("", "~").str.pad_end(50 * int(c.str.len_chars().max() or 1), "~")  # type: ignore[arg-type]
        if c.dtype == pl.String and c.n_unique() > 50
        else None
    ),
    "numbers as texts with a unit": lambda c: pl.format("{} ms", c.name) if c.dtype.is_numeric() else None,
}


def faulty(rows: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """(fault, column, the column alone with it)."""
    for column in rows.iter_columns():
        if column.null_count() > len(column) / 2:
            continue
        for name, fault in FAULTS.items():
            change = fault(column)
            if change is not None:
                yield name, column.name, column.to_frame().with_columns(change.alias(column.name))


def alone(schema: TableSchema, column: str) -> TableSchema:
    """Of one column."""
    return TableSchema(name=schema.name, columns={column: schema.columns[column]})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    asked = parser.parse_args()
    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    settings = left_out = returned = files = 0
    print("| rows inferred from | clean batches, seen sets: with a broken bound | unseen sets |")
    print("|---|---|---|")
    lines, culprits = [], Counter[str]()
    for size in SIZES:
        cells = []
        for sets in (SEEN, UNSEEN):
            wrong = batches = 0
            for name, file in sets.items():
                frame = read(asked.data / file)
                if frame.height < size + HELD:
                    continue
                for draw in range(asked.draws):
                    order = np.random.default_rng([7, draw]).permutation(frame.height)
                    schema = infer(gather([frame[order[:size]]], name))
                    rows = frame[order[size : size + HELD]]
                    bad = broken(schema, rows)
                    culprits.update(f"{size}: {name}.{b}" for b in bad)
                    wrong, batches = wrong + bool(bad), batches + 1
                    if draw == 0:
                        for fault, column, spoiled in faulty(rows):
                            key = f"{fault}|{size}|{sets is SEEN}"
                            tried[key] += 1
                            found[key] += bool(broken(alone(schema, column), spoiled))
                        text, left = to_pbtxt(schema)
                        echo = read_pbtxt(text, name)[0]
                        settings += sum(len(describe(c)) for c in schema.columns.values())
                        left_out += len(left)
                        files += 1
                        returned += to_pbtxt(echo)[0] == text
            cells.append(f"{wrong} of {batches}")
        lines.append(f"| {size:,} | {' | '.join(cells)} |")
    print("\n".join(lines))
    print("\n| fault in one column | " + " | ".join(f"found from {s:,} rows, seen | unseen" for s in SIZES) + " |")
    print("|---|" + "---|" * 2 * len(SIZES))
    for fault in FAULTS:
        keys = [f"{fault}|{s}|{seen}" for s in SIZES for seen in (True, False)]
        print(f"| {fault} | " + " | ".join(f"{found[k]} of {tried[k]}" for k in keys) + " |")
    print(f"\nbroken by clean rows: {', '.join(f'{k} ({n}×)' for k, n in culprits.most_common()) or 'nothing'}")
    print(f"schema.pbtxt: {settings:,} settings of columns, {left_out:,} without a word in the format; ", end="")
    print(f"{returned} of {files} files are the same after being read and written")


if __name__ == "__main__":
    main()
