"""The page of policies over a made-up report."""

import pytest


@pytest.fixture(scope="module")
def shown(browser, exhibit):
    """The page over the made-up report, and that report; for tests that only look."""
    served, service = exhibit
    said: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.on("console", lambda m: said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(f"{served.url}/console/home")
    page.wait_for_selector(".panel")
    yield page, service.report
    context.close()
    assert said == []


@pytest.fixture
def console(served, visit):
    def open_it():
        page = visit(f"{served.url}/console/home")
        page.wait_for_selector(".panel")
        return page

    return open_it
