"""Protobuf's text form, held against protobuf itself."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.checks.schema.tfmetadata.text import DEEPEST, Message, Word, parse, printed
from segue.core.errors import InputError

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
LEAVES = (
    st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False) | NAMES.filter(lambda n: n not in ("inf", "infinity", "nan")).map(Word)
)  # fmt: skip
MESSAGES = st.recursive(
    st.lists(st.tuples(NAMES, LEAVES), max_size=4).map(Message),
    lambda inner: st.lists(st.tuples(NAMES, LEAVES | inner), max_size=4).map(Message),
    max_leaves=12,
)


@given(MESSAGES)
def test_what_is_printed_is_read(message: Message) -> None:
    assert parse(printed(message)) == message


@given(st.text(alphabet="{}<>[]:;,\"'\\ \nabc019.-#xe", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        parse(text)


def test_ways_of_writing() -> None:
    text = """
    # a comment with { and "
    a: 1, b: -0x1F; c: 017 d: 1.5e3f e: .5 f: - 2
    m { n: "x" 'y'  # parts of one text
        o: 'it\\'s \\x41\\101\\u00e9\\n' }
    m: < n: [1, 2, 3] > l: [] g: -inf h: nan w: SOME_WORD
    s [{ k: 1 }, { k: 2 }]
    [type.googleapis.com/some.Thing] { v: true }
    """
    found = parse(text)
    assert found[:6] == [("a", 1), ("b", -31), ("c", 15), ("d", 1500.0), ("e", 0.5), ("f", -2)]
    assert found[6] == ("m", [("n", "xy"), ("o", "it's AAé\n")])
    assert found[7] == ("m", [("n", 1), ("n", 2), ("n", 3)])
    assert found[8] == ("g", -math.inf)
    assert math.isnan(float(str(found[9][1])))
    assert found[10] == ("w", Word("SOME_WORD"))
    assert found[11:13] == [("s", [("k", 1)]), ("s", [("k", 2)])]
    assert found[13] == ("[type.googleapis.com/some.Thing]", [("v", "true")])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb {", "line 2: a '}' is missing"),
        ("a: 1 }", "'}' where the name|belongs to nothing"),
        ("a 1", "line 1: a ':' is missing"),
        ("a: \n\n }", "line 3: '}' is no value"),
        ("a: 'x", "cannot read"),
        ("a: [1 2]", "a ']' is missing"),
        ("'x': 1", "where the name of a field should be"),
        ('a: "\\xff"', "not UTF-8"),
        ("a: -b", "is no value"),
        ("a {" * (DEEPEST + 5), "deeper than"),
    ],
)
def test_errors_name_the_line(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse(text, "s.pbtxt")


def test_a_text_of_megabytes_takes_seconds_not_minutes() -> None:
    import time

    text = "string_domain { " + "".join(f'value: "v{n}"\n' for n in range(100_000)) + "}"
    started = time.process_time()
    assert len(dict(parse(text))["string_domain"]) == 100_000  # type: ignore[arg-type]
    assert time.process_time() - started < 10


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_protobuf_reads_our_texts(value: str) -> None:
    text_format: Any = pytest.importorskip("google.protobuf.text_format")
    pb: Any = pytest.importorskip("tensorflow_metadata.proto.v0.schema_pb2")
    ours = printed(Message([("feature", Message([("name", value)]))]))
    theirs = text_format.Parse(ours, pb.Schema())
    assert theirs.feature[0].name == value
    for utf8 in (True, False):
        again = parse(text_format.MessageToString(theirs, as_utf8=utf8))
        assert again == [("feature", [("name", value)])]
