"""CSV files and their kin, read twice: first for the types of their columns, which the last row may still change."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.csv

from segue.checks.statistics.gather import COLUMNS
from segue.core.errors import InputError

LONGEST_ROW = 1 << 24
"""Bytes of one row."""
NULLS = ("", "NULL", "null", "\\N")
"""Values that are none, where they are not in quotes."""
SEPARATORS = (",", "\t", ";", "|")
HEAD = 1 << 16
"""Bytes from which the separator and the header are read."""
SAMPLED = 1000
"""Values of a batch of texts that are tried as numbers."""
MIXED = 0.5
"""Share of numbers from which a column of texts is said to be of mixed types."""
TIMES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z")

Batches = Callable[[], Iterator[pl.DataFrame]]
Cast = Callable[[pl.Series], pl.Series]  # null where it does not fit


def open_delimited(
    path: Path, header: bool = True, separator: str | None = None
) -> tuple[tuple[str, ...], int, tuple[str, ...], Batches]:
    """Columns, rows, what is to be said of it, and the batches of a file of at least one row."""
    separator, names = _layout(path, header, separator)
    if len(names) > COLUMNS:
        raise InputError(f"{path} has {len(names):,} columns; at most {COLUMNS:,} are read at once")
    columns = [Column(name) for name in names]
    rows = 0
    for frame in _texts(path, header, separator, names):
        rows += frame.height
        for column in columns:
            column.see(frame[column.name])
    casts = {column.name: column.cast for column in columns}
    read = partial(_typed, path, header, separator, names, casts)
    return tuple(names), rows, tuple(filter(None, (column.note for column in columns))), read


@dataclass(slots=True)
class Column:
    """What the values of a column have all been so far."""

    name: str
    casts: dict[str, Cast] = field(default_factory=lambda: dict(_CASTS))  # those that fit so far, the narrowest first
    tried: int = 0
    numbers: int = 0
    odd: str = ""  # a value that is no number

    def see(self, values: pl.Series) -> None:
        present = values.drop_nulls()
        if not len(present):
            return
        some = present.gather_every(max(1, len(present) // SAMPLED))
        wrong = some.filter(some.cast(pl.Float64, strict=False).is_null())
        self.tried += len(some)
        self.numbers += len(some) - len(wrong)
        self.odd = self.odd or (wrong[0][:40] if len(wrong) else "")
        for name, cast in list(self.casts.items()):
            if cast(some).null_count() or cast(present).null_count():
                del self.casts[name]
        if not self.casts and not self.odd:
            wrong = present.filter(present.cast(pl.Float64, strict=False).is_null())
            self.odd = wrong[0][:40] if len(wrong) else ""

    @property
    def cast(self) -> Cast | None:
        """None: as text."""
        return next(iter(self.casts.values()), None) if self.tried else None

    @property
    def note(self) -> str:
        if self.cast is not None or not self.odd or self.numbers < MIXED * self.tried:
            return ""
        share = self.numbers / self.tried
        return f"column {self.name}: about {share:.0%} numbers, the rest not, such as {self.odd!r}; all kept as text"


def _whole(values: pl.Series) -> pl.Series:
    """007 is a name, not a number."""
    found = values.cast(pl.Int64, strict=False)
    return found.set(values.str.contains(r"^[+-]?0\d"), None)


def _bools(values: pl.Series) -> pl.Series:
    small = values.str.to_lowercase()
    return small.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)


def _floats(values: pl.Series) -> pl.Series:
    return values.cast(pl.Float64, strict=False).set(values.str.contains(r"^[+-]?0\d"), None)


def _times(form: str, values: pl.Series) -> pl.Series:
    plain = values if form.endswith("z") else values.str.strip_suffix("Z")
    dtype = pl.Datetime("ms", "UTC") if form.endswith("z") else pl.Datetime("ms")
    return plain.str.strptime(dtype, form, strict=False)


_CASTS: dict[str, Cast] = {
    "bool": _bools, "int": _whole, "float": _floats, **{form: partial(_times, form) for form in TIMES}
}  # fmt: skip


def _typed(
    path: Path, header: bool, separator: str, names: Sequence[str], casts: dict[str, Cast | None]
) -> Iterator[pl.DataFrame]:
    for frame in _texts(path, header, separator, names):
        yield frame.with_columns(cast(frame[name]) for name, cast in casts.items() if cast is not None)


def _texts(path: Path, header: bool, separator: str, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Batches of texts, at least one."""
    reading = pa.csv.ReadOptions(
        column_names=list(names), skip_rows=int(header), block_size=LONGEST_ROW, use_threads=False
    )
    parsing = pa.csv.ParseOptions(delimiter=separator, newlines_in_values=True)
    converting = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=list(NULLS), strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )  # fmt: skip
    with closing(_opened(path)) as file:
        yield pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        try:
            for batch in pa.csv.open_csv(file, reading, parsing, converting):
                yield pl.DataFrame(pa.Table.from_batches([batch]))
        except pa.ArrowInvalid as e:
            raise InputError(f"{path}: {_explained(str(e))}") from None


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _explained(error: str) -> str:
    if "straddling" in error:
        return f"a row is longer than {LONGEST_ROW >> 20} MB, or a quote is never closed"
    if "UTF8" in error:
        return "it is not UTF-8: " + error
    return error.removeprefix("CSV parse error: ")[:300]


def _layout(path: Path, header: bool, separator: str | None) -> tuple[str, list[str]]:
    """The separator, and what the columns are called."""
    with closing(_opened(path)) as file:
        raw = file.read(HEAD)
    if not raw.strip():
        raise InputError(f"{path} is empty")
    if b"\0" in raw:
        raise InputError(f"{path} is no CSV file: it holds bytes that are no text")
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = text.splitlines() if len(raw) < HEAD else text.splitlines()[:-1] or [text]
    if separator is None:
        separator = "\t" if ".tsv" in path.suffixes else max(SEPARATORS, key=lambda s: _fit(lines[:20], s))
    first = next(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator), [])
    if not header:
        return separator, [str(n) for n in range(len(first))]
    names = [name.strip() or str(n) for n, name in enumerate(first)]
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise InputError(f"{path}: two columns are called {twice[0]}; without a header, give --no-header")
    return separator, names


def _fit(lines: Sequence[str], separator: str) -> tuple[bool, int]:
    """Whether lines have all as many fields as the first, and how many."""
    fields = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
    return (len(set(fields)) == 1 and fields[0] > 1, fields[0] if fields else 0)
