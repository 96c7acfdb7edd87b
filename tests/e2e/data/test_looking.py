"""One goes through the page of the data: from a finding to its column, sorted, found, by table."""

import re

import msgspec
from playwright.sync_api import expect
from tests.checks.report import made_up
from tests.e2e.data.reading import names, row

from segue.checks import Finding
from segue.checks.report import payload_of


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


def test_the_history_of_any_statistic_can_be_shown(sent, report):
    page = sent(report)
    history = row(page, "ms_played").locator(".column .history")
    expect(history).to_contain_text("Median")
    page.get_by_label("History of").select_option("mean")
    expect(history).to_contain_text("Mean")
    expect(history.locator("svg")).to_have_attribute("aria-label", re.compile("between .* and .*, last"))


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
