"""What is counted by tenant, and who is told."""

import re

from tests.web.tenants.door import MARK, NOW, SignedIn

from segue.web.auth import Keys, Scope


def test_only_the_servers_own_tenant_is_told_of_others_counts(door):
    for tenant in MARK:
        door.ask(tenant, "GET", "/v1/home?listener=L0")
    everything, theirs = (door.ask(name, "GET", "/metrics").text for name in MARK)
    assert 'segue_home_pages_total{made="new",tenant="theirs"}' in everything
    assert 'segue_ready{tenant="theirs"} 1.0' in everything
    assert 'tenant="theirs"' in theirs
    assert 'tenant="default"' not in theirs
    assert "http_requests" not in theirs
    own = door.ask("theirs", "GET", "/v1/metrics").json()
    assert own["ready"]
    assert own["events"]["rejected"] == 1
    assert (own["routes"], own["disk_free_bytes"]) == ([], 0)
    assert own["since"] > NOW - 3_600_000
    assert door.ask("default", "GET", "/v1/metrics").json()["routes"]


def test_requests_are_counted_by_tenant_and_each_sees_its_own(door):
    def seen(tenant: str) -> dict[str, dict[str, int]]:
        told = door.ask(tenant, "GET", "/v1/metrics").json()
        return {one["tenant"]: one["statuses"] for one in told["tenants"]}

    before, theirs = seen("default"), door.keys["theirs"]
    reader, _ = theirs.create((Scope.READ,))
    assert door.client.get("/v1/overview", headers={"authorization": f"Bearer {reader}"}).status_code == 403
    assert door.client.get("/v1/overview", headers={"authorization": "Bearer segue_x_forged"}).status_code == 401
    assert door.client.get("/1/user/L0/listens", headers={"authorization": f"Token {door.own['theirs']}"}).is_success
    after = seen("default")
    grown = {k: after["theirs"].get(k, 0) - before["theirs"].get(k, 0) for k in after["theirs"]}
    assert grown == {k: {"2xx": 1, "4xx": 1}.get(k, 0) for k in grown}, "others' protocols and what is refused, too"
    assert after["default"]["2xx"] == before["default"]["2xx"] + 1, "this very question"
    assert list(seen("theirs")) == ["theirs"]
    unknown, _ = Keys(door.folder, "never opened").create((Scope.INGEST,))
    assert door.client.get("/v1/overview", headers={"authorization": f"Bearer {unknown}"}).status_code == 403
    assert set(seen("default")) >= {"", "default", "theirs"}
    assert "never opened" not in seen("default")


def test_an_operator_of_the_servers_own_is_told_of_all_wherever_they_look(door):
    runs, only = SignedIn(door, "runs it", "theirs", "default"), SignedIn(door, "theirs alone", "theirs")
    assert runs.looks_at() == only.looks_at() == "theirs"
    assert 'tenant="default"' in runs("GET", "/metrics").text
    assert "http_requests" in runs("GET", "/metrics").text
    told, own = runs("GET", "/v1/metrics").json(), only("GET", "/v1/metrics").json()
    assert (told["whole"], bool(told["routes"]), told["disk_free_bytes"] > 0) == (True, True, True)
    assert {"default", "theirs"} <= {one["tenant"] for one in told["tenants"]}
    assert told["events"] == own["events"], "what is of a tenant is of the one that is looked at"
    assert (own["whole"], own["routes"], own["disk_free_bytes"]) == (False, [], 0)
    text = only("GET", "/metrics").text
    assert "http_requests" not in text
    assert set(re.findall('tenant="([^"]*)"', text)) == {"theirs"}
    runs.operators.revoke("runs it", ["default"])
    assert "http_requests" not in runs("GET", "/metrics").text
