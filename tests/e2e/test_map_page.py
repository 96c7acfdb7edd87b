"""The map of the taste space in a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

WITH = "import('/static/map.js').then((map) => { %s })"


@pytest.fixture
def opened(served, visit):
    page = visit(f"{served.url}/console/map")
    expect(page.locator("#legend li")).to_have_count(10)
    return page


def drawn(page) -> int:
    """Pixels that are not ground."""
    return int(
        page.evaluate("""() => { const c = document.getElementById("points"), p = c.getContext("2d");
        const d = new Uint32Array(p.getImageData(0, 0, c.width, c.height).data.buffer), g = d[0];
        return d.reduce((n, v) => n + (v !== g), 0); }""")
    )


def place(page, at: int) -> list[float]:
    """Where a point is on the screen."""
    box = page.locator("#points").bounding_box()
    x, y = page.evaluate(WITH % f"return map.view().field.place({at})")
    return [box["x"] + x, box["y"] + y]


def until(page, asked: str) -> None:
    """Ask again until it is so."""
    for _ in range(80):
        if page.evaluate(asked):
            return
        page.wait_for_timeout(100)
    raise AssertionError(asked)


def settled(page):
    until(page, WITH % "return map.view().field.flight === 0")


def test_all_points_are_drawn_and_counted(opened, service):
    assert drawn(opened) > service.size
    expect(opened.locator("#about")).to_have_text(
        re.compile(f"^{service.size} items · release r-1 · 91 % of neighbours as in the last release$")
    )
    assert opened.locator("#legend small").all_text_contents() == [str(service.size // 10)] * 10


def test_pointing_at_a_point_tells_what_it_is(opened, service):
    cards = list(service.cards.values())
    at = len(cards) - 1
    opened.mouse.move(*place(opened, at))
    expect(opened.locator("#tip")).to_contain_text(cards[at].title)
    opened.mouse.move(5, 300)
    expect(opened.locator("#tip")).to_be_hidden()


def test_a_click_shows_neighbours_and_a_path_joins_two(opened, service):
    cards = list(service.cards.values())
    one, two = len(cards) - 1, len(cards) - 3
    opened.mouse.click(*place(opened, one))
    expect(opened.locator("#picked h2")).to_have_text(cards[one].title)
    rows = opened.locator("#picked .map-list li")
    expect(rows).to_have_count(12)
    link = rows.first.locator("a").get_attribute("href")
    assert link.startswith("/item/segue%3A")
    opened.get_by_role("button", name="Path from here").click()
    expect(opened.get_by_role("button", name="Now pick where to go")).to_be_visible()
    opened.mouse.click(*place(opened, two))
    expect(opened.locator("#picked h3")).to_have_text(f"From {cards[one].title}")
    expect(rows).to_have_count(12)
    expect(rows.last).to_contain_text(cards[two].title)
    opened.get_by_role("button", name="Clear the path").click()
    expect(opened.locator("#picked h3")).to_have_text("Nearest in the space")


def test_search_flies_to_what_is_found(opened, service):
    card = next(c for c in service.cards.values() if "Comet" in c.title)
    opened.locator("#seek").fill(card.title)
    expect(opened.locator("#found li").first).to_contain_text(card.title)
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    expect(opened.locator("#picked h2")).to_have_text(card.title)
    settled(opened)
    x, y = opened.evaluate(WITH % "const v = map.view(); return v.field.place(v.picked.at)")
    box = opened.locator("#points").bounding_box()
    assert (x, y) == (pytest.approx(box["width"] / 2, abs=3), pytest.approx(box["height"] / 2, abs=3))
    assert opened.evaluate(WITH % "return map.view().field.zoom") >= 8


def test_a_keyboard_does_it_all(opened):
    view = WITH % "const f = map.view().field; return [f.cx, f.cy, f.zoom]"
    opened.locator("#points").focus()
    start = opened.evaluate(view)
    opened.keyboard.press("+")
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowDown")
    cx, cy, zoom = opened.evaluate(view)
    assert cx > start[0]
    assert cy > start[1]
    assert zoom == pytest.approx(1.5)
    opened.keyboard.press("Enter")
    expect(opened.locator("#picked .map-list li")).to_have_count(12)
    opened.keyboard.press("0")
    settled(opened)
    assert opened.evaluate(view)[2] == pytest.approx(1)


def test_the_wheel_zooms_where_it_is_and_dragging_moves(opened):
    x, y = place(opened, 100)
    opened.mouse.move(x, y)
    opened.mouse.wheel(0, -600)
    assert place(opened, 100) == pytest.approx([x, y], abs=1.5)
    opened.mouse.down()
    opened.mouse.move(x + 60, y + 40, steps=6)
    opened.mouse.up()
    assert place(opened, 100) == pytest.approx([x + 60, y + 40], abs=1.5)
    expect(opened.locator("#picked h2")).to_have_text("The taste space")  # a drag is no click


def test_the_legend_hides_and_colours_change(opened):
    whole = drawn(opened)
    opened.locator("#legend button").first.click()
    expect(opened.locator("#legend button").first).to_have_attribute("aria-pressed", "false")
    opened.wait_for_timeout(100)
    assert drawn(opened) < whole
    opened.get_by_label("Kind").check()
    expect(opened.locator("#legend-title")).to_have_text("Kinds")
    assert opened.locator("#legend span").all_text_contents()[:2] == ["track", "artist"]
    opened.wait_for_timeout(100)
    assert drawn(opened) == pytest.approx(whole, rel=0.02)


def test_light_and_dark(opened):
    ground = "document.getElementById('points').getContext('2d').getImageData(0, 0, 1, 1).data[0]"
    for scheme in ("light", "dark", "light"):
        opened.emulate_media(color_scheme=scheme)
        until(opened, f"({ground} < 128) === {str(scheme == 'dark').lower()}")


def test_it_fits(opened):
    for width, height in ((320, 640), (390, 844), (1280, 800)):
        opened.set_viewport_size({"width": width, "height": height})
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        box = opened.locator("#points").bounding_box()
        assert box["width"] > 0.6 * width
        assert box["height"] > 0.3 * height
        expect(opened.locator("#seek")).to_be_visible()
        expect(opened.locator("#picked")).to_be_visible()


def test_without_a_space_it_says_what_to_do(served, service, visit):
    service.mapped = False
    page = visit(f"{served.url}/console/map", expect=("503",))
    expect(page.get_by_role("heading", name="No map yet")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("segue train")
    expect(page.locator("#map")).to_be_hidden()
    service.mapped = True
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#legend li")).to_have_count(10)
    assert drawn(page) > service.size


def test_titles_stay_text(opened, service):
    cards = list(service.cards.values())
    at = next(i for i, c in enumerate(cards) if "<img" in c.title)
    opened.evaluate(WITH % f"return map.pick({at}, true)")
    expect(opened.locator("#picked h2")).to_have_text(cards[at].title)
    assert opened.locator("#picked img").count() == 0


def test_the_console_leads_to_it(served, visit):
    page = visit(f"{served.url}/console")
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Map").click()
    expect(page.locator("#legend li")).to_have_count(10)


def test_it_stays_fluid_at_sixty_thousand(serve, visit, crowded):
    """Frames while the map is dragged: most of them fit between two of the screen; on a busy machine between three."""
    page = visit(f"{serve(lambda: crowded).url}/console/map")
    expect(page.locator("#legend li")).to_have_count(10)
    x, y = place(page, 59_999)
    page.mouse.move(x, y)
    page.evaluate(WITH % "map.frames().length = 0")
    page.mouse.down()
    for i in range(60):
        page.mouse.move(x + 2 * i, y + i % 30)
    page.mouse.up()
    took = page.evaluate(WITH % "return map.frames()")
    assert len(took) > 20
    assert float(np.median(took)) < 50
    page.wait_for_timeout(400)
    assert drawn(page) > 60_000  # at rest again in full
