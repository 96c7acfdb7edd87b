import json
from pathlib import Path


def make(folder: Path):
    (folder / "road.m3u8").write_text(
        "#EXTM3U\n#EXTINF:215,Björk - Jóga\nmusic/joga.mp3\n#EXTINF:100,A - B\nmusic/ab.mp3\n"
    )
    tracks = [{"creator": "Björk", "title": f"Nr {n}", "album": "Post", "duration": 1000 * n} for n in range(3)]
    (folder / "one.jspf").write_text(json.dumps({"playlist": {"title": "One", "track": tracks}}, ensure_ascii=False))
    entries = "".join(f"<track><creator>C</creator><title>T{n}</title></track>" for n in range(3))
    (folder / "two.xspf").write_text(
        f'<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Two</title>'
        f"<trackList>{entries}</trackList></playlist>"
    )
    rows = [
        {"pos": n, "artist_name": "A", "track_uri": f"spotify:track:t{n}", "artist_uri": "spotify:artist:a",
         "track_name": f"T{n}", "album_uri": "spotify:album:b", "duration_ms": 1000, "album_name": "B"}
        for n in range(3)
    ]  # fmt: skip
    playlists = [{"name": "X", "pid": pid, "modified_at": 1_500_000_000, "tracks": rows} for pid in (5, 6)]
    (folder / "mpd.slice.0-999.json").write_text(json.dumps({"info": {"slice": "0-999"}, "playlists": playlists}))
    return folder, {"listener": "me"}
