"""How a schema is written over the one that is there, so that comments, order and what was not changed stay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from segue.checks.schema.file import parse_schema, plain
from segue.checks.schema.shape import TableSchema
from segue.core.errors import InputError

WIDE = 100
HEAD = """\
What the table {name} may look like, for people to review and edit. Comments stay.
`segue schema diff` shows what data at hand would change, `segue schema accept` takes it over.
A column: type, required (true), missing (largest share without a value), values and outside (share that may be
others), min and max, unit and typical (where the median may lie), largest (share that one value may have), max_length,
unique, distinct (different values a row), key and joins ("items.uri", least share found there), environments
(training, evaluation, serving), drift and skew (linf, js, quantile). What is left out is not asked for."""


def written(schema: TableSchema, before: str | None = None) -> str:
    """The text of a schema; `before` is the one that is there. InputError where that cannot be changed in place."""
    try:
        text = _written(schema, before)
        if ordered(parse_schema(text)) == ordered(schema):
            return text
    except (TOMLKitError, ValueError, AttributeError, InputError):
        if before is None:
            raise
    raise InputError(
        f"the schema of {schema.name} is laid out in a way that cannot be changed in place; "
        "write each column as a table [columns.NAME], each slice as [[slices]]"
    )


def ordered(schema: TableSchema) -> TableSchema:
    """With its slices in one order: in the file new ones come last, and none says anything by its place."""
    return msgspec.structs.replace(schema, slices=sorted(schema.slices, key=lambda s: sorted(s.where.items())))


def _written(schema: TableSchema, before: str | None) -> str:
    document = tomlkit.parse(before) if before is not None else _fresh(schema)
    raw = plain(schema)
    columns, slices = raw.pop("columns"), raw.pop("slices", [])
    _settings(document, raw, keep=("columns", "slices"))
    if columns and "columns" not in document:
        document.append("columns", tomlkit.table(is_super_table=True))
    if "columns" in document:
        _columns(document["columns"], columns)
    _slices(document, slices)
    return tomlkit.dumps(document)


def save_schema(path: Path, schema: TableSchema) -> None:
    """Write a schema over the one that is there, if any; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = written(schema, path.read_text(encoding="utf-8") if path.exists() else None)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _fresh(schema: TableSchema) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    for line in HEAD.format(name=schema.name).splitlines():
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    return document


def _settings(table: Any, wanted: Mapping[str, Any], keep: tuple[str, ...] = ()) -> None:
    """Make the settings of a table the wanted ones; those that already are stay as they were written."""
    there = table.unwrap()
    for name in [n for n in there if n not in wanted and n not in keep]:
        table.remove(name)
    for name, value in wanted.items():
        if name in there and _same(there[name], value):
            continue
        table[name] = _item(value)


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _columns(table: Any, wanted: Mapping[str, Any]) -> None:
    there = set(table)
    for name in there - set(wanted):
        table.remove(name)
    for name, settings in wanted.items():
        if name not in there:
            table[name] = tomlkit.table()
        _settings(table[name], settings)
        if name not in there:
            table[name].add(tomlkit.nl())


def _slices(document: tomlkit.TOMLDocument, wanted: list[dict[str, Any]]) -> None:
    if "slices" not in document:
        if not wanted:
            return
        document.append("slices", tomlkit.aot())
    there = document["slices"]
    for n in reversed(range(len(there))):
        if not any(s["where"] == there[n].unwrap().get("where") for s in wanted):
            there.pop(n)
    for settings in wanted:
        same = next((t for t in there if t.unwrap().get("where") == settings["where"]), None)
        if same is not None:
            _settings(same, settings)
            continue
        fresh = tomlkit.table()
        _settings(fresh, settings)
        there.append(fresh)
    if not len(there):
        document.remove("slices")


def _item(value: Any) -> Any:
    """A value as it is written: long lists over several lines, small tables on one."""
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return table
    if isinstance(value, list) and len(str(value)) > WIDE:
        return tomlkit.value(_wrapped([tomlkit.item(v).as_string() for v in value]))
    return tomlkit.item(value)


def _wrapped(words: list[str]) -> str:
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) > WIDE:
            lines.append(line)
            line = ""
        line += f" {word}," if line else f"    {word},"
    return "\n".join(["[", *lines, line, "]"])
