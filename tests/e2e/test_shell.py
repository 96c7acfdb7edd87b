"""What every page has around it: places, a search box, and who is listening."""

from playwright.sync_api import expect

PLACES = (("/", "Home"), ("/search", "Search"), ("/listener/L00007", "Your taste"), ("/console", "Console"),
          ("/console/map", "Console"), ("/docs", None))  # fmt: skip


def lies_in(page, locator, width):
    box = locator.bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


def test_the_chosen_listener_is_remembered(exhibit, visit):
    served, _ = exhibit
    page = visit(served.url)
    nav = page.get_by_role("navigation", name="Main")
    expect(nav.get_by_role("link", name="Your taste")).to_have_attribute("href", "/")  # asks who is listening
    page.locator(".person").nth(1).click()
    chosen = page.url.partition("listener=")[2]
    page.goto(f"{served.url}/docs")
    expect(nav.get_by_role("link", name="Your taste")).to_have_attribute("href", f"/listener/{chosen}")
    nav.get_by_role("link", name="Home").click()
    expect(page).to_have_url(f"{served.url}/?listener={chosen}")
    page.goto(f"{served.url}/?listener=%3Cb%3Emallory%3C%2Fb%3E")
    page.goto(f"{served.url}/search")
    nav.get_by_role("link", name="Your taste").click()
    expect(page).to_have_url(f"{served.url}/listener/%3Cb%3Emallory%3C%2Fb%3E")


def test_it_is_on_every_page_and_says_where_one_is(exhibit, visit):
    served, _ = exhibit
    page = visit(f"{served.url}/docs", has_touch=True)
    for path, place in PLACES:
        page.goto(served.url + path)
        current = page.locator(".places [aria-current]")
        assert current.all_text_contents() == ([place] if place else [])
        links = page.locator(".places a")
        assert links.count() == 4
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            for target in (*links.all(), page.locator("#q"), page.locator("#theme")):
                assert lies_in(page, target, width)
            heights = [link.bounding_box()["height"] for link in links.all()]
            assert min(heights) >= 44
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_slash_goes_to_the_search_box_and_enter_searches(exhibit, visit):
    served, _ = exhibit
    page = visit(f"{served.url}/docs")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("a/b c")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.url}/search?q=a%2Fb+c")
    expect(page.locator("#q")).to_have_value("a/b c")
