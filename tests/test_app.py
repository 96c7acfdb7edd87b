"""The service over a planted workspace: what a listener meets, and that what they do counts at once."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from segue.app import Service, open_service
from segue.core.errors import NotReady, UnknownName, UsageError
from segue.core.events import Item, Play, Rating, Save, Skip
from segue.core.types import Context
from segue.runs.releases import Release, current_release, promote, write_release
from segue.store.decisions import read_slates
from segue.store.workspace import Workspace
from segue.surfaces.views import HomeView

NOW = 1_790_000_000_000
DAY_MS = 86_400_000


def cards(view: HomeView) -> list[str]:
    return [c.uri for s in view.shelves for c in s.cards]


def shelf(view: HomeView, key: str) -> list[str]:
    return [c.uri for s in view.shelves if s.key.partition(":")[0] == key for c in s.cards]


def play(item: str, listener: str = "L0", id: str = "now", at: int = NOW + 1000) -> Play:
    return Play(id=id, listener=listener, item=item, at=at, ms_played=200_000)


def rock(uri: str) -> bool:
    return int(uri.rpartition(":")[2].partition("t")[0][1:]) % 2 == 0


def test_home_has_the_taste_that_was_planted(service: Service, now: Context) -> None:
    for listener, is_rock in (("L0", True), ("L1", False)):
        view = service.home(listener, replace(now, clock=180))  # at three at night no occasion takes any cards
        assert view.known
        assert len(view.shelves) >= 6
        for key in ("made-for-you", "jump-back-in", "mix"):
            found = shelf(view, key)
            assert len(found) >= 3, key
            assert all(rock(uri) == is_rock for uri in found), key


def test_home_of_a_stranger_is_popular_and_not_empty(service: Service, now: Context) -> None:
    view = service.home("nobody at all", replace(now, clock=180))  # three at night, when no occasion takes any cards
    assert not view.known
    assert len(view.shelves) >= 3
    assert {s.key.partition(":")[0] for s in view.shelves} >= {"popular", "genre", "new-in-genres"}
    assert {rock(uri) for uri in cards(view) if ":track:" in uri} == {True, False}


def test_same_query_same_home_but_for_the_page(service: Service, now: Context) -> None:
    one, two = service.home("L4", now), service.home("L4", now)
    assert one.page != two.page
    assert (one.shelves, one.decision) == (two.shelves, two.decision)


def test_a_play_changes_the_next_home_without_training(service: Service, now: Context) -> None:
    before = service.home("L0", now)
    chosen = shelf(before, "made-for-you")[0]
    receipt = service.append([play(chosen)])
    assert receipt.accepted == 1
    after = service.home("L0", replace(now, now=NOW + 2000))
    assert chosen not in shelf(after, "made-for-you")
    assert chosen in shelf(after, "jump-back-in")
    assert any(s.title == f"Because you listened to {service.card(chosen).title}" for s in after.shelves)


def test_a_stranger_is_known_after_one_play(service: Service, now: Context) -> None:
    service.append([play("segue:track:t:a1t0", "new one")])
    view = service.home("new one", replace(now, now=NOW + 2000))
    assert view.known
    made = shelf(view, "made-for-you")
    assert made
    assert not any(rock(uri) for uri in made)


@pytest.mark.parametrize("hate", [False, True])
def test_what_is_skipped_twice_or_disliked_goes(service: Service, now: Context, hate: bool) -> None:
    item = shelf(service.home("L0", now), "made-for-you")[0]
    if hate:
        service.append([Rating(id="r", listener="L0", item=item, at=NOW + 1, value=-1)])
    else:
        service.append([Skip(id="s1", listener="L0", item=item, at=NOW + 1, ms_played=900)])
        assert item in cards(service.home("L0", replace(now, now=NOW + 5)))
        service.append([Skip(id="s2", listener="L0", item=item, at=NOW + 2, ms_played=900)])
    assert item not in cards(service.home("L0", replace(now, now=NOW + 5)))


def test_what_is_hidden_is_gone_at_once_and_for_good_until_it_is_taken_back(
    service: Service, now: Context, release_of: Callable[..., Release], tmp_path: Path
) -> None:
    """What a card's "Not for me" sends, of an item that was saved, and its undo."""
    item = shelf(service.home("L0", now), "jump-back-in")[0]

    def hide(value: float, at: int) -> None:
        service.append([Rating(id=f"r{at}", listener="L0", item=item, at=NOW + at, value=value)])

    def shown(after: int) -> bool:
        return item in cards(service.home("L0", replace(now, now=NOW + after)))

    service.append([Save(id="s", listener="L0", item=item, at=NOW + 1)])
    before = service.home("L0", replace(now, now=NOW + 5))
    hide(-1, 10)
    assert not shown(20)
    assert not shown(60 * DAY_MS)
    hide(0, 30)
    assert service.home("L0", replace(now, now=NOW + 5)).shelves == before.shelves
    hide(-1, 40)
    release_of(service.workspace.path, tmp_path / "models")
    assert service.reload()
    assert not shown(50)
    hide(0, 60)
    assert shown(70)


def test_a_save_shows_on_its_card(service: Service, now: Context) -> None:
    item = shelf(service.home("L0", now), "jump-back-in")[0]
    service.append([Save(id="s", listener="L0", item=item, at=NOW + 1)])
    view = service.home("L0", replace(now, now=NOW + 5))
    assert [c.saved for s in view.shelves for c in s.cards if c.uri == item] == [True]


def test_events_of_another_process_and_duplicates_count_once(service: Service, now: Context) -> None:
    item = shelf(service.home("L0", now), "made-for-you")[0]
    with Workspace.open(service.workspace.path) as other:
        other.log.append([play(item)])
    assert service.append([play(item)]).accepted == 0
    deadline = time.monotonic() + 30
    while service.history("L0", 1)[0].uri != item:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    number = service.workspace.catalogue.listener_number("default", "L0")
    assert number is not None
    trail = service._serving.listening._trails.trail(number)
    assert len(trail.items) == 1
    service.append([play(item, id="again", at=NOW + 2000)])
    service.history("L0", 1)  # whoever asks next is told
    assert len(trail.items) == 2


def test_an_item_newer_than_the_release_is_taken_but_not_shown(service: Service, now: Context) -> None:
    before = service.home("L0", now)
    service.workspace.catalogue.add("default", [Item(uri="segue:track:t:fresh", title="Fresh")])
    assert service.append([play("segue:track:t:fresh")]).accepted == 1
    assert cards(service.home("L0", now)) == cards(before)


@pytest.mark.parametrize("explore", [True, False])
def test_what_is_shown_is_logged_behind_the_request(service: Service, now: Context, explore: bool) -> None:
    folder = service.workspace.path
    (folder / "segue.toml").write_text(f"explore = {str(explore).lower()}\n")
    with open_service(folder) as opened:
        view = opened.home("L0", now, log_impressions=True)
        opened.home("L0", now)
    with Workspace.open(folder) as workspace:
        found = read_slates(workspace.log, "default")
        numbers = workspace.catalogue
        shown = [numbers.number("default", c.uri) for s in view.shelves for c in s.cards]
    assert set(found.page) == {view.page}
    assert found.row.tolist() == list(range(len(view.shelves)))
    assert found.shelf == tuple(s.key for s in view.shelves)
    assert found.items.tolist() == shown
    assert set(found.release) == {view.release}
    assert set(found.policy) == {"plackett-luce" if explore else "greedy"} == {view.decision.policy}
    whole = np.log(found.shelf_p).sum() + np.log(found.propensity).sum() + np.log(found.reason_p).sum()
    assert whole == pytest.approx(view.decision.log_propensity)
    assert (whole < 0) == explore
    assert found.context[0]["now"] == now.now


def test_a_share_of_listeners_keeps_popularity(service: Service, now: Context) -> None:
    folder = service.workspace.path
    (folder / "segue.toml").write_text("control = 0.5\n")
    with open_service(folder) as opened:
        policies = [opened.home(f"L{u}", now).decision.policy for u in range(30)]
        assert policies == [
            opened.home(f"L{u}", replace(now, now=NOW + 7 * 86_400_000)).decision.policy for u in range(30)
        ]
    assert 6 <= policies.count("popularity") <= 24
    assert set(policies) == {"popularity", "plackett-luce"}


def test_two_servers_make_the_same_page(service: Service, now: Context) -> None:
    folder = service.workspace.path
    (folder / "segue.toml").write_text("explore = true\n")
    with open_service(folder) as one, open_service(folder) as two:
        assert one.home("L3", now).shelves == two.home("L3", now).shelves
        later = replace(now, now=NOW + 3_600_000)
        assert one.home("L3", later).shelves != one.home("L3", now).shelves


def test_recommend_gives_the_models_order_without_what_was_taken(service: Service, now: Context) -> None:
    taken = {c.uri for c in service.history("L0", 100)}
    found = service.recommend("L0", "track", 20, context=now)
    assert len(found.items) == 20
    assert not taken & {c.uri for c in found.items}
    scores = [c.score for c in found.items]
    assert scores == sorted(scores, reverse=True)
    assert all(c.reason is not None and c.source == "model" for c in found.items)
    like = service.recommend("L0", "track", 5, ["segue:track:t:a1t0"], now)
    assert like.items
    assert not any(rock(c.uri) for c in like.items)
    assert service.recommend("nobody", n=5, context=now).items[0].reason.key == "popular"  # type: ignore[union-attr]  # it has one


def test_similar_by_uri_id_or_title(service: Service) -> None:
    one = service.similar("segue:track:t:a2t1", n=5)
    assert len(one) == 5
    assert all(rock(c.uri) for c in one)
    assert [c.uri for c in service.similar("Song 1 of 2", n=5)] == [c.uri for c in one]
    assert [c.uri for c in service.similar("a2t1", n=5)] == [c.uri for c in one]
    with pytest.raises(UnknownName, match="Song 9"):
        service.similar("Song 9")


def test_titles_listeners_and_cards(service: Service) -> None:
    found = service.search_titles("song 3", "track", 5)
    assert len(found) == 5
    assert all(c.title.startswith("Song 3") for c in found)
    assert service.search_titles("  ") == []
    assert service.listeners("L1", 3)[0].id.startswith("L1")
    assert len(service.listeners(limit=7)) == 7
    card = service.card("segue:track:t:a2t1")
    assert (card.id, card.kind, card.artists[0].name, card.genres) == ("a2t1", "track", "Rock Artist 2", ())
    with pytest.raises(UnknownName):
        service.card("segue:track:t:none")


def test_a_page_of_search_by_kind(service: Service) -> None:
    page = service.search_page("rock artist 2", None, 3)
    assert (page.by, page.kinds[0].kind, page.kinds[0].cards[0].title) == ("title", "artist", "Rock Artist 2")
    tracks = next(f for f in page.kinds if f.kind == "track")
    assert tracks.total > 3, "all that they made"
    assert len(tracks.cards) == 3
    alone = service.search_page("rock artist 2", "artist", 3)
    assert {f.kind: (f.total, bool(f.cards)) for f in alone.kinds} == {
        f.kind: (f.total, f.kind == "artist") for f in page.kinds
    }
    assert service.search_page("rokc artist 2", None, 3).meant == "rock artist 2"
    assert service.search_page("", None, 3).by == "popular"
    assert service.search_page("an artist of jazz", None, 3).kinds == ()
    while not service.words_ready():
        time.sleep(0.01)
    near = service.search_near("an artist of jazz", "track", 3)
    assert (near.by, len(near.kinds), len(near.kinds[0].cards)) == ("near", 1, 3)
    assert not any(rock(c.uri) for c in near.kinds[0].cards)


def test_an_item_and_what_belongs_to_it(service: Service) -> None:
    song = service.about("segue:track:t:a2t1")
    assert song.listeners > 0
    artist = service.about(song.card.artists[0].uri)
    (most_heard, *_) = artist.shelves
    assert (most_heard.key, song.card.uri in {c.uri for c in most_heard.cards}) == ("tracks", True)
    *own, like = song.shelves
    assert (like.key, all(rock(c.uri) for c in like.cards)) == ("like", True)
    others = {c.uri for shelf in own for c in shelf.cards}
    assert others | {song.card.uri} == {c.uri for c in most_heard.cards}
    with pytest.raises(UnknownName):
        service.about("segue:track:t:none")


def test_words_find_what_they_say(service: Service) -> None:
    for words, genre in (("jazz", 1), ("a slow jazz artist", 1), ("rock artist", 0)):
        found = service.recommend("nobody", "track", 8, words=words)
        assert [int(c.id[1:].split("t")[0]) % 2 for c in found.items] == [genre] * 8
        assert found.items[0].reason is not None
        assert found.items[0].reason.text == f"Close to {words}"
    assert service.search("song 3 of 2")[0].id == "a2t3", "titles first"
    assert {int(c.id[1:].split("t")[0]) % 2 for c in service.search("an artist of jazz", "track", 5)} == {1}


def test_without_a_space_words_are_refused(spaceless: Service) -> None:
    with pytest.raises(NotReady, match="places no words"):
        spaceless.recommend("L0", words="a slow jazz artist")
    assert spaceless.search("a slow jazz artist") == []
    assert spaceless.recommend("L0", words="").items


def test_kinds_exclusions_zones(service: Service, now: Context) -> None:
    view = service.home("L0", now, kinds=("show",))
    assert view.shelves
    assert all(":show:" in uri for uri in cards(view))
    without = service.home("L0", replace(now, exclude=("artist:segue:artist:t:a0", "kind:audiobook")))
    assert not any("t:a0t" in uri or ":audiobook:" in uri for uri in cards(without))
    with pytest.raises(UsageError, match="Europe"):
        service.home("L0", replace(now, zone="Nowhere/Land"))
    with pytest.raises(UsageError, match="tag:"):
        service.home("L0", replace(now, exclude=("christmas",)))


def test_a_new_release_is_taken_up_and_a_broken_one_is_not(
    service: Service, now: Context, tmp_path: Path, release_of: Callable[[Path, Path], Release]
) -> None:
    old = service.release
    service.append([play("segue:track:t:a1t0", "L0")])
    release = release_of(service.workspace.path, tmp_path / "models")
    assert service.reload()
    assert service.release == release.id != old
    assert not service.reload()
    history = [c.uri for c in service.history("L0")]
    assert history.count("segue:track:t:a1t0") == 1
    broken = msgspec.structs.replace(release.manifest, snapshot="gone", populations=())
    bad = write_release(service.workspace.path, broken, {})
    promote(service.workspace.path, "default", bad.id)
    assert not service.reload()
    assert service.release == release.id
    assert service.home("L0", now).shelves


def test_nothing_released_says_how(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "ws").close()
    with pytest.raises(NotReady, match="segue train"):
        open_service(tmp_path / "ws")


def test_serving_loads_no_training_code(planted: Path) -> None:
    code = (
        "import sys, json, segue.app; s = segue.app.open_service(sys.argv[1]); s.home('L0'); s.close(); "
        "print(json.dumps([m for m in sys.modules if m.startswith(('torch', 'segue.models', 'segue.jobs'))]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(planted)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_page_asked_for_again_is_the_same_under_another_id(service):
    who = service.listeners(limit=1)[0].id
    first, again = service.home(who), service.home(who)
    assert first.shelves == again.shelves
    assert first.page != again.page


def test_a_reload_under_way_never_mixes_releases(service, release_of, tmp_path):
    """Every answer is wholly of one release: its items and points stand together."""
    folder = service.workspace.path
    first = current_release(folder, "default")
    with Workspace.open(folder) as workspace:
        workspace.log.append([Play(id=f"n{i}", listener=f"L{i}", item=f"segue:track:t:a{i % 12}t{i % 8}",
                                   at=NOW + i, ms_played=200_000) for i in range(30)])  # fmt: skip
    second = release_of(folder, tmp_path / "more")
    assert second.id != first.id
    want = {}
    for release in (first, second):
        promote(folder, "default", release.id)
        with open_service(folder) as alone:
            view = alone.path("a0t1", "a1t2", n=8)
            want[release.id] = ([c.id for c in view.items], view.steps)
    assert want[first.id] != want[second.id]
    seen, wrong, stop = set[str](), list[object](), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            view = service.path("a0t1", "a1t2", n=8)
            seen.add(view.release)
            if ([c.id for c in view.items], view.steps) != want[view.release]:
                wrong.append(view)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for t in threads:
        t.start()
    for turn in range(6):
        promote(folder, "default", (first, second)[turn % 2].id)
        assert service.reload() or turn == 0
    stop.set()
    for t in threads:
        t.join()
    assert not wrong
    assert seen == {first.id, second.id}


def test_a_track_without_a_sound_has_no_clip(service: Service, now: Context) -> None:
    found = next(c for s in service.home("L0", now).shelves for c in s.cards if c.kind == "track")
    assert not found.clip
    with pytest.raises(UnknownName, match=r"no sound of .*simulated tracks"):
        service.clip(found.uri)


def test_activity_and_time_of_day_change_what_is_recommended(service: Service, now: Context) -> None:
    plain, calm, loud = (
        [c.uri for c in service.recommend("L0", n=20, context=replace(now, activity=what)).items]
        for what in ("", "wind down", "gym")
    )
    assert calm
    assert loud
    assert not set(calm) & set(loud), "what is calm is not energetic"
    assert plain not in (calm, loud)
    found = service.recommend("L0", context=replace(now, activity="winding down")).items
    assert {c.reason.text for c in found if c.reason} == {"Suits wind-down"}
    assert service.recommend("L0", context=replace(now, clock=480)).items
    with pytest.raises(UnknownName, match="morning, focus, workout"):
        service.recommend("L0", context=replace(now, activity="flying"))
    with pytest.raises(UnknownName, match="no activity"):
        service.home("L0", replace(now, activity="flying"))


def test_a_home_at_a_time_of_day_of_the_country(service: Service, now: Context) -> None:
    """Ten in the morning in Sweden, wherever the clock of the machine stands; without a clock it is half past three."""

    def keys(context: Context) -> set[str]:
        return {s.key for s in service.home("nobody", context).shelves}

    assert "good-morning" in keys(replace(now, clock=600))
    assert "good-morning" not in keys(now)
    assert "good-morning" not in keys(replace(now, clock=780))
