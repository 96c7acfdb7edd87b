"""Search in a real browser: as one types, by kind, with the keyboard alone, and what it says where nothing is found."""

import re
import threading

import pytest
from playwright.sync_api import expect

from segue.core.errors import NotReady
from segue.surfaces.views import FoundView, SearchView


def counted(service, words):
    return len(service.search_titles(words, None, 10_000))


def test_it_finds_as_one_types_and_the_address_follows(exhibit, visit):
    served, service = exhibit
    page = visit(f"{served.url}/search")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#genres a")).to_have_count(10)
    page.keyboard.type("Blu", delay=20)
    expect(page.locator("#about")).to_have_text(f"{counted(service, 'blu')} titles and names have these words.")
    expect(page).to_have_url(f"{served.url}/search?q=Blu")
    assert page.title() == "Blu · Search · Segue"
    page.keyboard.press("Enter")
    page.keyboard.type("e g")
    expect(page.locator("#headline")).to_have_text("“Blue g”")
    assert all("blue g" in t.lower() for t in page.locator(".card .title").all_text_contents())
    page.keyboard.press("Enter")
    page.locator(".kinds a", has_text="Albums").click()
    expect(page).to_have_url(re.compile("q=Blue\\+g&kind=album$"))
    expect(page.locator(".shelf")).to_have_count(1)
    assert {c.split()[1] for c in page.locator(".card").evaluate_all("all => all.map(c => c.className)")} == {
        "kind-album"
    }
    page.reload()
    expect(page.locator(".kinds [aria-current]")).to_contain_text("Albums")
    page.go_back()
    expect(page).to_have_url(f"{served.url}/search?q=Blue+g")
    expect(page.locator("#q")).to_have_value("Blue g")
    expect(page.locator(".kinds [aria-current]")).to_have_text("All")


def test_a_keyboard_goes_through_what_is_found_and_opens_it(exhibit, visit):
    served, _ = exhibit
    page = visit(f"{served.url}/search?q=comet")
    page.wait_for_selector(".card")
    titles = page.locator(".card .title")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    expect(titles.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    name = titles.first.text_content()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/item/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize("width", [390, 1280])
def test_what_lies_near_what_was_meant_and_nothing(served, service, visit, width):
    service.unready = 3
    page = visit(f"{served.url}/search?q=calm piano music", width, 844)
    expect(page.locator("#about")).to_contain_text("near to what the words say")
    expect(page.locator(".card").first).to_be_visible()
    page.locator("#q").fill("zzzz")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(page.locator(".card")).to_have_count(0)
    page.locator("#q").fill("Jazz")
    expect(page.locator(".shelf h2").first).to_have_text("Most heard in jazz")
    plain, track = service.search_page, next(iter(service.cards.values()))
    service.search_page = lambda q, *_: SearchView(q, "title", (FoundView("track", 1, (track,)),), meant="golden")
    page.locator("#q").fill("goldne<b>")
    expect(page.locator("#about")).to_have_text("Nothing has “goldne<b>” as it stands. This is “golden”.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    service.search_page = plain
    page.locator("#q").fill("")
    expect(page.get_by_role("heading", name="What do you want to hear?")).to_be_visible()


def test_an_older_answer_never_covers_a_newer_one(served, service, visit):
    plain, go = service.search_page, threading.Event()

    def slow(words, *more):
        if words == "night":
            go.wait(5)
        return plain(words, *more)

    service.search_page = slow
    page = visit(f"{served.url}/search")
    page.locator("#q").fill("night")
    page.wait_for_url("**q=night")
    page.locator("#q").fill("comet")
    page.wait_for_url("**q=comet")
    go.set()
    expect(page.locator("#headline")).to_have_text("“comet”")
    page.wait_for_timeout(300)
    assert all("omet" in t for t in page.locator(".card .title").all_text_contents())


def test_no_release_yet_is_said(serve, service, visit):
    ready: list[bool] = []

    def open_it():
        if not ready:
            raise NotReady("no release yet; `segue train` makes one")
        return service

    page = visit(serve(open_it).url + "/search?q=comet", expect=("503",))
    expect(page.locator("#notice")).to_contain_text("segue train")
    ready.append(True)
    page.wait_for_timeout(2_100)  # a server looks every two seconds
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator("#notice")).to_be_hidden()
