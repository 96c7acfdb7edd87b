"""Waivers: what they let through, until when, and what stays in the file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.checks import Finding
from segue.checks.waivers import FILE, Waiver, add_waiver, load_waivers, remove_waiver, waived
from segue.core.errors import InputError, UnknownName, UsageError

UNIT = Finding("unit-change", "fail", "seconds?", table="events", column="ms_played")
SLICE = Finding("slice-vanished", "fail", "no free", table="training", slice="tier=free")
NOTE = Finding("unit-change", "note", "hm", table="events", column="ms_played")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def waiver(finding: str, until: date | None = None) -> Waiver:
    return Waiver(finding=finding, reason="the old player", who="ann", since=date(2026, 11, 1), until=until)


def test_a_waiver_lets_its_finding_through() -> None:
    still, passed = waived([UNIT, SLICE, NOTE], [waiver("events.ms_played:unit-change")], at("2026-11-26"))
    assert still == [SLICE, NOTE]
    assert [(p.name, p.level, p.reason, p.who, p.until) for p in passed] == [
        ("events.ms_played:unit-change", "fail", "the old player", "ann", "")
    ]


@pytest.mark.parametrize(
    ("pattern", "covers"),
    [
        ("training[tier=free]:slice-vanished", True),
        ("training[tier=*]:slice-vanished", True),
        ("training*", True),
        ("*:slice-vanished", True),
        ("training[tier=f]:slice-vanished", False),  # brackets are no character class
        ("training[tier=free]", False),
        ("raining*", False),
        ("TRAINING*", False),
    ],
)
def test_a_star_stands_for_anything_and_nothing_else_does(pattern: str, covers: bool) -> None:
    assert waiver(pattern).covers(SLICE) is covers


@given(st.text(max_size=20))
def test_a_name_covers_itself_whatever_is_in_it(column: str) -> None:
    finding = Finding("range", "warn", "", table="t", column=column)
    assert waiver(finding.name).covers(finding)


def test_the_last_day_counts_and_the_next_one_says_so() -> None:
    until = [waiver("events.*", date(2026, 11, 26))]
    assert waived([UNIT], until, at("2026-11-26T23:59:59"))[0] == []
    still, passed = waived([UNIT, SLICE], until, at("2026-11-27T00:00:00"))
    assert passed == []
    assert still[:2] == [UNIT, SLICE]
    assert (still[2].check, still[2].level) == ("waiver-expired", "note")
    assert "2026-11-26" in still[2].message
    assert "the old player (ann)" in still[2].message


def test_an_expired_waiver_does_not_hide_one_that_counts() -> None:
    both = [waiver("events.*", date(2026, 11, 1)), waiver("*:unit-change")]
    still, passed = waived([UNIT], both, at("2026-11-26"))
    assert still == []
    assert passed[0].waiver == "*:unit-change"


def test_waivers_are_added_and_removed_and_comments_stay(tmp_path: Path) -> None:
    add_waiver(tmp_path, waiver("a.b:c", date(2026, 12, 1)))
    path = tmp_path / FILE
    path.write_text(path.read_text().replace('who = "ann"', 'who = "ann"  # of the players\' team'))
    add_waiver(tmp_path, waiver("d:e"))
    add_waiver(tmp_path, waiver("f:g"))
    assert [w.finding for w in load_waivers(tmp_path)] == ["a.b:c", "d:e", "f:g"]
    assert load_waivers(tmp_path)[0].until == date(2026, 12, 1)
    again = Waiver(finding="d:e", reason="another", who="bo", since=date(2026, 11, 2))
    add_waiver(tmp_path, again)
    assert again in load_waivers(tmp_path)
    assert len(load_waivers(tmp_path)) == 3
    remove_waiver(tmp_path, "f:g")
    remove_waiver(tmp_path, "d:e")
    assert [w.finding for w in load_waivers(tmp_path)] == ["a.b:c"]
    assert "# of the players' team" in path.read_text()
    with pytest.raises(UnknownName, match=r"there are: a\.b:c"):
        remove_waiver(tmp_path, "x")
    remove_waiver(tmp_path, "a.b:c")
    assert load_waivers(tmp_path) == []


@pytest.mark.parametrize("finding", ["*", "**", "", "*:*", "*[*]:*"])
def test_nobody_waives_everything(tmp_path: Path, finding: str) -> None:
    with pytest.raises(UsageError, match="would waive everything"):
        add_waiver(tmp_path, waiver(finding))


def test_a_waiver_has_a_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="reason is empty"):
        add_waiver(tmp_path, Waiver(finding="a:b", reason=" ", who="ann", since=date(2026, 11, 1)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("waivers = 3", r"waivers\.toml"),
        ("[[waiver]]\nfinding = 'a:b'", r"waiver.* is not known; it has \[\[waivers\]\]"),
        ("[[waivers]]\nfinding = 'a:b'\nwhy = 'x'", "waiver number 1: .*why.*; it has: finding, reason"),
        ("[[waivers]]\nfinding = 'a:b'", "waiver number 1: .*reason"),
        ("[[waivers]]\nfinding = '*'\nreason='x'\nwho='y'\nsince=2026-01-01", "number 1: '\\*' would waive everything"),
        ("[[waivers]", r"waivers\.toml: "),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / FILE).write_text(text)
    with pytest.raises(InputError, match=says):
        load_waivers(tmp_path)
