"""Nothing stands in the way of those who see, hear or move otherwise: axe-core looks at every page there is."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.checks.report import made_up

from segue.checks.report import write
from segue.web.pages import PAGES
from segue.web.pages.signin import ROUTES

ADDRESSES = (
    "/?listener=L00007",
    "/search?q=night",
    "/item/{artist}",
    *PAGES,
    *(r.path for r in ROUTES if "GET" in (r.methods or ())),
)
EXAMPLES = {"id": "L00007"}
"""What stands for a parameter of a page's path, beside `uri` and `artist`, which are items of the catalogue."""
LOOKS = {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}
"""Rules whose verdict depends on colours and width."""
AXE = Axe()


@pytest.fixture(scope="module")
def at(browser: Browser, make_exhibit, tmp_path_factory):
    """Opens an address in the one tab of a server with something to show, and not too much of it.

    What the console shows of a workspace is looked at where it has one, in the tests of the console.
    """
    reports = tmp_path_factory.mktemp("checks")
    write(reports, made_up.payload(made_up.training(np.random.default_rng(0), rows=500)))
    served, service = make_exhibit(reports, size=90)
    kinds = {c.kind: uri for uri, c in reversed(service.cards.items())}
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page: Page = context.new_page()

    def open_it(address: str) -> Page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        words = {**EXAMPLES, "uri": kinds["track"], "artist": kinds["artist"]}
        page.goto(served.url + re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: words[m[1]], address), wait_until="networkidle")
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.evaluate("document.querySelectorAll('article:nth-of-type(n + 4)').forEach(a => a.remove())")  # all alike
        return page

    yield open_it
    context.close()


def amiss(page: Page, options: dict[str, list[str]] | None = None, within: str | None = None) -> list[str]:
    """What axe finds, minor or not. The wash behind the page is taken away: no contrast is worked out over pictures."""
    page.evaluate("document.body.style.background = 'none'")
    options = {"resultTypes": ["violations"], **(options or {})}
    found = AXE.run(page, within, options).response["violations"]
    return [f"{v['id']}: {n['html'][:300]} {n['failureSummary']}"
            for v in found for n in v["nodes"]]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(at, address):
    page = at(address)
    assert amiss(page) == [], "light, on a desktop"
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert amiss(page, LOOKS) == [], "dark, on a phone"


def test_axe_finds_nothing_in_what_opens_on_home(at):
    page = at("/?listener=L00007")
    page.locator(".card .cover").first.focus()
    page.keyboard.press("q")  # waits in the bar
    page.keyboard.press("ArrowRight")
    page.keyboard.press("q")
    page.locator("#player-queue").click()
    assert amiss(page, within="#queue, #player") == []
    page.emulate_media(color_scheme="dark")
    page.keyboard.press("Escape")
    page.locator(".card [data-act=more]").first.dispatch_event("click")
    assert amiss(page, within="#menu") == []
    page.get_by_role("menuitem", name="Why this?").click()
    assert amiss(page, within="#why") == []


def test_axe_finds_what_is_wrong(at):
    page = at("/signin")
    page.evaluate("""() => {
        document.querySelector(".brand").setAttribute("aria-label", "");
        document.querySelector(".brand span").remove();
        document.querySelector("h1").style.color = "#e0d8d0";
    }""")
    assert {f.split(":")[0] for f in amiss(page)} == {"link-name", "color-contrast"}
