"""Playlists as files: read back by our own importer, and by an XML parser that is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from segue.app import open_service
from segue.cli import main
from segue.core.events import Item, PlaylistAdd
from segue.importers.playlists import Playlists
from segue.store.workspace import Workspace
from segue.surfaces.made_for import track_list
from segue.surfaces.playlists import Edit
from segue.web.auth import Scope

HOSTILE = "<&\"']]>\n#EXTINF:1,x\x00\u202e"
XSPF = "{http://xspf.org/ns/0/}"


@pytest.fixture
def own(service) -> str:
    """A playlist of L0's with a name and a song that try things."""
    artist = Item(uri="segue:artist:x:1", title=HOSTILE)
    track = Item(uri="segue:track:x:1", title=HOSTILE, artists=(artist.uri,), same_as=("mbid:" + "a" * 36,))
    edit = Edit.new("L0", HOSTILE, 1_790_000_000_000)
    edit.add(["segue:track:t:a0t1", track.uri, "segue:track:t:a0t1"])
    service.append(edit.events, [*edit.items, artist, track])
    return edit.uri


def test_jspf(client, own):
    found = client.get(f"/v1/playlists/{own}.jspf?listener=L0")
    assert found.headers["content-type"] == "application/jspf+json"
    playlist = json.loads(found.content)["playlist"]
    assert playlist["title"].startswith("<&")
    assert playlist["creator"] == "L0"
    assert [t["identifier"][-1] for t in playlist["track"]] == [
        "segue:track:t:a0t1", "segue:track:x:1", "segue:track:t:a0t1",
    ]  # fmt: skip
    assert playlist["track"][0]["duration"] == 200_000
    assert playlist["track"][1]["identifier"][0] == "https://musicbrainz.org/recording/" + "a" * 36


def test_xspf_is_xml_whatever_the_names_are(client, own):
    found = client.get(f"/v1/playlists/{own}.xspf?listener=L0")
    root = ET.fromstring(found.content)
    assert root.findtext(f"{XSPF}title") == HOSTILE.replace("\x00", "")
    tracks = root.findall(f"{XSPF}trackList/{XSPF}track")
    assert len(tracks) == 3
    assert tracks[1].findtext(f"{XSPF}creator") == HOSTILE.replace("\x00", "")


def test_m3u_has_a_line_for_each_and_none_that_was_smuggled_in(client, own):
    lines = client.get(f"/v1/playlists/{own}.m3u?listener=L0").text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert sum(line.startswith("#EXTINF") for line in lines) == 3
    assert [line for line in lines if not line.startswith("#")] == [
        "segue:track:t:a0t1", "segue:track:x:1", "segue:track:t:a0t1",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["jspf", "xspf", "m3u"])
def test_our_importer_reads_what_we_write(client, tmp_path, form):
    path = tmp_path / f"list.{form}"
    path.write_bytes(client.get(f"/v1/playlists/recommended.{form}?listener=L0&n=20").content)
    records = list(Playlists("L0").read(path))
    added = [r for r in records if isinstance(r, PlaylistAdd)]
    titles = {r.title for r in records if isinstance(r, Item) and r.uri.startswith("segue:track")}
    assert len(added) == 20
    assert len(titles) == 20
    assert all(title.startswith("Song ") for title in titles)


def test_radio_and_what_is_asked_wrongly(client, keys):
    found = client.get("/v1/playlists/radio.jspf?seed=segue:track:t:a0t1&n=5").json()
    assert len(found["playlist"]["track"]) == 5
    wrong = ("nothing.jspf", "recommended.jspf", "radio.m3u", "segue:playlist:x:none.xspf", "recommended.pls",
             "segue:track:t:a0t1.m3u", "recommended.jspf?listener=L0&n=0", "recommended.jspf?list=1")  # fmt: skip
    for path in wrong:
        assert client.get(f"/v1/playlists/{path}").status_code in (400, 404), path
    secret = keys.create((Scope.READ,))[0]
    path = "/v1/playlists/recommended.m3u?listener=L0"
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"authorization": f"Bearer {secret}"}).status_code == 200


def test_a_playlist_of_the_release(folder: Path, tmp_path: Path, release_of: Any):
    tracks = [f"segue:track:t:a0t{i}" for i in (3, 1, 2)]
    with Workspace.open(folder) as workspace:
        adds = [
            PlaylistAdd(id=f"add{i}", listener="me", at=1_790_000_000_000 + i, item=item, context="segue:playlist:x:1")
            for i, item in enumerate(tracks)
        ]
        workspace.log.append(adds, [Item(uri="segue:playlist:x:1", title="Three")])
    release_of(folder, tmp_path / "models")
    with open_service(folder) as service:
        found = track_list(service, "segue:playlist:x:1")
    assert (found.title, [f.uri for f in found.tracks]) == ("Three", tracks)


def test_the_command_writes_files(folder: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEGUE_WORKSPACE", str(folder))
    out = tmp_path / "mine.m3u8"
    with pytest.raises(SystemExit) as done:
        main(["playlist", "recommended", "--listener", "L0", "--out", str(out), "-n", "7"])
    assert done.value.code == 0
    assert out.read_text().count("#EXTINF:200,Rock Artist") == 7
    with pytest.raises(SystemExit) as done:
        main(["playlist", "recommended", "--listener", "L0", "--out", "x.pls"])
    assert done.value.code == 2
    assert "jspf, xspf, m3u" in capsys.readouterr().err


def test_a_playlist_is_its_owners_over_http(client, service, keys, release_of, tmp_path):
    mine, theirs = (keys.create((Scope.LISTENER,), listener=who)[0] for who in ("L0", "L1"))
    songs = [("songId", f"segue:track:t:a0t{i}") for i in range(2)]
    said = [("apiKey", mine), ("f", "json"), ("name", "Zzdivorce lawyer songs"), ("public", "false"), *songs]
    made = client.get("/rest/createPlaylist", params=said).json()["subsonic-response"]["playlist"]
    assert made["public"] is False
    release_of(service.workspace.path, tmp_path / "models")
    assert service.reload()
    uri = made["id"]

    def asked(path: str, key: str, **params: str) -> Any:
        return client.get(path, params=params or None, headers={"authorization": f"Bearer {key}"})

    for path in (
        "/v1/search?q=zzdivorce", "/v1/search?q=lawyer", "/v1/search?q=", "/v1/items?q=zzdivorce",
        "/v1/items/zzdivorce/similar", "/v1/items/Zzdivorce lawyer songs/about?listener=L1",
        f"/v1/items/{uri}", f"/v1/items/{uri}/about", f"/v1/items/{uri}/about?listener=L1", f"/v1/items/{uri}/similar",
        f"/v1/playlists/{uri}.jspf", f"/v1/playlists/{uri}.jspf?listener=L1",
        "/v1/home?listener=L1", "/v1/recommendations?listener=L1&kind=playlist",
    ):  # fmt: skip
        got = asked(path, theirs)
        assert got.status_code == (404 if "/v1/items/" in path or uri in path else 200), path
        if got.status_code == 200:
            assert uri not in got.text, path
            assert "lawyer songs" not in got.text, path
        else:
            assert "there are" not in got.text or "/v1/playlists/" in path, "names of others are proposed"
    for call, named in (("search3", {"query": "zzdivorce"}), ("getSimilarSongs2", {"id": uri}), ("getPlaylists", {})):
        got = client.get(f"/rest/{call}", params={"apiKey": theirs, "f": "json", **named})
        assert "zzdivorce" not in got.text.lower(), call
    refused = client.get("/rest/getPlaylist", params={"apiKey": theirs, "f": "json", "id": uri}).json()
    assert refused["subsonic-response"]["status"] == "failed"
    for path in ("/1/user/L1/playlists/createdfor", "/1/user/L1/playlists", "/1/user/L1/playlists/search?query=zzd"):
        assert "zzdivorce" not in asked(path, theirs).text.lower(), path

    assert asked(f"/v1/playlists/{uri}.jspf", mine, listener="L0").status_code == 200
    page = asked(f"/v1/items/{uri}/about", mine, listener="L0").json()
    assert page["card"]["title"] == "Zzdivorce lawyer songs"
