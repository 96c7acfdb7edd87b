"""No input of any described call breaks a protocol, and every refusal has its form."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.web.compat import COMPAT, PROTOCOLS
from segue.web.compat._subsonic_telling import TELLING
from segue.web.compat.opensubsonic import ASKING

ODD = st.sampled_from([
    "", "L0", "segue:track:t:a0t1", "segue:playlist:own:x", "null", "-1", "9" * 400, "\x00", "..", "%", "1e999", "true",
    "' OR 1=1 --", "<script>", "{{7*7}}", "\u202e", "a\r\nx: y", "json", "xml", "enc:00", "١", "phone", "[0]",
])  # fmt: skip
VALUES = ODD | st.text(max_size=20)
METHODS = st.sampled_from([
    *ASKING, *TELLING, "track.scrobble", "track.love", "user.getRecentTracks", "auth.getSession",
    "auth.getMobileSession",
])  # fmt: skip
NAMES = st.sampled_from([
    "f", "u", "p", "t", "s", "apiKey", "id", "count", "method", "format", "api_key", "api_sig", "sk", "user", "limit",
    "since", "query", "songId", "name", "playlistId", "mediaId", "positionMs", "state", "rating", "artist[0]", "track",
    "timestamp[0]", "max_ts", "score", "token", "username", "password", "device", "aggregated", "seed", "words",
])  # fmt: skip
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES
KEYS = st.sampled_from([
    "listen_type", "payload", "listened_at", "track_metadata", "artist_name", "track_name", "additional_info", "score",
    "recording_mbid", "recording_msid", "add", "remove", "actions", "action", "podcast", "episode", "timestamp",
])  # fmt: skip
JSON = st.recursive(
    PLAIN | st.sampled_from(["single", "import", "play", 1, -1, 1_700_000_000, "https://a.example/x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@st.composite
def calls(draw):
    resource = draw(st.sampled_from(COMPAT))
    path = resource.path
    for name in resource.in_path:
        value = draw(METHODS if name == "method" else VALUES)
        path = path.replace("{" + name + "}", quote(value.encode("utf-8", "replace"), safe=""))
    pairs = draw(st.lists(st.tuples(NAMES, VALUES | METHODS), max_size=6))
    if resource.method == "GET":
        return resource.method, path + "?" + urlencode(pairs, errors="replace"), b"", ""
    form = "application/x-www-form-urlencoded"
    if form in resource.media:
        return resource.method, path, urlencode(pairs, errors="replace").encode(), form
    body = draw(st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()))
    return resource.method, path, body, "application/json"


HEADERS = st.sampled_from([
    {}, {"authorization": "Token L0"}, {"authorization": "Basic TDA6eA=="}, {"authorization": "Bearer "},
    {"authorization": "Basic " + "A" * 5_000}, {"cookie": "sessionid=x.y"}, {"cookie": "sessionid=e30=.zz"},
])  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls(), HEADERS)
def test_no_input_breaks_a_protocol(client, call, headers):
    method, path, body, media = call
    client.app.state.rate.limit = 10**9
    more = {"content-type": media} if media else {}
    answer = client(method, path, content=body, headers=headers | more)
    assert answer.status_code < 500, (call, headers, answer.text)
    if answer.headers.get("content-type", "").startswith("application/json") and answer.content:
        msgspec.json.decode(answer.content)


def test_every_protocol_is_found_and_described():
    assert set(PROTOCOLS) == {"listenbrainz", "opensubsonic", "lastfm", "gpodder", "playlists"}
    for resource in COMPAT:
        described = msgspec.json.schema(resource.params)["$defs"][resource.params.__name__]["properties"]
        for name, field in described.items():
            text = json.dumps(field)
            assert "description" in text, (resource.path, name)
