import pytest

from segue.signals.audio import BadSound
from segue.surfaces.clips import Clip
from segue.web.auth import Scope

URI = "segue:track:fake:1"
PATH = f"/v1/items/{URI}/clip"


def test_a_clip_with_its_headers(client):
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/flac"
    assert answer.content.startswith(b"fLaC")
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, max-age=3600"
    again = client.get(PATH, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


PARTS = {"bytes=0-3": slice(0, 4), "bytes=10-": slice(10, None), "bytes=-7": slice(-7, None),
         "bytes=5-99999999": slice(5, None)}  # fmt: skip


@pytest.mark.parametrize(("wanted", "part"), PARTS.items())
def test_a_part_of_it(client, wanted, part):
    whole = client.get(PATH).content
    answer = client.get(PATH, headers={"range": wanted})
    assert answer.status_code == 206
    assert answer.content == whole[part]
    start = range(len(whole))[part].start
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(answer.content) - 1}/{len(whole)}"


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=7-3", "bytes=-0"])
def test_a_part_that_is_not_there(client, wanted):
    answer = client.get(PATH, headers={"range": wanted})
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


LONG = f"bytes={'9' * 5_000}-"


@pytest.mark.parametrize("wanted", ["bytes=", "bytes=-", "lines=0-3", "bytes=0-1,4-5", "bytes=a-b", LONG])
def test_other_ranges_are_ignored(client, wanted):
    assert client.get(PATH, headers={"range": wanted}).status_code == 200


@pytest.mark.parametrize("uri", ["segue:track:fake:0", "segue:track:fake:none", "segue:artist:fake:17"])
def test_without_a_sound(client, uri):
    answer = client.get(f"/v1/items/{uri}/clip")
    assert answer.status_code == 404
    assert uri in answer.json()["error"]["message"]


def test_a_sound_that_is_damaged_names_no_path(client, service, monkeypatch):
    def read():
        raise BadSound("/home/me/music/secret.ogg", "no audio that can be read")

    monkeypatch.setattr(service, "clip", lambda uri: Clip("k", read))
    answer = client.get(PATH)
    assert answer.status_code == 404
    assert "no audio" in answer.text
    assert "home" not in answer.text


def test_it_needs_a_key_to_read(client, keys):
    text, _ = keys.create((Scope.READ,))
    assert client.get(PATH).status_code == 401
    assert client.get(PATH, headers={"authorization": f"Bearer {text}"}).status_code == 200
