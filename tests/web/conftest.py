"""The application in process, without a socket."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from tests.web.fake import FakeService

from segue.web.application import create_app
from segue.web.auth import Keys
from segue.web.service import Backend

SERVER = "http://localhost:8800"


class Client:
    """Requests to an ASGI application, one event loop for all of them."""

    def __init__(self, app: Starlette) -> None:
        self.app, self.runner = app, asyncio.Runner()
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=SERVER)

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        url = httpx.URL(SERVER + path)  # whole: httpx takes an address apart three times to put it together with a base
        return self.runner.run(self.http.request(method, url, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self("POST", path, **options)

    def close(self) -> None:
        self.runner.run(self.http.aclose())
        self.runner.close()
        self.app.state.backend.close()


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@pytest.fixture
def client(service: Any, keys: Keys, tmp_path: Path) -> Iterator[Client]:
    backend = Backend(lambda: service, reports=lambda: tmp_path / "checks", folder=tmp_path)
    assert backend.open() == ""
    client = Client(create_app(backend, keys))
    yield client
    client.close()


@pytest.fixture
def make_client() -> Iterator[Any]:
    made: list[Client] = []

    def make(app: Starlette) -> Client:
        made.append(Client(app))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def new_client() -> type[Client]:
    """For tests whose application lives longer than one of them."""
    return Client
