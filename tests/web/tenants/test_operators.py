"""Operators who may see several tenants, or all: they look at one at a time, and reach no other."""

from tests.web.tenants.door import MARK, OWN_PAGE, SignedIn, everything_of, fillings, shown

from segue.web.application import create_app
from segue.web.auth import Keys
from segue.web.service import Backend


def test_an_operator_looks_where_they_chose_and_sees_it_in_the_header(door):
    one = SignedIn(door, "ada", "theirs", "default")
    assert one.looks_at() == "theirs"
    assert shown(one("GET", "/console").text) == ("theirs", ["default", "theirs"])
    chosen = one.choose("default")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/console/keys")
    assert "set-cookie" not in chosen.headers, "what is looked at is the server's to know"
    assert one.looks_at() == "default"
    assert shown(one("GET", "/").text) == ("default", ["default", "theirs"])
    for name, tenants, everywhere, offered in (
        ("bob", (), False, []), ("zoe", ("theirs",), False, []), ("root", (), True, ["default", "theirs"]),
    ):  # fmt: skip
        page = SignedIn(door, name, *tenants, everywhere=everywhere)("GET", "/console").text
        assert shown(page) == ((tenants or ("default",))[0], offered)


def test_who_may_see_all_is_told_which_there_are(door):
    root = SignedIn(door, "root of all", everywhere=True)
    refused = root.choose("nobody's <b>")
    assert (refused.status_code, "there are: default, theirs" in refused.text) == (404, True)
    assert root.looks_at() == "default"
    assert root.choose("theirs").status_code == 303
    assert root.looks_at() == "theirs"


def test_where_there_is_no_room_for_a_tenant_one_can_still_choose_another(service, tmp_path, make_client):
    keys = Keys(tmp_path)
    client = make_client(create_app(Backend(lambda: service), keys, others=lambda _: Backend(lambda: service), most=0))
    keys.operators.add("ada", "correct horse battery", ["theirs", "default"])
    own = OWN_PAGE | {"cookie": f"segue_session={keys.operators.new_session('ada')}"}
    assert client.get("/v1/listeners", headers=own).status_code == 503
    page = client.get("/console", headers=own)
    assert (page.status_code, shown(page.text)) == (200, ("theirs", ["default", "theirs"]))
    assert client.post("/tenant", data={"tenant": "default"}, headers=own).status_code == 303
    assert client.get("/v1/listeners", headers=own).status_code == 200


def test_nobody_else_chooses_for_an_operator(door):
    """Another site, a page that is out of date, or no session at all."""
    one = SignedIn(door, "eve", "theirs", "default")
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert one.choose("default", headers).status_code == 403
    bare = {"cookie": f"segue_session={one.session}"}
    assert door.client.post("/tenant", data={"tenant": "default"}, headers=bare).status_code == 403
    assert one("GET", "/tenant?tenant=default").status_code == 405
    assert one("GET", "/v1/overview?tenant=default").status_code == 400
    assert one("GET", "/v1/overview", {"segue-tenant": "default"}).status_code == 412, "it can refuse, and not choose"
    assert one("GET", "/v1/overview", {"cookie": f"segue_session={one.session}; tenant=default"}).json()["tenant"] == (
        "theirs"
    )
    assert one.looks_at() == "theirs"
    gone = door.client.post("/tenant", data={"tenant": "default"}, headers=OWN_PAGE)
    assert (gone.status_code, gone.headers["location"]) == (303, "/signin")


def test_an_old_page_does_nothing_to_the_tenant_that_is_looked_at_now(door):
    """Two tabs: in one of them another tenant was chosen."""
    one = SignedIn(door, "two tabs", "theirs", "default")
    before = door.ask("default", "GET", "/v1/releases").json()["current"]
    one.choose("default")
    stale = one("POST", "/v1/releases/rollback", {"segue-tenant": "theirs"})
    assert (stale.status_code, "load it anew" in stale.text) == (412, True)
    sent = one("POST", "/v1/events", {"segue-tenant": "theirs"}, json={"type": "save", "listener": "L0"})
    assert sent.status_code == 412
    assert one("GET", "/v1/overview", {"segue-tenant": "default"}).status_code == 200
    assert door.ask("default", "GET", "/v1/releases").json()["current"] == before
    odd = one("GET", "/v1/overview", {"segue-tenant": "%C3%A4%00%0D%0Ax" + "y" * 9_000})
    assert odd.status_code == 412
    assert len(odd.text) < 1_000


def test_an_operator_of_two_reaches_nothing_of_a_third(door):
    """Also where a right is taken away while somebody is signed in, looking there."""
    named, mark = fillings(door, "default"), MARK["default"]
    before = door.ask("default", "GET", "/v1/releases").text
    one, here = SignedIn(door, "mallory", "theirs", "third"), ""
    for here in ("theirs", "third"):
        assert one.choose(here).status_code == 303
        for tenant in ("default", "", "Default", "default ", "theirs,default", "*", "%"):
            assert one.choose(tenant).status_code == 403, tenant
        assert one.looks_at() == here
        for path, answer in everything_of(one, named, plain=here == "third"):
            assert answer.status_code < 500 or answer.status_code == 503, (path, answer.text)
            assert mark not in answer.text, (path, answer.text[:300])
            assert mark.encode() not in answer.content
    for page in ("/", "/console", "/item/" + named["uri"][0], "/listener/L1"):
        assert "default" not in shown(one("GET", page).text)[1]
    assert door.ask("default", "GET", "/v1/releases").text == before

    one.choose("theirs")
    named = fillings(door, "theirs")
    assert MARK["theirs"] in one("GET", "/v1/items?q=artist").text
    one.operators.revoke("mallory", ["theirs"])
    for path, answer in everything_of(one, named, plain=True):
        assert answer.status_code == 401, path
        assert MARK["theirs"] not in answer.text
    assert shown(one("GET", "/console").text) == ("default", [])
    assert "Sign out" not in one("GET", "/console").text
    one.session = one.operators.new_session("mallory")
    assert one.choose("theirs").status_code == 403
    assert one.looks_at() == "third"
    assert MARK["theirs"] not in one("GET", "/v1/items?q=artist").text


def test_an_older_file_of_operators_has_them_of_the_servers_own_tenant(tmp_path):
    operators = Keys(tmp_path).operators
    operators.add("ada", "correct horse battery")
    with operators.changing() as connection:
        connection.execute("DROP TABLE belongs")
    again = Keys(tmp_path).operators
    assert again.rights()["ada"].tenants == ("default",)
