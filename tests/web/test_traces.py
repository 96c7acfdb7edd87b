"""Traces: the spans of a page, of the share that was asked for, and nothing of the rest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from segue.app import Service, open_service
from segue.core.tracing import TRACED, span
from segue.web.application import create_app
from segue.web.service import Backend
from segue.web.traces import Traces

pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def real(planted: Path) -> Iterator[Service]:
    with open_service(planted) as opened:
        yield opened


class Lent:
    """The service, less its end: an application closes what it serves."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return (lambda: None) if name == "close" else getattr(self._service, name)


@pytest.fixture
def service(real: Service) -> Any:
    return Lent(real)


@pytest.fixture
def exporter() -> Any:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    return InMemorySpanExporter()


def asked(make_client, service, exporter, share: float, n: int = 1) -> list[Any]:
    """The spans of n pages."""
    backend = Backend(lambda: service)
    backend.open()
    traces = Traces(share=share, exporter=exporter)
    client = make_client(create_app(backend, traces=traces))
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "x-request-id": "name-1"} if n == 1 else {}
    for i in range(n):
        assert client.get(f"/v1/home?listener=L{i}", headers=headers).status_code == 200
    traces.close()
    return list(exporter.get_finished_spans())


def test_a_page_is_traced_from_request_to_slate(make_client, service, exporter):
    spans = asked(make_client, service, exporter, 1.0)
    by_id = {s.context.span_id: s for s in spans}

    def above(s: Any) -> list[str]:
        return [s.name, *(above(by_id[s.parent.span_id]) if s.parent.span_id in by_id else [])]

    ways = {" < ".join(above(s)) for s in spans}
    home = "home < GET /v1/home"
    assert {home, f"slate < {home}", f"candidates < shelves < {home}", f"ranking < shelves < {home}"} <= ways
    root = next(s for s in spans if s.name == "GET /v1/home")
    assert f"{root.context.trace_id:032x}" == TRACE  # the caller's
    assert dict(root.attributes) == {
        "http.request.method": "GET", "segue.request": "name-1", "http.route": "/v1/home",
        "http.response.status_code": 200,
    }  # fmt: skip
    assert "L0" not in str([dict(s.attributes) for s in spans])  # of whom is nobody's business
    assert any(s.attributes.get("source") == "model" for s in spans if s.name == "candidates")


def test_the_share_is_for_the_server_to_say(make_client, service, exporter):
    assert asked(make_client, service, exporter, 0.0) == []  # though the caller says "sampled"


def test_without_traces_nothing_is_made(make_client, service):
    backend = Backend(lambda: service)
    client = make_client(create_app(backend))
    seen = []

    def home(*args: Any, **options: Any) -> Any:
        seen.append(TRACED.get())
        return plain(*args, **options)

    plain, service.home_to_send = service.home_to_send, home
    assert client.get("/v1/home?listener=L0").status_code == 200
    assert seen == [None]
    assert span("a") is span("b", source="c")
