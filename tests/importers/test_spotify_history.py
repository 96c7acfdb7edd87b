import json
import re
from typing import Any

from segue.core.events import Bad, Event, Item, Play, Record, Skip
from segue.importers import IMPORTERS

ROW = {
    "ts": "2021-03-04T10:11:12Z", "username": "secret-name", "platform": "secret-device", "ms_played": 1234,
    "conn_country": "SE", "ip_addr": "10.1.2.3", "user_agent_decrypted": "secret-agent",
    "master_metadata_track_name": "Song", "master_metadata_album_artist_name": "Artist",
    "master_metadata_album_album_name": "Album", "spotify_track_uri": "spotify:track:t1", "reason_start": "clickrow",
    "reason_end": "fwdbtn", "shuffle": True, "skipped": True, "offline": True, "incognito_mode": False,
}  # fmt: skip


def one(read: Any, *rows: object, file: str = "Streaming_History_Audio_2021_1.json") -> list[Record]:
    records: list[Record] = read("spotify-history", json.dumps(rows), file=file, listener="anna")
    return records


def test_a_play_keeps_what_matters_and_no_person(read):
    records = one(read, ROW)
    (play,) = [r for r in records if isinstance(r, Play)]
    assert (play.listener, play.at, play.item, play.ms_played) == (
        "anna", 1_614_852_672_000, "segue:track:spotify:t1", 1234,
    )  # fmt: skip
    assert (play.reason_start, play.reason_end, play.country) == ("clickrow", "fwdbtn", "SE")
    assert (play.shuffle, play.offline, play.attrs) == (True, True, {"skipped": True})
    assert [r.title for r in records if isinstance(r, Item)] == ["Artist", "Album", "Song"]
    assert not re.search("secret|10.1.2.3", str(records))


def test_bad_rows_tell_no_secrets(read):
    records = one(read, ROW | {"ts": "soon"}, ROW | {"ms_played": -5}, ROW | {"ms_played": 10**12}, 7, [ROW], ROW)
    assert sum(isinstance(r, Play) for r in records) == 1
    assert sum(isinstance(r, Bad) for r in records) == 4
    assert not re.search("secret|10.1.2.3", str(records))


def test_private_sessions_are_dropped_and_nothings_are_skips(read):
    records = one(read, ROW | {"incognito_mode": True}, ROW | {"ms_played": 0})
    assert [type(r) for r in records if isinstance(r, Event)] == [Skip]


def test_episodes_audiobooks_and_local_files(read):
    none = {"master_metadata_track_name": None, "spotify_track_uri": None, "master_metadata_album_artist_name": None}
    episode = {"episode_name": "Ep", "episode_show_name": "Show", "spotify_episode_uri": "spotify:episode:e1"}
    book = {"audiobook_title": "Book", "audiobook_uri": "spotify:show:b1", "audiobook_chapter_title": "Chapter 1"}
    local = {"spotify_track_uri": "spotify:local:a:b:c:12"}
    records = one(read, ROW | none | episode, ROW | none | book, ROW | local, ROW | none)
    plays = [r for r in records if isinstance(r, Play)]
    assert [p.item for p in plays] == [
        "segue:episode:spotify:e1", "segue:audiobook:spotify:b1", "segue:track:named:artist — song",
    ]  # fmt: skip
    assert plays[1].attrs["chapter"] == "Chapter 1"
    said = {r.uri: r for r in records if isinstance(r, Item)}
    assert said["segue:episode:spotify:e1"].album == "segue:show:named:show"
    assert [r.reason for r in records if isinstance(r, Bad)] == [
        "Streaming_History_Audio_2021_1.json: names no track, episode or audiobook"
    ]


def test_account_data(read, tmp_path):
    row = {"endTime": "2021-01-05 22:10", "artistName": "A", "trackName": "T", "msPlayed": 5000}
    records = one(read, row, file="StreamingHistory0.json")
    (play,) = [r for r in records if isinstance(r, Play)]
    assert (play.at, play.item) == (1_609_884_600_000, "segue:track:named:a — t")


def test_the_account_data_is_left_out_beside_the_extended_history(tmp_path):
    (tmp_path / "endsong_0.json").write_text(json.dumps([ROW]))
    (tmp_path / "StreamingHistory0.json").write_text(
        '[{"endTime": "2021-01-05 22:10", "trackName": "T", "msPlayed": 5}]'
    )
    events = [r for r in IMPORTERS["spotify-history"]().read(tmp_path) if isinstance(r, Event)]
    assert len(events) == 1


def test_overlapping_files_say_a_play_once(tmp_path):
    for n in (1, 2):
        (tmp_path / f"endsong_{n}.json").write_text(json.dumps([ROW]))
    events = [r for r in IMPORTERS["spotify-history"]().read(tmp_path) if isinstance(r, Event)]
    assert len({e.id for e in events}) == 1


def test_a_cut_file_keeps_what_came_before(read):
    raw = json.dumps([ROW, ROW | {"ms_played": 1}, ROW])[:-40]
    records = read("spotify-history", raw, file="endsong_0.json")
    assert sum(isinstance(r, Play) for r in records) == 2
    assert "ends inside" in next(r for r in records if isinstance(r, Bad)).reason
