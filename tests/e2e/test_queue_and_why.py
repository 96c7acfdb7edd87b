"""What a card offers beside play, skip and save: queue it, hide it, ask why; and what changed since the last visit."""

import re

import msgspec
import pytest
from playwright.sync_api import expect

from segue.core.events import Play, Rating, Skip

EARLIER = """hours => {
    const all = JSON.parse(localStorage['segue-seen']), {last} = all.L00007;
    last.at -= hours * 3_600_000;
    localStorage['segue-seen'] = JSON.stringify(all);
}"""


def recorded(service, kind):
    return [e for e in service.seen.values() if isinstance(e, kind)]


@pytest.fixture
def home(served, service, visit):
    service.cards |= {
        u: msgspec.structs.replace(c, duration_ms=60_000) for u, c in service.cards.items()
    }  # 2 s of ours
    page = visit(f"{served.url}/?listener=L00007", reduced_motion="reduce")
    expect(page.locator("#shelves")).to_have_attribute("aria-busy", "false")
    return page


def card(page, n):
    return page.locator(".shelf").first.locator(".card").nth(n)


def press(page, n, key):
    card(page, n).locator(".cover").focus()
    page.keyboard.press(key)


def titles(page, part):
    return page.locator(f"#queue-{part} .title").all_text_contents()


def test_not_for_me_is_not_not_now_and_can_be_taken_back(home, service):
    first = card(home, 0)
    uri, title = first.get_attribute("data-uri"), first.locator(".title").text_content()
    first.hover()
    first.locator("[data-act=more]").click()
    items = home.get_by_role("menuitem")
    assert [t[:-1] for t in items.all_text_contents()] == [
        "Play next", "Add to queue", "Why this?", "Not now", "Not for me",
    ]  # fmt: skip  # each with its key behind it
    expect(items.first).to_be_focused()
    home.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    home.keyboard.press("Enter")
    toast = home.locator(".toast").filter(has_text="will not be shown again")
    expect(toast).to_contain_text(title)
    expect(home.locator(f'.card[data-uri="{uri}"]')).to_have_count(0)
    (rating,) = recorded(service, Rating)
    assert (rating.item, rating.value, rating.listener) == (uri, -1, "L00007")
    assert rating.attrs["page"].startswith("page-")
    toast.get_by_role("button", name="Undo").click()
    expect(home.locator(f'.card[data-uri="{uri}"]')).to_have_count(1)
    assert [r.value for r in recorded(service, Rating)] == [-1, 0]
    assert recorded(service, Skip) == []
    press(home, 0, "h")
    expect(home.locator(f'.card[data-uri="{uri}"]')).to_have_count(0)
    home.keyboard.press("z")
    expect(home.locator(f'.card[data-uri="{uri}"]')).to_have_count(1)
    press(home, 0, "x")
    expect(home.locator(".toast").last).to_contain_text("Skipped")
    assert [r.value for r in recorded(service, Rating)] == [-1, 0, -1, 0]
    assert [s.item for s in recorded(service, Skip)] == [uri]


def test_a_queue_is_set_in_order_kept_and_played(home, service):
    names = [card(home, i).locator(".title").text_content() for i in range(6)]
    press(home, 0, "Enter")
    home.locator("#player-toggle").click()
    for i in (2, 3, 4):
        press(home, i, "q")
    press(home, 5, "n")
    home.get_by_role("button", name="Queue, 4 in it").click()
    expect(home.get_by_role("heading", name="Queue")).to_be_focused()
    assert titles(home, "own") == [names[5], names[2], names[3], names[4]]
    assert titles(home, "rest")[:2] == names[1:3]
    expect(home.get_by_role("heading", name="Then, from Made for you")).to_be_visible()
    home.get_by_role("button", name=f"Earlier: {names[4]}").press("Enter")
    expect(home.get_by_role("button", name=f"Earlier: {names[4]}")).to_be_focused()
    home.keyboard.press("Enter")
    home.get_by_role("button", name=f"Take out of the queue: {names[3]}").press("Enter")
    assert titles(home, "own") == [names[5], names[4], names[2]]

    home.reload()
    expect(home.locator("#player-title")).to_have_text(names[0])
    expect(home.locator("#player-toggle")).to_have_attribute("aria-label", "Play")
    at = home.locator("#player-at").text_content()
    home.locator("#player-skip").click()
    expect(home.locator("#player-title")).to_have_text(names[5])
    expect(home.locator(".toast").last).to_contain_text("Skipped")
    (skip,) = recorded(service, Skip)
    assert skip.ms_played == 0, f"what was heard up to {at} was told when the page was left"
    expect(home.locator("#player-title")).to_have_text(names[4])  # by itself, when the one before has ended
    expect(home.locator(".toast").filter(has_text="Played")).to_be_visible()
    assert recorded(service, Play)[-1].reason_start == "fwdbtn"
    for following in (names[2], names[1]):  # then the rest of the shelf
        home.locator("#player-skip").click()
        expect(home.locator("#player-title")).to_have_text(following)
    home.locator("#player-queue").click()
    expect(home.get_by_text("Nothing is queued.")).to_be_visible()
    home.get_by_role("button", name="Empty").click()
    assert titles(home, "rest") == []
    home.keyboard.press("Escape")
    home.goto(home.url.replace("L00007", "L00008"))
    expect(home.locator("#player")).to_be_hidden()


def test_why_says_what_the_decision_says(home, service):
    card(home, 0).locator(".cover").click()
    expect(home.locator(".toast").first).to_contain_text("Played", timeout=15_000)
    home.locator("#player-toggle").click()
    shelf = home.locator(".shelf").filter(has=home.get_by_role("heading", name="Because you listened to"))
    shelf.locator(".cover").nth(1).focus()
    home.keyboard.press("w")
    why = home.get_by_role("dialog")
    heard = recorded(service, Play)[0].item
    expect(why.locator(".why-reason")).to_have_text(f"Because you listened to {service.cards[heard].title}.")
    expect(why.locator("dd a")).to_have_attribute("href", f"/item/{heard.replace(':', '%3A')}")
    row = service.home("L00007").decision.rows[1]
    expect(why).to_contain_text(f"Of {len(row.shelves)} shelves for this place this one was certain.")
    expect(why).to_contain_text(f"Of {row.among} cards for the shelf this one was certain here")
    expect(why).to_contain_text("The policy fake of release r-1.")
    expect(why.get_by_role("link", name="More like this")).to_have_attribute("href", re.compile("^/item/segue"))
    home.keyboard.press("Escape")
    expect(shelf.locator(".cover").nth(1)).to_be_focused()
    home.keyboard.press("w")
    why.get_by_role("button", name="Not for me").click()
    expect(home.locator(".toast").last).to_contain_text("will not be shown again")
    assert recorded(service, Rating)[0].value == -1


def test_what_changed_since_the_last_visit(home, service):
    expect(home.locator("#since")).to_be_hidden()
    home.reload()
    expect(home.locator(".card").first).to_be_visible()
    expect(home.locator("#since")).to_be_hidden()  # the same visit
    press(home, 0, "x")
    expect(home.locator(".toast").last).to_contain_text("Skipped")
    seen = home.locator(".card").evaluate_all("cards => cards.map(c => c.dataset.uri)")
    home.evaluate(EARLIER, 48)
    service.release = "r-2"
    service.append([Play(id="p", listener="L00007", item="segue:track:fake:300", at=1, ms_played=200_000)])
    home.reload()
    line = home.locator("#since")
    expect(line).to_contain_text(re.compile(r"^Since \d+ \w+: .*Jump back in.* new cards?.*Segue has learned anew\."))
    expect(line).to_contain_text("Last time you skipped 1.")
    now = home.locator(".card").evaluate_all("cards => cards.map(c => c.dataset.uri)")
    marked = home.locator(".card:has(.fresh:not([hidden]))").evaluate_all("cards => cards.map(c => c.dataset.uri)")
    fresh = [uri for uri in now if uri not in seen]
    assert marked == fresh
    assert "segue:track:fake:300" in fresh
    expect(line).to_contain_text(f"{len(fresh)} new cards")
    assert "New since your last visit" in card(home, 0).locator(".cover").get_attribute("aria-label")
    home.evaluate("localStorage['segue-seen'] = '[{'")
    home.route("**/v1/home?*", lambda route: None)
    home.reload()
    expect(home.locator(".skeleton")).to_have_count(3)  # while it waits: rows of nothing, of which nothing is read out
    assert home.locator(".skeleton:not([aria-hidden])").count() == 0
    home.unroute("**/v1/home?*")
    home.locator("#explicit").dispatch_event("change")
    expect(home.locator(".card[data-uri]").first).to_be_visible()
    expect(home.locator(".skeleton")).to_have_count(0)
    expect(line).to_be_hidden()
