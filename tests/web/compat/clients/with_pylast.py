"""pylast against another address: URL API_KEY SECRET USER PASSWORD. It knows https only: its transport is told http."""

import json
import re
import sys
import time

import httpx2
import pylast

url, api_key, secret, user, password = sys.argv[1:]
host = url.removeprefix("http://")


class Plain(httpx2.HTTPTransport):
    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


def network(**how):
    made = pylast.LastFMNetwork(api_key=api_key, api_secret=secret, **how)
    made.ws_server, made.limit_rate = (host, "/2.0/"), False
    made.proxy = {"https://": Plain(), "http://": Plain()}
    return made


def failing(call):
    try:
        call()
    except pylast.WSError as e:
        return e.get_id()
    return "fine"


out = {}
plain = network()
generator = pylast.SessionKeyGenerator(plain)
out["wrong password"] = failing(lambda: generator.get_session_key(user, pylast.md5("wrong")))
session = generator.get_session_key(user, pylast.md5(password))
net = network(session_key=session, username=user)
net.proxy = {"https://": Plain()}
out["wrong session"] = failing(lambda: network(session_key="x").update_now_playing("a", "b"))
forged = network(session_key=session)
forged.api_secret = "another"
out["forged"] = failing(lambda: forged.update_now_playing("a", "b"))

now = int(time.time())
net.scrobble("rock artist 0", "SONG 2 of 0", now - 500, album="Whatever", duration=200)
net.scrobble("rock artist 0", "SONG 2 of 0", now - 500, album="Whatever", duration=200)
net.scrobble_many([
    {"artist": "Nöbody & Co <x>", "title": f"Song é {i}", "timestamp": now - 9_000 + 60 * i, "album": "Été"}
    for i in range(60)
])  # fmt: skip
net.scrobble("Early", "Bird", 5)
net.update_now_playing("Rock Artist 0", "Song 1 of 0", duration=200)
me = net.get_user(user)
recent = me.get_recent_tracks(limit=20, cacheable=False)
out["recent"] = [[t.track.artist.name, t.track.title, t.album, int(t.timestamp) - now] for t in recent[:3]]
playing = me.get_now_playing()
out["playing"] = [playing.artist.name, playing.title]
net.get_track("Rock Artist 0", "Song 5 of 0").love()
net.get_track("Rock Artist 0", "Song 6 of 0").love()
net.get_track("Rock Artist 0", "Song 6 of 0").unlove()
out["loved"] = [[t.track.artist.name, t.track.title] for t in me.get_loved_tracks(limit=10)]

web = network()
address = pylast.SessionKeyGenerator(web)._get_web_auth_token()
out["not yet"] = failing(lambda: pylast.SessionKeyGenerator(web).get_web_auth_session_key("", address))
form = {"token": address, "user": user, "key": password}
page = httpx2.post(f"{url}/api/auth", data=form | {"key": "wrong"})
out["no consent"] = page.status_code
page = httpx2.get(f"{url}/api/auth", params={"api_key": api_key, "token": address})
out["page"] = re.findall(r'name="(\w+)"', page.text)
page = httpx2.post(f"{url}/api/auth", data=form)
out["consent"] = page.status_code
key, name = pylast.SessionKeyGenerator(web).get_web_auth_session_key_username("", address)
out["name"] = name
network(session_key=key).scrobble("Web", "Auth", now - 20)
print(json.dumps(out))
