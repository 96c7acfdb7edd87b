"""The console in a real browser, over a workspace that has been run for a while: what needs somebody, what they do."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.web.operated import operate

from segue.runs.switching import promote
from segue.web.auth import Keys, Scope

PAGES = ("", "/imports", "/leaderboard", "/releases", "/metrics")
AXE = Axe()


@pytest.fixture(scope="module")
def place(planted, tmp_path_factory, make_exhibit):
    """(address, folder, id of what serves, id of the other release)."""
    folder = tmp_path_factory.mktemp("operated") / "ws"
    current, other = operate(planted, folder)
    served, _ = make_exhibit(workspace=folder)
    return served.url + "/console", folder, current, other


@pytest.fixture(scope="module")
def page(browser, place):
    """One tab for all of them; nothing may be said on the console."""
    said: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    tab = context.new_page()
    tab.on("console", lambda m: said.append(m.text))
    tab.on("pageerror", lambda e: said.append(str(e)))
    yield tab
    context.close()
    assert [s for s in said if "409" not in s and "503" not in s] == []


def shown(page, address):
    page.goto(address)
    expect(page.locator("#report")).to_have_attribute("aria-busy", "false")


def cells(page, section, column):
    """What a column of the first table of a part says, row by row."""
    table = page.locator(f"#{section} table").first
    names = [t.strip() for t in table.locator("thead th").all_text_contents()]
    return table.locator(f"tbody tr > :nth-child({names.index(column) + 1})").all_text_contents()


def test_what_needs_somebody_comes_first_and_leads_there(page, place):
    address, _, current, _ = place
    shown(page, address)
    expect(page.locator("h1")).to_have_text("It runs; 3 things to look at")
    expect(page.locator(".attention li")).to_have_count(3)
    tiles = dict(zip(page.locator(".tile h2").all_text_contents(), page.locator(".tile .main").all_text_contents()))
    assert tiles == {
        "Serving": current, "Events today": "1", "Last import": "0 events new", "Data health": "Not checked yet",
        "Leaderboard": "blend", "Home": "Nothing learned yet",
    }  # fmt: skip
    assert page.locator(".console-places [aria-current]").all_text_contents() == ["Overview"]
    page.get_by_role("link", name="130 rows of plays & more.csv could not be taken.").click()
    expect(page.get_by_role("heading", name="Quarantine of plays & more.csv")).to_be_visible()


def test_old_links_to_the_policies_still_lead_there(exhibit, visit):
    served, _ = exhibit
    page = visit(f"{served.url}/console#days")
    expect(page).to_have_url(f"{served.url}/console/home#days")
    expect(page.locator("#days")).to_be_visible()


def test_imports_and_the_rows_they_could_not_take(page, place):
    shown(page, f"{place[0]}/imports")
    assert cells(page, "imports", "Events new") == ["0", "40"]
    assert cells(page, "imports", "Already there") == ["40", "0"]
    page.get_by_role("button", name="130 rows").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#quarantine")).to_be_focused()
    expect(page.locator(".reasons li")).to_have_text("130 not an ISO date or time: '…'")
    expect(page.locator("#quarantine tbody tr")).to_have_count(50)
    assert "<img src=x onerror=alert(1)>" in cells(page, "quarantine", "Row")[0]
    page.get_by_role("button", name="More rows").evaluate("button => (button.click(), button.click())")
    expect(page.locator("#quarantine tbody tr")).to_have_count(100)
    page.get_by_role("button", name="More rows").click()
    expect(page.locator("#quarantine tbody tr")).to_have_count(130)
    expect(page.get_by_role("button", name="More rows")).to_have_count(0)
    assert page.locator("main img").count() == 0
    assert cells(page, "audit", "Missing numbers") == ["6–8"]


def test_dead_letters_are_mended_taken_and_thrown_away(page, place):
    shown(page, f"{place[0]}/imports#letters")
    letters = page.locator(".letter")
    expect(letters).to_have_count(4)
    letters.first.get_by_role("button", name="Take again").click()
    expect(page.locator(".toast").last).to_contain_text("Still refused")
    letters.first.locator("summary").click()
    text = letters.first.locator("textarea")
    text.fill(text.input_value().replace('"x"', "1000"))
    letters.first.get_by_role("button", name="Take it as written here").click()
    expect(page.locator(".toast").last).to_contain_text("Taken")
    expect(letters).to_have_count(3)
    expect(page.locator("#letters")).to_be_focused()
    letters.first.get_by_role("button", name="Throw away").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(letters).to_have_count(3)
    letters.first.get_by_role("button", name="Throw away").click()
    page.get_by_role("button", name="Throw it away").click()
    expect(letters).to_have_count(2)


def test_the_leaderboard_says_how_it_was_judged(page, place):
    shown(page, f"{place[0]}/leaderboard")
    expect(page.locator("h1")).to_contain_text("blend is first with ndcg@10")
    facts = dict(zip(page.locator(".facts dt").all_text_contents(), page.locator(".facts dd").all_text_contents()))
    assert (facts["Seen items"], facts["Listeners"]) == ("dropped before ranking", "200")
    rows = page.locator("#board-0 table").first.locator("tbody th").all_text_contents()
    assert rows == ["blendwhat training chooses", "popularbaseline", "easebaseline", "item-knnbaseline"]
    expect(page.locator("#board-0 tbody tr").nth(1)).to_contain_text("the best baseline")
    assert page.locator("#board-0 .whisker .dot").count() == 7


def test_promote_and_roll_back(page, place):
    address, _, current, other = place
    shown(page, f"{address}/releases")
    expect(page.locator("h1")).to_have_text(f"{current} serves")
    expect(page.get_by_role("button", name=re.compile("Roll back"))).to_have_count(0)
    page.get_by_role("button", name=f"Promote {other}").click()
    dialog = page.get_by_role("dialog", name=f"Promote {other}?")
    expect(dialog).to_contain_text(f"{current} serves now")
    expect(dialog).to_contain_text("tracks for listeners: item-knn")
    dialog.get_by_role("button", name="Leave it as it is").click()
    expect(page.locator("#changes")).to_contain_text("No change is on record yet")
    page.get_by_role("button", name=f"Promote {other}").click()
    page.get_by_role("button", name="Promote it").click()
    expect(page.locator("h1")).to_have_text(f"{other} serves", timeout=20_000)  # the server took it up by itself
    expect(page.locator("#about")).to_have_text(f"One can go back to {current}.")
    page.get_by_role("button", name=f"Roll back to {current}").click()
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.locator("h1")).to_have_text(f"{current} serves", timeout=20_000)
    assert [t.split()[0] for t in cells(page, "changes", "What")] == ["Back", "Promoted"]
    assert cells(page, "changes", "Who") == ["somebody on this machine"] * 2


def test_what_somebody_else_did_meanwhile_is_told(page, place):
    address, folder, current, other = place
    shown(page, f"{address}/releases")
    page.get_by_role("button", name=f"Promote {other}").click()
    promote(folder, "default", other, "eve")
    page.get_by_role("button", name="Promote it").click()
    expect(page.get_by_role("heading", name="Nothing was changed")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text(f"{other} is current, and not {current}")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#changes tbody tr").first).to_contain_text("eve")
    expect(page.locator("#notice")).to_be_hidden()


def test_metrics_come_by_themselves(page, place):
    shown(page, f"{place[0]}/metrics")
    expect(page.locator("#about")).to_contain_text("All that the one process counts since")
    expect(page.locator(".track").first).to_contain_text("A line is drawn once there are two looks.")
    expect(page.locator(".track").first.locator("svg[role=img]")).to_be_visible(timeout=12_000)
    expect(page.locator("#routes tbody tr").filter(has_text="/v1/metrics")).to_have_count(1)
    label = page.locator(".track svg[role=img]").first.get_attribute("aria-label")
    assert label.startswith("Requests a second: ")


@pytest.mark.parametrize("path", PAGES)
def test_it_fits_a_phone_and_axe_finds_nothing(page, place, path):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    shown(page, place[0] + path)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.evaluate("document.body.style.background = 'none'")
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    current = page.locator(".console-places [aria-current]").bounding_box()
    assert 0 <= current["x"] <= 390 - current["width"]
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_nothing_is_there_yet(exhibit, visit):
    served, _ = exhibit
    page = visit(f"{served.url}/console/imports")
    expect(page.locator("h1")).to_have_text("Nothing was imported yet")
    expect(page.locator("#imports")).to_contain_text("segue import FORMAT PATH")
    expect(page.locator("#letters")).to_contain_text("None: every event was taken.")
    for path, words in (("leaderboard", "segue evaluate"), ("releases", "segue train")):
        page.goto(f"{served.url}/console/{path}")
        expect(page.locator("#notice pre")).to_contain_text(words)
    page.goto(f"{served.url}/console")
    expect(page.locator(".tile").nth(4)).to_contain_text("Never evaluated")


def test_it_needs_somebody_who_may(serve, service, visit, tmp_path):
    keys = Keys(tmp_path)
    admin, _ = keys.create((Scope.ADMIN,))
    page = visit(serve(lambda: service, keys).url + "/console", expect=("401",))
    expect(page.get_by_text("This server asks for a key")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(0)
    page.get_by_label("API key").fill(admin)
    page.keyboard.press("Enter")
    expect(page.locator(".tile")).to_have_count(6)
    keys.create((Scope.LISTENER,), "phone", "<img src=x onerror=alert(1)>")
    page.goto(page.url + "/keys")
    expect(page.locator("#about")).to_have_text("2 keys of this tenant.")
    assert cells(page, "keys", "Last used") == ["never", "just now"]
    assert cells(page, "keys", "Whose") == ["<img src=x onerror=alert(1)>", "a program's"]
