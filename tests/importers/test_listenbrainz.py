import json
import zipfile
from typing import Any

from segue.core.events import Bad, Item, Play, Rating
from segue.importers import IMPORTERS

A, B, C = (f"{n}74b1b7f-71a5-4011-9441-d0b5e4122711" for n in "abc")


def listen(at: object = 1_600_000_000, **said: object) -> dict[str, object]:
    return {
        "listened_at": at,
        "track_metadata": {"artist_name": "X feat. Y", "track_name": "T", "release_name": "R"} | said,
    }


def test_ids_and_people(read):
    info = {"recording_mbid": A, "duration_ms": 1000, "isrc": "US-ABC-12-34567",
            "spotify_id": "https://open.spotify.com/track/sp1", "media_player": "mpd"}  # fmt: skip
    artists = [{"artist_credit_name": "X", "artist_mbid": B}, {"artist_credit_name": "Y", "artist_mbid": C}]
    row = listen(additional_info=info, mbid_mapping={"artists": artists})
    records = read("listenbrainz", json.dumps(row | {"recording_msid": "m1"}) + "\n", file="1.jsonl")
    (play,) = [r for r in records if isinstance(r, Play)]
    assert (play.at, play.item, play.device, play.ms_played) == (
        1_600_000_000_000, f"segue:track:musicbrainz:{A}", "mpd", 0,
    )  # fmt: skip
    track = [r for r in records if isinstance(r, Item)][-1]
    assert track.same_as == (f"mbid:{A}", "msid:m1", "isrc:USABC1234567", "spotify:track:sp1")
    assert track.artists == (f"segue:artist:musicbrainz:{B}", f"segue:artist:musicbrainz:{C}")
    assert (track.duration_ms, track.title) == (1000, "T")


def test_a_listen_matched_later_is_the_same_listen(read):
    plain = read("listenbrainz", json.dumps(listen()), file="1.jsonl")
    later = read("listenbrainz", json.dumps(listen(mbid_mapping={"recording_mbid": A})), file="1.jsonl")
    ids = [[r.id for r in records if isinstance(r, Play)] for records in (plain, later)]
    assert ids[0] == ids[1]


def test_the_zip_with_feedback(tmp_path):
    path = tmp_path / "export.zip"
    feedback = [{"recording_mbid": A, "score": 1, "created": 1_600_000_000}, {"recording_msid": "m", "score": -1},
                {"score": 1}, {"recording_mbid": A, "score": 5}]  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("user.json", '{"user_id": 1}')
        archive.writestr(
            "listens/2020/9.jsonl", json.dumps(listen()) + "\n" + "{}\n" + json.dumps(listen(at="x")) + "\n"
        )
        archive.writestr("feedback.jsonl", "\n".join(map(json.dumps, feedback)))
    importer: Any = IMPORTERS["listenbrainz"]
    records = list(importer(listener="anna").read(path))
    ratings = [(r.item, r.value, r.at) for r in records if isinstance(r, Rating)]
    assert ratings == [(f"segue:track:musicbrainz:{A}", 1, 1_600_000_000_000), ("segue:track:listenbrainz:m", -1, 0)]
    assert [r.line for r in records if isinstance(r, Bad)] == [3, 4, 2, 3]
    assert {r.listener for r in records if isinstance(r, Play)} == {"anna"}


def test_an_array_as_older_exports_have_it(read):
    records = read("listenbrainz", json.dumps([listen(), listen(at=1_600_000_300)]), file="listens.json")
    assert [r.at for r in records if isinstance(r, Play)] == [1_600_000_000_000, 1_600_000_300_000]
