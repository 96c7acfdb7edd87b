"""What is played is heard, where there is something to hear."""

import pytest
from playwright.sync_api import expect

from segue.core.events import Skip

HEARD = """() => { const a = window.heard.at(-1); return a ? {at: a.currentTime, paused: a.paused, volume: a.volume,
  muted: a.muted, seconds: a.duration, blob: a.src.startsWith('blob:')} : null; }"""
WATCH = """window.heard = []; const A = window.Audio;
window.Audio = function () { const a = new A(); heard.push(a); return a; }"""


@pytest.fixture
def listen(visit, serve, service):
    """A page that tells what its audio element does, and the card of the first shelf that has, or has no, clip."""

    def open_page(clip):
        served = serve(lambda: service)
        page = visit(f"{served.url}/?listener=L00007", script=WATCH)
        page.wait_for_selector(".card")
        uris = page.locator(".card").evaluate_all("cards => cards.map(c => c.dataset.uri)")
        uri = next(u for u in uris if service.cards[u].clip == clip)
        return page, page.locator(f'.card[data-uri="{uri}"]'), uri

    return open_page


def test_a_clip_plays_pauses_and_falls_silent(listen, service):
    page, card, uri = listen(True)
    page.evaluate("localStorage.setItem('segue-volume', '50')")
    card.locator(".cover").click()
    page.locator("#player-speed").click()  # as fast as in life
    page.wait_for_function(f"() => ({HEARD})()?.at > 0.3", timeout=15_000)
    heard = page.evaluate(HEARD)
    assert heard["blob"]
    assert not heard["paused"]
    assert heard["seconds"] == pytest.approx(4, abs=0.05)
    expect(page.locator("#player-volume")).to_be_visible()
    page.locator("#player-volume").fill("20")
    assert page.evaluate(HEARD)["volume"] == pytest.approx(0.04)
    page.locator("#player-mute").click()
    assert page.evaluate(HEARD)["muted"]
    expect(page.locator("#player-mute")).to_have_attribute("aria-label", "Sound on")
    page.locator("#player-toggle").click()
    assert page.evaluate(HEARD)["paused"]
    page.locator("#player-toggle").click()
    assert not page.evaluate(HEARD)["paused"]
    page.locator("#player-skip").click()
    page.wait_for_function("() => document.querySelector('.toast')")
    (skip,) = [e for e in service.seen.values() if isinstance(e, Skip)]
    assert (skip.item, skip.ms_played > 0) == (uri, True), "the milliseconds are those of the pretended listening"


def test_without_a_clip_nothing_is_asked_for(listen, service):
    page, card, _ = listen(False)
    asked = []
    page.on("request", lambda r: asked.append(r.url) if r.url.endswith("/clip") else None)
    card.locator(".cover").click()
    expect(page.locator("#player-title")).not_to_be_empty()
    page.wait_for_timeout(400)
    assert asked == []
    assert page.evaluate(HEARD)["paused"]
    expect(page.locator("#player-mute")).to_be_hidden()
    assert page.locator("#player-at").text_content() != "0:00", "listening is pretended all the same"


def test_a_clip_that_cannot_be_had_is_silence(listen, service, monkeypatch):
    page, card, _ = listen(True)
    page.route("**/clip", lambda route: route.fulfill(status=204))
    card.locator(".cover").click()
    page.wait_for_timeout(500)
    assert page.evaluate(HEARD)["paused"]
    assert page.locator("#player-at").text_content() != "0:00"
