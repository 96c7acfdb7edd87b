"""Reports, and the page of one as a file to send."""

from contextlib import contextmanager

import numpy as np
import pytest
from tests.checks.report import made_up

from segue.checks import Finding
from segue.checks.report import payload_of
from segue.web.pages.sent import render


@pytest.fixture(scope="module")
def report():
    return made_up.payload(made_up.training(np.random.default_rng(0), rows=2000))


@pytest.fixture(scope="module")
def hostile():
    findings = [
        Finding("out-of-domain", "fail", made_up.HOSTILE[1], 3, made_up.HOSTILE, made_up.HOSTILE[0], h, "", h)
        for h in made_up.HOSTILE
    ]
    return payload_of(findings, [made_up.hostile(np.random.default_rng(0))], at=made_up.NOON, title=made_up.HOSTILE[0])


@contextmanager
def sending(browser, folder):
    """Open a report as a file; afterwards nothing may have been said on the console and nothing else fetched."""
    said, contexts = [], []

    def open_it(payload, width=1280, height=900, **options):
        path = folder / "data.html"
        path.write_text(render(payload), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: said.append(m.text))
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("dialog", lambda d: said.append(d.message))
        page.on("request", lambda r: said.append(r.url) if r.url not in (path.as_uri(), "data:,") else None)
        page.goto(path.as_uri())
        page.wait_for_selector(".panel")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def sent(browser, tmp_path):
    with sending(browser, tmp_path) as open_it:
        yield open_it


@pytest.fixture(scope="module")
def page(browser, report, tmp_path_factory):
    """The report, opened once for those who leave it as it was."""
    with sending(browser, tmp_path_factory.mktemp("sent")) as open_it:
        yield open_it(report)
