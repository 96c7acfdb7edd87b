"""mygpoclient against another address: URL USER KEY."""

import json
import sys

from mygpoclient import api, http

url, user, key = sys.argv[1:]
out = {}
client = api.MygPodderClient(user, key, url)
try:
    api.MygPodderClient(user, "wrong", url).get_devices()
except http.Unauthorized:
    out["wrong"] = "refused"
out["named"] = client.update_device_settings("phone", caption="My Phone", type="mobile")
feeds = [f"https://feeds.example.org/{n}.xml" for n in range(3)]
first = client.update_subscriptions("phone", [*feeds, "  http://a.example/feed ", "ftp://b.example/x"], [])
out["rewritten"] = first.update_urls
second = client.update_subscriptions("phone", [], feeds[:1])
pulled = client.pull_subscriptions("phone", first.since)
out["since"] = [pulled.add, pulled.remove]
pulled = client.pull_subscriptions("phone")
out["all"] = [sorted(pulled.add), pulled.remove]
out["list"] = sorted(client.get_subscriptions("phone"))
out["put"] = client.put_subscriptions("tablet", feeds)
out["devices"] = sorted((d.device_id, d.caption, d.type, d.subscriptions) for d in client.get_devices())

episode = "https://cdn.example.org/1.mp3?a=b&c=%20é"
play = api.EpisodeAction(feeds[1], episode, "play", "phone", "2026-03-01T10:00:00", 10, 1210, 1212)
since = client.upload_episode_actions([
    play, api.EpisodeAction(feeds[1], episode, "download", "phone", "2026-03-01T09:00:00"),
    api.EpisodeAction(feeds[2], "https://cdn.example.org/2.mp3", "play", "tablet", "2026-03-01T11:00:00", 0, 12, 3600),
])  # fmt: skip
client.upload_episode_actions([play])
found = client.download_episode_actions(0)
out["actions"] = [[a.podcast, a.episode, a.action, a.device, a.timestamp, a.started, a.position, a.total]
                  for a in found.actions]  # fmt: skip
out["later"] = len(client.download_episode_actions(since).actions)
out["of one"] = len(client.download_episode_actions(0, device_id="tablet").actions)
out["of a feed"] = len(client.download_episode_actions(0, podcast=feeds[1]).actions)
print(json.dumps(out))
