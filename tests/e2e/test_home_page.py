"""Home in a real browser: it loads, it records, it changes, and a keyboard or a thumb is enough."""

import re
import time
from itertools import product

import pytest
from playwright.sync_api import expect

from segue.core.events import Click, Play, Remove, Save, Skip


def recorded(service, kind):
    return [e for e in service.seen.values() if isinstance(e, kind)]


DRAWN = "() => [...document.querySelectorAll('.cover-art')].map(c => c.innerHTML.replace(/g\\d+/g, ''))"


def test_home_has_shelves_of_cards_with_reasons_and_covers_of_their_own(served, visit):
    page = visit(f"{served.url}/?listener=L00007")
    expect(page.locator(".shelf").first).to_be_visible()
    assert page.locator(".shelf").count() >= 6
    assert page.locator(".card svg.cover-art").count() == page.locator(".card").count()
    card = page.locator(".card").first
    expect(card.locator(".veil")).to_have_css("opacity", "0")
    card.hover()
    expect(card.locator(".veil")).to_have_css("opacity", "1")
    assert card.locator(".why").text_content()
    expect(page.get_by_text("Simulated listeners and catalogue")).to_be_visible()
    assert page.title() == "L00007 · Segue"
    covers = page.evaluate(DRAWN)
    assert len(set(covers)) == len(covers)
    said = {"segue-simulated": "false"}  # as where the key is another tenant's

    hurried: dict[str, object] = {"made": int(time.time() * 1000) - 7_200_000}

    def of_another(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers=answer.headers | said, json=answer.json() | hurried)

    expect(page.locator("#about")).to_have_text("For L00007")
    page.route("**/v1/home*", of_another)
    page.reload()
    expect(page.get_by_text("Simulated listeners and catalogue")).to_be_hidden()
    expect(page.locator("#about")).to_contain_text("this is your page of ")
    assert page.evaluate(DRAWN) == covers, "always the same"
    hurried["short"] = True
    page.reload()
    expect(page.locator("#about")).to_contain_text("this is a short page")


def test_play_to_the_end_is_recorded_and_home_changes(served, service, visit):
    page = visit(f"{served.url}/?listener=L00007")
    card = page.locator(".shelf").first.locator(".card").nth(2)
    uri, title = card.get_attribute("data-uri"), card.locator(".title").text_content()
    heads = page.locator(".shelf h2").all_text_contents()
    card.locator(".cover").click()
    expect(page.locator("#player")).to_be_visible()
    expect(page.locator("#player-title")).to_have_text(title)
    expect(page.locator(".toast").first).to_contain_text("Played", timeout=15_000)
    (play,) = recorded(service, Play)
    assert (play.item, play.listener, play.reason_end) == (uri, "L00007", "trackdone")
    assert play.ms_played == service.cards[uri].duration_ms
    assert play.page.startswith("page-")
    (click,) = recorded(service, Click)
    assert (click.item, click.position) == (uri, 2)
    expect(page.locator(".shelf h2").first).to_have_text("Jump back in")
    expect(page.locator(".shelf").first.locator(".card").first).to_have_attribute("data-uri", uri)
    assert page.locator(".shelf h2").all_text_contents() != heads
    expect(page.locator("#player-title")).not_to_have_text(title)  # the next one of the shelf goes on


def test_skip_while_playing_carries_the_milliseconds(served, service, visit):
    page = visit(f"{served.url}/?listener=L00007")
    card = page.locator(".card").nth(1)
    uri = card.get_attribute("data-uri")
    card.locator(".cover").click()
    page.wait_for_timeout(700)
    page.locator("#player-skip").click()
    expect(page.locator(".toast").first).to_contain_text("Skipped")
    (skip,) = recorded(service, Skip)
    assert skip.item == uri
    assert 3_000 < skip.ms_played < 60_000
    expect(page.locator(f'.card[data-uri="{uri}"]')).to_have_count(0)


def test_skip_and_save_on_a_card_without_motion(served, service, visit):
    page = visit(f"{served.url}/?listener=L00007")
    card = page.locator(".card").first
    uri = card.get_attribute("data-uri")
    card.hover()
    card.locator("[data-act=skip]").click()
    expect(page.locator(f'.card[data-uri="{uri}"]')).to_have_count(0)
    assert recorded(service, Skip)[0].ms_played == 0
    expect(page.locator(".toast")).to_have_count(1)
    assert page.evaluate("document.getAnimations().length") == 0
    card = page.locator(".card").first
    uri = card.get_attribute("data-uri")
    card.hover()
    card.locator("[data-act=save]").click()
    expect(page.locator(".toast").last).to_contain_text("Saved")
    heart = page.locator(f'.card[data-uri="{uri}"] [data-act=save]').first
    expect(heart).to_have_attribute("aria-pressed", "true")
    assert recorded(service, Save)[0].item == uri
    expect(page.locator("#shelves")).to_have_attribute("aria-busy", "false")
    heart.dispatch_event("click")
    expect(heart).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".toast").last).to_contain_text("library")
    assert recorded(service, Remove)[0].item == uri


def test_a_keyboard_is_enough(served, service, visit):
    page = visit(f"{served.url}/")
    page.wait_for_selector(".person")
    page.keyboard.press("Tab")
    expect(page.get_by_text("To the content")).to_be_focused()
    page.locator("#listener").focus()
    page.keyboard.type("L0001")
    expect(page.locator("#choices li").first).to_contain_text("L00010")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("listener=L00011"))
    page.wait_for_selector(".card")
    assert page.locator('.card .cover[tabindex="0"]').count() == page.locator(".shelf").count()

    def focused():
        return page.evaluate(
            "() => { const c = document.activeElement.closest('.card'); return c && [c.shelf, c.position] }"
        )

    page.locator('.card .cover[tabindex="0"]').first.focus()
    first = focused()
    page.keyboard.press("ArrowRight")
    assert focused() == [first[0], 1]
    page.keyboard.press("End")
    assert focused()[1] == page.locator(".shelf").first.locator(".card").count() - 1 > 3
    page.keyboard.press("Home")
    assert focused() == first
    page.wait_for_timeout(900)  # the row glides back; up and down go by what stands below
    page.keyboard.press("ArrowDown")
    assert focused()[0] != first[0]
    page.keyboard.press("ArrowUp")
    assert focused() == first
    page.keyboard.press("s")
    expect(page.locator(".toast").last).to_contain_text("Saved")
    assert focused() == first
    page.keyboard.press("x")
    expect(page.locator(".toast").last).to_contain_text("Skipped")
    assert focused() == first  # where the skipped card stood
    with page.expect_response("**/v1/events"):
        page.keyboard.press("Enter")
    expect(page.locator("#player")).to_be_visible()
    assert recorded(service, Click)[0].listener == "L00011"


def test_the_dial_and_the_explicit_switch_ask_again(served, visit):
    page = visit(f"{served.url}/?listener=L00007")
    page.wait_for_selector(".card")
    before = page.locator(".card").evaluate_all("cards => cards.map(c => c.dataset.uri)")
    with page.expect_response(lambda r: "familiarity=1.00" in r.url):
        page.locator("#dial").fill("0")
    expect(page.locator("#dial")).to_have_attribute("aria-valuetext", "mostly familiar")
    expect(page.locator("#dial-words")).to_have_text("mostly familiar")
    expect(page.locator(".toast")).to_have_text(re.compile(r"^Mostly familiar from here on · \d+ shelves changed$"))
    page.wait_for_function("was => document.querySelector('.card').dataset.uri !== was", arg=before[0])
    assert page.locator(".card .explicit").count()
    page.locator("#explicit").uncheck()
    expect(page.locator(".card .explicit")).to_have_count(0)


@pytest.mark.parametrize("widths", [(360,), (768, 1920)])
def test_it_fits_every_screen(served, visit, widths):
    page = visit(f"{served.url}/?listener=L00007", widths[0], 844, color_scheme="light", has_touch=widths[0] < 700)
    page.wait_for_selector(".card")
    for width, scheme in product(widths, ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert paper == ("rgb(250, 246, 239)" if scheme == "light" else "rgb(23, 18, 31)")
        for control in ("#listener", "#dial", "#theme", ".badge-simulated"):
            box = page.locator(control).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_a_thumb_is_enough(served, service, visit):
    page = visit(f"{served.url}/?listener=L00007", 390, 844, has_touch=True, is_mobile=True)
    card = page.locator(".card").first
    expect(card.locator(".reason")).to_be_visible()
    card.locator(".cover").tap()
    expect(page.locator("#player")).to_be_visible()
    page.locator("#player-save").tap()
    expect(page.locator(".toast").last).to_contain_text("Saved")
    assert recorded(service, Save)


def test_the_switch_outlives_a_reload(served, visit):
    page = visit(f"{served.url}/docs", color_scheme="light")
    page.locator("#theme").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_what_moved_glides_where_motion_is_not_unwelcome(served, visit):
    page = visit(f"{served.url}/?listener=L00007", reduced_motion="no-preference")
    page.evaluate("""() => {
        window.moved = 0;
        const animate = Element.prototype.animate;
        Element.prototype.animate = function (...how) { window.moved += 1; return animate.apply(this, how); };
    }""")
    card = page.locator(".card").first
    card.hover()
    card.locator("[data-act=skip]").click()
    expect(page.locator(".toast")).to_have_count(1)
    assert page.evaluate("window.moved") > 0
