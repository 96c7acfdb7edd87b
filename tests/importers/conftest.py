"""Samples of every format, made by `samples/<name>.py`: `make(folder) -> (path, options)`."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from segue.core.errors import InputError
from segue.core.events import Bad, Record
from segue.importers import IMPORTERS

SAMPLES = Path(__file__).parent / "samples"
Make = Callable[[str], tuple[Any, Path]]


@pytest.fixture
def sample(tmp_path: Path) -> Make:
    """`sample(name)` is an importer with the options of its sample, and the path of a good one."""

    def make(name: str) -> tuple[Any, Path]:
        file = SAMPLES / f"{name.replace('-', '_')}.py"
        assert file.is_file(), f"the importer {name} has no sample: write {file}"
        spec = spec_from_file_location(f"sample_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        folder = tmp_path / "sample"
        folder.mkdir()
        path, options = module.make(folder)
        return IMPORTERS[name](**options), path

    return make


@pytest.fixture
def sample_once(sample: Make) -> Make:
    """The same, made at the first call only: for many examples of one test."""
    made: dict[str, tuple[Any, Path]] = {}

    def make(name: str) -> tuple[Any, Path]:
        if name not in made:
            made[name] = sample(name)
        return made[name]

    return make


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Record]]:
    """`read(name, text or bytes, **options)`: the records of a file that holds it, also where all are bad."""

    def run(name: str, content: str | bytes, *, file: str = "file", **options: Any) -> list[Record]:
        path = tmp_path / file
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        records: list[Record] = []
        try:
            records.extend(IMPORTERS[name](**options).read(path))
        except InputError:
            if not any(isinstance(record, Bad) for record in records):
                raise
        return records

    return run


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data sets; the test is skipped where it is missing."""
    folder = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set SEGUE_DATA")
    return folder
