"""Set-up, signing in and out, in the words of a browser."""

import re

import pytest
from tests.web.quick import PASSWORD, quick_passwords

from segue.web import operators as module
from segue.web.auth import Scope

OWN = {"origin": "http://localhost:8800", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
EVENT = {"type": "save", "id": "1", "listener": "L1", "at": 1_700_000_000_000, "item": "segue:track:1"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    quick_passwords(monkeypatch)
    monkeypatch.setattr(module, "TRIES", 3)


def sent(client, path, headers=OWN, **form):
    return client.post(path, data=form, headers=headers)


def test_set_up_closes_the_interface_and_signs_in(client, keys):
    assert client.get("/v1/console").status_code == 200, "a household's own machine asks nothing"
    token = keys.operators.new_setup()
    assert client.get("/v1/console").status_code == 200, "a token alone changes nothing"
    wrong = sent(client, "/setup", token="x", name="ada", password=PASSWORD, again=PASSWORD)
    assert wrong.status_code == 401
    assert "does not stand" in wrong.text
    differ = sent(client, "/setup", token=token, name="ada", password=PASSWORD, again="x")
    assert (differ.status_code, "differ" in differ.text) == (400, True)
    done = sent(client, "/setup", token=token, name="<b>ada</b>", password=PASSWORD, again=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    cookie = done.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    page = client.get("/console").text
    assert "Sign out" in page
    assert "<b>ada</b>" not in page
    assert client.get("/v1/console").status_code == 200
    client.http.cookies.clear()
    assert client.get("/v1/console").status_code == 401
    assert client.get("/v1/listeners").status_code == 401
    assert client.get("/signin").status_code == 200


def test_a_session_is_good_until_signed_out_and_writes_from_own_pages_alone(client, keys, service):
    keys.operators.add("ada", PASSWORD)
    assert sent(client, "/signin", name="ada", password="wrong password").status_code == 401
    done = sent(client, "/signin", name="ada", password=PASSWORD, next="/console/data")
    assert done.headers["location"] == "/console/data"
    assert client.post("/v1/events", json=EVENT).status_code == 403, "a cookie alone is no proof of a page"
    assert not service.seen
    assert client.post("/v1/events", json=EVENT, headers=OWN).status_code == 202
    assert client.post("/v1/events", json=EVENT, headers=OWN | {"origin": "http://evil.example"}).status_code == 403
    stolen = dict(client.http.cookies)
    assert sent(client, "/signout").status_code == 303
    assert "segue_session" not in client.http.cookies
    client.http.cookies.update(stolen)
    assert client.get("/v1/console").status_code == 401, "it ends on the server, not in the browser alone"


def test_over_https_the_cookie_is_secure(client, keys):
    keys.operators.add("ada", PASSWORD)
    done = sent(client, "/signin", OWN | {"x-forwarded-proto": "https"}, name="ada", password=PASSWORD)
    assert "Secure" in done.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "null"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
@pytest.mark.parametrize("path", ["/signin", "/setup", "/signout", "/tenant"])
def test_forms_of_others_are_refused(client, keys, path, headers):
    keys.operators.add("ada", PASSWORD)
    answer = sent(client, path, headers, name="ada", password=PASSWORD)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "after",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\r\nx: y", "/../x", ""],
)
def test_after_signing_in_one_is_still_here(client, keys, after):
    keys.operators.add("ada", PASSWORD)
    done = sent(client, "/signin", name="ada", password=PASSWORD, next=after)
    assert done.headers["location"] == "/console"
    assert "evil" not in client.get("/signin", params={"next": after}).text


def test_what_is_typed_comes_back_as_text(client, keys):
    keys.operators.add("ada", PASSWORD)
    page = sent(client, "/signin", name='"><script>alert(1)</script>', password="x").text
    assert "<script>alert" not in page
    for path in ("/signin", "/setup"):
        text = client.get(path).text
        assert not re.search(r"<script>|\son\w+=|\sstyle=", text)
        for name in re.findall(r'<input id="(\w+)"', text):
            assert re.search(f'<label [^>]*for="{name}">', text)


def test_a_key_works_beside_a_session(client, keys):
    keys.operators.add("ada", PASSWORD)
    text, _ = keys.create((Scope.READ,))
    assert client.get("/v1/listeners", headers={"authorization": f"Bearer {text}"}).status_code == 200
    sent(client, "/signin", name="ada", password=PASSWORD)
    refused = client.get("/v1/console", headers={"authorization": f"Bearer {text}"})
    assert refused.status_code == 403, "who sends a key asks as that key"


def test_signing_in_often_shuts_nobody_out(client, keys):
    keys.operators.add("ada", PASSWORD)
    codes = [sent(client, "/signin", name="ada", password=PASSWORD).status_code for _ in range(2 * module.TRIES)]
    assert codes == [303] * len(codes)


def test_too_many_tries_are_said(client, keys):
    keys.operators.add("ada", PASSWORD)
    codes = [
        sent(client, "/signin", name="ada", password="wrong password").status_code for _ in range(module.TRIES + 1)
    ]
    assert codes == [401] * module.TRIES + [429]
