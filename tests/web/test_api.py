from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
import pytest

from segue.core.clock import at_clock
from segue.core.errors import NotReady
from segue.surfaces.views import HomeReport
from segue.web.api.home import HomeParams
from segue.web.application import create_app
from segue.web.auth import Scope
from segue.web.service import Backend


def test_home_is_what_the_service_says(client):
    home = client.get("/v1/home?listener=L00001").json()
    assert home["listener"] == "L00001"
    assert home["simulated"] is True
    assert home["shelves"][0]["cards"][0]["reason"]["text"]


def test_recommendations_similar_item_titles_listeners_history(client):
    listed = client.get("/v1/recommendations?listener=L00001&kind=artist&n=3").json()
    assert [c["kind"] for c in listed["items"]] == ["artist"] * 3
    uri = listed["items"][0]["uri"]
    assert client.get(f"/v1/items/{quote(uri, safe='')}").json()["uri"] == uri
    assert client.get(f"/v1/items/{uri}/similar?n=2").json()
    assert client.get("/v1/items?q=comet&n=5").json()
    assert client.get("/v1/listeners?prefix=L0000&limit=3").json()[0]["id"] == "L00000"
    assert client.get("/v1/listeners/L00001/history").json() == []


def test_search_by_kind_and_about_an_item(client, service):
    found = client.get("/v1/search?q=comet&n=3").json()
    assert (found["words"], found["by"]) == ("comet", "title")
    assert all(f["total"] >= len(f["cards"]) <= 3 for f in found["kinds"])
    assert client.get("/v1/search?q=comet&kind=nonsense").status_code == 404
    assert client.get("/v1/search").json()["genres"]
    assert client.get("/v1/search?q=calm piano").json()["by"] == "near"
    service.unready = 2
    client.get("/v1/search?q=comet")  # whoever searches has it loaded
    found = client.get("/v1/search?q=calm piano").json()
    assert (found["by"], found["kinds"], found["soon"]) == ("title", [], True), "nobody waits for an encoder"
    found = client.get("/v1/search?q=calm piano").json()
    assert (found["by"], "soon" in found) == ("near", False)


def test_a_list_for_words_waits_for_their_encoder_beside_the_readers(client, service):
    service.unready = 3
    assert client.get("/v1/recommendations?listener=L00007&words=calm").status_code == 200
    assert service.unready == -1, "it was looked for until it was there"
    assert client.get("/v1/recommendations?listener=L00007").status_code == 200
    assert service.unready == -1, "and for words alone"
    uri = next(u for u, c in service.cards.items() if c.kind == "track")
    at = int(datetime.now(UTC).timestamp() * 1000)
    client.post("/v1/events", json=[{"type": "save", "id": "s", "listener": "L1", "at": at, "item": uri}])
    about = client.get(f"/v1/items/{quote(uri, safe='')}/about?listener=L1").json()
    assert about["card"]["uri"] == uri
    assert about["card"]["saved"]
    assert about["shelves"][0]["cards"]
    assert client.get("/v1/items/segue%3Atrack%3Anone/about").status_code == 404


def test_path_and_radio(client, service):
    one, two = (c.uri for c in list(service.cards.values())[:2])
    way = client.get(f"/v1/path?from={quote(one)}&to={quote(two)}&n=5").json()
    assert [way["items"][0]["uri"], way["items"][-1]["uri"]] == [one, two]
    assert len(way["steps"]) == len(way["items"]) - 1 == 4
    page = client.get(f"/v1/radio?seed=jazz&seed={quote(one)}&n=3&page=2&shuffle=7&listener=L00001").json()
    assert (len(page["items"]), page["page"], page["shuffle"]) == (3, 2, 7)
    assert client.get("/v1/radio?words=folk&n=4").json()["items"][0]["genres"] == ["folk"]


def test_the_map_is_sent_once_a_release(client, service):
    first = client.get("/v1/space")
    assert first.headers["content-type"] == "application/octet-stream"
    assert first.headers["etag"] == '"r-1"'
    assert len(first.content) > 6 * service.size
    again = client.get("/v1/space", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    service.release = "r-2"
    assert client.get("/v1/space", headers={"if-none-match": first.headers["etag"]}).status_code == 200
    uri = next(iter(service.cards))
    spots = client.get(f"/v1/space/items?at=3&at=5&uri={quote(uri)}").json()
    assert [s["at"] for s in spots] == [3, 5, 0]
    assert len(client.get("/v1/space/near?at=3&n=4").json()) == 4
    service.mapped = False
    assert client.get("/v1/space").status_code == 503


def test_lists_are_repeated_parameters(client, service):
    one, two = (c.uri for c in list(service.cards.values())[:2])
    assert client.get("/v1/recommendations?listener=a&words=no+such+title").json()["items"] == []
    asked = f"/v1/recommendations?listener=a&seed={quote(one)}&seed={quote(two)}&exclude=tag:x&explicit=yes"
    assert client.get(asked).status_code == 200
    assert client.get(f"/v1/recommendations?listener=a&seed={quote(one)}").status_code == 200


def test_a_uri_may_hold_slashes_and_escapes(client, service):
    for uri in ("segue:track:fake:a/b", "segue:track:a%3Ab"):
        one = next(iter(service.cards.values()))
        service.cards[uri] = type(one)(uri, "x", "track", "Odd one")
        assert client.get(f"/v1/items/{quote(uri, safe='')}").json()["uri"] == uri
        assert client.get(f"/v1/items/{quote(uri, safe='')}/similar").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/home", 400, "listener"),
        ("/v1/home?listener=", 400, "listener"),
        ("/v1/home?listener=a&listener=b", 400, "twice"),
        ("/v1/home?lsitener=a", 400, "there are: country, zone"),
        ("/v1/home?listener=a&familiarity=1.2", 400, "familiarity"),
        ("/v1/home?listener=a&familiarity=nan", 400, "familiarity"),
        ("/v1/home?listener=a&explicit=perhaps", 400, "explicit"),
        ("/v1/home?listener=a&zone=Mars/Olympus", 400, "time zone"),
        ("/v1/home?listener=a&zone=../../etc/passwd&hour=3", 400, "time zone"),
        ("/v1/home?listener=a&zone=Europe", 400, "time zone"),
        ("/v1/home?listener=a&country=Sweden", 400, "country"),
        ("/v1/home?listener=a&at=25:00", 400, "23:59"),
        ("/v1/home?listener=a&at=soon", 400, "8:30"),
        ("/v1/home?listener=a&at=8:30&hour=3", 400, "give one"),
        ("/v1/home?listener=a&activity=flying", 404, "morning, focus, workout"),
        ("/v1/recommendations?listener=a&activity=flying", 404, "wind-down"),
        ("/v1/home?listener=" + "a" * 513, 400, "listener"),
        ("/v1/space/near", 400, "at"),
        ("/v1/space/items?at=-1", 400, "at"),
        ("/v1/path?from=segue:track:fake:0", 400, "to"),
        ("/v1/path?from=segue:track:fake:0&to=segue:track:fake:1&n=1", 400, "n"),
        ("/v1/path?from=segue:track:fake:none&to=segue:track:fake:1", 404, "no item"),
        ("/v1/radio?seed=jazz&page=-1", 400, "page"),
        ("/v1/radio?seed=jazz&start=2", 400, "shuffle"),
        ("/v1/recommendations?listener=a&kind=song", 404, "audiobook"),
        ("/v1/recommendations?listener=a&n=0", 400, "n"),
        ("/v1/items/segue:track:fake:none", 404, "no item"),
        ("/v1/items/nonsense", 400, "segue:track:ID"),
        ("/v1/nothing", 404, "/docs"),
        ("/v1/home?listener=a&zone=" + "z" * 20_000, 414, "bytes"),
    ],
)
def test_what_is_wrong_is_named(client, path, status, said):
    answer = client.get(path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"]
    assert said in error["message"]


def test_a_listener_may_hold_slashes(client):
    assert client.get("/v1/listeners/a%2Fb/history").json() == []


def test_methods(client):
    wrong = client("DELETE", "/v1/home")
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["allow"]
    assert wrong.json()["error"]["code"] == "method_not_allowed"
    assert client("OPTIONS", "/v1/events").status_code == 204
    assert client("OPTIONS", "/v1/events").headers["allow"] == "POST"
    assert client("HEAD", "/v1/home?listener=a").status_code == 200


def test_the_hour_asked_for_is_the_local_hour():
    for zone in ("UTC", "Asia/Kolkata", "America/New_York"):
        for hour in (0, 7, 23):
            context = HomeParams(listener="a", zone=zone, hour=hour).context()
            now = at_clock(context.now, context.zone, context.clock)
            assert datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).hour == hour
            assert abs(now / 1000 - datetime.now(UTC).timestamp()) <= 12 * 3600 + 5


def test_health_and_metrics(client):
    assert client.get("/api/health/live").json() == {"status": "live"}
    assert client.get("/api/health/ready").json()["release"] == "r-1"
    client.get("/v1/home?listener=secret-person")
    text = client.get("/metrics").text
    assert 'segue_http_requests_total{method="GET",route="/v1/home",status="200"} 1.0' in text
    assert 'segue_ready{tenant="default"} 1.0' in text
    assert "secret-person" not in text


def test_without_a_release_everything_says_why(make_client):
    def missing():
        raise NotReady("no release yet; `segue train` makes one")

    client = make_client(create_app(Backend(missing)))
    assert client.get("/api/health/live").status_code == 200
    for path in ("/api/health/ready", "/v1/home?listener=a", "/v1/listeners"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "segue train" in answer.json()["error"]["message"]
    assert client.get("/").status_code == 200


def test_a_bug_is_a_plain_500_and_is_logged(make_client, service):
    def broken(*_a, **_k):
        raise RuntimeError("secret detail")

    service.home = broken
    logged = []
    client = make_client(create_app(Backend(lambda: service), on_error=lambda *a, **k: logged.append(k)))
    answer = client.get("/v1/home?listener=a")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert logged[0]["route"] == "/v1/home"


def test_the_log_names_no_listener(make_client, service):
    lines = []
    client = make_client(create_app(Backend(lambda: service), log=lambda *a, **k: lines.append((a, k))))
    client.get("/v1/home?listener=secret-person")
    client.get("/v1/listeners/secret-person/history")
    client.get("/secret-person")
    assert [k["route"] for _, k in lines] == ["/v1/home", "/v1/listeners/{id}/history", "none"]
    assert "secret-person" not in repr(lines)


def test_the_console_is_the_report_of_the_service(client, service):
    answer = client.get("/v1/console")
    assert answer.headers["cache-control"] == "no-store"
    assert msgspec.json.decode(answer.content, type=HomeReport) == service.report
    assert client.get("/v1/console?tenant=x").status_code == 400
    service.report = None
    nothing = client.get("/v1/console")
    assert nothing.status_code == 404
    assert "segue learn" in nothing.json()["error"]["message"]


def test_the_console_is_for_those_who_run_it(client, keys):
    texts = {scope: keys.create((scope,))[0] for scope in (Scope.READ, Scope.INGEST, Scope.ADMIN)}

    def status(text):
        return client.get("/v1/console", headers={"authorization": f"Bearer {text}"}).status_code

    assert client.get("/v1/console").status_code == 401
    assert {s: status(t) for s, t in texts.items()} == {Scope.READ: 403, Scope.INGEST: 403, Scope.ADMIN: 200}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/listeners/a/history", "GET"), ("GET", "/v1/dead-letters/1/replay", "POST"),
        ("PUT", "/v1/dead-letters/1", "DELETE, GET"), ("POST", "/v1/home", "GET"),
        ("PATCH", "/v1/listeners/a", "DELETE"),
    ],
)  # fmt: skip
def test_a_method_that_a_path_has_not_is_not_taken_for_another_paths(client, method, path, allow):
    """What stands for a name may hold slashes: DELETE …/{id}/history is no DELETE …/{id}."""
    answer = client(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    options = client("OPTIONS", path)
    assert (options.status_code, options.headers["allow"]) == (204, allow)


def test_null_is_no_number(client):
    assert client.get("/v1/home?listener=a&hour=null").status_code == 400
    assert client.get("/v1/items?q=null").status_code == 200
