import json

from segue.core.events import Bad, Item, PlaylistAdd, Record
from segue.importers import IMPORTERS


def adds(records: list[Record]) -> list[tuple[str, str, int]]:
    return [(r.context, r.item, r.at) for r in records if isinstance(r, PlaylistAdd)]


def test_m3u_in_latin_1(read):
    text = "#EXTM3U\n#PLAYLIST:Mín tónlist\n#EXTINF:215,Björk - Jóga\n/a/1.mp3\nC:\\music\\Some Song.mp3\n"
    records = read("playlists", text.encode("latin-1"), file="mine.m3u")
    assert adds(records) == [
        ("segue:playlist:mine", "segue:track:named:björk — jóga", 1),
        ("segue:playlist:mine", "segue:track:named:some song", 2),
    ]  # fmt: skip
    items = {r.uri: r for r in records if isinstance(r, Item)}
    assert items["segue:playlist:mine"].title == "Mín tónlist"
    assert items["segue:track:named:björk — jóga"].duration_ms == 215_000


def test_jspf(read):
    mbid = "a74b1b7f-71a5-4011-9441-d0b5e4122711"
    tracks = [
        {"title": "T", "creator": "A", "identifier": [f"https://musicbrainz.org/recording/{mbid}"]},
        {"title": "U", "creator": "A", "location": "https://open.spotify.com/track/sp1", "duration": 5000},
        7,
        {"creator": "nobody"},
    ]
    playlist = {
        "title": "P",
        "annotation": "words",
        "identifier": "http://x/p",
        "date": "2020-01-01T00:00:00Z",
        "track": tracks,
    }
    records = read("playlists", json.dumps({"playlist": playlist}), file="p.jspf")
    assert adds(records) == [
        ("segue:playlist:http%3A//x/p", f"segue:track:musicbrainz:{mbid}", 1_577_836_800_001),
        ("segue:playlist:http%3A//x/p", "segue:track:spotify:sp1", 1_577_836_800_002),
    ]
    assert [(r.line, r.reason) for r in records if isinstance(r, Bad)] == [
        (3, "p.jspf: not a track"), (4, "p.jspf: no track name"),
    ]  # fmt: skip


XSPF = '<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>X</title><trackList>{}</trackList></playlist>'


def test_xspf_and_its_cut_end(read):
    track = "<track><title>T &amp; U</title><creator>A</creator><duration>5000</duration></track>"
    whole = XSPF.format(track + track)
    records = read("playlists", whole, file="x.xspf")
    assert adds(records) == [("segue:playlist:x", "segue:track:named:a — t & u", n) for n in (1, 2)]
    cut = read("playlists", whole[: -len("</track></trackList></playlist>")], file="x.xspf")
    assert len(adds(cut)) == 1
    assert [r.line for r in cut if isinstance(r, Bad)] == [2]


def test_xml_entities_are_refused(read, tmp_path):
    (tmp_path / "secret").write_text("SECRET")
    for declared in (
        '<!ENTITY x "aaaa">',
        f'<!ENTITY x SYSTEM "file://{tmp_path}/secret">',
        '<!ENTITY % x SYSTEM "http://x/">',
    ):
        text = f'<?xml version="1.0"?><!DOCTYPE p [{declared}]>' + XSPF.format("<track><title>&x;</title></track>")
        records = read("playlists", text, file="x.xspf")
        assert not adds(records)
        (bad,) = [r for r in records if isinstance(r, Bad)]
        assert "DTDForbidden" in bad.reason
        assert "SECRET" not in str(records)


def test_deep_xml_ends(read):
    records = read("playlists", XSPF.format("<a>" * 100_000), file="x.xspf")
    assert "nested too deeply" in next(r for r in records if isinstance(r, Bad)).reason


def test_a_slice_of_the_million_playlists(sample):
    importer, path = sample("playlists")
    records = list(importer.read(path))
    slices = [a for a in adds(records) if ":mpd:" in a[0]]
    assert slices[:2] == [
        ("segue:playlist:mpd:5", "segue:track:spotify:t0", 1_500_000_000_001),
        ("segue:playlist:mpd:5", "segue:track:spotify:t1", 1_500_000_000_002),
    ]
    assert len(slices) == 6
    assert len(adds(records)) == 14


def test_a_playlist_that_grew_keeps_its_ids(read):
    short = [r.id for r in read("playlists", "a.mp3\nb.mp3\na.mp3\n", file="p.m3u") if isinstance(r, PlaylistAdd)]
    long = [
        r.id for r in read("playlists", "new.mp3\na.mp3\nb.mp3\na.mp3\n", file="p.m3u") if isinstance(r, PlaylistAdd)
    ]
    assert long[1:] == short
    assert len(set(long)) == 4


def test_one_broken_file_of_a_folder(tmp_path):
    (tmp_path / "a.jspf").write_text("{" * 100_000)
    (tmp_path / "b.m3u").write_text("a.mp3\n")
    (tmp_path / "c.xspf").write_text("not xml")
    records = list(IMPORTERS["playlists"]().read(tmp_path))
    assert len(adds(records)) == 1
    assert sorted(r.reason[:6] for r in records if isinstance(r, Bad)) == ["a.jspf", "c.xspf"]
