import gzip
from collections import Counter

import pytest

from segue.core.errors import InputError
from segue.core.events import Bad, Item, PlaylistAdd, Remove
from segue.importers import IMPORTERS


def test_known_answers(sample):
    importer, path = sample("playlist-archive")
    records = list(importer.read(path))
    items = {r.uri: r for r in records if isinstance(r, Item)}
    one = items["segue:track:spotify:t1"]
    assert one.artists == ("segue:artist:spotify:a1", "segue:artist:spotify:a2")
    assert (one.title, one.album, one.duration_ms) == ("One (feat. B)", "segue:album:spotify:al1", 227_000)
    assert one.same_as == ("spotify:track:t1",)
    assert items["segue:artist:spotify:a2"].title == "B"
    assert items["segue:playlist:spotify:p1"].description == "The best of Beyoncé."
    assert items["segue:track:spotify:t3"].duration_ms == 3_723_000
    added = [r for r in records if isinstance(r, PlaylistAdd)]
    removed = [r for r in records if isinstance(r, Remove)]
    assert len(added) == 4
    assert [(r.context, r.item, r.at) for r in removed] == [
        ("segue:playlist:spotify:p1", "segue:track:spotify:t1", 1_604_361_600_000),
        ("segue:playlist:spotify:p2", "segue:track:spotify:t1", 1_603_324_800_000),
    ]
    assert {r.listener for r in added} == {"playlist-archive"}


def test_gzip_cut_short(sample):
    importer, path = sample("playlist-archive")
    file = path / "playlist_tracks.tsv"
    rows = file.read_text().splitlines(keepends=True)
    rows += [rows[1].replace("\tt1\t", f"\tx{n}\t") for n in range(5000)]
    (path / "playlist_tracks.tsv.gz").write_bytes(gzip.compress("".join(rows).encode())[:-3000])
    file.unlink()
    records = list(importer.read(path))
    assert sum(isinstance(r, PlaylistAdd) for r in records) > 100
    (bad,) = [r for r in records if isinstance(r, Bad)]
    assert "ends too early" in bad.reason
    assert bad.line > 100


def test_a_missing_column_is_named(sample):
    importer, path = sample("playlist-archive")
    file = path / "playlist_tracks.tsv"
    file.write_text(file.read_text().replace("added", "date", 1))
    with pytest.raises(InputError, match="has no column added"):
        list(importer.read(path))


def test_the_real_set(data):
    counts = Counter(type(r).__name__ for r in IMPORTERS["playlist-archive"]().read(data / "playlist-archive"))
    assert (counts["PlaylistAdd"], counts["Remove"], counts["Bad"]) == (64_943, 37_927, 0)
