"""The page of the data in the console."""

import msgspec
import pytest
from playwright.sync_api import expect

from segue.checks.report import write
from segue.checks.waivers import load_waivers
from segue.web.auth import Keys, Scope


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
