"""Reports of checks over HTTP: there with and without a release, for operators only."""

import msgspec
import pytest

from segue.checks import Finding
from segue.checks.report import Payload, kept, payload_of, write
from segue.core.errors import NotReady
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.service import Backend

AT = 1_764_158_400_000
REPORT = payload_of([Finding("volume", "fail", "no rows on </script> 26 November", table="events")], [], at=AT)


def unreleased():
    raise NotReady("nothing is released yet")


@pytest.fixture
def reports(tmp_path):
    return tmp_path / "checks" / "1"


@pytest.fixture
def reader(make_client, reports, keys):
    backend = Backend(unreleased, reports=lambda: reports)
    assert backend.open() == "nothing is released yet"
    return make_client(create_app(backend, keys))


def test_no_check_has_run(reader, reports):
    assert reader.get("/v1/checks").json() == []
    answer = reader.get("/v1/checks/latest")
    assert answer.status_code == 404
    assert not reports.exists()  # reading makes nothing
    assert reader.get("/console/data").status_code == 200


def test_reports_are_listed_and_read_without_a_release(reader, reports):
    write(reports, REPORT)
    write(reports, msgspec.structs.replace(REPORT, at=AT + 86_400_000, findings=[]))
    listed = reader.get("/v1/checks").json()
    assert listed == [
        {"name": "2025-11-27T120000Z", "at": AT + 86_400_000},
        {"name": "2025-11-26T120000Z", "at": AT},
    ]
    assert msgspec.json.decode(reader.get(f"/v1/checks/{listed[1]['name']}").content, type=Payload) == REPORT
    assert reader.get("/v1/checks/latest").json()["findings"] == []
    before = {p: p.stat().st_mtime_ns for p in reports.iterdir()}
    assert len(kept(reports)) == 2
    assert {p: p.stat().st_mtime_ns for p in reports.iterdir()} == before


@pytest.mark.parametrize(
    "name", ["..", "incidents", "%2e%2e%2fincidents", "latest.json", "2025-11-26T120000Z%2f..", "x" * 41]
)
def test_only_reports_are_read(reader, reports, name):
    write(reports, REPORT)
    (reports / "incidents.json").write_text('{"open": []}')
    (reports.parent / "incidents.json").write_text('{"open": []}')
    assert reader.get(f"/v1/checks/{name}").status_code in (400, 404)


def test_a_broken_report_is_said_to_be(reader, reports):
    reports.mkdir(parents=True)
    (reports / "latest.json").write_text("{")
    answer = reader.get("/v1/checks/latest")
    assert answer.status_code == 503
    assert "run `segue check` again" in answer.json()["error"]["message"]


def test_it_needs_an_operators_key(reader, reports, tmp_path):
    write(reports, REPORT)
    keys = Keys(tmp_path)
    wrong, _ = keys.create((Scope.READ,))
    right, _ = keys.create((Scope.ADMIN,))
    for path in ("/v1/checks", "/v1/checks/latest"):
        assert reader.get(path).status_code == 401
        assert reader.get(path, headers={"authorization": f"Bearer {wrong}"}).status_code == 403
        assert reader.get(path, headers={"authorization": f"Bearer {right}"}).status_code == 200


def test_without_a_workspace(make_client):
    assert make_client(create_app(Backend(unreleased))).get("/v1/checks").status_code == 503
