"""Tables in files, read in batches: Parquet, CSV with or without gzip, Arrow IPC."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from segue.checks.statistics.delimited import open_delimited
from segue.checks.statistics.gather import BYTES, ROWS, gather
from segue.checks.statistics.tables import TableStatistics
from segue.core.errors import InputError, UnknownName

LARGEST = 1 << 29
"""Bytes of one column in one row group of a Parquet file, or in one batch of an Arrow file."""
PARQUET, ARROW, CSV = "Parquet", "Arrow IPC", "CSV"
READABLE = "Parquet, Arrow IPC, and CSV (.csv, .tsv, .txt, also .gz)"
_STARTS = {
    b"PAR1": PARQUET, b"ARROW1": ARROW, b"\xff\xff\xff\xff": ARROW, b"FEA1": "Feather of version 1",
    b"PK\x03\x04": "a zip archive or a workbook", b"\x89HDF": "HDF5", b"SQLite": "an SQLite database",
    b"%PDF": "a PDF file", b"Obj\x01": "Avro", b"ORC": "ORC",
}  # fmt: skip
_ENDINGS = {
    ".parquet": PARQUET, ".pq": PARQUET, ".arrow": ARROW, ".ipc": ARROW, ".feather": ARROW, ".arrows": ARROW,
    ".csv": CSV, ".tsv": CSV, ".txt": CSV,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A table in a file. Going through it reads it, once more each time."""

    path: Path
    form: str
    columns: tuple[str, ...]
    rows: int
    notes: tuple[str, ...]  # what whoever reads the statistics should know
    read: Callable[[], Iterator[pl.DataFrame]]

    @property
    def name(self) -> str:
        return self.path.name

    def lazy(self) -> pl.LazyFrame:
        """The rows, for whoever wants some of them; those of a Parquet file are not read before they are asked for."""
        if self.form == PARQUET:
            return pl.scan_parquet(self.path).select(self.columns)
        batches = list(self)
        return pl.concat(batches).lazy() if batches else pl.LazyFrame(schema=dict.fromkeys(self.columns, pl.Null))

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Batches; one is read while the one before it is worked on."""
        batches = self.read()
        with ThreadPoolExecutor(1) as reader, _readable(self.path, self.form):
            following = reader.submit(next, batches, None)
            while (frame := following.result()) is not None:
                following = reader.submit(next, batches, None)
                yield frame


def open_table(path: Path, *, columns: Sequence[str] = (), header: bool = True, separator: str | None = None) -> Source:
    """The table of a file, or of a folder of Parquet files; InputError where it cannot be read or is named as another.

    `columns` are those to read; without, all. `header` and `separator` are of CSV files: without a header columns are
    called "0", "1", …, and without a separator the one that fits is taken.
    """
    form = _form(path)
    with _readable(path, form):
        if form == PARQUET:
            source = _parquet(path, columns)
        elif form == ARROW:
            source = _arrow(path, columns)
        else:
            names, rows, notes, read = open_delimited(path, header, separator)
            kept = _chosen(path, names, columns)
            source = Source(path, form, kept, rows, notes, lambda: (frame.select(kept) for frame in read()))
    return source


def gather_file(
    path: Path,
    *,
    slices: Sequence[Sequence[str]] = (),
    times: Sequence[str] = (),
    sample: float = 1.0,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
    source: Source | None = None,
) -> TableStatistics:
    """Statistics of a file, with what is to be said of it; see `gather`."""
    table = source or open_table(path)
    for column in (c for by in slices for c in by):
        if column not in table.columns:
            raise UnknownName(f"column of {path}", column, table.columns)
    found = gather(table, table.name, slices=slices, times=times, sample=sample, threads=threads, progress=progress)
    return msgspec.structs.replace(found, notes=table.notes)


@contextmanager
def _readable(path: Path, form: str) -> Iterator[None]:
    """What libraries complain of, as an InputError."""
    try:
        yield
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, EOFError, zlib.error) as e:
        reason = next(iter(str(e).strip().splitlines()), type(e).__name__)
        raise InputError(f"{path} cannot be read as {form}: {reason[:300]}") from None


def _form(path: Path) -> str:
    """By what the file begins with, which has to agree with its name."""
    if path.is_dir():
        if not list(path.glob("*.parquet")):
            raise InputError(f"{path} is a folder without Parquet files")
        return PARQUET
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise InputError(f"{path} is empty")
    found = next((form for start, form in _STARTS.items() if head.startswith(start)), CSV)
    ending = next((e for e in reversed(path.suffixes) if e != ".gz"), "")
    said = _ENDINGS.get(ending.lower(), found)
    if found not in (PARQUET, ARROW, CSV):
        raise InputError(f"{path} is {found}; what can be read: {READABLE}")
    if said != found:
        is_ = f"a {found} file" if found != CSV else f"no {said} file: it begins with {head!r}"
        raise InputError(f"{path} is {is_}; what can be read: {READABLE}")
    return found


def _parquet(path: Path, chosen: Sequence[str]) -> Source:
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    schemas = {file: pl.read_parquet_schema(file) for file in files}
    columns = _chosen(path, tuple(dict.fromkeys(c for schema in schemas.values() for c in schema)), chosen)
    spans = [(file, *span) for file in files for span in _spans(file, columns)]

    def read() -> Iterator[pl.DataFrame]:
        for file, start, rows in spans:
            here = [c for c in columns if c in schemas[file]]
            yield pl.scan_parquet(file).select(here).slice(start, rows).collect()

    return Source(path, PARQUET, columns, sum(rows for _, _, rows in spans), (), read)


def _spans(path: Path, columns: Sequence[str]) -> list[tuple[int, int]]:
    """(first row, rows) of each batch: some whole row groups, or a part of a large one."""
    about = pq.ParquetFile(path).metadata
    found: list[tuple[int, int]] = []
    start = end = size = 0
    for n in range(about.num_row_groups):
        group = about.row_group(n)
        sizes: Counter[str] = Counter()
        for column in map(group.column, range(group.num_columns)):
            sizes[column.path_in_schema.split(".")[0]] += column.total_uncompressed_size
        if large := [c for c in columns if sizes[c] > LARGEST]:
            raise InputError(
                f"{path}: column {large[0]} holds {sizes[large[0]] >> 20:,} MB in one row group; at most "
                f"{LARGEST >> 20} MB are read: write smaller row groups, or leave the column out"
            )
        bytes_ = sum(sizes[c] for c in columns)
        if end > start and (end - start + group.num_rows > ROWS or size + bytes_ > BYTES):
            found.append((start, end - start))
            start, size = end, 0
        end, size = end + group.num_rows, size + bytes_
        parts = max(math.ceil(size / BYTES), math.ceil((end - start) / (2 * ROWS)))
        if parts > 1:
            step = math.ceil((end - start) / parts)
            found += [(first, min(step, end - first)) for first in range(start, end, step)]
            start, size = end, 0
    return [*found, (start, end - start)]  # the last may have no rows, but it has columns


def _arrow(path: Path, chosen: Sequence[str]) -> Source:
    with _opened(path) as reader:
        columns = _chosen(path, tuple(reader.schema.names), chosen)
        if len(set(columns)) < len(columns):
            raise InputError(f"{path}: two columns are called {max(columns, key=columns.count)}")
        rows = sum(batch.num_rows for batch in _batches(reader))

    def read() -> Iterator[pl.DataFrame]:
        with _opened(path) as reader:
            yield pl.DataFrame(reader.schema.empty_table().select(columns))
            for batch in _batches(reader):
                for column in columns:
                    if (size := batch.column(column).nbytes) > LARGEST:
                        raise InputError(
                            f"{path}: column {column} holds {size >> 20:,} MB in one batch; at most {LARGEST >> 20} MB "
                            "are read: write smaller batches, or leave the column out"
                        )
                yield pl.DataFrame(pa.Table.from_batches([batch]).select(columns))

    return Source(path, ARROW, columns, rows, (), read)


def _opened(path: Path) -> Any:
    """A reader of either of the two formats; what it gives lies in the file until it is looked at."""
    with path.open("rb") as file:
        whole = file.read(6) == b"ARROW1"
    mapped = pa.memory_map(str(path))
    return pa.ipc.open_file(mapped) if whole else pa.ipc.open_stream(mapped)


def _batches(reader: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, pa.ipc.RecordBatchStreamReader):
        yield from reader
    else:
        yield from map(reader.get_batch, range(reader.num_record_batches))


def _chosen(path: Path, columns: tuple[str, ...], chosen: Sequence[str]) -> tuple[str, ...]:
    for column in chosen:
        if column not in columns:
            raise UnknownName(f"column of {path}", column, columns)
    return tuple(chosen) or columns
