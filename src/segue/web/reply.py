"""Errors as JSON: {"error": {"code", "message"}}."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from segue.core.errors import InputError, NotReady, SegueError, UnknownName, UsageError, WorkspaceError
from segue.runs.switching import NotSwitched
from segue.web.rate import TooMany
from segue.web.request_id import REQUEST
from segue.web.service import Busy


class Denied(UsageError):
    """The caller is nobody we know, or may not do this."""

    def __init__(self, message: str, status: int = HTTPStatus.UNAUTHORIZED) -> None:
        super().__init__(message)
        self.status = status


class TooLarge(InputError):
    """More than a limit of the resource; the message says which."""


class TooSlow(SegueError):
    """A body that did not come in time."""


STATUS: tuple[tuple[type[SegueError], int], ...] = (
    (TooLarge, 413),
    (TooSlow, 408),
    (TooMany, 429),
    (NotSwitched, 409),
    (UnknownName, 404),
    (UsageError, 400),
    (InputError, 400),
    (NotReady, 503),
    (Busy, 503),
    (WorkspaceError, 503),
    (SegueError, 500),
)


class ErrorText(msgspec.Struct, frozen=True, omit_defaults=True):
    code: str  # the HTTP status as words: "not_found"
    message: str
    request: str = ""  # its id, as in the log and in X-Request-Id


class ErrorView(msgspec.Struct, frozen=True):
    error: ErrorText


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """A JSON error."""
    try:
        code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
    except ValueError:
        code = "error"
    safe = message.encode("utf-8", "replace").decode()
    body = msgspec.json.encode(ErrorView(ErrorText(code, safe, REQUEST.get())))
    return Response(body, status, headers, "application/json")


def status_of(e: SegueError) -> int:
    """The HTTP status of an error raised on purpose."""
    return e.status if isinstance(e, Denied) else next(code for kind, code in STATUS if isinstance(e, kind))


def from_segue(e: SegueError) -> Response:
    """The answer to an error raised on purpose."""
    status = status_of(e)
    more = {503: {"retry-after": "2"}, 429: {"retry-after": "10"}, 401: {"www-authenticate": "Bearer"},
            408: {"connection": "close"}}  # fmt: skip
    return error(status, str(e), more.get(status))


def from_http(e: HTTPException) -> Response:
    """The answer to what routing refused."""
    known = {404: "no such address; /docs lists them", 405: "not with this method; see the Allow header"}
    return error(e.status_code, known.get(e.status_code, e.detail), dict(e.headers or {}))
