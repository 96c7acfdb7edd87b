"""Bodies of events with too many of them: they are counted, not made."""

import json
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.store.delivery import Rules
from segue.web import posted
from segue.web.posted import CLOUDS, JSON, MAX_EVENTS, NDJSON, Envelope, read
from segue.web.reply import TooLarge

MANY = 1_000_000
WAYS = {
    "array": (JSON, "b'[' + b'1,' * (n - 1) + b'1]'"),
    "empty arrays": (JSON, "b'[' + b'[],' * (n - 1) + b'1]'"),
    "envelope": (JSON, "b'{\"events\":[' + b'1,' * (n - 1) + b'1]}'"),
    "twice": (JSON, "b'{\"events\":[' + b'1,' * (n - 1) + b'1],\"events\":[' + b'1,' * 1000 + b'1]}'"),
    "lines": (NDJSON, "b'11\\n' * n"),
    "cloud events": (CLOUDS, "b'[' + b'1,' * (n - 1) + b'1]'"),
}
MEASURE = """
import resource, sys
from segue.core.errors import InputError
from segue.store.delivery import Rules
from segue.web.posted import Envelope, read
n = int(sys.argv[1])
body = eval(sys.argv[3])
read(Envelope(b"[1]", sys.argv[2], {}), "default", Rules())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read(Envelope(body, sys.argv[2], {}), "default", Rules())
except InputError as e:
    print(e)
more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print((more if sys.platform == "linux" else more >> 10) >> 10)
"""


def sent(body, media=JSON):
    return read(Envelope(body, media, {}), "default", Rules())


@pytest.mark.parametrize("way", WAYS)
def test_millions_of_events_are_refused_without_memory_for_each(way):
    media, body = WAYS[way]
    command = [sys.executable, "-c", MEASURE, str(MANY), media, body]
    said, megabytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = 1_001 if way == "twice" else MANY
    assert said == f"a request may have {MAX_EVENTS} events, this one has {found}"
    assert int(megabytes) < 32  # the body has 2 to 4; it was 120


@pytest.mark.parametrize("n", [MAX_EVENTS, MAX_EVENTS + 1])
@pytest.mark.parametrize("few", [posted.FEW, 0])
def test_as_many_as_may_be(monkeypatch, n, few):
    """The same, whether they are counted before or after they are taken apart."""
    monkeypatch.setattr(posted, "FEW", few)
    rows = [{"type": "dance", "listener": 'a,"[b', "x": [1, {"y": "\\"}]}] * n
    lines = "\n\n".join(map(json.dumps, rows)) + "\n \n"
    for body, media in ((json.dumps(rows), JSON), (json.dumps({"x": [1, 2], "events": rows, "first": 3}), JSON),
                        (json.dumps(rows), CLOUDS), (lines, NDJSON)):  # fmt: skip
        if n > MAX_EVENTS:
            with pytest.raises(TooLarge, match="this one has 1001"):
                sent(body.encode(), media)
        else:
            batch = sent(body.encode(), media)
            assert batch.rows == n
            assert json.loads(batch.refused[0].raw) == rows[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"events": 7}', "bad request: Expected `array`, got `int` - at `$.events`"),
        (b'{"events": [], "first": -1}', "bad request: Expected `int` >= 0 - at `$.first`"),
        (b'{"events": [}', "not JSON"),
    ],
)
def test_what_is_wrong_with_an_envelope_is_said(body, said):
    with pytest.raises(InputError) as e:
        sent(body)
    assert str(e.value).startswith(said)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab,"\\[]{}: \n♫', max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('a,"\\[}', max_size=3), inner, max_size=3),
)


@given(st.lists(VALUES, min_size=1, max_size=12), st.sampled_from([1, 2, 5, 1 << 18]), st.booleans(),
       st.sampled_from([None, 1]), st.integers(0, 400))  # fmt: skip
def test_elements_are_counted_as_they_are_read(values, piece, ascii, indent, cut):
    """And of what breaks off, no fewer than can be read before that."""
    array = json.dumps(values, ensure_ascii=ascii, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(posted, "FEW", -1)
        patched.setattr(posted, "PIECE", piece)
        assert posted._elements(array) == len(msgspec.json.decode(array, type=list[msgspec.Raw]))
        whole = sum(len(json.dumps(values[:n], ensure_ascii=ascii, indent=indent).encode()) - 1 <= cut
                    for n in range(1, len(values) + 1))  # fmt: skip
        assert posted._elements(array[:cut] + b"]") >= whole
