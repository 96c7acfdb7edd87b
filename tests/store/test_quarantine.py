"""Whose a refused row may be, however its id is written there."""

import csv
import io
import json
from pathlib import Path

import pytest

from segue.store import quarantine

RAW = "bobby,2,notatime,1"


def line(raw: str, reason: str = "not an ISO date or time: 'notatime'") -> bytes:
    return json.dumps({"line": 7, "reason": reason, "raw": raw}, ensure_ascii=False).encode() + b"\n"


def in_csv(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


@pytest.mark.parametrize(
    ("listener", "raw", "theirs"),
    [
        ("bobby", RAW, True),
        ("bobby", "bobbys,2,notatime,1", False),
        ("bobby", "xbobby;2", False),
        ("bobby", "bobby2;2", False),
        ("bobby", "the bobby-song;2", True),
        ("obby", RAW, False),
        ("2", RAW, True),
        ("2", '{"user": 2}', True),
        ("2", "['2.0', 'x']", True),
        ("2", "1.2;2.5;12;24;2024-12-22;0.2e2", False),
        ("7", RAW, False),
        ("1-a", "x;1-a;y", True),
        ("ö", "zoë;ö;1", True),
        ("ö", '{"user": "\\u00F6"}', True),
        ("ö", "zoëö;1", False),
        ("zoë😀", json.dumps({"user": "zoë😀"}), True),
        ('a"b,c', in_csv('a"b,c', "2", "notatime"), True),
        ('"a"', in_csv('"a"', "2", "notatime"), True),
        ('a"b\\c', json.dumps({"user": 'a"b\\c'}), True),
        ('a"b\\c', in_csv(json.dumps({"user": 'a"b\\c'}), "2"), True),
        ("a/b", '{"user": "a\\/b"}', True),
        ("o'b", "{'user': 'o\\'b'}", True),
        ("bobby", "bob\u200bby,2", True),
        ("longer-than-8", "x,my-longer-than-8s,3", True),
        ("longer-than-8", "x" * 490 + ",longer-tha", True),
        ("longer-than-8", "x" * 490 + ",longer", False),
        ("energetic", '{"title": "an energetic song"}', True),
    ],
)
def test_whose_a_row_may_be(listener: str, raw: str, theirs: bool):
    assert quarantine.names(listener)(line(raw)) is theirs


def test_reasons_name_listeners_too_and_their_numbers_are_counts():
    for listener, reason, theirs in (
        ("bobby", "bobby.json: the file ends here", True),
        ("2", "3 columns, expected 2", False),
        ("2", "not a time: '2'", True),
        ("7", "no time", False),  # it is the row's line
    ):
        assert quarantine.names(listener)(line("x;y", reason)) is theirs
    assert quarantine.names("bobby")(b'{"raw": "bobby')  # cut off, as by a full disk
    assert quarantine.names("bobby")(b'["bobby"]')


def test_only_their_rows_go(tmp_path: Path):
    rows = [line(RAW), line("anna,1,notatime,1"), line("bobby,3,later,1"), line("zoë\u2028,9,x,1")]
    mixed, theirs, others = (tmp_path / f"{name}.jsonl" for name in ("mixed", "theirs", "others"))
    for file, kept in ((mixed, rows), (theirs, rows[:1]), (others, rows[1:2])):
        file.write_bytes(b"".join(kept))
    mixed.chmod(0o640)
    untouched = others.stat().st_ino
    (tmp_path / ".draft-left").write_bytes(rows[0])  # by a crash
    assert quarantine.forget((tmp_path, tmp_path / "not there"), "bobby") == (3, [theirs])
    assert mixed.read_bytes() == rows[1] + rows[3]
    assert mixed.stat().st_mode & 0o777 == 0o640
    assert others.stat().st_ino == untouched
    assert sorted(tmp_path.iterdir()) == [mixed, others]
    assert quarantine.forget((tmp_path,), "bobby") == (0, [])


def test_where_it_fails_the_file_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(line(RAW) + line("anna,1"))

    def full(_: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(quarantine, "sync", full)
    with pytest.raises(OSError, match="no space"):
        quarantine.forget((tmp_path,), "bobby")
    assert file.read_bytes() == line(RAW) + line("anna,1")
    assert list(tmp_path.iterdir()) == [file]
