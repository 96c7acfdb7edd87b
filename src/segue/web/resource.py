"""A resource: one method of one path, described once; routing, checks and OpenAPI are made from it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from segue.core.errors import InputError, SegueError
from segue.web.auth import Scope
from segue.web.reply import ErrorView
from segue.web.service import Backend, Service

P = TypeVar("P", bound=msgspec.Struct)
_ENCODER = msgspec.json.Encoder(enc_hook=lambda value: value.item() if hasattr(value, "item") else str(value))
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
KEY = "key"
_SEQUENCES = (msgspec.inspect.VarTupleType, msgspec.inspect.ListType)


class NoParams(msgspec.Struct, frozen=True):
    """A resource without parameters."""


@dataclass(frozen=True)
class Resource:
    """One method of one path."""

    method: str
    path: str  # "/v1/items/{uri}/similar"; what stands for a name may hold slashes
    summary: str
    answer: Callable[[Backend, Request, Any], Awaitable[Response]]
    returns: Any  # the type of the JSON answer; str for plain text, bytes for sound, or what `sends` says
    params: type[msgspec.Struct] = NoParams  # path and query together; names in `path` come from there
    scope: Scope | None = Scope.READ  # what a key must have; None: open to all
    body: Any = None  # its type; a tuple: any one of these
    media: tuple[str, ...] = ("application/json",)
    errors: tuple[int, ...] = (400, 401, 403, 503)
    sends: str = ""  # media type of an answer in bytes
    scheme: str = KEY  # how the caller says who it is; other than by key: the resource sees to it itself
    lenient: bool = False  # parameters that are not described are passed over
    on_error: Callable[[Request, SegueError], Response] | None = None  # the form that its errors have
    error_view: Any = ErrorView
    status: int = 200  # of an answer that is no error
    also: tuple[str, ...] = ()  # media types beside JSON that it answers in, errors too
    whose: str | None = None
    """Parameter that names a listener: a listener's own key may give that one alone. "": it is about nobody, or sees to
    it itself; None: it is not for such keys."""

    @property
    def in_path(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.path))


class JSONResponse(Response):
    """Any msgspec value as JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return _ENCODER.encode(content)


def read_params(request: Request, kind: type[P], lenient: bool = False) -> P:
    """Path and query as one checked struct, or InputError naming the parameter and the valid ones.

    `lenient` passes over what is not described, and takes the last of what is given twice.
    """
    types = _types(kind)
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name not in types:
            if lenient:
                continue
            valid = ", ".join(n for n in types if n not in request.path_params)
            raise InputError(f"no parameter {name[:80]!r}; there are: {valid or 'none'}")
        if isinstance(types[name], _SEQUENCES):
            given.setdefault(name, []).append(value)
        elif name in given and not lenient:
            raise InputError(f"parameter {name!r} is given twice")
        elif value.lower() == "null" and not _textual(types[name]):
            raise InputError(f"parameter {name!r} has no value {value!r}; leave it out")
        elif isinstance(types[name], msgspec.inspect.BoolType) and value.lower() in _TRUE | _FALSE:
            given[name] = value.lower() in _TRUE
        else:
            given[name] = value
    given |= {k: v for k, v in request.path_params.items() if k in types}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as e:
        raise InputError(str(e).replace("`$.", "`").replace("Object missing required field", "missing")) from None


@cache
def _types(kind: type[msgspec.Struct]) -> dict[str, msgspec.inspect.Type]:
    """Types of the fields, by name: to find them out takes longer than most answers."""
    fields = cast(msgspec.inspect.StructType, msgspec.inspect.type_info(kind)).fields
    return {f.encode_name: _bare(f.type) for f in fields}


def _textual(kind: msgspec.inspect.Type) -> bool:
    parts = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    return any(isinstance(_bare(part), msgspec.inspect.StrType) for part in parts)


def _bare(kind: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """A type without what is said about it."""
    return kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind


def reading(
    call: Callable[[Service, P], Any],
) -> Callable[[Backend, Request, P], Awaitable[Response]]:
    """A resource that answers JSON from one blocking call of the service; words wait for their encoder first."""

    async def answer(backend: Backend, _request: Request, params: P) -> Response:
        if getattr(params, "words", ""):
            await backend.understanding()
        view = await backend.read(lambda service: _ENCODER.encode(call(service, params)))
        return Response(view, media_type="application/json")

    return answer


def paths_of(resources: Sequence[Resource]) -> dict[str, list[Resource]]:
    """Resources by path, in order."""
    out: dict[str, list[Resource]] = {}
    for r in resources:
        out.setdefault(r.path, []).append(r)
    return out
