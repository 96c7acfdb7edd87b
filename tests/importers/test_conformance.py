"""What every importer must be, checked for each one that is there."""

from __future__ import annotations

import dataclasses
import os
import random
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError, SegueError
from segue.core.events import AnyEvent, Bad, Event, Item, Record, Uri
from segue.importers import IMPORTERS, metered, size

pytestmark = pytest.mark.parametrize("name", list(IMPORTERS))


def valid(records: list[Record]) -> list[Record]:
    """Every record is what the log and the catalogue take: all limits hold, all text is encodable."""
    for record in records:
        kind: Any = AnyEvent if isinstance(record, Event) else type(record)
        assert msgspec.json.decode(msgspec.json.encode(record), type=kind) == record
        for one in uris(record):
            assert str(Uri.parse(one)) == one
            assert len(one) <= 512
        if isinstance(record, Bad):
            assert record.reason
            assert len(record.raw) <= 500
    return records


def uris(record: Record) -> list[str]:
    if isinstance(record, Item):
        return [record.uri, *record.artists, *([record.album] if record.album else [])]
    return [record.item] if hasattr(record, "item") else []


def survived(importer: Any, path: Path) -> list[Record]:
    """What came of it; anything but records and InputError naming the file fails the test."""
    records: list[Record] = []
    try:
        records.extend(importer.read(path))
    except InputError as e:
        if str(path) not in str(e):
            pytest.fail(f"the error names no file: {e}")
    return valid(records)


def files(path: Path) -> list[Path]:
    return sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]


def test_a_file_of_another_kind_is_an_error(name, sample, tmp_path):
    importer, path = sample(name)
    other = tmp_path / ("photo" + path.suffix)
    other.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    with pytest.raises(InputError, match=r"photo.*(expected|has no column)"):
        list(importer.read(other))


def test_good_sample(name, sample):
    importer, path = sample(name)
    records = valid(list(importer.read(path)))
    assert not [r for r in records if isinstance(r, Bad)]
    events = [r for r in records if isinstance(r, Event)]
    assert len({e.id for e in events}) == len(events)
    if name != "audio-folder":
        assert events
    said = {r.uri for r in records if isinstance(r, Item)}
    assert {uri for r in records for uri in uris(r)} <= said, "an item is used that is not said"


def test_twice_is_the_same(name, sample):
    importer, path = sample(name)
    assert list(importer.read(path)) == list(importer.read(path))


def test_options_are_documented_and_typed(name):
    hints = get_type_hints(IMPORTERS[name])
    assert (IMPORTERS[name].__doc__ or "").strip()
    assert not (IMPORTERS[name].__doc__ or "").startswith(IMPORTERS[name].__name__ + "("), "write a docstring"
    for field in dataclasses.fields(IMPORTERS[name]):  # type: ignore[arg-type]  # a plug-in is a dataclass
        assert field.metadata.get("help"), f"--{field.name} has no help"
        assert hints[field.name] in (str, bool, int, float, tuple[str, ...])


def test_is_frozen(name, sample):
    importer, _ = sample(name)
    with pytest.raises(dataclasses.FrozenInstanceError):
        importer.anything = 1


def test_missing_path_is_named(name, sample, tmp_path):
    importer, _ = sample(name)
    missing = tmp_path / "no such thing"
    with pytest.raises(InputError, match=r"no such thing.*expected"):
        list(importer.read(missing))


def test_empty_file_is_named(name, sample, tmp_path):
    importer, path = sample(name)
    empty = tmp_path / ("empty" + path.suffix)
    empty.touch()
    with pytest.raises(InputError, match=r"empty.*expected"):
        list(importer.read(empty))


def test_empty_folder_is_named(name, sample, tmp_path):
    importer, _ = sample(name)
    folder = tmp_path / "nothing"
    folder.mkdir()
    with pytest.raises(InputError, match=r"nothing.*expected"):
        list(importer.read(folder))


def test_sample_files_emptied(name, sample):
    importer, path = sample(name)
    for file in files(path):
        file.write_bytes(b"")
    assert not [r for r in survived(importer, path) if isinstance(r, Event)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_does_not_hang(name, sample, tmp_path):
    importer, _ = sample(name)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe"):
        list(importer.read(tmp_path / "pipe"))


def test_random_bytes(name, sample):
    importer, path = sample(name)
    rng = random.Random(name)
    for file in files(path):
        file.write_bytes(rng.randbytes(100_000))
    survived(importer, path)


def test_bytes_changed(name, sample):
    importer, path = sample(name)
    rng = random.Random(name)
    good = {file: file.read_bytes() for file in files(path)}
    for _ in range(20):
        for file, content in good.items():
            hurt = bytearray(content)
            for _ in range(max(1, len(hurt) // 100)):
                hurt[rng.randrange(len(hurt))] = rng.randrange(256)
            file.write_bytes(hurt)
        survived(importer, path)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_bytes_after_a_good_start(name, sample_once, data):
    importer, path = sample_once(name)
    good = {file: file.read_bytes() for file in files(path)}
    file = data.draw(st.sampled_from(sorted(good)))
    cut = data.draw(st.integers(0, len(good[file])))
    file.write_bytes(good[file][:cut] + data.draw(st.binary(max_size=60) | st.text(max_size=30).map(str.encode)))
    survived(importer, path)
    file.write_bytes(good[file])


def test_truncated_keeps_what_came_before(name, sample):
    importer, path = sample(name)
    whole = {r.id for r in importer.read(path) if isinstance(r, Event)}
    good = {file: file.read_bytes() for file in files(path)}
    for part in (0.25, 0.5, 0.75, 0.97):
        for file, content in good.items():
            file.write_bytes(content[: int(len(content) * part)])
        left = {r.id for r in survived(importer, path) if isinstance(r, Event)}
        assert len(left - whole) <= len(good), "more than the last, cut row of each file was made up"
        if part == 0.97 and len(whole) > 5:
            assert left & whole, "what came before the cut is lost"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_encodings(name, sample, encoding):
    importer, path = sample(name)
    good = list(importer.read(path))
    try:
        texts = {file: file.read_bytes().decode("utf-8") for file in files(path)}
        recoded = {file: text.encode(encoding) for file, text in texts.items()}
    except UnicodeError:
        pytest.skip("the sample is not text, or has letters that the encoding lacks")
    if any("\0" in text for text in texts.values()):
        pytest.skip("the sample is not text")
    for file, content in recoded.items():
        file.write_bytes((b"\xfe\xff" if encoding == "utf-16-be" else b"") + content)
    assert survived(importer, path) == good


def test_unreadable_is_named(name, sample, monkeypatch):
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    importer, path = sample(name)
    for file in files(path):
        file.chmod(0)
    with pytest.raises(InputError, match="ermission"):
        list(importer.read(path))


def test_links_in_a_folder_are_not_followed(name, sample, tmp_path):
    importer, path = sample(name)
    good = list(importer.read(path))
    if not path.is_dir():
        pytest.skip("the sample is a file")
    (path / "loop").symlink_to(path, target_is_directory=True)
    secret = tmp_path / "outside"
    secret.mkdir()
    for file in files(path):
        if not file.is_symlink():
            (secret / file.name).write_bytes(file.read_bytes())
            (path / f"link-{file.name}").symlink_to(secret / file.name)
    assert list(importer.read(path)) == good


def test_progress_is_counted(name, sample):
    importer, path = sample(name)
    with metered() as reading:
        list(importer.read(path))
    assert size(path) > 0
    assert reading.read_bytes > 0


def test_wrong_options_are_usage_errors(name):
    importer: Any = IMPORTERS[name]
    if "kind" not in {f.name for f in dataclasses.fields(importer)}:
        pytest.skip("no --kind")
    given = {f.name: "0" for f in dataclasses.fields(importer) if f.default is dataclasses.MISSING}
    with pytest.raises(SegueError, match="artist"):
        list(importer(**given, kind="nonsense").read(Path("x")))
