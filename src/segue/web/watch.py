"""What is counted and what is logged of each request: no listener ids, no titles, no queries."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}


class Metrics:
    """Prometheus metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "segue_http_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "segue_http_request_seconds", "Seconds to answer", ("route",), buckets=BUCKETS, registry=self.registry
        )
        self.running = Gauge("segue_http_requests_running", "Requests being answered", registry=self.registry)
        self.events = Counter("segue_events", "Events posted, by outcome", ("outcome",), registry=self.registry)
        self.waiting = Gauge("segue_events_waiting", "Events read and not yet written", registry=self.registry)
        self.waiting_bytes = Gauge("segue_events_waiting_bytes", "Bytes of their requests", registry=self.registry)
        self.commits = Counter("segue_events_commits", "Commits of events", registry=self.registry)
        self.turned_away = Counter("segue_events_turned_away", "Requests answered 429", registry=self.registry)
        self.ready = Gauge("segue_ready", "1 where a release is served", registry=self.registry)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)


class Watch:
    """ASGI middleware: one log line and one count a request."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Callable[..., Any] | None) -> None:
        self.app, self.metrics, self.log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, size = time.perf_counter(), 500, 0
        request_id = secrets.token_hex(8)

        async def counting(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        self.metrics.running.inc()
        try:
            await self.app(scope, receive, counting)
        finally:
            seconds = time.perf_counter() - start
            route = str(scope.get("segue_route", "none"))
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.metrics.running.dec()
            self.metrics.requests.labels(method, route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(seconds)
            if self.log is not None:
                self.log("request", method=method, route=route, status=status, bytes=size,
                         ms=round(1000 * seconds, 1), id=request_id)  # fmt: skip


def make_log(stream: Any, as_json: bool) -> structlog.stdlib.BoundLogger:
    """A structured log of its own: nothing global is configured."""
    last = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
    )
    return log
