"""Files of every format give the same statistics; bad ones an error that says what is wrong, and no crash."""

from __future__ import annotations

import gzip
import resource
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from segue.checks.statistics import TableStatistics, gather, gather_file, open_table
from segue.core.errors import InputError, UnknownName

FRAME = pl.DataFrame(
    {
        "tier": ["free", "premium", None, "free"] * 50,
        "played": [1, 2, None, -7] * 50,
        "share": [0.5, 1.25, 3.0, None] * 50,
        "shuffle": [True, False, None, True] * 50,
        "at": [datetime(2026, 1, 1, 5, tzinfo=UTC), None] * 100,
        "day": [date(2026, 1, 1)] * 200,
    }
)


def written(folder: Path, form: str) -> Path:
    path = folder / f"plays{form}"
    if form == ".parquet":
        FRAME.write_parquet(path, row_group_size=64)
    elif form == ".arrow":
        FRAME.write_ipc(path, record_batch_size=64)
    elif form == ".arrows":
        with pa.ipc.new_stream(path, FRAME.to_arrow().schema) as stream:
            stream.write_table(FRAME.to_arrow(), max_chunksize=64)
    elif form == ".csv.gz":
        path.write_bytes(gzip.compress(FRAME.write_csv().encode()))
    elif form == "-dates.csv":
        FRAME.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    else:
        FRAME.write_csv(path, separator={".tsv": "\t", ".txt": ";"}.get(form, ","))
    return path


def bare(statistics: TableStatistics) -> bytes:
    """Without what a format does not carry."""
    return statistics.json().replace(statistics.name.encode(), b"")


@pytest.mark.parametrize("form", [".parquet", ".arrow", ".arrows", ".csv", ".csv.gz", ".tsv", ".txt", "-dates.csv"])
def test_every_format_says_the_same(tmp_path: Path, form: str) -> None:
    found = gather_file(written(tmp_path, form), slices=[["tier"]])
    assert {n: c.type for n, c in found.columns.items()} == {
        "tier": "text", "played": "int", "share": "float", "shuffle": "bool", "at": "time", "day": "time"
    }  # fmt: skip
    whole = gather([FRAME], found.name, slices=[["tier"]])
    for name, column in whole.columns.items():
        other = found.columns[name]
        assert (column.missing, column.unique, column.top, column.times) == (
            other.missing, other.unique, other.top, other.times
        )  # fmt: skip
        assert (column.numbers and column.numbers.buckets) == (other.numbers and other.numbers.buckets)
    assert {n: s.rows for n, s in found.slices.items()} == {"tier=free": 100, "tier=premium": 50}


def test_a_table_without_rows_has_columns(tmp_path: Path) -> None:
    FRAME[:0].write_parquet(tmp_path / "none.parquet")
    (tmp_path / "none.csv").write_text("a,b\n")
    FRAME[:0].write_ipc(tmp_path / "none.arrow")
    for name, columns in (("none.parquet", 6), ("none.csv", 2), ("none.arrow", 6)):
        found = gather_file(tmp_path / name)
        assert (found.rows, len(found.columns)) == (0, columns)
        assert TableStatistics.parse(found.json()) == found


def test_a_folder_of_parquet_files_is_one_table(tmp_path: Path) -> None:
    FRAME[:120].write_parquet(tmp_path / "a.parquet")
    FRAME[120:].drop("share").write_parquet(tmp_path / "b.parquet")
    found = gather_file(tmp_path)
    assert found.rows == 200
    assert found.columns["share"].missing == 30 + 80


def test_only_some_columns(tmp_path: Path) -> None:
    for form in (".parquet", ".arrow", ".csv"):
        path = written(tmp_path, form)
        assert list(gather(open_table(path, columns=["day", "tier"]), "t").columns) == ["day", "tier"]
        with pytest.raises(UnknownName, match=r"no column of .* 'tear'; there are: tier, played"):
            open_table(path, columns=["tear"])
        with pytest.raises(UnknownName, match="'land'"):
            gather_file(path, slices=[["land"]])


def test_a_column_of_mixed_types_stays_text_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text("n,ok\n" + "1,1\n" * 20_000 + "late,2\n")
    found = gather_file(path)
    assert (found.columns["n"].type, found.columns["ok"].type) == ("text", "int")
    assert found.columns["n"].numeric == 20_000
    assert found.notes == ("column n: about 100% numbers, the rest not, such as 'late'; all kept as text",)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("007,1\n010,2\n", ("text", "int")),
        ("true,True\nFALSE,\n", ("bool", "bool")),
        ("1,nan\n2.5,inf\n", ("float", "float")),
        ("2026-01-02,2026-01-02T03:04:05.25+02:00\n2026-01-03,2026-01-02T03:04:05Z\n", ("time", "text")),
        ("2026-01-02 03:04:05,x\n,y\n", ("time", "text")),
        ('1,"a, ""b"" \n c"\n2,""\n', ("int", "text")),
        (",\n\\N,NULL\n", ("null", "null")),
        ("12345678901234567890,-1\n1,-2\n", ("float", "int")),
    ],
)
def test_types_of_csv_columns(tmp_path: Path, text: str, types: tuple[str, str]) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    found = gather(open_table(path, header=False, separator=","), "t")
    assert tuple("null" if c.missing == c.rows else c.type for c in found.columns.values()) == types
    assert found.rows == 2


BAD = {
    "missing.csv": (None, "there is no file"),
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n \n", "is empty"),
    "empty.csv.gz": (gzip.compress(b""), "is empty"),
    "cut.csv.gz": (gzip.compress(b"a,b\n" + bytes(range(48, 58)) * 10_000)[:-20], "cannot be read as CSV"),
    "short.csv": (b"a,b\n1,2\n3\n", "Row #3: Expected 2 columns, got 1: 3"),
    "long.csv": (b"a,b\n1,2\n3,4,5\n", "Row #3: Expected 2 columns, got 3: 3,4,5"),
    "quote.csv": (b'a,b\n1,"2\n' + b"3,4\n" * 10_000_000, "a quote is never closed"),
    "latin.csv": ("a,b\n1,é\n".encode("latin-1"), "not UTF-8"),
    "utf16.csv": ("a,b\n1,2\n".encode("utf-16"), "no text"),
    "twice.csv": (b"a,b,a\n1,2,3\n", "two columns are called a"),
    "wide.csv": (",".join(f"c{n}" for n in range(10_000)).encode() + b"\n", "10,000 columns; at most 2,000"),
    "text.parquet": (b"a,b\n1,2\n", "no Parquet file: it begins with b'a,b"),
    "text.arrow": (b"a,b\n1,2\n", "no Arrow IPC file"),
    "parquet.csv": (b"PAR1" + bytes(100), "is a Parquet file"),
    "cut.parquet": (b"PAR1" + bytes(100), "cannot be read as Parquet"),
    "cut.arrow": (b"ARROW1" + bytes(100), "cannot be read as Arrow IPC"),
    "book.csv": (b"PK\x03\x04" + bytes(30), "a zip archive or a workbook"),
    "old.feather": (b"FEA1" + bytes(30), "Feather of version 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named_and_said_to_be_bad(tmp_path: Path, name: str) -> None:
    raw, expected = BAD[name]
    path = tmp_path / name
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        gather_file(path)
    assert expected in str(caught.value)
    assert name in str(caught.value)


def test_a_parquet_file_whose_middle_is_broken(tmp_path: Path) -> None:
    path = written(tmp_path, ".parquet")
    raw = bytearray(path.read_bytes())
    raw[10:400] = bytes(390)
    path.write_bytes(raw)
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        gather_file(path)


def test_one_huge_text_is_an_error_or_is_read_by_its_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 80 MB here, to be kind to small machines, and with the limit as much lower."""
    monkeypatch.setattr("segue.checks.statistics.files.LARGEST", 1 << 26)
    size = 80_000_000
    huge = pa.table({"x": pa.array(["a", "y" * size, "b"], pa.large_string())})
    pq.write_table(huge, tmp_path / "huge.parquet", compression="zstd", use_dictionary=False, write_statistics=False)
    with pytest.raises(InputError, match=r"column x holds 76 MB in one row group; at most 64 MB"):
        gather_file(tmp_path / "huge.parquet")
    frame = pl.DataFrame(huge)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = gather([frame], "huge").columns["x"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KB
    assert found.lengths is not None
    assert (found.lengths.max, found.unique.count) == (size, 3)
    assert max(map(len, found.examples)) == 200
    del frame, huge
    with (tmp_path / "huge.csv").open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(size // 10**7):
            file.write(b"z" * 10**7)
    with pytest.raises(InputError, match="a row is longer than 16 MB"):
        gather_file(tmp_path / "huge.csv")
