"""`schema.pbtxt`: what both know survives a round trip, the rest is named; held against TensorFlow's own classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.checks.schema.examples import schemas

from segue.checks.schema import ColumnSchema, Drift, TableSchema
from segue.checks.schema.difference import differences
from segue.checks.schema.tfmetadata import overlaid, read_pbtxt, to_pbtxt
from segue.core.errors import InputError

SHARES = st.integers(0, 10**6).map(lambda n: n / 10**6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ENVIRONMENTS: Any = st.none() | st.sampled_from(
    [[], ["training"], ["training", "evaluation"], ["serving"], ["evaluation", "serving"]]
)
THRESHOLDS = st.integers(0, 100).map(lambda n: n / 100)
SINGLES = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False).map(lambda x: float(str(np.float32(x))))


@st.composite
def both_know(draw: st.DrawFn) -> ColumnSchema:
    """A column that the format has words for, all of it."""
    kind: Any = draw(st.sampled_from(["int", "float", "bool", "text", "time", "list"]))
    required = draw(st.booleans())
    column = ColumnSchema(
        type=kind, required=required, missing=draw(SHARES) if required else 1.0,
        nonfinite=draw(st.sampled_from([0.0, 1.0])) if kind == "float" else 0.0,
        environments=draw(ENVIRONMENTS), note=draw(TEXTS), drift=None,
    )  # fmt: skip
    if kind in ("int", "float"):
        numbers = st.integers(-(2**53), 2**53).map(float) if kind == "int" else SINGLES
        low, high = draw(st.none() | numbers), draw(st.none() | numbers)
        column = replace(column, min=low, max=high)
    if kind == "text":
        values = draw(st.none() | st.lists(TEXTS, unique=True, min_size=1, max_size=4))
        column = replace(column, values=values, outside=draw(SHARES) if values else 0.0)
    if kind == "list":
        column = replace(column, max_length=draw(st.none() | st.integers(2, 10**6)))
    drift = Drift(linf=draw(THRESHOLDS), js=draw(THRESHOLDS))
    if drift != Drift():
        skew = draw(st.none() | st.just(Drift()) | st.just(Drift(linf=0.5)).filter(lambda d: d != drift))
        column = replace(column, drift=drift, skew=skew)
    return column


@st.composite
def tables_both_know(draw: st.DrawFn) -> TableSchema:
    columns = draw(st.dictionaries(TEXTS, both_know(), max_size=5))
    least = draw(st.integers(0, 1000))
    rows = draw(st.none() | st.just((least, draw(st.sampled_from([least + 5, 2**63 - 1])))))
    return TableSchema(name="t", columns=columns, rows=rows, times=[n for n, c in columns.items() if c.type == "time"])


def parsed(text: str) -> Any:
    """By TensorFlow's own classes."""
    text_format: Any = pytest.importorskip("google.protobuf.text_format")
    pb: Any = pytest.importorskip("tensorflow_metadata.proto.v0.schema_pb2")
    return text_format.Parse(text, pb.Schema())


def shown(message: Any) -> str:
    from google.protobuf import text_format

    return str(text_format.MessageToString(message))


@settings(max_examples=80)
@given(tables_both_know())
def test_what_both_know_comes_back(schema: TableSchema) -> None:
    text, left = to_pbtxt(schema)
    assert left == []
    again, strange = read_pbtxt(text, "t")
    assert strange == []
    assert again == schema


@settings(max_examples=40)
@given(tables_both_know())
def test_it_comes_back_through_tensorflows_classes_too(schema: TableSchema) -> None:
    message = parsed(to_pbtxt(schema)[0])
    again, strange = read_pbtxt(shown(message), "t")
    assert strange == []
    assert again == schema
    assert shown(parsed(to_pbtxt(again)[0])) == shown(message)


@settings(max_examples=40)
@given(schemas())
def test_any_schema_is_written_as_tensorflow_reads_it(schema: TableSchema) -> None:
    text, left = to_pbtxt(schema)
    message = parsed(text)
    assert [f.name for f in message.feature] == list(schema.columns)
    again, strange = read_pbtxt(shown(message), schema.name)
    assert strange == []
    if not left:  # then nothing was lost
        assert {c.field for c in differences(schema, again)} <= {"min", "max", "sliced", "listener", "unique", "times"}


@settings(max_examples=40)
@given(schemas())
def test_importing_an_export_changes_nothing(schema: TableSchema) -> None:
    again = overlaid(schema, read_pbtxt(to_pbtxt(schema)[0], schema.name)[0])
    assert again.columns == schema.columns
    assert (again.slices, again.rows, again.unique) == (schema.slices, schema.rows, schema.unique)


def test_only_what_was_changed_in_the_export_is_taken_over() -> None:
    column = ColumnSchema(type="float", min=-1e300, max=5, outside=0.1, typical=(1, 2), nonfinite=0.5,
                          drift=Drift(quantile=0.3, linf=0.1))  # fmt: skip
    schema = TableSchema(name="t", columns={"x": column, "y": ColumnSchema(type="time", min=5)}, times=["y"])
    text = to_pbtxt(schema)[0].replace("max: 5.0", "max: 7.0").replace("threshold: 0.1", "threshold: 0.2")
    again = overlaid(schema, read_pbtxt(text, "t")[0])
    assert again.columns["x"] == replace(column, max=7.0, drift=Drift(quantile=0.3, linf=0.2))
    assert again.columns["y"] == schema.columns["y"]


TAXI = """
feature {
  name: "payment_type"
  value_count { min: 1 max: 1 }
  type: BYTES
  domain: "payment_type"
  presence { min_fraction: 1.0 min_count: 1 }
  distribution_constraints { min_domain_mass: 0.9 }
  skew_comparator { infinity_norm { threshold: 0.01 } }
  drift_comparator { jensen_shannon_divergence { threshold: 0.02 source { type: QUANTILES } } }
}
feature {
  name: "fare"
  type: FLOAT
  shape { dim { size: 1 } }
  presence { min_fraction: 0.75 min_count: 10 }
  float_domain { min: 0 max: 1000.5 disallow_nan: true disallow_inf: true is_embedding: true }
}
feature {
  name: "tips"
  type: FLOAT
  not_in_environment: "SERVING"
  unique_constraints { min: 3 max: 9 }
}
feature { name: "old" type: INT lifecycle_stage: DEPRECATED int_domain { min: 1 } presence { min_count: 1 } }
feature { name: "tags" type: BYTES value_count { min: 1 max: 7 } annotation { comment: "as typed" tag: "x" } }
feature { name: "at" type: INT time_domain { integer_format: UNIX_MILLISECONDS } }
feature { name: "hour" type: INT domain: "hours" in_environment: "MOBILE" }
feature { name: "paid" type: BYTES bool_domain { true_value: "yes" false_value: "no" } }
feature { name: "free" type: INT bool_domain { } }
feature { name: "words" type: BYTES natural_language_domain { vocabulary: "v" } }
string_domain { name: "payment_type" value: "Cash" value: "Card" }
int_domain { name: "hours" min: 0 max: 23 is_categorical: true }
default_environment: "TRAINING"
default_environment: "SERVING"
dataset_constraints { min_examples_count: 100 num_examples_drift_comparator { min_fraction_threshold: 0.5 } }
sparse_feature { name: "sparse" }
"""


def test_a_schema_of_tfdv_is_understood() -> None:
    parsed(TAXI)  # it is one
    schema, strange = read_pbtxt(TAXI, "taxi")
    c = schema.columns
    assert c["payment_type"] == ColumnSchema(
        type="text", values=["Cash", "Card"], outside=0.1, drift=Drift(js=0.02), skew=Drift(linf=0.01)
    )
    assert c["fare"] == ColumnSchema(type="float", missing=0.25, min=0.0, max=1000.5)
    assert c["tips"] == ColumnSchema(
        type="float", required=False, missing=1.0, nonfinite=1.0, environments=["training", "evaluation"]
    )
    assert c["old"] == ColumnSchema(type="int", required=False, missing=1.0, nonfinite=1.0)
    assert (c["tags"].type, c["tags"].max_length, c["tags"].note) == ("list", 7, "as typed")
    assert c["at"].type == "time"
    assert schema.times == ["at"]
    assert (c["hour"].min, c["hour"].max) == (0, 23)
    assert (c["paid"].type, c["paid"].values) == ("text", ["yes", "no"])
    assert c["free"].type == "bool"
    assert schema.rows == (100, 2**63 - 1)
    assert sorted(strange) == sorted([
        "environment 'MOBILE'; there are: training, evaluation, serving",
        "dataset_constraints.num_examples_drift_comparator",
        "feature 'fare'.float_domain.is_embedding",
        "feature 'fare'.presence.min_count above 1",
        "feature 'hour'.int_domain.is_categorical",
        "feature 'old'.lifecycle_stage: DEPRECATED is not validated, so nothing is asked for here",
        "feature 'payment_type'.drift_comparator.jensen_shannon_divergence.source",
        "feature 'tags'.annotation.tag",
        "feature 'tips'.unique_constraints",
        "feature 'words'.natural_language_domain",
        "sparse_feature",
    ])  # fmt: skip


def test_what_the_format_has_no_word_for_is_named() -> None:
    column = ColumnSchema(type="int", unit="ms", typical=(1.0, 2.0), largest=0.5, unique=True, key="items.uri",
                          values=["1", "2"], drift=Drift(quantile=0.1))  # fmt: skip
    schema = TableSchema(name="t", columns={"a": column}, unique=[["a", "b"]], extra=True)
    assert sorted(to_pbtxt(schema)[1]) == [
        "a: key", "a: largest", "a: quantile of drift and skew", "a: typical", "a: unique", "a: unit",
        "a: values of type int", "that a, b name a row", "that other columns are welcome",
    ]  # fmt: skip


def test_values_that_columns_share_stand_once() -> None:
    column = ColumnSchema(type="text", values=["a", "b"])
    text, _ = to_pbtxt(TableSchema(name="t", columns={"x": column, "y": column}))
    assert text.count('value: "a"') == 1
    assert text.count('domain: "x"') == 2


def test_ranges_reach_as_far_as_single_precision_and_outwards() -> None:
    wide = ColumnSchema(type="float", min=-0.1, max=16_777_217.0)
    message = parsed(to_pbtxt(TableSchema(name="t", columns={"x": wide}))[0]).feature[0].float_domain
    assert np.float64(message.min) <= -0.1
    assert np.float64(message.max) >= 16_777_217
    huge = ColumnSchema(type="float", min=-1e300, max=1e300)
    message = parsed(to_pbtxt(TableSchema(name="t", columns={"x": huge}))[0]).feature[0].float_domain
    assert not message.HasField("min")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("feature { type: INT }", "a feature has no name"),
        ('feature { name: "a" } feature { name: "a" }', "'a' stands there twice"),
        ('feature { name: "a" domain: "b" }', "no domain 'b' in the file"),
        ('feature { name: "a" presence { min_fraction: "x" } }', "presence.min_fraction has to be a number"),
        ('feature { name: "a" presence: 3 }', "presence has to be a message"),
        ("feature: 3", "feature has to be a message"),
        ('feature {\n name: "a"', "line 2"),
    ],
)
def test_errors_name_the_offender(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_pbtxt(text, "t")
