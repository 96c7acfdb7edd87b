"""The page of the data in a real browser: as a file to send and in the console, whatever the data are called."""

import re
from contextlib import contextmanager

import msgspec
import numpy as np
import pytest
from playwright.sync_api import expect
from tests.checks.report import made_up

from segue.checks import Finding
from segue.checks.report import payload_of, write
from segue.checks.waivers import load_waivers
from segue.web.auth import Keys, Scope
from segue.web.pages.sent import render

OPEN_S = 3.0  # of the browser's main thread, until 200 columns are shown; a third where nothing else is at work
SORT_S = 1.5


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


@pytest.fixture(scope="module")
def wide():
    return made_up.payload(made_up.many(np.random.default_rng(0), rows=400, days=3))


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


def names(page):
    return page.locator(".columns .open bdi").all_text_contents()


def row(page, name):
    return page.locator(".columns > tbody").filter(has=page.get_by_role("button", name=name, exact=True))


def column(table, name):
    return next(c for c in table.columns if c.name == name)


def percent(text):
    return [float(x) / 100 for x in re.findall(r"([\d.]+)\s%", text)]


def test_anomalies_stand_on_top_the_worst_first(page, report):
    expect(page.locator("h1")).to_have_text("2 failures and 1 warning; 1 waived")
    expect(page.locator("#about")).to_have_text("Check of default, 26 Nov 2025, 12:00 UTC")
    assert page.locator("#anomalies h3").all_text_contents() == ["Failures 2", "Warnings 1", "Notes 1", "Waived 1"]
    first = page.locator("#anomalies .finding").first
    expect(first).to_contain_text("ms_played moved by 0.41 standard deviations, 0.25 are allowed")
    expect(first).to_contain_text("training.ms_played:drift · 4,000 rows")
    expect(first).to_contain_text("Fix: if this is how it is to be, raise the threshold")
    assert first.locator(".examples li").all_text_contents() == list(report.findings[0].examples)
    waived = page.locator(".finding.waived")
    expect(waived).to_be_hidden()
    page.locator("summary.waived").click()
    expect(waived).to_contain_text("Waived: launch in three countries (ada, until 2025-12-01)")
    top = page.locator("#anomalies").bounding_box()["y"]
    assert top < page.locator("#slices").bounding_box()["y"] < page.locator("#columns").bounding_box()["y"]


def test_a_finding_leads_to_its_column(sent, report):
    page = sent(report)
    page.get_by_label("Find a column").fill("nothing is called this")
    expect(page.locator(".status")).to_have_text("None of 12 columns")
    page.get_by_role("button", name="Show the column").first.click()
    button = page.get_by_role("button", name="ms_played", exact=True)
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Show the slices").click()
    expect(page.locator("#slices h2")).to_be_in_viewport()


def test_a_slice_that_is_gone_is_seen(page, report):
    premium = page.locator("#slices .slice").filter(has_text="premium").first
    expect(premium).to_have_class("slice fail")
    expect(premium).to_contain_text("gone")
    table = report.tables[0]
    was = next(s.other for s in table.slices if s.name == "tier=premium") / table.other_rows
    assert percent(premium.inner_text()) == [0.0, pytest.approx(was, abs=0.006)]
    assert premium.locator("rect").evaluate_all("all => all.map(r => parseFloat(r.getAttribute('width')) > 0)") == [
        False, True,
    ]  # fmt: skip


def test_a_slice_that_nobody_has_is_seen_where_a_finding_names_it(sent, report):
    finding = Finding("slice-vanished", "fail", "gone", 0, (), "training", "", "client=tv, tier=free", "")
    alone = msgspec.structs.replace(
        report.tables[0], other="", other_rows=0, days=[], day_rows=[],
        columns=[msgspec.structs.replace(c, other=None, apart=[], history=[]) for c in report.tables[0].columns],
    )  # fmt: skip
    page = sent(payload_of([finding], [alone], at=made_up.NOON))
    first = page.locator("#slices .slice-group").first
    expect(first.locator("h3")).to_have_text("By client, tier")
    expect(first.locator(".slice")).to_have_text("tv, free0\u00a0%gone")
    for name in ("History", "Distance"):
        expect(page.get_by_role("columnheader", name=name)).to_have_count(0)


def test_columns_are_sorted_by_distance_then_as_one_likes(sent, report):
    page = sent(report)
    table = report.tables[0]

    def size(c):
        return (c.apart[0].size, c.apart[0].value) if c.apart else (0, 0)

    by_distance = [c.name for c in sorted(table.columns, key=size, reverse=True)]
    assert names(page)[:4] == by_distance[:4]
    expect(page.get_by_role("columnheader", name="Distance")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Column", exact=True).click()
    assert names(page) == sorted(c.name for c in table.columns)
    expect(page.get_by_role("columnheader", name="Column", exact=True)).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="Column", exact=True).click()
    assert names(page) == sorted((c.name for c in table.columns), reverse=True)
    page.get_by_role("button", name="Missing", exact=True).click()
    assert names(page)[0] == "words"


def test_columns_are_found_by_name_type_and_change(sent, report):
    page = sent(report)
    table = report.tables[0]
    page.get_by_label("Find a column").fill("S_")
    assert names(page) == [c.name for c in table.columns if "s_" in c.name]
    expect(page.locator(".status")).to_have_text("2 of 12 columns")
    page.get_by_label("Find a column").fill("")
    page.get_by_label("Type").select_option("bool")
    assert names(page) == ["shuffle"]
    page.get_by_label("Type").select_option("")
    page.get_by_label("Only what changed").check(force=True)
    assert "tier" in names(page)
    assert "loudness" in names(page)  # a finding
    assert "year" not in names(page)


def test_a_row_says_what_the_report_does(page, report):
    table = report.tables[0]
    words = column(table, "words")
    said = row(page, "words").locator("td.number").first.inner_text()
    assert percent(said)[0] == pytest.approx(words.this.missing / words.this.rows, abs=0.006)
    tier = row(page, "tier")
    expect(tier.locator("td.distance")).to_contain_text(f"{tier_distance(table):.3f} JS")
    expect(tier.locator(".gauge")).to_have_class("gauge fail")
    bars = tier.locator(".small .bars-this").get_attribute("d")
    heights = [float(h) for h in re.findall(r"v-([\d.]+)h", bars)]
    assert len(heights) == 1  # premium has none
    expect(row(page, "ms_played").locator(".mark")).to_have_text("1 finding")
    row(page, "loudness").scroll_into_view_if_needed()
    expect(row(page, "loudness").locator(".small .ground")).to_have_count(1)
    expect(row(page, "loudness").locator(".small .over")).to_have_count(1)


def tier_distance(table):
    return column(table, "tier").apart[0].value


def test_a_column_opens_by_key_and_says_all(page, report):
    table = report.tables[0]
    found = column(table, "ms_played")
    button = page.get_by_role("button", name="ms_played", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    detail = row(page, "ms_played").locator(".opened")
    expect(detail.locator(".large svg[role=img]")).to_have_count(1)
    facts = {
        r.locator("th").inner_text(): r.locator("td").all_text_contents()
        for r in detail.locator(".facts-table tbody tr").all()
    }
    assert facts["Rows"] == ["2,000", "8,000"]
    for name, at in (("5 %", 1), ("Median", 3), ("95 %", 5)):
        for text, set_ in zip(facts[name], (found.this, found.other), strict=True):
            assert float(text.replace(",", "")) == pytest.approx(set_.quantiles[at], rel=1e-3)
    assert detail.locator(".lines dt").all_text_contents() == [
        "Missing", "Different values", "Mean", "Median", "95th percentile", "Top share",
    ]  # fmt: skip
    expect(detail.locator(".lines svg.line").nth(2)).to_have_attribute(
        "aria-label", re.compile("2025-11-01 to 2025-11-26")
    )
    assert detail.locator(".multiple-name").all_text_contents() == [
        table.slices[n].label for n in sorted(found.charts[0].slices)
    ]
    page.keyboard.press("Enter")
    expect(detail).to_have_count(0)
    page.keyboard.press("ArrowDown")
    after = names(page)[names(page).index("ms_played") + 1]
    expect(page.get_by_role("button", name=after, exact=True)).to_be_focused()


def test_frequent_values_have_both_shares(page, report):
    found = column(report.tables[0], "country").charts[0]
    page.get_by_role("button", name="country", exact=True).click()
    for label, this, other in zip(found.labels, found.counts.this, found.counts.other, strict=True):
        said = (
            row(page, "country").locator(".values tr").filter(has_text=label).locator("td.number").all_text_contents()
        )
        assert [percent(s)[0] for s in said] == [
            pytest.approx(this / 2000, abs=0.006),
            pytest.approx(other / 8000, abs=0.006),
        ]


def test_the_history_of_any_statistic_can_be_shown(sent, report):
    page = sent(report)
    history = row(page, "ms_played").locator(".column .history")
    expect(history).to_contain_text("Median")
    page.get_by_label("History of").select_option("mean")
    expect(history).to_contain_text("Mean")
    expect(history.locator("svg")).to_have_attribute("aria-label", re.compile("between .* and .*, last"))


def test_volume_is_drawn_day_by_day(page):
    chart = page.locator("#volume svg[role=img]")
    expect(chart).to_have_attribute("aria-label", re.compile(r"Rows a day, 29 Oct to 26 Nov: 2025-11-26 at most 2,000"))
    assert chart.locator("title").last.text_content() == "26 Nov: 2,000, 0 in the 28 days before"


def test_several_tables_are_tabs(sent, report):
    other = msgspec.structs.replace(report.tables[0], name="events", other="", other_rows=0, slices=[], volume=None)
    page = sent(msgspec.structs.replace(report, tables=[other, *report.tables]))
    expect(page.get_by_role("tab", name="training")).to_have_attribute("aria-selected", "true")  # it has failures
    page.get_by_role("tab", name="training").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="events")).to_be_focused()
    expect(page.get_by_role("tab", name="events")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("columnheader", name="Distance")).to_have_count(0)
    expect(page.locator(".key-of-sets")).to_contain_text("held against nothing")
    assert page.locator("#sections a").all_text_contents() == ["Anomalies", "Columns"]
    page.get_by_role("button", name="Show the column").first.click()
    expect(page.get_by_role("tab", name="training")).to_have_attribute("aria-selected", "true")


def test_many_tables_are_chosen_from_a_list(sent, report):
    tables = [msgspec.structs.replace(report.tables[0], name=f"table {n}") for n in range(9)]
    page = sent(msgspec.structs.replace(report, tables=tables))
    page.get_by_role("combobox", name="Table").select_option("table 4")
    expect(page.locator("#columns .status")).to_have_text("12 columns")


def test_nothing_wrong_and_nothing_there(sent):
    page = sent(payload_of([], [], at=made_up.NOON))
    expect(page.locator("h1")).to_have_text("Nothing wrong was found")
    expect(page.locator("#anomalies")).to_contain_text("Nothing is wrong with the data")


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_names_and_values_stay_text(sent, hostile, width):
    page = sent(hostile, width=width)
    for button in page.locator("button.open").all():
        button.click()
    assert page.locator("main script, main img, main b:not(.far):not(:has-text(''))").count() == 0
    assert page.locator("[onerror], [onclick]").count() == 0
    assert page.locator("script").count() == 2
    shown = names(page)
    assert {n[:200] for n in shown} == {h[:200] for h in made_up.HOSTILE}
    assert max(map(len, shown)) == 300
    assert page.locator(".values tbody th bdi").filter(has_text="</script>").count() > 0
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


@pytest.mark.parametrize("width", [320, 1280])
def test_it_fits_and_its_table_stays_a_table(sent, report, width):
    page = sent(report, width=width)
    for name in ("tier", "ms_played"):
        page.get_by_role("button", name=name, exact=True).click()
    for wide in (width, 390, 768):
        page.set_viewport_size({"width": wide, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
    board = page.locator(".columns")
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


@pytest.fixture
def console(serve, service, visit, tmp_path):
    served = serve(lambda: service, reports=tmp_path / "checks")

    def open_it(**options):
        return visit(f"{served.url}/console/data", **options)

    return open_it


def test_the_console_waits_for_the_first_check(console, report, tmp_path):
    page = console()
    expect(page.get_by_role("heading", name="No check has run yet")).to_be_visible()
    expect(page.locator("#notice pre")).to_have_text("segue check")
    write(tmp_path / "checks", report)
    expect(page.locator("h1")).to_have_text("2 failures and 1 warning; 1 waived", timeout=15_000)  # without a reload
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#earlier")).to_be_hidden()


def test_earlier_reports_can_be_looked_at(console, report, tmp_path):
    write(tmp_path / "checks", msgspec.structs.replace(report, at=report.at - 86_400_000, findings=[]))
    write(tmp_path / "checks", report)
    page = console()
    expect(page.locator("h1")).to_have_text("2 failures and 1 warning; 1 waived")
    page.get_by_label("Check of").select_option("25 Nov 2025, 12:00 UTC")
    expect(page.locator("h1")).to_have_text("Nothing wrong was found")


def test_the_console_asks_for_a_key(serve, service, visit, report, tmp_path):
    write(tmp_path / "checks", report)
    keys = Keys(tmp_path)
    right, _ = keys.create((Scope.ADMIN,))
    page = visit(serve(lambda: service, keys, reports=tmp_path / "checks").url + "/console/data", expect=("401",))
    expect(page.get_by_text("This server asks for a key")).to_be_visible()
    page.get_by_label("API key").fill(right)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("2 failures and 1 warning; 1 waived")


def test_the_console_leads_to_it(console, serve, service, visit, tmp_path, report):
    write(tmp_path / "checks", report)
    page = visit(serve(lambda: service, reports=tmp_path / "checks").url + "/console")
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Data health").click()
    expect(page.locator("#columns .status")).to_have_text("12 columns")
    assert page.title() == "Data · Segue"


def test_hostile_names_in_the_console(console, hostile, tmp_path):
    write(tmp_path / "checks", hostile)
    page = console()
    page.wait_for_selector("#columns")
    for button in page.locator("button.open").all():
        button.click()
    assert page.locator("main img, main script").count() == 0


def test_a_finding_is_waived_and_taken_back(console, report, tmp_path):
    write(tmp_path / "checks", report)
    page = console()
    first = page.locator(".finding.fail").first
    name = first.locator("code").first.text_content()
    first.get_by_role("button", name="Waive…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Waive").click()
    expect(dialog).to_be_visible()  # a reason is needed
    dialog.get_by_label("Why it may stand").fill("<b>a short week</b>")
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Waived from the next check on: <b>a short week</b> (somebody on this machine, until")
    (kept,) = load_waivers(tmp_path)
    assert (kept.finding, kept.reason) == (name, "<b>a short week</b>")
    assert kept.until is not None
    page.reload()
    back = first.get_by_role("button", name="Take the waiver back")
    back.click()
    expect(first.get_by_role("button", name="Waive…")).to_be_focused()
    assert load_waivers(tmp_path) == []
    first.get_by_role("button", name="Waive…").click()
    dialog.get_by_role("button", name="Leave it as it is").click()
    expect(dialog).to_have_count(0)
