"""What operators see and do: overview, imports and their quarantine, leaderboards, releases, metrics."""

import json
import shutil
import threading

import pytest
from tests.web.operated import BAD_ROWS, broken_release, operate
from tests.web.quick import PASSWORD, quick_passwords

from segue.app import open_service
from segue.core.errors import SegueError
from segue.runs.ledger import Ledger
from segue.runs.releases import current_release, standing
from segue.runs.releases import promote as point_at
from segue.runs.switching import promote
from segue.web.answering import open_intake, open_workspace
from segue.web.api.imports import MAX_TEXT
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.service import Backend

OWN = {"origin": "http://localhost:8800"}


@pytest.fixture(scope="module")
def place(planted, tmp_path_factory):
    """(folder, id of what serves, id of the other release); to be looked at only."""
    folder = tmp_path_factory.mktemp("operated") / "ws"
    return (folder, *operate(planted, folder))


@pytest.fixture(scope="module")
def seen(place, new_client):
    """A client of a server of that workspace."""
    folder = place[0]
    with open_service(folder) as service:
        client = new_client(create_app(Backend(lambda: service, reports=lambda: folder / "checks", folder=folder)))
        client.app.state.backend.open()
        yield client
        client.close()


@pytest.fixture
def mine(place, tmp_path, make_client):
    """A copy to change things in: (client, folder, ids of both releases)."""
    folder = tmp_path / "ws"
    shutil.copytree(place[0], folder)
    service = open_service(folder)
    client = make_client(
        create_app(Backend(lambda: service, reports=lambda: folder / "checks", folder=folder), Keys(folder, "default"))
    )
    client.app.state.backend.open()
    return client, folder, place[1], place[2]


def test_nothing_is_there_yet(client):
    assert client.get("/v1/imports").json() == {"imports": [], "more": False}
    assert client.get("/v1/leaderboards").json() == []
    found = client.get("/v1/releases").json()
    assert (found["current"], found["back_to"], found["releases"], found["changes"]) == ("", "", [], [])
    shown = client.get("/v1/overview").json()
    assert (shown["imported"], shown["checked"], shown["winners"], shown["serving"]) == (None, None, [], "r-1")
    assert client.post("/v1/releases/rollback").status_code == 409


def test_nothing_is_there_at_all(make_client, service):
    client = make_client(create_app(Backend(lambda: service)))
    for path in ("overview", "imports", "imports/1/quarantine", "leaderboards", "releases"):
        assert client.get(f"/v1/{path}").status_code == 503, path


def test_imports_are_of_this_tenant_and_newest_first(seen):
    first, again = reversed(seen.get("/v1/imports").json()["imports"])
    assert (first["format"], first["file"], first["status"]) == ("interactions", "plays & more.csv", "done")
    assert (first["records"], first["events"], first["duplicates"]) == (210, 40, 0)  # with the items
    assert (again["events"], again["duplicates"], again["items"]) == (0, 40, 0)
    assert first["quarantined"] == again["quarantined"] == BAD_ROWS
    one = seen.get("/v1/imports?limit=1").json()
    assert ([i["id"] for i in one["imports"]], one["more"]) == ([again["id"]], True)
    rest = seen.get(f"/v1/imports?limit=1&before={again['id']}").json()
    assert ([i["id"] for i in rest["imports"]], rest["more"]) == ([first["id"]], False)


def test_quarantined_rows_are_paged_to_their_end(seen):
    id = seen.get("/v1/imports").json()["imports"][0]["id"]
    lines, at = [], 0
    while True:
        page = seen.get(f"/v1/imports/{id}/quarantine?at={at}&limit=50").json()
        lines += [row["line"] for row in page["rows"]]
        assert (len(page["reasons"]) > 0) is (at == 0)
        at = page["next"]
        if not at:
            break
    assert lines == list(range(42, 42 + BAD_ROWS))
    first = seen.get(f"/v1/imports/{id}/quarantine").json()
    assert (first["quarantined"], first["counted"]) == (BAD_ROWS, BAD_ROWS)
    assert first["reasons"] == [{"reason": "not an ISO date or time: '…'", "rows": BAD_ROWS}]
    assert "onerror" in first["rows"][0]["raw"]
    assert "no time 0" in first["rows"][0]["reason"] + first["rows"][0]["raw"]
    for wrong in (1, 7, 1 << 40):
        assert seen.get(f"/v1/imports/{id}/quarantine?at={wrong}").status_code == 400
    assert seen.get("/v1/imports/999/quarantine").status_code == 404


def test_rows_are_cut_and_odd_lines_are_told(mine):
    client, folder, *_ = mine
    id = client.get("/v1/imports").json()["imports"][0]["id"]
    with Ledger(folder / "runs") as ledger:
        name = next(r for r in ledger.runs(50, "import") if r.id == id).result["quarantine"].rsplit("/", 2)[1:]
    long = json.dumps({"line": 1, "reason": "r" * 5_000, "raw": "x" * 5_000})
    (folder / "quarantine" / "/".join(name)).write_text(f'{long}\nno JSON\n{{"line": 2, "reason": "fine", "raw": "a"}}')
    rows = client.get(f"/v1/imports/{id}/quarantine").json()["rows"]
    assert (len(rows[0]["reason"]), len(rows[0]["raw"])) == (MAX_TEXT, MAX_TEXT)
    assert rows[1]["reason"] == "this line of the file cannot be read"
    assert rows[2]["line"] == 2
    (folder / "quarantine" / "/".join(name)).unlink()
    assert client.get(f"/v1/imports/{id}/quarantine").json()["rows"] == []


def test_an_import_of_another_tenant_is_not_there(seen, place):
    with Ledger(place[0] / "runs") as ledger:
        other = next(r.id for r in ledger.runs(50, "import") if r.params["tenant"] == "another tenant")
    assert seen.get(f"/v1/imports/{other}/quarantine").status_code == 404


def test_the_last_leaderboard_of_each_population(seen):
    (board,) = seen.get("/v1/leaderboards").json()
    assert (board["kind"], board["owner"], board["chosen"], board["fresh"]) == ("track", "listener", "blend", True)
    assert [m["name"] for m in board["models"]] == ["blend", "popular", "ease", "item-knn"]
    assert [m["baseline"] for m in board["models"]] == [False, True, True, True]
    first = board["models"][0]
    assert first["interval"]["low"] < first["metrics"]["ndcg@10"] < first["interval"]["high"]
    assert first["difference"]["low"] > 0
    assert "seen items dropped" in board["protocol"]["words"]
    assert board["headline"].startswith("blend is first")


def test_an_evaluation_of_an_unknown_form_is_passed_over(mine):
    client, folder, *_ = mine
    with Ledger(folder / "runs") as ledger:
        run = ledger.begin("evaluate", "", inputs=[], params={"tenant": "default"}, seed=0, code="")
        ledger.end(run, "done", 0.0, result={"models": "of another version"})
    assert [b["chosen"] for b in client.get("/v1/leaderboards").json()] == ["blend"]


def test_releases_say_what_they_were_made_of(seen, place):
    _, current, other = place
    found = seen.get("/v1/releases").json()
    assert [r["id"] for r in found["releases"]] == [other, current]
    assert (found["current"], found["serving"], found["back_to"]) == (current, current, "")
    new = found["releases"][0]
    assert new["created"] == 1_778_230_800_000
    assert [(p["kind"], p["recipe"]) for p in new["populations"]] == [("track", "item-knn")]
    assert (new["checked"], new["warnings"], new["waived"][0]["who"]) == (True, ["drift"], "ada")
    assert found["releases"][1]["checked"] is False


def test_promote_serve_and_roll_back(mine):
    client, folder, current, other = mine
    done = client.post(f"/v1/releases/{other}/promote?expected={current}")
    assert (done.status_code, done.json()) == (200, {"current": other, "before": current})
    found = client.get("/v1/releases").json()
    assert (found["current"], found["serving"], found["back_to"]) == (other, current, current)
    assert "still serves" in client.get("/v1/overview").json()["attention"][0]["text"]
    assert client.app.state.backend.current.reload() is True
    assert client.get("/v1/releases").json()["serving"] == other
    back = client.post("/v1/releases/rollback")
    assert back.json() == {"current": current, "before": other}
    changes = client.get("/v1/releases").json()["changes"]
    assert [(c["action"], c["release"], c["before"], c["who"], c["error"]) for c in changes] == [
        ("rollback", current, other, "somebody on this machine", ""),
        ("promote", other, current, "somebody on this machine", ""),
    ]
    assert standing(folder, "default") == (current, ())


def test_what_cannot_be_promoted_changes_nothing(mine):
    client, folder, current, other = mine
    broken = broken_release(folder)
    shutil.copytree(folder / "releases" / other, folder / "releases" / "r-torn")
    (folder / "releases" / "r-torn" / "manifest.json").write_text("{")
    for path, status, says in (
        (f"{current}/promote", 409, "is current already"),
        ("r-nothing/promote", 404, other),
        ("r-torn/promote", 404, "no release"),
        (f"{other}/promote?expected={broken}", 409, f"{current} is current, and not {broken}"),
        (f"{broken}/promote", 409, f"{broken} cannot serve, and {current} goes on"),
        ("rollback", 409, "no earlier release"),
        ("../../keys.json/promote", 404, ""),
    ):
        answer = client.post(f"/v1/releases/{path}")
        assert (answer.status_code, says in answer.text) == (status, True), (path, answer.text)
        assert str(folder) not in answer.text
    assert current_release(folder, "default").id == current
    (change,) = client.get("/v1/releases").json()["changes"]
    assert (change["release"], change["before"]) == (broken, current)
    assert change["error"]


def test_only_one_of_two_at_once_gets_its_way(mine):
    client, folder, current, other = mine
    said: list[str] = []

    def go(who: str) -> None:
        try:
            promote(folder, "default", other, who, expected=current)
            said.append("done")
        except SegueError as e:
            said.append(str(e))

    both = [threading.Thread(target=go, args=(who,)) for who in ("ada", "eve")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said)[0] == "done"
    assert f"{other} is current, and not {current}" in sorted(said, reverse=True)[0] + sorted(said)[1]
    assert len(client.get("/v1/releases").json()["changes"]) == 1


def test_what_is_current_cannot_be_opened_and_one_goes_back(place, tmp_path, make_client):
    """Nothing serves at all, and the page still helps."""
    folder = tmp_path / "ws"
    shutil.copytree(place[0], folder)
    broken = broken_release(folder)
    point_at(folder, "default", broken)
    backend = Backend(
        lambda: open_workspace(folder, None), reports=lambda: folder / "checks",
        open_intake=lambda: open_intake(folder, None), folder=folder,
    )  # fmt: skip
    assert "models" in backend.open()
    client = make_client(create_app(backend, Keys(folder, "default")))
    found = client.get("/v1/releases").json()
    assert (found["current"], found["serving"], found["back_to"]) == (broken, "", place[1])
    assert client.get("/v1/overview").json()["attention"][0]["text"].startswith("Nothing is served")
    assert client.post("/v1/releases/rollback").status_code == 200
    backend._looked = 0.0
    assert backend.open() == ""
    assert client.get("/v1/releases").json()["serving"] == place[1]


def test_who_may_and_in_whose_name(mine, monkeypatch):
    client, folder, current, other = mine
    keys = Keys(folder, "default")
    admin, made = keys.create((Scope.ADMIN,))
    reader, _ = keys.create((Scope.READ, Scope.INGEST))
    own, _ = keys.create((Scope.LISTENER,), listener="L1")
    paths = [("GET", f"/v1/{p}") for p in ("overview", "imports", "imports/1/quarantine", "leaderboards", "releases",
                                           "metrics")]  # fmt: skip
    paths += [("POST", f"/v1/releases/{other}/promote"), ("POST", "/v1/releases/rollback")]
    for method, path in paths:
        assert client(method, path).status_code == 401, path
        for text in (reader, own):
            assert client(method, path, headers={"authorization": f"Bearer {text}"}).status_code == 403, path
    quick_passwords(monkeypatch)
    keys.operators.add("ada", PASSWORD)
    client.http.cookies.set("segue_session", keys.operators.new_session("ada"))
    path = f"/v1/releases/{other}/promote"
    assert client.post(path).status_code == 403, "a cookie alone is no proof of a page"
    assert client.post(path, headers={"origin": "http://evil.example"}).status_code == 403
    assert standing(folder, "default")[0] == current
    assert client.post(path, headers=OWN).status_code == 200
    client.http.cookies.clear()
    assert client.post("/v1/releases/rollback", headers={"authorization": f"Bearer {admin}"}).status_code == 200
    headers = {"authorization": f"Bearer {admin}"}
    changes = client.get("/v1/releases", headers=headers).json()["changes"]
    assert [c["who"] for c in changes] == [f"key {made.id}", "ada"]


def test_the_overview_names_what_needs_somebody_first(seen, place):
    _, current, _ = place
    found = seen.get("/v1/overview").json()
    assert (found["serving"], found["current"], found["tenant"]) == (current, current, "default")
    delivered = found["delivered"]
    assert (delivered["dead_letters"], delivered["produced"], delivered["missing"]) == (4, 8, 3)
    assert delivered["today"] == 1
    assert delivered["events"] == seen.app.state.backend.intake().workspace.log.count("default")
    assert found["winners"][0]["beaten"] is True
    said = [(a["level"], a["page"].partition("#")[0], a["text"].split()[0]) for a in found["attention"]]
    assert said == [("warn", "/console/imports", "130"), ("warn", "/console/imports", "4"),
                    ("warn", "/console/imports", "3")]  # fmt: skip


def test_metrics_as_a_page_needs_them(seen):
    for _ in range(3):
        seen.get("/v1/home?listener=L0")
    seen.get("/v1/home")
    found = seen.get("/v1/metrics").json()
    assert found["processes"] == 1
    home = next(r for r in found["routes"] if r["route"] == "/v1/home")
    assert home["statuses"] == {"200": 3, "400": 1}
    assert sum(home["counts"]) == 4
    assert len(home["counts"]) == len(found["edges"]) + 1
    assert sum(found["pages"].values()) == 3
    assert found["pages"]["new"] >= 1
    assert sum(found["candidates"].values()) > 0
    assert found["ready"] is True
    assert 0 <= found["at"] - found["since"] < 600_000
    assert list(found["candidates"].values()) == sorted(found["candidates"].values(), reverse=True)
