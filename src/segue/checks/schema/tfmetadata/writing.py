"""From a schema to a `schema.pbtxt`, and what of it the format has no word for."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from segue.checks.schema.shape import ColumnSchema, Drift, TableSchema
from segue.checks.schema.tfmetadata.reading import MOST
from segue.checks.schema.tfmetadata.text import Message, Word, printed
from segue.checks.schema.widen import EVERYWHERE

_TYPES = {"int": "INT", "time": "INT", "bool": "INT", "float": "FLOAT", "text": "BYTES", "list": "BYTES"}
_DIGITS = 12


def to_pbtxt(schema: TableSchema) -> tuple[str, list[str]]:
    """(the text, what of the schema has no counterpart)."""
    left: list[str] = []
    message = Message()
    shared = _shared(schema)
    for name, column in schema.columns.items():
        message.append(("feature", _feature(name, column, shared, left)))
    for values, name in shared.items():
        message.append(("string_domain", Message([("name", name), *(("value", v) for v in values)])))
    if any(c.environments is not None for c in schema.columns.values()):
        message += [("default_environment", e.upper()) for e in EVERYWHERE]
    if schema.rows is not None:
        least, most = schema.rows
        limits = Message([("min_examples_count", least)] + ([("max_examples_count", most)] if most < MOST else []))
        message.append(("dataset_constraints", limits))
    left += [f"the slice {', '.join(f'{c}={v}' for c, v in s.where.items())}" for s in schema.slices]
    keys = [", ".join(by) for by in schema.unique if len(by) > 1]
    left += [f"that {by} name a row" for by in keys] + (["that other columns are welcome"] if schema.extra else [])
    return printed(message), left


def _shared(schema: TableSchema) -> dict[tuple[str, ...], str]:
    """Values that several columns have, by the name of the first."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, column in schema.columns.items():
        if column.values and column.type == "text":
            found.setdefault(tuple(column.values), []).append(name)
    return {values: names[0] for values, names in found.items() if len(names) > 1}


def _feature(name: str, column: ColumnSchema, shared: dict[tuple[str, ...], str], left: list[str]) -> Message:
    found = Message([("name", name)])

    def leave(what: str) -> None:
        left.append(f"{name}: {what}")

    if column.required:
        found.append(("presence", Message([("min_fraction", _share(1 - column.missing)), ("min_count", 1)])))
    elif column.missing < 1:
        leave("missing, of a column that need not be there")
    if column.type == "list":
        most = [] if column.max_length is None else [("max", column.max_length)]
        found.append(("value_count", Message([("min", 0), *most])))
    else:
        found.append(("value_count", Message([("min", 1), ("max", 1)])))
    if column.type in _TYPES:
        found.append(("type", Word(_TYPES[column.type])))
    elif column.type == "other":
        leave("type other")
    found += _domain(column, shared, leave)
    if column.note:
        found.append(("annotation", Message([("comment", column.note)])))
    skew = column.drift if column.skew is None else column.skew
    for field, drift in (("skew_comparator", skew), ("drift_comparator", column.drift)):
        if drift is not None and (limits := _comparator(drift)):
            found.append((field, limits))
    if any(d is not None and d.quantile for d in (column.drift, column.skew)):
        leave("quantile of drift and skew")
    if column.environments is not None:
        found += [("not_in_environment", e.upper()) for e in EVERYWHERE if e not in column.environments]
    for field, nothing in (("unit", ""), ("typical", None), ("largest", 1.0), ("distinct", None), ("unique", False),
                           ("key", "")):  # fmt: skip
        if getattr(column, field) != nothing:
            leave(field)
    if column.max_length is not None and column.type != "list":
        leave("max_length")
    return found


def _domain(column: ColumnSchema, shared: dict[tuple[str, ...], str], leave: Callable[[str], None]) -> Message:
    found = Message()
    kind = column.type
    if kind == "text" and column.values is not None:
        name = shared.get(tuple(column.values))
        inline = Message(("value", v) for v in column.values)
        found.append(("string_domain", inline) if name is None else ("domain", name))
        if column.outside:
            mass = Message([("min_domain_mass", _share(1 - column.outside))])
            found.append(("distribution_constraints", mass))
        return found
    if column.values is not None:
        leave(f"values of type {kind}")
    if column.outside:
        leave("outside, without listed texts")
    ranged = column.min is not None or column.max is not None
    if kind == "int" and ranged:
        found.append(("int_domain", _range(column, _whole)))
    elif kind == "float" and (ranged or column.nonfinite == 0):
        limits = _range(column, _single)
        if column.nonfinite == 0:
            limits += [("disallow_nan", True), ("disallow_inf", True)]
        found.append(("float_domain", limits))
    elif kind == "bool":
        found.append(("bool_domain", Message()))
    elif kind == "time":
        found.append(("time_domain", Message([("integer_format", Word("UNIX_MILLISECONDS"))])))
    if ranged and kind not in ("int", "float"):
        leave("min and max")
    if 0 < column.nonfinite < 1:
        leave("nonfinite above 0")
    return found


def _range(column: ColumnSchema, rounded: Callable[[float, int], float | None]) -> Message:
    """Both ends as far as the format's numbers reach, rounded outwards."""
    ends = (("min", column.min, -1), ("max", column.max, 1))
    return Message((name, n) for name, end, way in ends if end is not None and (n := rounded(end, way)) is not None)


def _whole(value: float, way: int) -> int | None:
    found = (math.ceil if way > 0 else math.floor)(value)
    return found if -(2**63) <= found <= MOST else None


def _single(value: float, way: int) -> float | None:
    """In single precision, as few digits as it takes."""
    with np.errstate(over="ignore"):
        near = np.float32(value)
    if not np.isfinite(near):
        return None
    if float(str(near)) != value and (float(near) - value) * way < 0:
        near = np.nextafter(near, np.float32(np.inf * way))
    return float(str(near)) if np.isfinite(near) else None


def _share(value: float) -> float:
    return round(value, _DIGITS)


def _comparator(drift: Drift) -> Message:
    found = Message()
    for field, threshold in (("infinity_norm", drift.linf), ("jensen_shannon_divergence", drift.js)):
        if threshold:
            found.append((field, Message([("threshold", threshold)])))
    return found
