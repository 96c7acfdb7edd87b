"""kill -9 during import and during train, a few times here; `python benchmarks/killing.py` does it fifty times."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from benchmarks.killing import kill_imports, kill_trainings


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_twice_and_a_release_always_serves(tmp_path: Path) -> None:
    imports = kill_imports(tmp_path, 2, random.Random(1))
    assert (imports["lost"], imports["twice"]) == (0, 0)
    assert imports["kept"] == imports["rows"]
    trainings = kill_trainings(tmp_path, 1, random.Random(2))
    assert (trainings["half"], trainings["not serving"]) == (0, 0)
    assert imports["kills"] + trainings["kills"] > 0
