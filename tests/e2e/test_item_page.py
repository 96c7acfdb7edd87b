"""The page of an item in a real browser: what it is, what belongs to it, and what is begun from it."""

import re

from playwright.sync_api import expect

from segue.core.events import Rating, Remove, Save, Skip


def recorded(service, kind):
    return [e for e in service.seen.values() if isinstance(e, kind)]


def first(service, kind):
    return next(c for c in service.cards.values() if c.kind == kind and "<" not in c.title)


def test_a_track_is_told_of_played_saved_and_hidden(served, service, visit):
    card = first(service, "track")
    page = visit(f"{served.url}/item/{card.uri}?listener=L00007")
    expect(page.get_by_role("heading", level=1)).to_have_text(card.title)
    assert page.title() == f"{card.title} · Segue"
    facts = page.locator(".item-facts")
    expect(facts).to_have_text(re.compile("2020.*1:15.*English.*41 listeners"))
    expect(facts.get_by_role("link", name=card.artists[0].name)).to_have_attribute(
        "href", re.compile("^/item/segue%3Aartist")
    )
    expect(page.locator(".item-genres a")).to_have_attribute("href", f"/search?q={card.genres[0].replace(' ', '+')}")
    expect(page.locator(".shelf h2").last).to_have_text(f"More like {card.title}")
    save = page.locator("#save")
    save.click()
    expect(save).to_have_attribute("aria-pressed", "true")
    expect(save).to_have_text("Saved")
    assert recorded(service, Save)[0].item == card.uri
    save.click()
    expect(save).to_have_attribute("aria-pressed", "false")
    assert recorded(service, Remove)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#player-title")).to_have_text(card.title)
    page.wait_for_timeout(400)
    page.locator("#player-skip").click()
    expect(page.locator("#player-title")).not_to_have_text(card.title)  # what is like it goes on
    expect(page.locator(".toast", has_text="Skipped")).to_be_visible()
    skip = recorded(service, Skip)[0]
    assert (skip.item, skip.context, skip.listener) == (card.uri, "shelf:item", "L00007")
    assert skip.ms_played > 3_000
    page.locator(".item-acts").get_by_role("button", name="Not for me").click()
    expect(page.locator(".toast", has_text="not be shown again")).to_be_visible()
    assert recorded(service, Rating)[0].value == -1


def test_an_artist_has_tracks_and_albums_and_begins_a_radio_and_a_path(served, service, visit):
    card = first(service, "artist")
    page = visit(f"{served.url}/?listener=L00007")
    page.wait_for_selector(".card")
    page.goto(f"{served.url}/item/{card.uri}")
    page.wait_for_selector(".card")
    expect(page.locator(".item-kind")).to_have_text("Artist")
    page.get_by_role("button", name="Start a radio").click()
    expect(page.locator(".shelf h2").first).to_have_text(f"Radio from {card.title}")
    expect(page.locator("#player")).to_be_visible()
    expect(page.locator('[data-key="station"] .card').first).to_have_class(re.compile("playing"))
    page.get_by_role("button", name="Path to…").click()
    expect(page.get_by_label("Where to")).to_be_focused()
    page.keyboard.type("comet")
    to = page.locator(".way-found button").first
    name = to.text_content()
    to.click()
    expect(page.locator("#way li")).to_have_count(10)
    expect(page.locator("#way li").last).to_contain_text(name)


def test_every_kind_has_a_page_that_fits(exhibit, visit):
    served, service = exhibit
    page = visit(f"{served.url}/docs", 390, 844, has_touch=True)
    for kind in ("show", "audiobook", "album"):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{served.url}/item/{first(service, kind).uri}")
        expect(page.locator("#item")).to_have_attribute("aria-busy", "false")
        expect(page.locator(".item-acts").get_by_role("button", name="Start a radio")).to_be_visible()
        expect(page.get_by_role("button", name="Play", exact=True)).to_have_count(0)  # nobody is listening
        expect(page.get_by_text("Choose who is listening")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.set_viewport_size({"width": 1280, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    lines = page.locator('[data-key="parts"] .card')
    assert lines.count() == 14 - sum(c.kind != "track" for c in list(service.cards.values())[:14])
    expect(lines.first.locator(".length")).to_have_text("1:15")


def test_what_is_not_there_is_said(exhibit, visit):
    served, _ = exhibit
    page = visit(f"{served.url}/item/segue:track:none", expect=("404", "400"))
    expect(page.get_by_role("heading", name="Not here")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("segue:track:none")
    page.goto(f"{served.url}/item/<img src=x onerror=alert(1)>")
    expect(page.get_by_role("heading", name="Not here")).to_be_visible()
    page.locator("#notice").get_by_role("link", name="Search for it").click()
    expect(page).to_have_url(f"{served.url}/search")
