"""What others wrote stays text; what is missing is said."""

import msgspec
import pytest
from playwright.sync_api import expect

from segue.core.errors import NotReady
from segue.web.auth import Keys, Scope

HOSTILE = ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "<b onclick=alert(1)>bold</b>")
WATCH = "window.alert = () => { window.pwned = true }"


@pytest.mark.parametrize(
    "path",
    [
        "/?listener=L00007",
        "/",
        "/listener/%3Cb%3Emallory%3C%2Fb%3E",
        "/?listener=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ],
)
def test_markup_in_titles_and_names_stays_text(served, service, visit, path):
    uris = list(service.cards)
    for i, uri in enumerate(uris):
        service.cards[uri] = msgspec.structs.replace(service.cards[uri], title=HOSTILE[i % len(HOSTILE)])
    page = visit(served.url + path, script=WATCH)
    page.wait_for_selector(".card, .person, .panel, #notice:not([hidden])")
    if "L00007" in path:
        assert page.locator(".card .title").first.text_content() in HOSTILE
        page.locator(".card .cover").first.click()
        expect(page.locator("#player-title")).not_to_be_empty()
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script, main b").count() == 0


def test_an_item_and_what_is_like_it(served, service, visit):
    uri = next(u for u, c in service.cards.items() if c.kind == "track")
    page = visit(f"{served.url}/item/{uri}")
    expect(page.locator("h1")).to_have_text(service.cards[uri].title)
    assert page.locator(".card").count() > 3
    page.locator(".card .cover").first.click()
    expect(page.locator("h1")).not_to_have_text(service.cards[uri].title)


def test_history_of_a_listener(served, service, visit):
    page = visit(f"{served.url}/?listener=L00007")
    card = page.locator(".card").first
    title = card.locator(".title").text_content()
    card.locator(".cover").click()
    expect(page.locator(".toast").first).to_contain_text("Played", timeout=15_000)
    page.goto(f"{served.url}/listener/L00007")
    expect(page.locator(".heard")).to_contain_text(title)


def test_someone_new(served, visit):
    page = visit(served.url)
    page.get_by_text("Someone new").click()
    expect(page.locator("#about")).to_contain_text("New here")
    assert page.locator(".card").count() > 10


def test_no_listeners_yet(served, service, visit):
    service.names = []
    page = visit(served.url)
    expect(page.get_by_text("No listeners yet")).to_be_visible()
    expect(page.get_by_role("button", name="Someone new")).to_be_visible()


def test_no_release_yet_then_one(serve, service, visit):
    ready: list[bool] = []

    def open_it():
        if not ready:
            raise NotReady("no release yet; `segue train` makes one")
        return service

    page = visit(serve(open_it).url + "/?listener=L00007", expect=("503",))
    expect(page.get_by_text("No Home yet")).to_be_visible()
    expect(page.get_by_text("segue import")).to_be_visible()
    ready.append(True)
    expect(page.locator(".card").first).to_be_visible(timeout=15_000)  # without a reload
    expect(page.locator("#notice")).to_be_hidden()


def test_an_item_that_is_not_there(served, visit):
    page = visit(f"{served.url}/item/segue:track:none", expect=("404",))
    expect(page.get_by_text("Not here")).to_be_visible()


def test_the_server_goes_and_comes_back(serve, service, visit):
    first = serve(lambda: service)
    page = visit(first.url + "/?listener=L00007", expect=("ERR_CONNECTION",))
    page.wait_for_selector(".card")
    first.stop()
    card = page.locator(".card").first
    card.hover()
    card.locator("[data-act=skip]").click()
    expect(page.locator(".toast").first).to_contain_text("Not recorded")
    page.locator("#dial").fill("90")
    expect(page.get_by_text("The server is gone")).to_be_visible()
    assert page.locator(".card").count() > 10  # what was there stays
    serve(lambda: service, port=first.port)
    expect(page.locator("#notice")).to_be_hidden(timeout=15_000)


def test_a_key_is_asked_for_and_used(serve, service, visit, tmp_path):
    keys = Keys(tmp_path)
    text, _ = keys.create((Scope.READ, Scope.INGEST))
    page = visit(serve(lambda: service, keys).url + "/?listener=L00007", expect=("401",))
    expect(page.get_by_text("This server asks for a key")).to_be_visible()
    page.get_by_label("API key").fill("segue_wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("not known")).to_be_visible()
    page.get_by_label("API key").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".card").first).to_be_visible()
    card = page.locator(".card").first
    card.hover()
    card.locator("[data-act=save]").click()
    expect(page.locator(".toast").last).to_contain_text("Saved")


def test_another_site_cannot_write(served, serve, service, visit):
    page = visit(
        served.url + "/docs", expect=("Refused to connect", "Content Security Policy", "Connecting to", "outside")
    )
    other = serve(lambda: service)
    status = page.evaluate(
        "url => fetch(url, {method: 'POST', mode: 'no-cors', body: '{}'}).then(() => 'sent', () => 'refused')",
        f"{other.url}/v1/events",
    )
    assert status == "refused"
