from pathlib import Path

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:podcast="https://podcastindex.org/namespace/1.0"
 xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Café Talk</title><atom:link href="https://example.org/cafe.xml" rel="self"/><language>en-us</language>
<itunes:author>Ann</itunes:author><itunes:category text="Arts"/>
<description>About &lt;b&gt;coffee&lt;/b&gt;.</description>
{}</channel></rss>"""
ITEM = """<item><title>Nr {0}</title><guid isPermaLink="false">g{0}</guid>
<enclosure url="https://example.org/{0}.mp3" type="audio/mpeg" length="1"/>
<itunes:duration>1:02:0{0}</itunes:duration><pubDate>Mon, 02 Jan 2023 10:00:00 +0100</pubDate></item>
"""
OPML = """<opml version="2.0"><head><title>Mine</title>
<dateCreated>Mon, 02 Jan 2023 10:00:00 GMT</dateCreated></head><body>
{}</body></opml>"""
OUTLINE = """<outline type="rss" text="Show {0}" xmlUrl="https://example.org/show{0}.xml"/>
"""


def make(folder: Path):
    (folder / "cafe.xml").write_text(RSS.format("".join(ITEM.format(n) for n in range(4))))
    (folder / "mine.opml").write_text(OPML.format("".join(OUTLINE.format(n) for n in range(3))))
    return folder, {"listener": "me", "fetch": False}
