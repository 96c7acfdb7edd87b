"""Schema files: read what was written, keep what people wrote, say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.schema.examples import schemas

from segue.checks.schema import ColumnSchema, Drift, SliceSchema, TableSchema, load_schema, load_schemas, save_schema
from segue.checks.schema.file import find_schema, parse_schema, schema_path
from segue.checks.schema.writing import ordered, written
from segue.core.errors import InputError, UnknownName


@settings(max_examples=25)
@given(schemas())
def test_what_is_written_is_read(schema: TableSchema) -> None:
    text = written(schema)
    assert parse_schema(text) == schema
    assert written(schema, text) == text


@settings(max_examples=25)
@given(schemas(), schemas())
def test_an_update_ends_at_the_new_schema(before: TableSchema, after: TableSchema) -> None:
    assert ordered(parse_schema(written(after, written(before)))) == ordered(after)


def test_a_new_slice_comes_last_in_the_file() -> None:
    """Where a schema lists it first; what stands there stays where it is."""
    here, new = (SliceSchema(where={"tier": tier}, share=0.1) for tier in ("premium", "free"))
    before = TableSchema(name="plays", columns={}, slices=[here])
    text = written(TableSchema(name="plays", columns={}, slices=[new, here]), written(before))
    assert parse_schema(text).slices == [here, new]


BY_HAND = """\
# Ours since May.
name = "plays"   # the table
listener = "who"

[columns.who]  # ids
type = "text"

# Tiers are sold by Billing.
[columns.tier]
type    = "text"
values  = [
    "free",     # with ads
    "premium",  # without
]
outside = 0.01  # trials

[columns.at]
type = "time"
min = 2020-01-01
max = 2030-01-01T12:00:00+02:00

[[slices]]
where = {tier = "premium"}
share = 0.2   # agreed with Ann
"""


def test_comments_and_order_survive_a_change() -> None:
    schema = parse_schema(BY_HAND)
    changed = dict(schema.columns)
    changed["tier"] = ColumnSchema(type="text", values=["free", "premium"], outside=0.05)
    changed["new"] = ColumnSchema(type="int", min=0)
    del changed["at"]
    after = TableSchema(name="plays", listener="who", columns=changed,
                        slices=[*schema.slices, SliceSchema(where={"tier": "free"}, share=0.3)])  # fmt: skip
    text = written(after, BY_HAND)
    assert parse_schema(text) == after
    for kept in ("# Ours since May.", "# the table", "# ids", "# Tiers are sold by Billing.", "# with ads",
                 "# without", "# agreed with Ann", "outside = 0.05  # trials", 'type    = "text"'):  # fmt: skip
        assert kept in text
    assert "[columns.at]" not in text
    gone = set(BY_HAND.splitlines()) - set(text.splitlines())
    assert gone == {"outside = 0.01  # trials", "[columns.at]", 'type = "time"', "min = 2020-01-01",
                    "max = 2030-01-01T12:00:00+02:00"}  # fmt: skip


def test_dates_are_utc_milliseconds() -> None:
    at = parse_schema(BY_HAND).columns["at"]
    assert at.min == 1_577_836_800_000
    assert at.max == 1_893_492_000_000


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('type    = "text"', 'type = "string"', r"\[columns\.tier\]: type 'string'; it is one of: int, float"),
        ('type    = "text"', "", r"\[columns\.tier\]: .*type"),
        ("values  = [", "vales  = [", r"plays\.toml: \[columns\.tier\]: no setting 'vales'; there are: .*values"),
        ("outside = 0.01", 'outside = "few"', r"\[columns\.tier\]: .*outside"),
        ("outside = 0.01", "outside = 7", r"\[columns\.tier\]: outside 7 is no share"),
        ("outside = 0.01", 'environments = ["prod"]', "'prod'; it is one of: training, evaluation, serving"),
        (
            "outside = 0.01",
            "drift = {l_inf = 0.1}",
            r"\[columns\.tier\], drift: no setting 'l_inf'.*linf, js, quantile",
        ),
        ("outside = 0.01", "min = 3\nmax = 2", "min 3 is above max 2"),
        ('listener = "who"', 'listener = "whom"', "listener: no column 'whom'; there are: who, tier, at"),
        ('listener = "who"', 'lisener = "who"', "no setting 'lisener'; there are: name, columns"),
        ("share = 0.2", "share = 2", r"\[\[slices\]\].*share 2 is no share"),
        ("share = 0.2", "", r"\[\[slices\]\] number 1: .*share"),
        ('name = "plays"', "name = ", "plays.toml: "),
    ],
)
def test_errors_name_the_offender(old: str, new: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_schema(BY_HAND.replace(old, new, 1), "plays.toml")


def test_a_workspace_has_a_file_a_table(tmp_path: Path) -> None:
    assert load_schemas(tmp_path) == {}
    schema = parse_schema(BY_HAND)
    save_schema(schema_path(tmp_path, "plays"), schema)
    (tmp_path / "schema" / "waivers.toml").write_text("")
    assert load_schemas(tmp_path) == {"plays": schema}
    assert find_schema(tmp_path, "plays") == schema
    with pytest.raises(UnknownName, match="there are: plays"):
        find_schema(tmp_path, "play")
    (tmp_path / "schema" / "plays.toml").rename(tmp_path / "schema" / "other.toml")
    with pytest.raises(InputError, match=r"has to be called plays\.toml"):
        load_schema(tmp_path / "schema" / "other.toml")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "waivers", "a" * 200])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be called"):
        schema_path(tmp_path, name)


LAYOUTS = {
    "tables": '[columns.a]\ntype="text"\n[columns.b]\ntype="int"\nmin=3\n[[slices]]\nwhere={a="x"}\nshare=0.5\n',
    "slices first": '[[slices]]\nwhere={a="x"}\nshare=0.5\n[columns.a]\ntype="text"\n[columns.b]\ntype="int"\nmin=3\n',
    "slices between": '[columns.a]\ntype="text"\n[[slices]]\nwhere={a="x"}\nshare=0.5\n'
    '[columns.b]\ntype="int"\nmin=3\n',
    "one header": '[columns]\na = {type="text"}\nb.type="int"\nb.min=3\n',
    "tables of tables": '[columns.a]\ntype="text"\n[columns.a.drift]\nlinf=0.5\n[columns.b]\ntype="int"\nmin=3\n'
    '[[slices]]\nshare=0.5\n[slices.where]\na="x"\n',
    "on one line": 'columns = {a = {type="text"}, b = {type="int", min=3}}\n',
    "dotted": 'columns.a.type="text"\ncolumns.b.type="int"\ncolumns.b.min=3\n',
    "slices on one line": 'slices=[{where={a="x"},share=0.5}]\n[columns.a]\ntype="text"\n[columns.b]\ntype="int"\n',
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_however_it_is_laid_out_it_is_changed_or_refused(layout: str) -> None:
    before = 'name = "t"\n' + LAYOUTS[layout]
    drift = Drift(linf=0.5)
    more = TableSchema(
        name="t", rows=(1, 2), columns={"a": ColumnSchema(type="text", drift=drift), "c": ColumnSchema(type="int")},
        slices=[SliceSchema(where={"a": "x"}, share=0.4), SliceSchema(where={"a": "y"}, share=0.1)],
    )  # fmt: skip
    fewer = TableSchema(name="t", columns={"a": ColumnSchema(type="text")})
    for after in (more, fewer, parse_schema(before)):
        try:
            text = written(after, before)
        except InputError:
            assert layout in ("on one line", "dotted", "slices on one line")
        else:
            assert parse_schema(text) == after


@given(st.data())
def test_any_text_is_a_schema_or_an_error_that_is_said(data: st.DataObject) -> None:
    lines = BY_HAND.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        line = data.draw(st.integers(0, len(lines) - 1))
        old = lines[line]
        bits = [
            "3",
            "-1",
            '"x"',
            "nan",
            "inf",
            "[]",
            "{}",
            "true",
            "2020-01-01",
            "12:00:00",
            "[[1]]",
            "=",
            "[",
            "columns",
            "a.b",
        ]
        key = old.split("=")[0] if "=" in old else "min"
        lines[line] = data.draw(st.sampled_from(["", old + old, *(f"{key} = {bit}" for bit in bits), *bits]))
    try:
        schema = parse_schema("\n".join(lines))
    except InputError:
        return
    assert parse_schema(written(schema)) == schema
