import json
import zipfile
from pathlib import Path


def row(n: int, **other):
    return {
        "ts": f"2021-03-{n % 28 + 1:02d}T10:0{n % 10}:00Z", "username": "secret-name", "platform": "android",
        "ms_played": 30_000 * n, "conn_country": "SE", "ip_addr_decrypted": "10.1.2.3",
        "user_agent_decrypted": "secret-agent", "master_metadata_track_name": f"Song {n}",
        "master_metadata_album_artist_name": "Ünder", "master_metadata_album_album_name": "Over",
        "spotify_track_uri": f"spotify:track:track{n}", "episode_name": None, "episode_show_name": None,
        "spotify_episode_uri": None, "reason_start": "trackdone", "reason_end": "trackdone", "shuffle": False,
        "skipped": n % 2 == 0, "offline": False, "offline_timestamp": 0, "incognito_mode": False,
    } | other  # fmt: skip


def make(folder: Path):
    path = folder / "my_spotify_data.zip"
    one = [row(n) for n in range(12)]
    two = [row(20, spotify_track_uri=None, master_metadata_track_name=None, episode_name="Ep", episode_show_name="Show",
               spotify_episode_uri="spotify:episode:e1")]  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in (("Streaming_History_Audio_2020_0.json", one), ("Streaming_History_Audio_2021_1.json", two)):
            archive.writestr(zipfile.ZipInfo(f"Spotify Extended Streaming History/{name}"), json.dumps(rows))
        archive.writestr("Spotify Extended Streaming History/ReadMeFirst.pdf", b"%PDF")
    return path, {"listener": "me"}
