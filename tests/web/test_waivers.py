"""Findings that may stand, told over HTTP: in the file that the next check reads, with who answers for it."""

from datetime import UTC, datetime, timedelta

import pytest

from segue.checks.waivers import load_waivers
from segue.web.auth import Keys, Scope

NAME = "train[tier=*]:slice-shrank"
TODAY = datetime.now(UTC).date()


def path(name: str = NAME) -> str:
    return "/v1/waivers/" + name.replace("[", "%5B").replace("]", "%5D").replace("*", "%2A")


def test_made_replaced_listed_and_taken_back(client, tmp_path):
    assert client.get("/v1/waivers").json() == []
    made = client("PUT", path(), params={"reason": "a short week", "until": str(TODAY)})
    assert made.status_code == 200, made.text
    assert made.json() == {
        "finding": NAME, "reason": "a short week", "who": "somebody on this machine", "since": str(TODAY),
        "until": str(TODAY), "over": False,
    }  # fmt: skip
    assert client("PUT", path(), params={"reason": "for good"}).json()["until"] is None
    (kept,) = load_waivers(tmp_path)
    assert (kept.finding, kept.reason, kept.until) == (NAME, "for good", None)
    assert [w["reason"] for w in client.get("/v1/waivers").json()] == ["for good"]
    assert client("DELETE", path()).json()["finding"] == NAME
    assert load_waivers(tmp_path) == []
    assert client("DELETE", path()).status_code == 404


@pytest.mark.parametrize(
    "said",
    [{}, {"reason": ""}, {"reason": "x", "until": "soon"}, {"reason": "x", "until": str(TODAY - timedelta(1))},
     {"reason": "a\nb"}, {"reason": " "}],
)  # fmt: skip
def test_what_says_too_little_is_refused(client, tmp_path, said):
    assert client("PUT", path(), params=said).status_code == 400
    assert client("PUT", path("*"), params={"reason": "everything"}).status_code == 400
    assert load_waivers(tmp_path) == []


def test_who_is_the_one_who_asks_and_may(client, keys, tmp_path):
    admin, key = keys.create((Scope.ADMIN,))
    reader, _ = keys.create((Scope.READ, Scope.INGEST))
    for text, status in ((reader, 403), (admin, 200)):
        headers = {"authorization": f"Bearer {text}"}
        assert client("PUT", path(), params={"reason": "x"}, headers=headers).status_code == status
        assert client.get("/v1/waivers", headers=headers).status_code == status
    assert load_waivers(tmp_path)[0].who == f"key {key.id}"


def test_they_are_of_the_whole_workspace(service, tmp_path, make_client):
    from segue.web.application import create_app
    from segue.web.service import Backend

    theirs, _ = Keys(tmp_path, "theirs").create((Scope.ADMIN,))
    client = make_client(
        create_app(Backend(lambda: service, folder=tmp_path), Keys(tmp_path), others=lambda _: Backend(lambda: service))
    )
    for method in ("GET", "PUT", "DELETE"):
        where = "/v1/waivers" if method == "GET" else path() + ("?reason=x" if method == "PUT" else "")
        assert client(method, where, headers={"authorization": f"Bearer {theirs}"}).status_code == 403
    assert load_waivers(tmp_path) == []
