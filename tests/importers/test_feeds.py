"""Podcast feeds and lists of them."""

import contextlib
import runpy
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from segue.core.errors import InputError
from segue.core.events import Bad, Follow, Item
from segue.importers import IMPORTERS
from segue.importers._feed import feed, guid_of, plain
from segue.jobs.ingest import ingest
from segue.store.workspace import Workspace
from segue.web.compat._episodes import told

SAMPLE = runpy.run_path(str(Path(__file__).parent / "samples" / "feeds.py"))
ITEM, OPML, OUTLINE, RSS = (SAMPLE[name] for name in ("ITEM", "OPML", "OUTLINE", "RSS"))
CAFE = "https://example.org/cafe.xml"


def items(text: str, address: str = "") -> dict[str, Item]:
    return {one.title: one for one in feed(text.encode(), address) if isinstance(one, Item)}


def test_what_a_feed_says():
    found = items(RSS.format(ITEM.format(1)))
    show, episode, host = found["Café Talk"], found["Nr 1"], found["Ann"]
    assert show.uri == f"segue:show:podcast:{guid_of(CAFE)}"
    assert (show.description, show.genres, show.language, show.artists) == (
        "About coffee.",
        ("Arts",),
        "en",
        (host.uri,),
    )
    assert set(show.same_as) == {f"feed:{CAFE}", f"podcast:{guid_of(CAFE)}"}
    assert (episode.album, episode.artists, episode.duration_ms) == (show.uri, show.artists, 3_721_000)
    assert episode.released == 1_672_650_000_000
    assert episode.same_as == ("enclosure:https://example.org/1.mp3",)


def test_the_guid_of_a_feed_is_that_of_the_specification():
    """The example that the podcast namespace gives."""
    assert guid_of("https://mp3s.nashownotes.com/pc20rss.xml") == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert guid_of("http://mp3s.nashownotes.com/pc20rss.xml/") == guid_of("https://mp3s.nashownotes.com/pc20rss.xml")


def test_a_stated_guid_comes_first_and_the_address_of_the_import_before_the_feeds_own():
    stated = "<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>"
    show = items(RSS.format(stated), "https://other.org/feed")["Café Talk"]
    assert show.uri.endswith("9b024349-ccf0-5f69-a609-6b82873eab3c")
    assert "feed:https://other.org/feed" in show.same_as


@pytest.mark.parametrize(
    ("block", "listed"),
    [
        ("<podcast:block>yes</podcast:block>", False),
        ('<podcast:block id="segue"> Yes </podcast:block>', False),
        ('<podcast:block id="spotify">yes</podcast:block>', True),
        ('<podcast:block>no</podcast:block><podcast:block id="deezer">yes</podcast:block>', True),
        ("<itunes:block>Yes</itunes:block>", False),
        ("<itunes:block>no</itunes:block>", True),
    ],
)
def test_what_is_to_be_on_no_list_is_on_none(block, listed):
    text = RSS.format(block + ITEM.format(1))
    if listed:
        assert "Nr 1" in items(text)
    else:
        with pytest.raises(ValueError, match="asks not to be listed"):
            items(text)


def test_an_episode_that_is_to_be_on_no_list_is_quarantined_and_the_others_are_read():
    blocked = ITEM.format(2).replace("</item>", "<itunes:block>yes</itunes:block></item>")
    records = list(feed(RSS.format(ITEM.format(1) + blocked + ITEM.format(3)).encode()))
    assert [r.title for r in records if isinstance(r, Item)][2:] == ["Nr 1", "Nr 3"]
    assert [r.raw for r in records if isinstance(r, Bad)] == ["Nr 2"]


@pytest.mark.parametrize(
    ("said", "explicit"), [("true", True), ("yes", True), ("false", False), ("clean", False), ("no", False)]
)
def test_explicit_as_feeds_say_it(said, explicit):
    assert items(RSS.format(f"<itunes:explicit>{said}</itunes:explicit>"))["Café Talk"].explicit is explicit


@pytest.mark.parametrize("document", ["", "{}", "<html><body>No feed</body></html>", "<rss><channel></channel></rss>"])
def test_what_is_no_feed_says_so(document):
    with pytest.raises(ValueError, match="not a feed"):
        items(document)


def test_a_feed_that_is_no_xml_is_read_as_far_as_it_goes():
    text = RSS.format(ITEM.format(1) + "<item><title>Tea & Cake</title><guid>g2</guid></item>").replace("</rss>", "")
    assert {"Nr 1", "Tea & Cake"} <= items(text).keys()


def test_own_entities_are_refused():
    with pytest.raises(ValueError, match="entities"):
        items('<!DOCTYPE rss [<!ENTITY a "ha">]>' + RSS.format(""))


def test_markup_becomes_plain_text():
    assert plain("<p>One &amp; two<br>three</p><script>alert(1)</script>") == "One & two\nthreealert(1)"
    assert plain("no markup") == "no markup"


def test_an_atom_feed(read):
    text = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><id>x</id><entry><title>E</title><id>urn:1</id>
    <link rel="enclosure" href="https://example.org/a.mp3"/><published>2023-01-02T10:00:00Z</published></entry></feed>"""
    records = read("feeds", text, file="a.atom")
    assert [r.title for r in records] == ["A", "E"]
    assert records[1].released == 1_672_653_600_000


def test_a_list_may_name_feeds_as_apps_do(read):
    text = OPML.format(
        OUTLINE.format(1).replace("https://", "feed://") + OUTLINE.format(2).replace("https:", "javascript:")
    )
    (show,) = read("feeds", text, fetch=False)
    assert "feed:http://example.org/show1.xml" in show.same_as


def test_a_list_that_is_not_fetched_keeps_its_shows_and_its_reader(read):
    records = read("feeds", OPML.format(OUTLINE.format(1) * 2 + OUTLINE.format(2)), listener="me", fetch=False)
    assert [r.title for r in records if isinstance(r, Item)] == ["Show 1", "Show 2"]
    follows = [r for r in records if isinstance(r, Follow)]
    assert [f.item for f in follows] == [r.uri for r in records if isinstance(r, Item)]
    assert {f.at for f in follows} == {1_672_653_600_000}


@pytest.fixture
def feeds():
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            body = RSS.format(ITEM.format(1)).encode()
            self.send_response(200 if self.path == "/show1.xml" else 404)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_feeds_of_a_list_are_fetched_and_one_that_is_gone_is_still_followed(read, feeds):
    text = OPML.format(OUTLINE.format(1) + OUTLINE.format(2)).replace("https://example.org", feeds)
    records = read("feeds", text, listener="me", private=True)
    assert [r.title for r in records if isinstance(r, Item)] == ["Ann", "Café Talk", "Nr 1", "Show 2"]
    assert [r.item for r in records if isinstance(r, Follow)] == [
        r.uri for r in records if isinstance(r, Item) and ":show:" in r.uri
    ]
    (bad,) = (r for r in records if isinstance(r, Bad))
    assert "404" in bad.reason
    assert f"{feeds}/show2.xml" in bad.reason


def test_a_list_leads_to_no_private_network_unless_it_may(read, feeds):
    records = read("feeds", OPML.format(OUTLINE.format(1)).replace("https://example.org", feeds))
    assert [r.title for r in records if isinstance(r, Item)] == ["Show 1"]
    (bad,) = (r for r in records if isinstance(r, Bad))
    assert "import_private" in bad.reason or "private" in bad.reason


def test_what_an_app_told_of_an_episode_is_of_the_imported_one(tmp_path):
    """A podcast app names a feed and a file by their addresses, before or after the feed is imported."""
    action = {"podcast": CAFE, "episode": "https://example.org/1.mp3", "action": "play", "position": 60, "started": 0,
              "total": 3_721, "timestamp": "2024-01-01T10:00:00"}  # fmt: skip
    events, facts = told("me", [action])
    path = tmp_path / "cafe.xml"
    path.write_text(RSS.format(ITEM.format(1)))
    with Workspace.create(tmp_path / "ws") as workspace:
        workspace.log.append(events, facts, tenant="default")
        done = ingest(workspace, "feeds", IMPORTERS["feeds"](), path, "default")
        assert (done.items, done.merged, done.quarantined) == (3, 2, 0)
        catalogue = workspace.catalogue
        played = catalogue.number("default", next(one.uri for one in facts if ":episode:" in one.uri))
        imported = catalogue.number("default", f"segue:episode:podcast:{guid_of(CAFE)}/g1")
        assert played is not None
        assert imported is not None
        assert catalogue.current(played) == catalogue.current(imported)
        again = ingest(workspace, "feeds", IMPORTERS["feeds"](), path, "default")
        assert (again.items, again.events) == (0, 0)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        list(IMPORTERS["feeds"]().read(Path(tmp_path / "nowhere.xml")))
