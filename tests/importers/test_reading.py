"""What hostile bytes make of the reader that all formats share: bounds, encodings, broken ends."""

import gzip
import io
import os
import random
import tracemalloc
from itertools import repeat

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.events import Bad
from segue.importers import _reading, metered, size
from segue.importers._json import MAX_ELEMENT, elements
from segue.importers._reading import BLOCK, MAX_LINE, Broken, blocks, decoded, lines, split


def test_a_giant_line_is_one_bad_row_in_bounded_memory():
    raw = (b"first\n", *repeat(b"x" * BLOCK, 1200), b"end of it\nlast\n")  # 300 MB
    tracemalloc.start()
    rows = list(split(iter(raw)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows[0] == (1, "first")
    assert isinstance(rows[1], Bad)
    assert rows[1].line == 2
    assert "longer than" in rows[1].reason
    assert rows[2:] == [(3, "last")]
    assert peak < 8 << 20


def test_a_sparse_file_of_gigabytes(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(b"a row\n")
        file.truncate(400 << 20)
        file.seek(0, os.SEEK_END)
        file.write(b"\nlast\n")
    tracemalloc.start()
    rows = list(lines(path, "lines"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [r if isinstance(r, tuple) else r.line for r in rows] == [(1, "a row"), 2, (3, "last")]
    assert peak < 8 << 20


@given(st.lists(st.binary(max_size=30)), st.integers(1, 20))
def test_blocks_make_no_difference(parts, n):
    whole = b"\n".join(parts)
    cut = (whole[i : i + n] for i in range(0, len(whole), n))
    assert list(split(cut)) == list(split(iter([whole] if whole else [])))


def test_line_numbers_count_blank_and_bad_lines():
    rows = list(split(iter([b"\r\n\n a \r\nb\0\n" + b"y" * (MAX_LINE + 1) + b"\nc"])))
    assert [r if isinstance(r, tuple) else r.line for r in rows] == [(3, " a "), 4, 5, (6, "c")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding):
    raw = "Björk\nSigur Rós €\n".encode(encoding)
    one_by_one = (raw[i : i + 1] or b"" for i in range(2, len(raw)))
    rows = list(split(decoded(iter([raw[:4], *list(one_by_one)[2:]]))))
    assert rows == [(1, "Björk"), (2, "Sigur Rós €")]


def test_mixed_encodings_line_by_line():
    raw = "Björk\n".encode() + "Rós €\n".encode("cp1252") + b"\x81\xe9\n"
    assert list(split(iter([raw]))) == [(1, "Björk"), (2, "Rós €"), (3, "\x81é")]


def test_gzip_of_several_parts_and_with_padding():
    raw = gzip.compress(b"a\n") + gzip.compress(b"b\n") + b"\0" * 512
    assert b"".join(blocks(io.BytesIO(raw))) == b"a\nb\n"


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_compressed_and_cut_off(packer):
    rng = random.Random(1)
    text = b"".join(f"{rng.random()} {rng.random()}\n".encode() for _ in range(20_000))
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, packer) as stream:
        stream.write(text)
    raw = sink.getvalue().to_pybytes()
    assert b"".join(blocks(io.BytesIO(raw))) == text
    rows = list(split(blocks(io.BytesIO(raw[: len(raw) // 2]))))
    assert len(rows) > 5000
    assert isinstance(rows[-1], Bad)
    assert "the file ends here" in rows[-1].reason
    assert [r for r in rows if isinstance(r, tuple)] == list(enumerate(text.decode().split("\n"), 1))[: len(rows) - 1]


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(_reading, "FREE", 1 << 20)
    bomb = gzip.compress(bytes(30 << 20), 9)
    with pytest.raises(Broken, match="bomb"):
        for _ in blocks(io.BytesIO(bomb)):
            pass


def test_progress_and_size(tmp_path):
    (tmp_path / "a").write_bytes(b"x\n" * 500_000)
    (tmp_path / "b").write_bytes(b"x\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert size(tmp_path) == 1_000_002
    assert size(tmp_path / "a") == 1_000_000
    assert size(tmp_path / "none") == 0
    with metered() as reading:
        found = lines(tmp_path / "a", "lines")
        next(found)
        part = reading.read_bytes
        assert sum(1 for _ in found) == 499_999
    assert 0 < part < 1_000_000
    assert reading.read_bytes == 1_000_000


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="is a folder; expected lines"):
        list(lines(tmp_path, "lines"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=4), max_size=5), st.integers(1, 50), st.booleans())
def test_elements_of_any_array(values, n, keyed):
    raw = msgspec.json.encode({"info": values, "rows": values, "after": [{"rows": [{}]}]} if keyed else values)
    cut = (raw[i : i + n] for i in range(0, len(raw), n))
    assert [e[1] for e in elements(cut, "rows" if keyed else "") if isinstance(e, tuple)] == values


@given(st.binary(max_size=200), st.integers(1, 50))
def test_elements_of_any_bytes(raw, n):
    list(elements((b"[{" + raw)[i : i + n] for i in range(0, len(raw), n)))


def test_a_giant_and_a_deep_element_are_bad_alone():
    giant = [
        b'[{"a":1},{"big":"',
        *repeat(b'x\\"' * 100_000, 100),
        b'"},{"b":2},',
        b"[" * 50_000,
        b"]" * 50_000,
        b',{"c":3}',
    ]
    tracemalloc.start()
    found = [e if isinstance(e, tuple) else e.reason for e in elements(iter(giant))]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [found[0], found[2], found[4]] == [(1, {"a": 1}), (3, {"b": 2}), (5, {"c": 3})]
    assert f"longer than {MAX_ELEMENT}" in found[1]
    assert "not JSON" in found[3]
    assert found[5] == "the file ends inside the data"
    assert peak < 8 * MAX_ELEMENT
