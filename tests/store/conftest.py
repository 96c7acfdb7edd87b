from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "ws") as opened:
        yield opened
