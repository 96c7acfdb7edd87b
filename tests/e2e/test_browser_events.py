"""The script for pages, in a real browser: kept while the server is away, sent on leaving, each event once."""

import time
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "src/segue/web/pages/static/segue.js"
START = """async (every) => {
  const { Segue } = await import("/static/segue.js");
  window.segue = new Segue({ every });
}"""
PUT = """n => window.segue.put({ type: "save", listener: "ann", item: `segue:track:fake:${n}` })"""
LEFT = "() => JSON.parse(localStorage.getItem('segue-events') ?? '{\"events\": []}').events.length"


def until(page, holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        page.wait_for_timeout(50)  # and not sleep: the browser is heard meanwhile
    assert holds()


def test_it_is_small():
    assert SCRIPT.stat().st_size < 3_000


def test_events_go_in_order_and_once(served, service, visit):
    page = visit(served.url + "/docs")
    page.evaluate(START, 50)
    ids = [page.evaluate(PUT, n) for n in range(5)]
    until(page, lambda: set(ids) <= set(service.seen))
    until(page, lambda: page.evaluate(LEFT) == 0)
    assert len(set(ids)) == 5
    assert abs(service.seen[ids[0]].at - time.time() * 1000) < 600_000


def test_what_the_server_cannot_take_waits_in_the_browser(served, service, visit):
    page = visit(served.url + "/docs", expect=("503", "429", "outside", "Failed to load"))
    answers = [503, 429]

    def away(route):
        if answers:
            route.fulfill(status=answers.pop(0), headers={"retry-after": "0"}, body="{}")
        else:
            route.continue_()

    page.route("**/v1/events", away)
    page.evaluate(START, 10)
    id = page.evaluate(PUT, 1)
    until(page, lambda: id in service.seen)
    until(page, lambda: page.evaluate(LEFT) == 0)
    assert not answers


def test_what_waits_is_sent_when_the_page_goes_and_counts_once(served, service, visit):
    page = visit(served.url + "/docs")
    page.evaluate(START, 3_600_000)
    ids = [page.evaluate(PUT, n) for n in range(3)]
    assert page.evaluate(LEFT) == 3
    assert not service.seen
    page.goto(served.url + "/docs")
    until(page, lambda: set(ids) <= set(service.seen))
    assert page.evaluate(LEFT) == 3  # nobody was left to hear the answer
    page.evaluate(START, 50)
    until(page, lambda: page.evaluate(LEFT) == 0)
    assert len(service.seen) == 3
