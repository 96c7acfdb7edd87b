"""The schema of a table as people review it: `schema/<table>.toml` in the workspace.

Writing changes only what differs, so comments, order and edits by hand stay.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from segue.checks.schema.shape import ColumnSchema, Drift, Environment, SliceSchema, TableSchema
from segue.checks.schema.sound import complaints
from segue.checks.statistics.columns import Type
from segue.core.errors import InputError, UnknownName

FOLDER = "schema"
WAIVERS = "waivers"  # a file of that name in the folder is something else
_TIMES = ("min", "max")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
T = TypeVar("T", bound=msgspec.Struct)


def schema_path(workspace: Path, table: str) -> Path:
    """Where the schema of a table is. InputError for a name that is no file's."""
    if not _NAME.fullmatch(table) or table == WAIVERS:
        raise InputError(
            f"a table cannot be called {table[:100]!r}: letters, digits, _, - and . only, and not {WAIVERS}"
        )
    return Path(workspace) / FOLDER / f"{table}.toml"


def load_schemas(workspace: Path) -> dict[str, TableSchema]:
    """The schemas of a workspace by table; none where none were written."""
    paths = sorted((Path(workspace) / FOLDER).glob("*.toml"))
    return {p.stem: load_schema(p) for p in paths if p.stem != WAIVERS and not p.name.startswith(".")}


def find_schema(workspace: Path, table: str) -> TableSchema:
    """The schema of one table, or UnknownName."""
    path = schema_path(workspace, table)
    if not path.is_file():
        raise UnknownName("schema of a table", table, load_schemas(workspace))
    return load_schema(path)


def load_schema(path: Path) -> TableSchema:
    """One file. InputError naming the file, the column, and the valid choices."""
    try:
        found = parse_schema(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"cannot read {path}: {e}") from None
    if found.name != path.stem:
        raise InputError(f"{path}: name is {found.name!r}, so the file has to be called {found.name}.toml")
    return found


def parse_schema(text: str, source: str = "schema") -> TableSchema:
    """The schema that a text says. InputError naming the source, the column, and the valid choices."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise InputError(f"{source}: {e}") from None
    columns, slices = raw.pop("columns", {}), raw.pop("slices", [])
    if not isinstance(columns, dict) or not isinstance(slices, list):
        raise InputError(f"{source}: columns are tables like [columns.age], slices are [[slices]]")
    known = {n: _struct(c, ColumnSchema, f"{source}: [columns.{n}]") for n, c in columns.items()}
    demanded = [_struct(s, SliceSchema, f"{source}: [[slices]] number {n}") for n, s in enumerate(slices, 1)]
    checked = _struct(raw | {"columns": {}}, TableSchema, source)
    schema = msgspec.structs.replace(checked, columns=known, slices=demanded)
    for complaint in complaints(schema):
        raise InputError(f"{source}: {complaint}")
    return schema


def _struct(raw: Any, kind: type[T], where: str) -> T:
    """A record of a table of TOML."""
    if not isinstance(raw, dict):
        raise InputError(f"{where} is not a table of settings")
    _only(raw, kind.__struct_fields__, where)
    for field, choices in (("type", get_args(Type)), ("environments", get_args(Environment))):
        for value in _several(raw.get(field)):
            if field in kind.__struct_fields__ and value not in choices:
                raise InputError(f"{where}: {field} {value!r}; it is one of: {', '.join(choices)}")
    for field in ("drift", "skew"):
        if isinstance(raw.get(field), dict):
            _only(raw[field], Drift.__struct_fields__, f"{where}, {field}")
    plain = {k: _milliseconds(v) if k in _TIMES and isinstance(v, date) else v for k, v in raw.items()}
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as e:
        raise InputError(f"{where}: {e}".replace(" - at `$.", " – at `")) from None


def _several(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else () if value is None else (value,)


def _only(raw: Collection[str], valid: Collection[str], where: str) -> None:
    for name in raw:
        if name not in valid:
            raise InputError(f"{where}: no setting {name!r}; there are: {', '.join(valid)}")


def _milliseconds(when: date) -> float:
    """UTC ms of a date or a time; one without a zone is UTC."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000


def plain(schema: TableSchema) -> dict[str, Any]:
    """A schema as tables of TOML: what is as it would be anyway is left out, times are dates."""
    raw = _told(schema)
    raw["columns"] = {name: _told(column) for name, column in schema.columns.items()}
    for column in raw["columns"].values():
        for field in _TIMES if column["type"] == "time" else ():
            if field in column:
                column[field] = _date(column[field])
        for field in (*_TIMES, "typical") if column["type"] == "int" else ():
            if field in column:
                column[field] = _whole(column[field])
    return raw


def _whole(value: Any) -> Any:
    """Whole numbers without a decimal point."""
    if isinstance(value, list | tuple):
        return [_whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _told(record: msgspec.Struct) -> dict[str, Any]:
    """The fields of a record that are not as they would be anyway."""
    defaults = {f.name: f.default for f in msgspec.structs.fields(type(record))}
    raw: dict[str, Any] = msgspec.to_builtins(record)
    return {name: value for name, value in raw.items() if getattr(record, name) != defaults[name]}


def _date(at: float) -> datetime | float:
    """A time as people write it; one that no calendar has stays a number."""
    try:
        when = datetime.fromtimestamp(at / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return at
    return when if _milliseconds(when) == at else at


def describe(column: ColumnSchema) -> Mapping[str, Any]:
    """The settings of a column that are not as they would be anyway, as the file has them."""
    found: Mapping[str, Any] = plain(TableSchema(name="", columns={"": column}))["columns"][""]
    return found
