"""What listeners do counts at once, without training."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.app.planted import DAY_MS, NOW, cards, play, rock, shelf

from segue.app import Service
from segue.core.events import Rating, Save, Skip
from segue.core.types import Context
from segue.runs.releases import Release
from segue.store.workspace import Workspace


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
    trails = service._serving.listening._trails
    assert len(trails.taken(number)[0]) == 1
    service.append([play(item, id="again", at=NOW + 2000)])
    service.history("L0", 1)  # whoever asks next is told
    assert len(trails.taken(number)[0]) == 2
