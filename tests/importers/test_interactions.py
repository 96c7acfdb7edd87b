import json
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError, UsageError
from segue.core.events import Bad, Counted, Item, Play, Record
from segue.importers import IMPORTERS

WHO = {"listener": "u", "item": "i"}


def events(records: list[Record]) -> list[Play | Counted]:
    return [r for r in records if isinstance(r, Play | Counted)]


def test_which_event(read):
    (play,) = events(read("interactions", "u,i,t\na,x,1500000000\n", **WHO, time="t"))
    assert isinstance(play, Play)
    assert (play.at, play.item, play.ms_played) == (1_500_000_000_000, "segue:track:x", 0)
    (total,) = events(read("interactions", "u,i,w\na,x,2.5\n", **WHO, weight="w", kind="artist"))
    assert isinstance(total, Counted)
    assert (total.count, total.at, total.ordered, total.item) == (2.5, 0, False, "segue:artist:x")
    (both,) = events(read("interactions", "u,i,w,t\na,x,2,2020-01-01\n", **WHO, weight="w", time="t"))
    assert isinstance(both, Counted)
    assert (both.count, both.at, both.ordered) == (2, 1_577_836_800_000, True)
    neither = events(read("interactions", "u,i\na,x\na,y\n", **WHO))
    assert [(e.count, e.at, e.ordered) for e in neither if isinstance(e, Counted)] == [(1, 0, False)] * 2


@pytest.mark.parametrize(
    "written",
    [
        "1577880000", "1577880000.0", "1577880000000", "1577880000000000", "1577880000000000000",
        "2020-01-01T12:00:00Z", "2020-01-01 12:00:00", "2020-01-01T14:00:00+02:00", "2020-01-01 12:00:00 UTC",
    ],
)  # fmt: skip
def test_times(read, written):
    (event,) = events(read("interactions", f"u,i,t\na,x,{written}\n", **WHO, time="t"))
    assert event.at == 1_577_880_000_000


@pytest.mark.parametrize(("row", "reason"), [
    ("a,x,-1,1", "outside 1970"), ("a,x,99999999999,1", "outside 1970"), ("a,x,soon,1", "not an ISO date"),
    ("a,x,,1", "no time"),
    ("a,x,1,0", "must be over 0"), ("a,x,1,-3", "must be over 0"), ("a,x,1,nan", "must be over 0"),
    ("a,x,1,", "not a number"),
    (",x,1,1", "no listener"), ("a,,1,1", "no track id"), ("a,x", "2 columns, expected 4"), ("a,x,1,1,1", "5 columns"),
    ("a," + "x" * 600 + ",1,1", "longer than 512"), ('a,"x,1,1', "not closed"), ("a,\0,1,1", "NUL"),
])  # fmt: skip
def test_bad_rows_have_a_reason_and_cost_nothing_else(read, row, reason):
    records = read("interactions", f"u,i,t,w\n{row}\ngood,x,1,1\n", **WHO, time="t", weight="w", sep="comma")
    (bad,) = [r for r in records if isinstance(r, Bad)]
    assert reason in bad.reason
    assert bad.line == 2
    assert [e.listener for e in events(records)] == ["good"]


def test_columns_that_are_not_there(read):
    with pytest.raises(InputError, match="no column 'nobody'; the columns are: 'u', 'i'"):
        read("interactions", "u,i\na,x\n", listener="nobody", item="i")
    with pytest.raises(InputError, match="no column '7'; the columns are: '0', '1'"):
        read("interactions", "a,x\n", listener="0", item="7", header=False)
    with pytest.raises(UsageError, match="there are: tab, comma"):
        read("interactions", "u,i\na,x\n", **WHO, sep="nonsense")


@pytest.mark.parametrize("sep", ["\t", ",", ";", "|", " "])
def test_the_separator_is_guessed(read, sep):
    rows = "\n".join(sep.join((f"u{n}", f"i{n}", str(n + 1))) for n in range(30))
    found = events(read("interactions", rows, listener="0", item="1", weight="2", header=False))
    assert [(e.listener, e.item) for e in found] == [(f"u{n}", f"segue:track:i{n}") for n in range(30)]


def test_quotes(read):
    text = 'u,i,n\na,x,"Say ""hi"", then\ngo"\nb,y,Plain\n'
    records = read("interactions", text, **WHO, title="n")
    assert [r.title for r in records if isinstance(r, Item)] == ['Say "hi", then\ngo', "Plain"]
    records = read("interactions", 'u\ti\tn\na\tx\t12" mix\n', **WHO, title="n")
    assert [r.title for r in records if isinstance(r, Item)] == ['12" mix']


def test_titles_artists_and_kept_columns(read):
    records = read(
        "interactions",
        "u,i,n,by,mood\na,x,Song,A:B,calm\nb,x,Song,A:B,\n",
        **WHO,
        title="n",
        artist="by",
        keep=("mood",),
    )
    items = [r for r in records if isinstance(r, Item)]
    assert items == [
        Item(uri="segue:artist:A%3AB", title="A:B"),
        Item(uri="segue:track:x", title="Song", artists=("segue:artist:A%3AB",)),
    ]  # fmt: skip
    assert [e.attrs for e in events(records)] == [{"mood": "calm"}, {}]


def rows() -> list[dict[str, object]]:
    return [{"u": n % 3, "i": f"i{n}", "t": 1_500_000_000 + n, "k": n / 2} for n in range(50)]


def test_every_format_says_the_same(read):
    csv = "u,i,t,k\n" + "".join(f"{r['u']},{r['i']},{r['t']},{r['k']}\n" for r in rows())
    lines = "".join(json.dumps(r) + "\n" for r in rows())
    sink, packed = pa.BufferOutputStream(), pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows()), sink, row_group_size=7)
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(csv.encode())
    gz = pa.compress(csv.encode(), "gzip", asbytes=True)
    contents = [csv, lines, json.dumps(rows()), sink.getvalue().to_pybytes(), gz, packed.getvalue().to_pybytes()]
    ids = [{e.id: e.at for e in events(read("interactions", c, **WHO, time="t"))} for c in contents]
    assert len(ids[0]) == 50
    assert all(found == ids[0] for found in ids)


def test_parquet_times_and_a_broken_file(read):
    sink = pa.BufferOutputStream()
    at = pa.array([1_500_000_000_123_456_789, None], pa.timestamp("ns"))
    pq.write_table(pa.table({"u": [1.0, 2.0], "i": ["x", "y"], "t": at}), sink)
    records = read("interactions", sink.getvalue().to_pybytes(), **WHO, time="t")
    assert [(e.listener, e.at) for e in events(records)] == [("1", 1_500_000_000_123)]
    assert [r.reason for r in records if isinstance(r, Bad)] == ["no time"]
    with pytest.raises(InputError, match="not a whole Parquet file"):
        read("interactions", sink.getvalue().to_pybytes()[:-20], **WHO)


def test_a_longer_export_keeps_its_ids(read):
    old = "u,i,t\na,x,1\na,x,1\nb,y,2\n"
    new = "u,i,t\nc,z,3\na,x,1\na,x,1\na,x,1\nb,y,2\n"
    before, after = ({e.id for e in events(read("interactions", text, **WHO, time="t"))} for text in (old, new))
    assert before < after
    assert (len(before), len(after)) == (3, 5)


CELL = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=20))
def test_any_text_is_a_record_or_bad(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("fuzz") / "file.csv"
    path.write_text("u,i,t\ngood,x,1\n" + "".join(",".join(row) + "\n" for row in cells), encoding="utf-8")
    importer: Any = IMPORTERS["interactions"]
    records = list(importer(**WHO, time="t", sep="comma").read(path))
    assert events(records)[0].listener == "good"
    assert len(events(records)) + sum(isinstance(r, Bad) for r in records) <= len(cells) + 1


def test_speed(tmp_path):
    path = tmp_path / "big.csv"
    path.write_text("u,i,t\n" + "".join(f"u{n % 999},i{n % 4999},{1_500_000_000 + n}\n" for n in range(100_000)))
    importer: Any = IMPORTERS["interactions"]
    started = time.process_time()
    assert sum(1 for r in importer(**WHO, time="t").read(path) if isinstance(r, Play)) == 100_000
    assert time.process_time() - started < 10  # one of them, where nothing else is at work
