"""What code a function stands on: a digest over its module and every segue module that one imports."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = "segue"


def code_digest(functions: Iterable[Callable[..., Any] | type]) -> str:
    """16 hex digits; changes when any module reachable by import from the given functions' modules changes."""
    modules: set[str] = set()
    for function in functions:
        modules |= _reachable(function.__module__)
    digest = hashlib.sha256()
    for name in sorted(modules):
        digest.update(name.encode() + b"\0" + _text(name).encode() + b"\0")
    return digest.hexdigest()[:16]


@cache
def _text(module: str) -> str:
    spec = find_spec(module)
    return Path(spec.origin).read_text() if spec and spec.origin else ""


@cache
def _imports(module: str) -> frozenset[str]:
    spec = find_spec(module)
    if spec is None or not spec.origin:
        return frozenset()
    package = module if spec.submodule_search_locations else module.rpartition(".")[0]
    named: set[str] = set()
    for node in _statements(ast.parse(_text(module)).body):
        if isinstance(node, ast.Import):
            named |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
            named.add(base)
            named |= {f"{base}.{a.name}" for a in node.names}
    return frozenset(n for n in named if n.split(".")[0] == ROOT and _exists(n))


def _statements(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """These and those within them; no expressions, which are most of a module and import nothing."""
    for node in nodes:
        yield node
        for within in ("body", "handlers", "orelse", "finalbody", "cases"):
            yield from _statements(getattr(node, within, ()))


@cache
def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@cache
def _reachable(module: str) -> frozenset[str]:
    seen: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in seen and name.split(".")[0] == ROOT:
            seen.add(name)
            todo.extend(_imports(name))
    return frozenset(seen)
