"""What is believed of a listener over HTTP: theirs alone, and changed by events like all others."""

import time

from segue.core.events import Tune
from segue.web.auth import Scope


def tune(listener, subject, value=-1.0):
    name, at = f"{listener}-{subject[:40]}-{value}", int(1000 * time.time())
    return {"type": "tune", "id": name, "listener": listener, "at": at, "subject": subject, "value": value}


def test_a_belief_is_changed_by_an_event_and_taken_back_by_another(client, service):
    before = client.get("/v1/listeners/L00007/taste").json()
    assert before["known"]
    genre = before["genres"][0]
    assert client.post("/v1/events", json=[tune("L00007", genre["subject"])]).json()["accepted"] == 1
    assert isinstance(next(iter(service.seen.values())), Tune)
    after = client.get("/v1/listeners/L00007/taste").json()
    assert after["said"] == [{"subject": genre["subject"], "name": genre["name"], "value": -1}]
    assert genre["name"] not in [g["name"] for g in after["genres"]]
    client.post("/v1/events", json=[tune("L00007", genre["subject"], 0)])
    assert client.get("/v1/listeners/L00007/taste").json() == before


def test_a_tune_without_a_subject_we_know_is_refused_by_name(client):
    wrong = [tune("u", "tempo:slow"), tune("u", "item:segue:planet:1"), tune("u", "x" * 999)]
    answer = client.post("/v1/events", json=wrong)
    assert answer.json()["accepted"] == 0
    assert [r["field"] for r in answer.json()["rejected"]] == ["subject", "item", "subject"]
    assert "mood:NAME" in answer.json()["rejected"][0]["reason"]
    assert "habit:hours" in answer.json()["rejected"][0]["reason"]


def test_a_listeners_own_key_reads_and_writes_its_own_taste_and_no_other(client, keys):
    text = keys.create((Scope.LISTENER,), listener="L00007")[0]
    bearer = {"authorization": f"Bearer {text}"}
    assert client.get("/v1/listeners/L00007/taste", headers=bearer).status_code == 200
    assert client.get("/v1/listeners/L00008/taste", headers=bearer).status_code == 403
    assert client.get("/v1/listeners/L00007/taste").status_code == 401
    assert client.post("/v1/events", json=[tune("L00007", "genre:jazz")], headers=bearer).status_code == 202
    other = client.post("/v1/events", json=[tune("L00008", "genre:jazz")], headers=bearer)
    assert other.json()["verdicts"] == ["refused"]


def test_a_stranger_has_no_beliefs(client):
    taste = client.get("/v1/listeners/nobody%20at%20all/taste").json()
    assert (taste["known"], taste["genres"], taste["heard"]) == (False, [], [])
