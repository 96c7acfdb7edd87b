"""Your taste in a real browser: beliefs with what they rest on, each changed, its effect seen, and taken back."""

from playwright.sync_api import expect

from segue.core.events import Remove, Tune


def told(service):
    return [(e.subject, e.value) for e in service.seen.values() if isinstance(e, Tune)]


def test_a_belief_is_changed_its_effect_is_seen_and_it_is_taken_back(served, service, visit):
    page = visit(f"{served.url}/listener/L00007")
    genres = page.get_by_role("region", name="Genres")
    expect(genres).to_be_visible()
    row = genres.locator("li").first
    name = row.locator("select").get_attribute("aria-label").removeprefix("How much ")
    expect(row.locator(".evidence")).to_contain_text("plays since")
    page.get_by_label(f"How much {name}").select_option("Not at all")
    effect = page.locator("#effect")
    expect(effect.get_by_role("heading", name=f"{name}: not at all")).to_be_visible()
    expect(effect).to_contain_text("cards on Home gave way")
    expect(effect).to_contain_text(f"Shelves goneNew in {name}".replace("gone", "gone "))
    assert told(service) == [(f"genre:{name}", -1)]
    said = page.get_by_role("region", name="What you said")
    expect(said.locator("li")).to_have_count(1)
    assert page.get_by_label(f"How much {name}").count() == 0  # its plays do not count, either
    expect(effect.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(said).to_have_count(0)
    expect(effect.get_by_role("heading", name="Undone")).to_be_visible()
    assert told(service)[1:] == [(f"genre:{name}", 0)]
    expect(page.get_by_label(f"How much {name}")).to_have_value("0")
    effect.get_by_role("button", name="Close").click()
    expect(effect).to_be_empty()

    moods = page.get_by_role("region", name="Moods")
    expect(moods).to_contain_text("calm1.6×")
    moods.get_by_label("How much calm").select_option("Less")
    expect(said).to_contain_text("calm")
    assert told(service)[-1] == ("mood:calm", -0.5)
    expect(effect).to_contain_text("Home stays as it is for now.")  # the made-up service knows no moods
    effect.get_by_role("button", name="Undo").click()
    expect(said).to_have_count(0)
    expect(page.locator("svg.clock")).to_be_visible()
    page.get_by_role("checkbox", name="Your own hours").focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("tells nothing")
    expect(page.locator("svg.clock")).to_have_count(0)
    expect(page.get_by_role("region", name="What you listen on").get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Space")
    expect(said).to_have_count(0)
    switch = page.get_by_role("checkbox", name="Focus")
    expect(switch).to_be_checked()
    switch.focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("not made")
    expect(switch).to_be_focused()
    heard = page.get_by_role("region", name="Heard last")
    first = heard.locator("li").first
    first.get_by_role("button").click()
    expect(first).to_have_class("out")
    expect(first.get_by_role("button")).to_have_text("Count again")
    assert told(service)[-1][0].startswith("play:1")
    page.get_by_role("button", name="Take back all that you said").click()
    expect(said).to_have_count(0)
    expect(switch).to_be_checked()
    page.get_by_role("region", name="Held back").get_by_role("button").click()
    expect(said).to_contain_text("skips do not count")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_was_saved_is_taken_out_and_everything_is_taken_along_or_erased(served, service, visit):
    uri = next(iter(service.cards))
    page = visit(f"{served.url}/listener/L00009", width=390)
    page.evaluate(
        """async ([item]) => fetch("/v1/events", { method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify([{ type: "save", id: "s", listener: "L00009", item, at: Date.now() }]) })""", [uri],
    )  # fmt: skip
    page.reload()
    page.get_by_role("region", name="Saved").get_by_role("button").click()
    expect(page.get_by_role("region", name="Saved")).to_have_count(0)
    assert [e.item for e in service.seen.values() if isinstance(e, Remove)] == [uri]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_text("Erase everything").click()
    button = page.get_by_role("button", name="Erase for good")
    expect(button).to_be_disabled()
    page.get_by_label("To erase all of it for good").fill("L00008")
    expect(button).to_be_disabled()
    page.get_by_label("To erase all of it for good").fill("L00009")
    button.click()
    expect(page.get_by_role("region", name="Erased")).to_contain_text('"tenant"')


def test_nobody_knows_a_stranger_and_a_key_is_asked_for(served, visit):
    page = visit(f"{served.url}/listener/nobody%20at%20all", expect=("401",))
    expect(page.locator("#notice")).to_contain_text("Nothing heard yet")
    expect(page.locator(".panel")).to_have_count(0)
    refused = {"error": {"message": "a key is needed"}}
    page.route("**/taste?*", lambda route: route.fulfill(status=401, json=refused))
    page.reload()
    expect(page.locator("#notice")).to_contain_text("a key is needed")
    page.unroute("**/taste?*")
    page.get_by_label("API key").fill("segue_x_y")
    page.get_by_role("button", name="Use key").click()
    expect(page.locator("#notice")).to_contain_text("Nothing heard yet")
