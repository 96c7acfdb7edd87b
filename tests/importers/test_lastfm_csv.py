import pytest

from segue.core.events import Bad, Item, Play

AT = 1_732_184_040_000  # 2024-11-21 10:14 UTC
MBID = "a74b1b7f-71a5-4011-9441-d0b5e4122711"


@pytest.mark.parametrize("text", [
    "Björk,Homogenic,Jóga,21 Nov 2024 10:14\n",
    'uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n'
    '"1732184040","21 Nov 2024, 10:14","Björk","","Homogenic","","Jóga",""\n',
    "Artist;Album;Name;Date\nBjörk;Homogenic;Jóga;2024-11-21 10:14\n",
    "iso_time\tartist\ttrack\talbum\n2024-11-21T10:14:00Z\tBjörk\tJóga\tHomogenic\n",
])  # fmt: skip
def test_the_common_exports(read, text):
    records = read("lastfm-csv", text)
    (play,) = [r for r in records if isinstance(r, Play)]
    assert (play.at, play.item, play.listener) == (AT, "segue:track:named:björk — jóga", "me")
    assert [r.title for r in records if isinstance(r, Item)] == ["Björk", "Homogenic", "Jóga"]


def test_every_export_names_the_same_event(read):
    first = read("lastfm-csv", "Björk,Homogenic,Jóga,21 Nov 2024 10:14\n")
    second = read("lastfm-csv", "uts,artist,album,track\n1732184040,Björk,Homogenic,Jóga\n")
    assert [r.id for r in first if isinstance(r, Play)] == [r.id for r in second if isinstance(r, Play)]


def test_mbids(read):
    records = read("lastfm-csv", f"uts,artist,artist_mbid,track,track_mbid\n1732184040,Björk,{MBID},Jóga,nonsense\n")
    artist, track = [r for r in records if isinstance(r, Item)]
    assert (artist.uri, artist.same_as) == (f"segue:artist:musicbrainz:{MBID}", (f"mbid:{MBID}",))
    assert track.same_as == ()


@pytest.mark.parametrize(("row", "reason"), [
    ("A,B,C,", "no date"), ("A,B,C,32 Nov 2024 10:12", "no such day"), ("A,B,C,1 Foo 2024 10:12", "no such time"),
    ("A,B,C,1 Nov 2024 25:12", "no such time"), (",B,C,1 Nov 2024 10:12", "no artist"), ("A,B", "2 columns"),
    ("A,B,C,1 Nov 1924 10:12", "outside 1970"),
])  # fmt: skip
def test_bad_rows(read, row, reason):
    good = "A,B,C,21 Nov 2024 10:14\n"
    records = read("lastfm-csv", good + good + row + "\n" + good)
    (bad,) = [r for r in records if isinstance(r, Bad)]
    assert reason in bad.reason
    assert bad.line == 3
    assert sum(isinstance(r, Play) for r in records) == 3


def test_a_repeat_within_a_minute_counts_and_a_second_import_does_not(read):
    text = "A,B,C,21 Nov 2024 10:14\n" * 2
    once = [r.id for r in read("lastfm-csv", text) if isinstance(r, Play)]
    again = [r.id for r in read("lastfm-csv", "A,B,D,22 Nov 2024 10:14\n" + text) if isinstance(r, Play)]
    assert len(set(once)) == 2
    assert set(once) < set(again)
