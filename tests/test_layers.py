"""A plug-in knows no other plug-in: what the files of a folder share stands in `__init__` or behind an underscore.

The layers themselves are held by import-linter (`./run check`).
"""

from __future__ import annotations

from functools import cache

import grimp
import pytest

FOLDERS = (
    "segue.models", "segue.fitted", "segue.candidates", "segue.rules", "segue.ranking", "segue.policies",
    "segue.surfaces.home.shelves", "segue.importers", "segue.checks.log", "segue.checks.anomalies",
)  # fmt: skip


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("segue")


def private(module: str) -> bool:
    return module.rpartition(".")[2].startswith("_")


def trespasses(modules: set[str], imports: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Imports of a plug-in by anything else in its folder."""
    return sorted((a, b) for a, b in imports if b in modules and not private(b) and a != b)


@pytest.mark.parametrize("folder", FOLDERS)
def test_plugins_are_strangers(folder: str) -> None:
    modules = graph().find_children(folder)
    assert modules
    inside = {*modules, folder}
    imports = {(a, b) for a in inside for b in graph().find_modules_directly_imported_by(a) if b in inside}
    assert trespasses(modules, imports) == []


def test_the_control_is_found() -> None:
    modules = {"f.one", "f.two", "f._shared"}
    imports = {("f.one", "f._shared"), ("f.one", "f.two"), ("f", "f.one")}
    assert trespasses(modules, imports) == [("f", "f.one"), ("f.one", "f.two")]
