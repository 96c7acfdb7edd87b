"""The page of policies says what the report says, on every screen."""

import re

import pytest
from playwright.sync_api import expect
from tests.e2e.policies.reading import assert_says, cells, numbers

PLACES = """all => all.map(w => {
    const [dot, bar] = [w.querySelector(".dot"), w.querySelector(".bar")];
    return [dot.getAttribute("cx"), bar.getAttribute("x1"), bar.getAttribute("x2")].map(parseFloat);
})"""
SAID = """async ([mean, low, high, percent]) =>
    (await import("/static/figures.js")).range({mean, low, high}, percent).text"""
AGAINST = """async ([one, other]) => {
    const r = ([mean, low, high]) => ({mean, low, high});
    return (await import("/static/figures.js")).against(r(one), r(other), "base");
}"""


def test_the_headline_and_the_facts(shown):
    page, _ = shown
    expect(page.locator("h1")).to_have_text(
        re.compile(r"^plackett-luce: 2\.31 streams a page \(2\.27\sto\s2\.35\), 64\s% more than popularity \(1\.41\)$")
    )
    expect(page.locator("#about")).to_contain_text("Exploring is on: 6.3\u00a0% of its choices")
    facts = dict(zip(page.locator(".facts dt").all_text_contents(), page.locator(".facts dd").all_text_contents()))
    assert facts["Pages"] == "204,277"
    assert facts["Cards seen"] == "3,268,432"
    assert facts["Cards still waiting"] == "1,408"
    assert facts["Control group"] == "10\u00a0%"
    assert facts["Days"] == "7 May to 20 May 2026"
    assert facts["Release"] == "r-1"
    assert page.title() == "Policies · Segue"


def test_every_policy_has_its_numbers(shown):
    page, report = shown
    rows = report.policies
    assert cells(page, "policies", "Policy") == [p.policy for p in rows]
    for p, pages, streams, found, explored, cost in zip(
        rows,
        cells(page, "policies", "Pages"),
        cells(page, "policies", "Streams a page"),
        cells(page, "policies", "Discoveries a page"),
        cells(page, "policies", "Explored"),
        cells(page, "policies", "Cost a page"),
        strict=True,
    ):
        assert_says(pages, p.pages, p.share * 100, p.listeners)
        assert_says(streams, p.streams.mean, p.streams.low, p.streams.high)
        assert_says(found, p.discoveries.mean, p.discoveries.low, p.discoveries.high)
        assert_says(explored, p.explored * 100)
        if p.cost is None:
            assert cost == "not said"
        else:
            assert_says(cost, *([p.cost.mean, p.cost.low, p.cost.high] if p.cost.high > 0 else [0]))


def test_dots_and_whiskers_stand_where_their_numbers_do(shown):
    page, report = shown
    at = page.locator("#policies tbody td:nth-child(3) .whisker").evaluate_all(PLACES)
    means = [p.streams.mean for p in report.policies]
    per = (at[0][0] - at[2][0]) / (means[0] - means[2])
    for (dot, low, high), p in zip(at, report.policies, strict=True):
        assert dot == pytest.approx(at[0][0] + per * (p.streams.mean - means[0]), abs=0.1)
        assert high - low == pytest.approx(per * (p.streams.high - p.streams.low), abs=0.1)
    widths = page.locator("#policies .share .part").evaluate_all("all => all.map(r => r.getAttribute('width'))")
    assert widths == ["80.00%", "10.00%", "10.00%"]


def test_estimates_and_refusals(shown):
    page, report = shown
    told = [j for j in report.judged if j.streams]
    for j, said, rests in zip(
        told, cells(page, "others", "Streams a shelf shown"), cells(page, "others", "Rests on"), strict=True
    ):
        assert_says(said, j.streams.mean, j.streams.low, j.streams.high)
        assert_says(rests, j.effective)
    assert cells(page, "others", "Policy") == ["plackett-lucein use", *(j.policy for j in told[1:])]
    assert cells(page, "others", "Estimator") == ["dr"] * len(told)
    expect(page.locator("#others .lead").last).to_have_text(
        "Taken for granted: a row's streams do not depend on the rows above, but for what these have left."
    )
    refusals = dict(
        zip(page.locator(".refusals dt").all_text_contents(), page.locator(".refusals dd").all_text_contents())
    )
    assert refusals == {j.policy: j.refused for j in report.judged if j.streams is None}


def test_shelves_and_items(shown):
    page, report = shown
    tables = page.locator("#arms table")
    for at, arms in enumerate((report.shelves, report.items)):
        rows = tables.nth(at).locator("tbody tr")
        assert rows.count() == len(arms)
        for i, a in enumerate(arms):
            row = rows.nth(i)
            expect(row.locator("th")).to_contain_text(a.title)
            assert_says(row.locator(".value").inner_text(), a.rate.mean * 100, a.rate.low * 100, a.rate.high * 100)
            assert_says(" ".join(row.locator(".number").all_text_contents()), a.shown, a.seen, a.streams)
    links = tables.nth(1).locator("a").evaluate_all("all => all.map(a => decodeURIComponent(a.pathname))")
    assert links == [f"/item/{a.key}" for a in report.items]


def test_days_are_drawn_and_listed(shown):
    page, report = shown
    chart = page.locator("#days .chart > svg")
    expect(chart).to_have_attribute("aria-label", re.compile("plackett-luce between 2.1.* and 2.5"))
    assert chart.locator(".mark-shape").count() == len(report.days)
    assert page.locator("#days .legend li").all_text_contents() == [p.policy for p in report.policies]
    page.locator("#days summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#days details")).to_have_attribute("open", "")
    first = [d for d in report.days if d.day == "2026-05-07"]
    row = page.locator("#days tbody tr").first
    expect(row.locator("th")).to_have_text("7 May")
    for d, said in zip(first, row.locator("td").all_text_contents(), strict=True):
        assert_says(said, d.streams, d.pages)


def test_the_ranker_is_held_against_what_happened(shown):
    page, report = shown
    heads = page.locator("#ranker .head")
    assert heads.count() == len(report.rankers)
    for i, r in enumerate(report.rankers):
        head = heads.nth(i)
        drawn = head.locator(".dot").evaluate_all("all => all.map(c => [+c.getAttribute('cx'), +c.getAttribute('cy')])")
        (x0, y0), (x1, y1) = head.locator(".rule").evaluate(
            "l => [[l.x1.baseVal.value, l.y1.baseVal.value], [l.x2.baseVal.value, l.y2.baseVal.value]]"
        )
        assert x1 - x0 == pytest.approx(y0 - y1)  # the diagonal is one
        per = (drawn[-1][0] - drawn[0][0]) / (r.reliability[-1][0] - r.reliability[0][0])
        for (x, y), (predicted, observed, *_) in zip(drawn, r.reliability, strict=True):
            assert x - x0 == pytest.approx(per * predicted, abs=0.01)
            assert y0 - y == pytest.approx(per * observed, abs=0.01)
        words = head.locator("> p").inner_text()
        gain = 1 - r.log_loss / r.base_log_loss
        assert_says(words, r.log_loss, r.base_log_loss, gain * 100, r.calibration_error * 100, r.rows)
        head.locator("summary").click()
        for said, row in zip(head.locator("tbody tr").all(), r.reliability, strict=True):
            assert_says(
                " ".join(said.locator("th, td").all_text_contents()), *(v * 100 for v in row[:4]), row[4]
            )  # fmt: skip


def test_a_keyboard_goes_through(shown):
    page, _ = shown
    page.reload()
    page.wait_for_selector(".panel")
    page.keyboard.press("Tab")
    expect(page.get_by_text("To the content")).to_be_focused()
    places = page.get_by_role("navigation", name="Console").get_by_role("link")
    places.nth(0).focus()
    for i in range(1, places.count()):
        page.keyboard.press("Tab")
        expect(places.nth(i)).to_be_focused()
    for name in ("Policies", "Days", "Other policies", "Shelves and items", "Ranker"):
        page.keyboard.press("Tab")
        expect(page.locator(".sections a", has_text=re.compile(f"^{name}$"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Does the ranker mean what it says?")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.locator("#ranker summary").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("table", name="Reliability of stream")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_it_fits_and_its_tables_stay_tables(shown, width):
    page, report = shown
    chart = page.locator("#days .chart > svg")
    page.set_viewport_size({"width": width, "height": 900})
    inside = page.locator("#days .chart").bounding_box()["width"]
    expect(chart).to_have_attribute("width", str(int(inside)))  # drawn again for this width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    table = page.get_by_role("table", name="Each policy's traffic, value and cost of exploring")
    expect(table.get_by_role("row")).to_have_count(1 + len(report.policies))
    expect(table.get_by_role("rowheader")).to_have_count(len(report.policies))
    expect(table.get_by_role("columnheader")).to_have_count(6)
    assert page.locator("main svg:not([role=img]):not([aria-hidden=true]):visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(shown, scheme):
    page, _ = shown
    page.emulate_media(color_scheme=scheme)
    ground = page.locator(".panel").first.evaluate("p => getComputedStyle(p).backgroundColor")
    assert (int(numbers(ground)[0][0]) < 128) is (scheme == "dark")


@pytest.mark.parametrize(
    ("mean", "low", "high", "percent", "said"),
    [
        (2.3127, 2.2715, 2.3539, False, "2.31 (2.27 to 2.35)"),
        (2.3127, 2.1, 2.5, False, "2.3 (2.1 to 2.5)"),  # a second digit would be made up
        (2.3127, 2.2127, 2.4127, False, "2.31 (2.21 to 2.41)"),
        (12_345.6, 11_900, 12_800, False, "12,300 (11,900 to 12,800)"),
        (-0.0004, -0.03, 0.03, False, "0.00 (−0.03 to 0.03)"),
        (0.21312, 0.2091, 0.2171, True, "21.3 % (20.9 to 21.7 %)"),
        (0.5, 0.5, 0.5, False, "0.50 (no interval)"),  # of a single listener
        (0.0, 0.0, 0.0, False, "0"),
        (3.0, None, None, False, "3.0 (no interval)"),
        (None, None, None, False, "–"),
    ],
)
def test_no_more_digits_than_the_interval_bears(shown, mean, low, high, percent, said):
    text = shown[0].evaluate(SAID, [mean, low, high, percent])
    assert text.replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("own", "base", "said"),
    [
        ((2.31, 2.27, 2.35), (1.41, 1.38, 1.44), "64 % more than base (1.41)"),
        ((2.31, 1.91, 2.71), (1.41, 1.21, 1.61), "60 % more than base (1.4)"),  # tens are all that it bears
        ((1.45, 1.40, 1.50), (1.41, 1.35, 1.47), "not told apart from base (1.41) yet"),
        ((0.7, 0.67, 0.73), (1.4, 1.36, 1.44), "50 % less than base (1.40)"),
        ((1.0, 0.9, 1.1), (0.0, 0.0, 0.0), None),
        ((1.0, 0.9, 1.1), (2.0, 2.0, 2.0), None),
    ],
)
def test_one_against_the_other(shown, own, base, said):
    text = shown[0].evaluate(AGAINST, [own, base])
    assert (text and text.replace("\u00a0", " ")) == said
