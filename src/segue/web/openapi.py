"""OpenAPI 3.1 of the resources, made from their parameter structs and answer types."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

import msgspec

from segue import __version__
from segue.surfaces.clips import MEDIA
from segue.web.resource import Resource, paths_of

SCHEMES = {
    "key": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "a listener's name, and a key as the password"},
    "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token KEY"},
    "subsonic": {"type": "apiKey", "in": "query", "name": "apiKey", "description": "or u with p, or u with t and s"},
    "session": {"type": "apiKey", "in": "query", "name": "sk", "description": "what auth.getSession gave"},
}
REF = "#/components/schemas/{name}"


def _tuples(value: Any) -> Any:
    """The same with lists for tuples, as JSON has it."""
    if isinstance(value, dict):
        return {k: _tuples(v) for k, v in value.items()}
    return [_tuples(v) for v in value] if isinstance(value, list | tuple) else value


def _parameters(resource: Resource) -> list[dict[str, Any]]:
    (_,), parts = msgspec.json.schema_components([resource.params], ref_template=REF)
    schema = cast(dict[str, Any], parts[resource.params.__name__])
    out = []
    for name, field in schema["properties"].items():
        choices = [c for c in field.get("anyOf", [field]) if c.get("type") != "null"]
        plain = {k: v for k, v in choices[0].items() if k != "description"}
        if "default" in field and field["default"] is not None:
            plain["default"] = field["default"]
        in_path = name in resource.in_path
        text = choices[0].get("description", "")
        out.append(
            {"name": name, "in": "path" if in_path else "query", "required": in_path or name in schema["required"]}
            | ({"description": text} if text else {})
            | {"schema": plain}
        )
    return out


def _always(resource: Resource) -> set[int]:
    """Errors that come before a resource is asked, or with any parameters or body: too often, a name nobody knows, too
    long, too slow."""
    often = {HTTPStatus.TOO_MANY_REQUESTS} if resource.scope is not None else set()
    named = {HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_URI_TOO_LONG} if _parameters(resource) else set()
    slow = {HTTPStatus.REQUEST_TIMEOUT} if resource.body is not None else set()
    return {int(status) for status in often | named | slow}


def _operation(resource: Resource, schema_of: dict[int, Any]) -> dict[str, Any]:
    bare: dict[Any, tuple[str, dict[str, str]]] = {
        str: ("text/plain", {"type": "string"}),
        bytes: (resource.sends or MEDIA, {"type": "string", "format": "binary"}),
    }
    media, answer = bare.get(resource.returns) or ("application/json", schema_of[id(resource.returns)])
    good = HTTPStatus(resource.status)
    responses: dict[str, Any] = {str(good.value): {"description": good.phrase, "content": {media: {"schema": answer}}}}
    refused: dict[str, Any] = {"application/json": {"schema": schema_of[id(resource.error_view)]}}
    if any(p["schema"].get("type") == "array" for p in _parameters(resource)):
        refused["text/plain"] = {"schema": {"type": "string"}}  # an address so long that it is no HTTP any more
    for other in resource.also:
        refused[other] = responses[str(good.value)]["content"][other] = {"schema": {"type": "string"}}
    for status in sorted({*resource.errors, *_always(resource)}):
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": refused}
    out: dict[str, Any] = {
        "summary": resource.summary,
        "operationId": f"{resource.method.lower()}_" + "_".join(p.strip("{}") for p in resource.path.split("/") if p),
        "parameters": _parameters(resource),
        "responses": responses,
    }
    if resource.body is not None:
        out["requestBody"] = {
            "required": not resource.lenient,
            "content": {media: {"schema": _body(resource, schema_of)} for media in resource.media},
        }
    if resource.scope is not None:
        out["security"] = [{}, {resource.scheme: []}]
        out["x-scope"] = resource.scope.value
    return out


def _bodies(resource: Resource) -> tuple[Any, ...]:
    return resource.body if isinstance(resource.body, tuple) else (resource.body,)


def _body(resource: Resource, schema_of: dict[int, Any]) -> Any:
    schemas = [schema_of[id(t)] for t in _bodies(resource)]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def openapi(resources: Sequence[Resource]) -> dict[str, Any]:
    """The whole document, ready for JSON."""
    types = [t for r in resources for t in (r.returns, *_bodies(r), r.error_view) if t not in (None, str, bytes)]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    schema_of = {id(t): s for t, s in zip(types, schemas, strict=True)}
    return cast(
        dict[str, Any],
        _tuples(
            {
                "openapi": "3.1.0",
                "info": {
                    "title": "Segue",
                    "version": __version__,
                    "description": "A personal Home from listening data. On the machine's own address the interface "
                    "is open until a key is made with `segue keys create`; then every call but health needs "
                    "`Authorization: Bearer KEY` with the scope named in `x-scope`.",
                    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                },
                "paths": {
                    path: {r.method.lower(): _operation(r, schema_of) for r in there}
                    for path, there in paths_of(resources).items()
                },
                "components": {
                    "schemas": components,
                    "securitySchemes": {name: SCHEMES[name] for name in sorted({r.scheme for r in resources})},
                },
            }
        ),
    )


def main() -> None:
    """Print the document, as committed in docs/openapi.json."""
    import sys

    from segue.web.api import RESOURCES
    from segue.web.compat import COMPAT

    document = openapi((*RESOURCES, *COMPAT))
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


if __name__ == "__main__":
    main()
