"""liblistenbrainz against another address: URL TOKEN."""

import json
import sys
import time

import liblistenbrainz
from liblistenbrainz import Listen, errors

url, token = sys.argv[1:]
out = {}
client = liblistenbrainz.ListenBrainz(api_base_url=url)
try:
    client.set_auth_token("nonsense")
except errors.InvalidAuthTokenException:
    out["nonsense"] = "refused"
client.set_auth_token(token)
now = int(time.time())

song = {"track_name": "song 3 OF 0", "artist_name": "rock artist 0"}
one = Listen(**song, listened_at=now - 600, additional_info={"media_player": "Test Player"})
out["single"] = client.submit_single_listen(one)
client.submit_single_listen(one)
some = [
    Listen(track_name=f"Unheard {i}", artist_name="Nobody Knows", release_name="First", listened_at=now - 5_000 + i,
           recording_mbid=f"8f3471b5-7e6a-48da-86a9-c1c07a0f47{i:02}", tags=["quiet"], isrc="USEE10001993")
    for i in range(40)
]  # fmt: skip
out["import"] = client.submit_multiple_listens(some)
client.submit_playing_now(Listen(track_name="Song 1 of 0", artist_name="Rock Artist 0"))
playing = client.get_playing_now("L0")
out["playing"] = [playing.track_name, playing.artist_name]
out["count"] = client.get_user_listen_count("L0")
heard = client.get_listens("L0", count=41)
out["listens"] = [[h.track_name, h.artist_name, h.listened_at - now, h.recording_mbid] for h in heard]
out["before"] = len(client.get_listens("L0", max_ts=now - 5_000 + 10, min_ts=now - 5_001))
out["feedback"] = client.submit_user_feedback(1, some[0].recording_mbid)
client.submit_user_feedback(-1, some[1].recording_mbid)
client.submit_user_feedback(1, some[2].recording_mbid)
client.submit_user_feedback(0, some[2].recording_mbid)
loved = client.get_user_feedback("L0", 1, True)
out["loved"] = [[f["recording_mbid"], f["score"], f["track_metadata"]["track_name"]] for f in loved["feedback"]]
hated = client.get_user_feedback("L0", -1, True)
out["hated"] = [f["recording_mbid"] for f in hated["feedback"]]
found = client.get_user_recommendation_recordings("L0", count=5)
out["recommended"] = [m["track_metadata"]["artist_name"] for m in found["payload"]["mbids"]]
out["left"] = [client.remaining_requests, client.ratelimit_reset_in]
try:
    client.get_listens("somebody else")
except errors.ListenBrainzAPIException as e:
    out["other"] = [e.status_code, e.message]
try:
    client.submit_multiple_listens([Listen(track_name="x", artist_name="y")])
except errors.ListenBrainzAPIException as e:
    out["timeless"] = [e.status_code, e.message]
print(json.dumps(out))
