"""A report is kept, found again, and said to be missing or broken."""

import msgspec
import pytest
from tests.checks.report import made_up

from segue.checks.report import kept, payload_of, read, write
from segue.checks.report.files import KEPT
from segue.core.errors import UnknownName, WorkspaceError

AT = 1_764_158_400_000


def test_findings_are_ordered_and_waived_ones_last():
    found = made_up.payload()
    assert [(f.level, f.waiver is not None) for f in found.findings] == [
        ("fail", False), ("fail", False), ("warn", False), ("note", False), ("warn", True),
    ]  # fmt: skip
    assert found.failed
    assert found.findings[-1].waiver is not None
    assert found.findings[-1].waiver.who == "ada"
    assert not payload_of([f for f in made_up.FINDINGS if f.level != "fail"], [], at=AT).failed


def test_the_latest_is_what_was_written_last(tmp_path, training):
    first = made_up.payload(training)
    path = write(tmp_path / "checks", first)
    assert path.name == "2025-11-26T120000Z.json"
    assert read(tmp_path / "checks") == first
    second = msgspec.structs.replace(first, at=AT + 60_000, findings=[])
    write(tmp_path / "checks", second)
    assert read(tmp_path / "checks") == second
    assert [k.name for k in kept(tmp_path / "checks")] == ["2025-11-26T120100Z", "2025-11-26T120000Z"]
    assert read(tmp_path / "checks", "2025-11-26T120000Z") == first


def test_old_reports_go(tmp_path):
    for n in range(KEPT + 3):
        write(tmp_path, msgspec.structs.replace(made_up.payload(), at=AT + n * 1000))
    assert len(kept(tmp_path)) == KEPT
    assert kept(tmp_path)[0].at == AT + (KEPT + 2) * 1000
    assert kept(tmp_path)[-1].at == AT + 3000


@pytest.mark.parametrize("name", ["latest", "2025-11-26T120000Z", "../incidents", "incidents", ""])
def test_a_report_that_is_not_there(tmp_path, name):
    (tmp_path / "incidents.json").write_text("{}")
    with pytest.raises(UnknownName):
        read(tmp_path, name)
    assert kept(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b'{"format": 9, "title": "", "at": 1, "findings": [], "tables": []}']
)
def test_a_broken_report_is_said_to_be(tmp_path, content):
    (tmp_path / "latest.json").write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"latest\.json"):
        read(tmp_path)
