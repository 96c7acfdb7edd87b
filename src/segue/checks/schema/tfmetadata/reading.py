"""From a `schema.pbtxt` to a schema, and what of it has no counterpart."""

from __future__ import annotations

from typing import Any

from segue.checks.schema.shape import ColumnSchema, Drift, Environment, TableSchema
from segue.checks.schema.tfmetadata.text import Message, Value, Word, parse
from segue.checks.schema.widen import EVERYWHERE
from segue.checks.statistics.columns import Type
from segue.core.errors import InputError

VALIDATED = ("UNKNOWN_STAGE", "BETA", "PRODUCTION", "VALIDATION_DERIVED")
MOST = 2**63 - 1
_TYPES: dict[str, Type] = {"INT": "int", "FLOAT": "float", "BYTES": "text", "STRUCT": "other"}
_DIGITS = 12  # of shares: one minus a share is not exact


class _Fields:
    """The fields of a message that were not taken yet. What is left at the end has no counterpart."""

    def __init__(self, message: Value | None, where: str, left: list[str]) -> None:
        if message is not None and not isinstance(message, Message):
            raise InputError(f"{where} has to be a message in braces, not {message!r}")
        self.fields = list(message or ())
        self.where, self.left = where, left

    def each(self, name: str) -> list[Value]:
        found = [v for n, v in self.fields if n == name]
        self.fields = [(n, v) for n, v in self.fields if n != name]
        return found

    def one(self, name: str) -> Value | None:
        """The last of that name, as protobuf has it."""
        found = self.each(name)
        return found[-1] if found else None

    def part(self, name: str) -> _Fields:
        return _Fields(self.one(name), f"{self.where}.{name}" if self.where else name, self.left)

    def number(self, name: str) -> float | None:
        value = self.one(name)
        if value is not None and (isinstance(value, Word) or not isinstance(value, int | float)):
            raise InputError(f"{self.where}.{name} has to be a number, not {str(value)[:40]!r}")
        return value

    def true(self, name: str) -> bool:
        value = self.one(name)
        if value not in (None, "true", "True", "t", "false", "False", "f", 0, 1):
            raise InputError(f"{self.where}.{name} has to be true or false, not {str(value)[:40]!r}")
        return value in ("true", "True", "t", 1)

    def texts(self, name: str) -> list[str]:
        found = self.each(name)
        for value in found:
            if not isinstance(value, str) or isinstance(value, Word):
                raise InputError(f"{self.where}.{name} has to be a text in quotes, not {str(value)[:40]!r}")
        return [str(v) for v in found]

    def done(self) -> None:
        for name in dict.fromkeys(n for n, _ in self.fields):
            self.left.append(f"{self.where}.{name}" if self.where else name)


def read_pbtxt(text: str, name: str, source: str = "schema.pbtxt") -> tuple[TableSchema, list[str]]:
    """(the schema of a table of that name, what of the file has no counterpart). InputError naming line or field."""
    left: list[str] = []
    fields = _Fields(parse(text, source), "", left)
    domains = {kind: _named(fields, kind) for kind in ("string_domain", "int_domain", "float_domain")}
    features = fields.each("feature")
    default = fields.texts("default_environment")
    named = _environments_named(features, default)
    columns: dict[str, ColumnSchema] = {}
    for feature in features:
        one = _Fields(feature, "feature", left)
        title = one.texts("name")
        if not title:
            raise InputError(f"{source}: a feature has no name")
        one.where = f"feature {title[-1]!r}"
        if title[-1] in columns:
            raise InputError(f"{source}: the feature {title[-1]!r} stands there twice")
        columns[title[-1]] = _column(one, domains, default, named)
    left += [f"environment {e!r}; there are: {', '.join(EVERYWHERE)}" for e in named if e.lower() not in EVERYWHERE]
    constraints = fields.part("dataset_constraints")
    least, most = constraints.number("min_examples_count"), constraints.number("max_examples_count")
    constraints.done()
    fields.done()
    rows = None if least is most is None else (int(least or 0), int(MOST if most is None else most))
    times = [n for n, c in columns.items() if c.type == "time"]
    return TableSchema(name=name, columns=columns, rows=rows, times=times), left


def _named(fields: _Fields, kind: str) -> dict[str, Message]:
    """Domains that features share, by name."""
    found: dict[str, Message] = {}
    for domain in fields.each(kind):
        if not isinstance(domain, Message):
            raise InputError(f"{kind} has to be a message in braces, not {domain!r}")
        title = next((str(v) for n, v in domain if n == "name"), "")
        found[title] = Message((n, v) for n, v in domain if n != "name")
    return found


def _environments_named(features: list[Value], default: list[str]) -> list[str]:
    """Every environment that the file speaks of."""
    own = ("in_environment", "not_in_environment")
    said = [str(v) for f in features if isinstance(f, Message) for n, v in f if n in own]
    return list(dict.fromkeys([*default, *said]))


def _column(
    fields: _Fields, domains: dict[str, dict[str, Message]], default: list[str], named: list[str]
) -> ColumnSchema:
    presence = fields.part("presence")
    fraction, count = presence.number("min_fraction") or 0.0, presence.number("min_count") or 0
    if count > 1:
        fields.left.append(f"{presence.where}.min_count above 1")
    presence.done()
    physical = str(fields.one("type") or "TYPE_UNKNOWN")
    kind = _TYPES.get(physical, "null")
    length = _length(fields)
    found: dict[str, Any] = {
        "required": count >= 1 or fraction > 0,
        "missing": round(1 - fraction, _DIGITS),
        "nonfinite": 1.0 if kind == "float" else 0.0,
        "note": "\n".join(_annotation(fields)),
        "environments": _environments(fields, default, named),
        "type": kind,
    }
    if length is not None:
        found |= {"type": "list", "max_length": length if length < MOST else None, "nonfinite": 0.0}
        if kind not in ("text", "null"):
            fields.left.append(f"{fields.where}.type: {physical} of the items of a list")
    else:
        found |= _domain(fields, domains, kind)
    found |= _drift(fields)
    constraints = fields.part("distribution_constraints")
    mass = constraints.number("min_domain_mass")
    constraints.done()
    if mass is not None and length is None:
        found["outside"] = round(1 - mass, _DIGITS)
    stage = str(fields.one("lifecycle_stage") or "UNKNOWN_STAGE")
    if fields.true("deprecated") or stage not in VALIDATED:
        fields.left.append(f"{fields.where}.lifecycle_stage: {stage} is not validated, so nothing is asked for here")
        found = {"type": found["type"], "note": found["note"], "required": False, "missing": 1.0, "nonfinite": 1.0}
    fields.done()
    return ColumnSchema(**found)


def _annotation(fields: _Fields) -> list[str]:
    annotation = fields.part("annotation")
    comments = annotation.texts("comment")
    annotation.done()
    return comments


def _length(fields: _Fields) -> int | None:
    """Most items of a list; none where a row has one value."""
    counts = fields.one("value_count")
    shape = fields.one("shape")
    if shape is not None:
        part = _Fields(shape, f"{fields.where}.shape", fields.left)
        size = 1
        for dim in part.each("dim"):
            one = _Fields(dim, f"{part.where}.dim", fields.left)
            size *= int(one.number("size") or 0)
            one.done()
        part.done()
        return None if size == 1 else size
    if counts is None:
        return None
    part = _Fields(counts, f"{fields.where}.value_count", fields.left)
    least, most = part.number("min"), part.number("max")
    part.done()
    if most == 1:
        return None
    if least is not None and least > 1:
        fields.left.append(f"{part.where}.min above 1")
    return MOST if most is None else int(most)


def _domain(fields: _Fields, domains: dict[str, dict[str, Message]], kind: Type) -> dict[str, Any]:
    """Type, values and range by whichever domain the feature has."""
    name = fields.one("domain")
    for which in ("string_domain", "int_domain", "float_domain"):
        message = fields.one(which)
        if message is None and name is not None and str(name) in domains[which]:
            message = domains[which][str(name)]
        if message is None:
            continue
        part = _Fields(message, f"{fields.where}.{which}", fields.left)
        part.one("name")
        found: dict[str, Any] = {}
        if which == "string_domain":
            found["values"] = list(dict.fromkeys(part.texts("value")))
        elif kind == "text":
            fields.left.append(f"{part.where} of a text")
            part.fields = []
        else:
            found |= {"min": part.number("min"), "max": part.number("max")}
        if which == "float_domain" and kind == "float":
            clean = [part.true("disallow_nan"), part.true("disallow_inf")]
            found["nonfinite"] = 0.0 if all(clean) else 1.0
            if clean[0] != clean[1]:
                fields.left.append(f"{part.where}: NaN without infinity, or the other way round")
        part.done()
        return {k: float(v) if k in ("min", "max") and v is not None else v for k, v in found.items()}
    if name is not None:
        raise InputError(f"{fields.where}: no domain {str(name)[:80]!r} in the file")
    return _bool(fields, kind) or _time(fields, kind)


def _bool(fields: _Fields, kind: Type) -> dict[str, Any]:
    message = fields.one("bool_domain")
    if message is None:
        return {}
    part = _Fields(message, f"{fields.where}.bool_domain", fields.left)
    part.one("name")
    if kind == "text":
        values = part.texts("true_value") + part.texts("false_value")
        part.done()
        return {"values": values or ["true", "false"]}
    part.done()
    return {"type": "bool"}


def _time(fields: _Fields, kind: Type) -> dict[str, Any]:
    message = fields.one("time_domain")
    if message is None:
        return {}
    part = _Fields(message, f"{fields.where}.time_domain", fields.left)
    if kind == "int" and Message([("integer_format", Word("UNIX_MILLISECONDS"))]) == message:
        return {"type": "time"}
    part.done()
    return {}


def _environments(fields: _Fields, default: list[str], named: list[str]) -> list[Environment] | None:
    """Where a column has to be; none for everywhere. Evaluation goes with training where the file does not know it."""
    there, gone = fields.texts("in_environment"), fields.texts("not_in_environment")
    found = {e.lower() for e in (*default, *there) if e not in gone}
    known = {e.lower() for e in named} & set(EVERYWHERE)
    if known <= found:
        return None
    if "evaluation" not in known and "training" in found:
        found.add("evaluation")
    return [e for e in EVERYWHERE if e in found]


def _drift(fields: _Fields) -> dict[str, Any]:
    drift, skew = _comparator(fields, "drift_comparator"), _comparator(fields, "skew_comparator")
    if drift is not None and skew is None:
        skew = Drift()
    return {"drift": drift, "skew": None if skew == drift else skew}


def _comparator(fields: _Fields, name: str) -> Drift | None:
    part = fields.part(name)
    found = {}
    for field, ours in (("infinity_norm", "linf"), ("jensen_shannon_divergence", "js")):
        one = part.part(field)
        threshold = one.number("threshold")
        one.done()
        if threshold is not None:
            found[ours] = max(float(threshold), 1e-6)  # 0 asks for equality there, and for nothing here
    part.done()
    return Drift(**found) if found else None
