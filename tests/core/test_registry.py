"""Plug-ins are found by their file, by either spelling, and an unknown one names those there are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.core.errors import UnknownName
from segue.core.registry import Registry


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "plugs_for_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "one_two.py").write_text("plugin = 12")
    (folder / "broken.py").write_text("raise RuntimeError('imported')")
    (folder / "_shared.py").write_text("plugin = 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder.name
    for name in [m for m in sys.modules if m.startswith(folder.name)]:
        del sys.modules[name]


def test_listing_imports_nothing(package: str) -> None:
    assert list(Registry[int](package, "plug")) == ["broken", "one-two"]
    assert f"{package}.broken" not in sys.modules


def test_both_spellings(package: str) -> None:
    registry = Registry[int](package, "plug")
    assert registry["one-two"] == registry["one_two"] == 12
    assert len(registry) == 2


def test_an_unknown_name_lists_the_others(package: str) -> None:
    with pytest.raises(UnknownName, match="no plug 'three'; there are: broken, one-two"):
        Registry[int](package, "plug")["three"]
