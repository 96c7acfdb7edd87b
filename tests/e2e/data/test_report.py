"""The page of the data says what the report does: what is wrong, of which slices, column by column."""

import re

import pytest
from playwright.sync_api import expect
from tests.e2e.data.reading import column, names, percent, row


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


def test_volume_is_drawn_day_by_day(page):
    chart = page.locator("#volume svg[role=img]")
    expect(chart).to_have_attribute("aria-label", re.compile(r"Rows a day, 29 Oct to 26 Nov: 2025-11-26 at most 2,000"))
    assert chart.locator("title").last.text_content() == "26 Nov: 2,000, 0 in the 28 days before"
