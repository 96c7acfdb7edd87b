"""Real sets for golden numbers, read straight from their files: nothing of ours stands between them and the metric."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from segue.core.types import Attributes, Interactions, Kind


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Where the real sets lie: SEGUE_DATA, else ../shared/data beside the repository."""
    folder = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not here: {folder} (set SEGUE_DATA)")
    return folder


def sequences(path: Path) -> Interactions:
    """A `user item item …` file, oldest first; users and items keep their numbers."""
    lines = [np.array(line.split(), np.int32) for line in path.read_text().splitlines()]
    indptr = np.cumsum([0, *(len(line) - 1 for line in lines)])
    numbers = np.concatenate([line[1:] for line in lines])
    items = np.unique(numbers)
    n = len(items)
    attributes = Attributes(
        np.zeros(n, np.int32), np.zeros(n, np.int32), sp.csr_array(np.zeros((n, 1), bool)),
        sp.csr_array(np.zeros((n, 1), np.float32)), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, bool),
    )  # fmt: skip
    return Interactions(
        path.name, Kind.TRACK, np.array([line[0] for line in lines], np.int32), items, indptr,
        np.searchsorted(items, numbers).astype(np.int32), np.arange(len(numbers)), np.ones(len(numbers), np.float32),
        np.zeros(len(lines), "S2"), attributes, ordered=True, timed=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def beauty(data_folder: Path) -> Interactions:
    return sequences(data_folder / "sequences" / "Beauty.txt")


@pytest.fixture(scope="session")
def lastfm(data_folder: Path) -> Interactions:
    return sequences(data_folder / "sequences" / "LastFM.txt")
