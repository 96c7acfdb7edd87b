"""What holds for every benchmark. That it finds what it imports is checked with the types."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMES = {f.stem for f in (ROOT / "benchmarks").glob("*.py")}


def test_none_hides_a_module_of_python() -> None:
    """A script's own folder comes first where modules are looked for."""
    assert not NAMES & set(sys.stdlib_module_names)


def test_the_docs_name_benchmarks_that_there_are() -> None:
    pages = [page.read_text() for page in (ROOT / "docs").rglob("*.md")]
    told = {name for text in pages for name in re.findall(r"benchmarks/(\w+)\.py", text)}
    assert told
    assert told <= NAMES
