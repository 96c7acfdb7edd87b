"""The description is what the server does: no drift, and no input of any described parameter breaks it."""

import json
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.web.api import RESOURCES
from segue.web.openapi import openapi

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
DESCRIBED = openapi(RESOURCES)
OPERATIONS = [(r.method, r.path) for r in RESOURCES if r.method == "GET"]


def test_the_committed_document_is_the_servers(client):
    served = client.get("/openapi.json").json()
    told = json.loads(DOCUMENT.read_text()) if DOCUMENT.exists() else {}
    assert told == served, "docs/openapi.json is old: python -m segue.web.openapi > docs/openapi.json"


def test_every_reference_has_its_schema():
    text = msgspec.json.encode(DESCRIBED).decode()
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(DESCRIBED["components"]["schemas"])
    assert DESCRIBED["openapi"] == "3.1.0"
    ids = [o["operationId"] for there in DESCRIBED["paths"].values() for o in there.values()]
    assert len(ids) == len(set(ids)) == len(RESOURCES)


def values(schema):
    """Right values, near misses and nonsense."""
    right = {
        "integer": st.integers(-5, 300).map(str),
        "number": st.floats().map(str),
        "boolean": st.sampled_from(["true", "false", "1", "maybe"]),
        "array": st.text(max_size=30),
        "string": st.text(max_size=30) | st.sampled_from(["segue:track:fake:0", "track", "Europe/Paris", "tag:x"]),
    }[schema.get("type", "string")]
    return right | st.text(max_size=12) | st.sampled_from(["", "null", "9" * 400, "\x00", "..", "%", "١", "1e999"])


@st.composite
def requests(draw):
    _, path = draw(st.sampled_from(OPERATIONS))
    query, filled = [], path
    for p in DESCRIBED["paths"][path]["get"]["parameters"]:
        if p["in"] == "path":
            filled = filled.replace(
                "{" + p["name"] + "}", quote(draw(values(p["schema"])).encode("utf-8", "replace"), safe="")
            )
        else:
            times = draw(st.integers(0, 2 if p["schema"].get("type") == "array" else 1))
            query += [(p["name"], draw(values(p["schema"]))) for _ in range(times)]
    return filled + "?" + urlencode(query, errors="replace")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests())
def test_no_input_breaks_a_resource(client, path):
    answer = client.get(path)
    assert answer.status_code < 500, (path, answer.text)
    if answer.status_code >= 400:
        assert answer.json()["error"]["message"]


FIELDS = st.sampled_from(["type", "id", "listener", "at", "item", "ms_played", "attrs", "tenant"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JSON = st.recursive(
    PLAIN | st.sampled_from(["play", "segue:track:1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(max_size=5), inner, max_size=8),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | JSON.map(lambda v: json.dumps(v).encode()))
def test_no_body_breaks_the_events(client, body):
    answer = client.post("/v1/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code < 500, (body, answer.text)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: f"{r.method} {r.path}")
def test_every_parameter_is_described(resource):
    fields = DESCRIBED["paths"][resource.path][resource.method.lower()]["parameters"]
    for p in fields:
        if p["name"] not in {"device"}:
            assert p.get("description"), (resource.path, p["name"])
