"""py-opensonic against another address: HOST PORT USER KEY."""

import asyncio
import json
import sys
import time

import libopensonic
from libopensonic import errors
from libopensonic.extensions import Extensions

Connection = libopensonic.AsyncConnection
host, port, user, key = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def connected(**how):
    return Connection(f"http://{host}", port=port, app_name="tests", **how)


async def failing(call):
    try:
        await call
    except errors.SonicError as e:
        return type(e).__name__
    return "fine"


async def main():
    out = {}
    by_token = connected(username=user, password=key)
    others = {
        "enc": connected(username=user, password=key, legacy_auth=True),
        "key": connected(api_key=key),
        "get": connected(username=user, password=key, use_get=True),
        "plain names": connected(username=user, password=key, use_views=False),
    }
    out["pings"] = {name: await one.ping() for name, one in others.items()}
    wrong = connected(username=user, password="wrong")
    out["wrong"] = await failing(wrong.ping())
    out["wrong key"] = await failing(connected(api_key="wrong").ping())
    c = by_token
    extensions = {e.name for e in await c.get_open_subsonic_extensions()}
    out["extensions"] = Extensions.PLAYBACK_REPORT in extensions and Extensions.SONIC_SIMILARITY in extensions
    out["licence"] = (await c.get_license())["license"]["valid"]
    out["token"] = (await others["key"].token_info()).username
    artists = [a for i in (await c.get_artists()).index for a in i.artist]
    out["artists"] = [[a.name, a.album_count] for a in artists]
    first = next(a for a in artists if a.name == "Rock Artist 0")
    whole = await c.get_artist(first.id)
    out["albums"] = len(whole.album)
    album = await c.get_album(whole.album[0].id)
    out["songs"] = [[s.title, s.artist, s.album_id == album.id, s.duration] for s in album.song]
    found = await c.search3("Song 3 of 0")
    song = found.song[0]
    out["found"] = [song.title, (await c.get_song(song.id)).title]
    out["none"] = await failing(c.get_song("segue:track:t:none"))
    out["similar"] = [s.artist for s in await c.get_similar_songs2(song.id, 5)]
    out["similar 1"] = [s.artist for s in await c.get_similar_songs(first.id, 5)]
    out["sonic"] = [[m.entry.artist, m.similarity] for m in await c.get_sonic_similar_tracks(song.id, 5)]
    out["path"] = len(await c.find_sonic_path(song.id, next(s.id for s in album.song if s.id != song.id), 6))
    out["top"] = [s.artist for s in await c.get_top_songs("Rock Artist 0", 3)]
    now = int(time.time())
    await c.scrobble(song.id, True, now - 300)
    await c.scrobble(song.id, True, now - 300)
    await c.scrobble(album.song[0].id, False)
    out["now"] = [[e.title, e.username, e.state] for e in await c.get_now_playing()]
    one, two = album.song[0], album.song[1]
    await c.report_playback(one.id, "song", 0, "starting")
    await c.report_playback(one.id, "song", 9_000, "playing")
    await c.report_playback(two.id, "song", 0, "starting")
    await c.report_playback(two.id, "song", 150_000, "paused")
    await c.report_playback(two.id, "song", 199_000, "stopped")
    await c.report_playback(two.id, "song", 190_000, "stopped", ignore_scrobble=True)
    await c.star([song.id], [album.id], [first.id])
    await c.unstar([song.id])
    starred = await c.get_starred2()
    out["starred"] = [len(starred.song or []), [a.name for a in starred.album], [a.name for a in starred.artist]]
    await c.set_rating(song.id, 5)
    await c.set_rating(one.id, 1)
    await c.create_playlist(name="Mine <&> \u202eyours", song_ids=[one.id, two.id, one.id])
    mine = (await c.get_playlists())[0]
    out["list"] = [mine.name, mine.song_count, mine.owner]
    await c.update_playlist(
        mine.id, name="Renamed", comment="of note", song_ids_to_add=[song.id], song_indices_to_remove=[0]
    )
    entries = await c.get_playlist(mine.id)
    out["changed"] = [entries.name, entries.comment, [e.id for e in entries.entry] == [two.id, one.id, song.id]]
    await c.create_playlist(playlist_id=mine.id, song_ids=[song.id])
    out["anew"] = [e.title for e in (await c.get_playlist(mine.id)).entry]
    await c.delete_playlist(mine.id)
    out["deleted"] = [len(await c.get_playlists()), await failing(c.get_playlist(mine.id))]
    for one in (by_token, wrong, *others.values()):
        await one.cleanup()
    print(json.dumps(out))


asyncio.run(main())
