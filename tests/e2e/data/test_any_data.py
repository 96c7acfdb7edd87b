"""The page of the data whatever they are called, on every screen, of two hundred columns."""

import re

import pytest
from playwright.sync_api import expect
from tests.checks.report import made_up
from tests.e2e.data.reading import names

from segue.web.pages.sent import render

OPEN_S = 3.0  # of the browser's main thread, until 200 columns are shown; a third where nothing else is at work
SORT_S = 1.5


@pytest.fixture(scope="module")
def wide():
    return made_up.payload(made_up.many())


def test_hostile_names_and_values_stay_text(sent, hostile):
    page = sent(hostile)
    for button in page.locator("button.open").all():
        button.click()
    assert page.locator("main script, main img, main b:not(.far):not(:has-text(''))").count() == 0
    assert page.locator("[onerror], [onclick]").count() == 0
    assert page.locator("script").count() == 2
    shown = names(page)
    assert {n[:200] for n in shown} == {h[:200] for h in made_up.HOSTILE}
    assert max(map(len, shown)) == 300
    assert page.locator(".values tbody th bdi").filter(has_text="</script>").count() > 0
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.querySelector('.columns .open bdi')).unicodeBidi") == "isolate"


def test_the_file_has_one_script_and_a_policy_that_allows_no_other(hostile):
    text = render(hostile)
    assert text.count("</script>") == 2
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    own = r"'sha256-[\w+/]{43}='"
    assert re.fullmatch(
        rf"script-src {own}; style-src {own}; default-src 'none'; img-src data:; .*", policy.replace("&#39;", "'")
    )
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", text)


def test_it_fits_and_its_table_stays_a_table(sent, report):
    page = sent(report)
    for name in ("tier", "ms_played"):
        page.get_by_role("button", name=name, exact=True).click()
    board = page.locator(".columns")
    for wide in (1280, 768, 390, 320):
        page.set_viewport_size({"width": wide, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
        expect(board.get_by_role("columnheader")).to_have_count(6 + 4 + 2 * 2)  # its own, of values and of two opened
        assert page.locator("main svg:not([role=img]):not([aria-hidden=true])").count() == 0
        assert page.locator("main button:not([aria-label])").evaluate_all("all => all.every(b => b.textContent.trim())")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(sent, report, scheme):
    page = sent(report, color_scheme=scheme)

    def light():
        return page.locator(".panel").first.evaluate(
            "p => parseInt(getComputedStyle(p).backgroundColor.match(/\\d+/)[0])"
        )

    assert (light() < 128) is (scheme == "dark")
    page.get_by_role("button", name=re.compile("Switch to")).click()
    assert (light() < 128) is (scheme == "light")


def spent(session, before=None):
    """Seconds of the main thread; not of the clock, which other programs on the machine move on too."""
    now = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    return now - (before or 0)


def test_two_hundred_columns_are_shown_and_sorted_at_once(browser, tmp_path, wide):
    path = tmp_path / "wide.html"
    path.write_text(render(wide))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri())
    page.wait_for_selector(".columns .small")
    assert page.locator(".columns > tbody").count() == 200
    assert page.locator(".columns .small").count() < 60  # the others wait until they come into view
    opening = spent(session)
    assert opening < OPEN_S
    for order in ("name", "missing", "distance"):
        before = spent(session)
        page.evaluate(
            "order => new Promise(done => { document.querySelector(`[data-order=${order}] button`).click();"
            " requestAnimationFrame(() => setTimeout(done)); })",
            order,
        )
        assert spent(session, before) < SORT_S, order
    page.locator(".columns > tbody").last.scroll_into_view_if_needed()
    expect(page.locator(".columns > tbody").last.locator(".small")).to_have_count(1)
    before = spent(session)
    page.get_by_label("Find a column").fill("feature_19")
    expect(page.locator(".columns > tbody")).to_have_count(8)
    assert spent(session, before) < SORT_S
    context.close()
