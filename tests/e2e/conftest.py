"""A real browser against a real server."""

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.web.fake import FakeService

from segue.app import open_service
from segue.web.application import create_app
from segue.web.auth import Keys
from segue.web.server import bind
from segue.web.service import Backend

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--disable-sync", "--disable-quic"]  # fmt: skip
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same browser without its windows, and a third cheaper."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """The one there is, and the event loop that talks to it."""
    found = os.environ.get("SEGUE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: apt-get install chromium, or name one in SEGUE_CHROMIUM")
        pytest.skip("no Chromium: apt-get install chromium, or name one in SEGUE_CHROMIUM")
    with sync_playwright() as playwright:
        browser, loop = playwright.chromium.launch(executable_path=found, args=ARGS), asyncio.get_running_loop()
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """Its event loop runs all the time, and counts as running in these tests alone: others have their own."""
    asyncio._set_running_loop(chromium[1])
    yield chromium[0]
    asyncio._set_running_loop(None)


class Served:
    """An application on a free port, in a thread of its own."""

    def __init__(
        self,
        open_it: Callable[[], Any],
        keys: Keys | None = None,
        port: int = 0,
        reports: Path | None = None,
        folder: Path | None = None,
        others: Callable[[str], Backend] | None = None,
        origins: Sequence[str] = (),
    ) -> None:
        self.sock = bind("127.0.0.1", port)
        self.sock.listen(128)  # who comes before the thread has begun waits, and is not refused
        self.port = self.sock.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.backend = Backend(open_it, reports=None if reports is None else lambda: reports, folder=folder)
        self.backend.open()
        app = create_app(self.backend, keys, others=others, origins=origins)
        config = uvicorn.Config(app, log_config=None, lifespan="on", ws="none")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.sock]})
        self.thread.start()

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.sock.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    running: list[Served] = []

    def start(
        open_it: Callable[[], Any],
        keys: Keys | None = None,
        port: int = 0,
        reports: Path | None = None,
        others: Callable[[str], Backend] | None = None,
        origins: Sequence[str] = (),
    ) -> Served:
        running.append(Served(open_it, keys, port, reports, tmp_path, others, origins))
        return running[-1]

    yield start
    for served in running:
        served.stop()


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def crowded() -> FakeService:
    """The same with 60,000 items."""
    return FakeService(size=60_000)


@pytest.fixture
def served(serve: Callable[..., Served], service: Any) -> Served:
    return serve(lambda: service)


@pytest.fixture(scope="module")
def make_exhibit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[Served, Any]]]:
    """Starts a server that the tests of a module share, of the service of a workspace or of one with these options."""
    running: list[Served] = []

    def start(reports: Path | None = None, workspace: Path | None = None, **options: Any) -> tuple[Served, Any]:
        service = FakeService(**options) if workspace is None else open_service(workspace)
        folder = workspace or tmp_path_factory.mktemp("nothing-yet")
        running.append(Served(lambda: service, reports=reports, folder=folder))
        return running[-1], service

    yield start
    for served in running:
        served.stop()


@pytest.fixture(scope="module")
def exhibit(make_exhibit: Callable[..., tuple[Served, Any]]) -> tuple[Served, Any]:
    """A server and its service that the tests of a module only look at."""
    return make_exhibit()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page; afterwards nothing may have been said on the console and nothing fetched from outside."""
    contexts: list[BrowserContext] = []
    said: list[str] = []
    expected: list[str] = []

    def open_page(
        url: str,
        width: int = 1280,
        height: int = 900,
        *,
        expect: tuple[str, ...] = (),
        script: str = "",
        **options: Any,
    ) -> Page:
        expected.extend(expect)
        options.setdefault("reduced_motion", "reduce")  # drawing every frame of a transition costs more than the tests
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: said.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: said.append(f"exception: {e}"))
        host = url.split("/")[2]
        page.on("request", lambda r: None if f"//{host}/" in r.url else said.append(f"outside: {r.url}"))
        if script:
            page.add_init_script(script)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [s for s in said if not any(e in s for e in expected)] == []
