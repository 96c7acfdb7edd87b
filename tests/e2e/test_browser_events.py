"""The script for pages, in a real browser: kept while the server is away, sent on leaving, each event once."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from segue.web.auth import Keys, Scope

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
    assert SCRIPT.stat().st_size < 3_200


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


PLAYER = """<!doctype html><link rel="icon" href="data:,"><script type="module">
  import { Segue } from "SERVER/static/segue.js";
  window.segue = new Segue({ url: "SERVER", key: "KEY", every: 50 });
</script>"""


@pytest.fixture
def player():
    """A company's web player: one page, from a server of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(http.page.encode())

        def log_message(self, *_):
            pass

    class Player(ThreadingHTTPServer):
        daemon_threads = True
        page = ""

    http = Player(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield http
    http.shutdown()
    http.server_close()


def test_a_page_elsewhere_sends_with_a_key(serve, service, visit, player, tmp_path):
    keys, origin = Keys(tmp_path), f"http://localhost:{player.server_port}"
    served = serve(lambda: service, keys, origins=[origin])
    player.page = PLAYER.replace("SERVER", served.url).replace("KEY", keys.create((Scope.LISTENER,), listener="ann")[0])
    page = visit(origin + "/", expect=(f"outside: {served.url}/",))
    page.wait_for_function("window.segue")
    id = page.evaluate(PUT, 1)
    until(page, lambda: id in service.seen)
    until(page, lambda: page.evaluate(LEFT) == 0)
    assert service.seen[id].listener == "ann"


def test_a_page_elsewhere_that_nobody_named_sends_nothing(serve, service, visit, player, tmp_path):
    keys, origin = Keys(tmp_path), f"http://localhost:{player.server_port}"
    served = serve(lambda: service, keys, origins=["https://player.example.org"])
    player.page = PLAYER.replace("SERVER", served.url).replace("KEY", keys.create((Scope.LISTENER,), listener="ann")[0])
    page = visit(origin + "/", expect=("outside: ", "CORS policy", "Failed to load"))
    send = "u => fetch(u, { method: 'POST', body: '[]' }).then(a => a.status, e => e.name)"
    assert page.evaluate(send, served.url + "/v1/events") == "TypeError"
    assert page.evaluate("typeof window.segue") == "undefined"
    assert not service.seen
