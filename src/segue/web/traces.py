"""Traces by OpenTelemetry, of a share of the requests, sent behind their back: the extra `otel`.

Whoever calls may name the trace that a request belongs to (`traceparent`); whether it is traced is for the trace's own
number to decide, so that nobody can ask for more than the share, and services of one share agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from segue import __version__
from segue.core.optional import needed
from segue.core.tracing import TRACED, Attribute
from segue.web.request_id import REQUEST

WAITING = 2_048  # spans that may wait to be sent; more are dropped


class Traces:
    """Where spans of requests go."""

    def __init__(self, address: str = "", share: float = 0.01, exporter: Any = None) -> None:
        """`address`: of a collector, such as http://localhost:4318/v1/traces. NotReady where the extra is missing."""
        what = "tracing"
        sdk, export = (needed(f"opentelemetry.sdk.{m}", what, "otel") for m in ("trace", "trace.export"))
        sampling = needed("opentelemetry.sdk.trace.sampling", what, "otel")
        resources = needed("opentelemetry.sdk.resources", what, "otel")
        if exporter is None:
            otlp = needed("opentelemetry.exporter.otlp.proto.http.trace_exporter", what, "otel")
            exporter = otlp.OTLPSpanExporter(endpoint=address)
        self._provider = sdk.TracerProvider(
            sampler=sampling.TraceIdRatioBased(share),
            resource=resources.Resource.create({"service.name": "segue", "service.version": __version__}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(export.BatchSpanProcessor(exporter, max_queue_size=WAITING))
        self._tracer = self._provider.get_tracer("segue", __version__)
        self._parent = needed(
            "opentelemetry.trace.propagation.tracecontext", what, "otel"
        ).TraceContextTextMapPropagator()

    @contextmanager
    def request(self, method: str, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[Any]:
        """The span of a whole request; None where it is not traced."""
        given = next((value for name, value in headers if name == b"traceparent"), b"")
        parent = self._parent.extract({"traceparent": given.decode("latin-1")}) if given else None
        with self._tracer.start_as_current_span(f"{method} ", context=parent) as root:
            if not root.is_recording():
                yield None
                return
            root.set_attribute("http.request.method", method)
            root.set_attribute("segue.request", REQUEST.get())
            TRACED.set(self._start)
            yield root

    def _start(self, name: str, attributes: dict[str, Attribute]) -> AbstractContextManager[object]:
        within: AbstractContextManager[object] = self._tracer.start_as_current_span(name, attributes=attributes)
        return within

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def told(root: Any, method: str, route: str, status: int) -> None:
    """What is known of a request once it is answered."""
    if root is not None:
        root.update_name(f"{method} {route}")
        root.set_attribute("http.route", route)
        root.set_attribute("http.response.status_code", status)
