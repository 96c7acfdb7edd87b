"""One line in the log and one count a request: no listener ids, no titles, no queries."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segue.web.metrics import Metrics
from segue.web.request_id import HEADER, REQUEST, named
from segue.web.traces import Traces, told

METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}


class Watch:
    """ASGI middleware: names, counts and logs requests."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, log: Callable[..., Any] | None, traces: Traces | None = None
    ) -> None:
        self.app, self.metrics, self.log, self.traces = app, metrics, log, traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, size = time.perf_counter(), 500, 0
        request_id = named(next((value for name, value in scope["headers"] if name == HEADER), None))
        REQUEST.set(request_id)  # for good: what handles a failure comes after this, and the next request sets its own

        async def counting(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((HEADER, request_id.encode()))
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "other"
        self.metrics.running.inc()
        try:
            if self.traces is None:
                await self.app(scope, receive, counting)
            else:
                with self.traces.request(method, scope["headers"]) as root:
                    try:
                        await self.app(scope, receive, counting)
                    finally:
                        told(root, method, str(scope.get("segue_route", "none")), status)
        finally:
            seconds = time.perf_counter() - start
            route = str(scope.get("segue_route", "none"))
            self.metrics.running.dec()
            self.metrics.requests.labels(method, route, str(status)).inc()
            self.metrics.seconds.labels(route, str(status)).observe(seconds)
            if "segue_tenant" in scope:
                self.metrics.answered(scope["segue_tenant"], status)
            if self.log is not None:
                ms = round(1000 * seconds, 1)
                self.log("request", method=method, route=route, status=status, bytes=size, ms=ms)


def _with_id(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request = REQUEST.get()
    if request:
        line.setdefault("id", request)
    return line


def _processors(stream: Any, as_json: bool) -> list[Any]:
    last = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_id,
        structlog.processors.format_exc_info,
        last,
    ]


def make_log(stream: Any, as_json: bool) -> structlog.stdlib.BoundLogger:
    """A structured log; lines that are written while a request is answered bear its id."""
    log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=_processors(stream, as_json),
        wrapper_class=structlog.make_filtering_bound_logger(20),
    )
    return log


@contextmanager
def everything_logged(stream: Any, as_json: bool) -> Iterator[structlog.stdlib.BoundLogger]:
    """What any part of this process has to say goes to one log, that of libraries from warnings on, too."""
    structlog.configure(
        processors=_processors(stream, as_json),
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    log, root = make_log(stream, as_json), logging.getLogger()
    handler = _Handed(log)
    root.addHandler(handler)
    try:
        yield log
    finally:
        root.removeHandler(handler)
        structlog.reset_defaults()


class _Handed(logging.Handler):
    """Lines of the standard library's logging."""

    def __init__(self, log: structlog.stdlib.BoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        say = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        say(record.getMessage(), logger=record.name, exc_info=record.exc_info)
