"""Schema files: read what was written, keep what people wrote, say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.checks.schema.examples import schemas

from segue.checks.schema import ColumnSchema, SliceSchema, TableSchema, load_schema, load_schemas, save_schema
from segue.checks.schema.file import find_schema, parse_schema, schema_path
from segue.checks.schema.writing import written
from segue.core.errors import InputError, UnknownName


@settings(max_examples=40)
@given(schemas())
def test_what_is_written_is_read(schema: TableSchema) -> None:
    text = written(schema)
    assert parse_schema(text) == schema
    assert written(schema, text) == text


@settings(max_examples=40)
@given(schemas(), schemas())
def test_an_update_ends_at_the_new_schema(before: TableSchema, after: TableSchema) -> None:
    assert parse_schema(written(after, written(before))) == after


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
