"""Docs cannot rot: the reference is what the code says, links lead somewhere, and every plug-in says what it is."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_reference_is_what_the_code_says() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["reference"]()
    assert (ROOT / "docs" / "reference.md").read_text() == made, "run: python docs/make_reference.py"


def test_every_plugin_and_setting_says_what_it_is() -> None:
    page = (ROOT / "docs" / "reference.md").read_text()
    empty = [line for line in page.splitlines() if re.fullmatch(r"\| `[^`]+` \|(.*\|)? +\|", line)]
    assert empty == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    broken = [n for n in links if not n.startswith(("http://", "https://")) and not (page.parent / n).exists()]
    assert broken == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    assert [p.name for p in folder.glob("0*.md") if p.name not in listed] == []
