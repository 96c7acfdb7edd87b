"""Zips and folders from strangers."""

import io
import zipfile
from pathlib import Path

import pytest

from segue.core.errors import InputError
from segue.core.events import Bad
from segue.importers import _archive, _reading
from segue.importers._archive import climbs, members
from segue.importers._reading import Broken


def zipped(path: Path, files: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return path


def read(path: Path) -> tuple[dict[str, bytes], list[Bad]]:
    found, bad = {}, []
    for member in members(path, lambda name: True, "anything"):
        if isinstance(member, Bad):
            bad.append(member)
            continue
        data = bytearray()
        try:
            for block in member[1]:
                data += block
        except Broken as e:
            bad.append(Bad(line=0, reason=str(e), raw=member[0]))
        found[member[0]] = bytes(data)
    return found, bad


@pytest.mark.parametrize("name", ["../up", "a/../../up", "/etc/passwd", "C:/x", "..\\up", "\\\\host\\x"])
def test_names_that_climb_are_refused(tmp_path, name):
    path = zipped(tmp_path / "z.zip", [(name, b"bad"), ("good", b"good")])
    found, bad = read(path)
    assert found == {"good": b"good"}
    assert [b.reason for b in bad] == ["the name leads out of the zip: refused"]
    assert climbs(name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["z.zip"]


def test_a_bomb_is_refused_and_the_rest_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(_reading, "FREE", 1 << 20)
    path = zipped(tmp_path / "z.zip", [("a", b"good"), ("b", bytes(30 << 20))])
    reasons = []
    for member in members(path, lambda name: True, "anything"):
        assert not isinstance(member, Bad)
        try:
            assert sum(map(len, member[1])) == 4
        except Broken as e:
            reasons.append(str(e))
    assert len(reasons) == 1
    assert "bomb" in reasons[0]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_zip_cut_short_is_read_as_far_as_it_goes(tmp_path, method, streamed):
    if streamed and method == zipfile.ZIP_STORED:
        pytest.skip("such a zip does not say where a file ends")
    files = [(f"{n}.json", f"content {n} ".encode() * 1000) for n in range(5)]

    class Stream(io.BytesIO):
        def seekable(self):
            return not streamed

    out = Stream()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    raw = out.getvalue()
    path = tmp_path / "z.zip"
    path.write_bytes(raw)
    assert read(path) == (dict(files), [])
    path.write_bytes(raw[: raw.index(b"4.json") + 10])
    found, bad = read(path)
    assert {k: v for k, v in found.items() if k != "4.json"} == dict(files[:4])
    assert any("no directory" in b.reason for b in bad)


def test_an_endless_directory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(_archive, "MAX_DIRECTORY", 1000)
    path = zipped(tmp_path / "z.zip", [(f"file {n}", b"") for n in range(100)])
    with pytest.raises(InputError, match=r"z\.zip lists more files"):
        read(path)


def test_encrypted_members_are_named(tmp_path):
    path = zipped(tmp_path / "z.zip", [("secret", b"x")])
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    found, bad = read(path)
    assert not found
    assert [(b.reason, b.raw) for b in bad] == [("encrypted", "secret")]
