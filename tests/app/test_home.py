"""Home over a planted workspace: the taste that was planted, again and again, and logged as it was shown."""

from dataclasses import replace

import numpy as np
import pytest
from tests.app.planted import NOW, cards, rock, shelf

from segue.app import Service, open_service
from segue.core.errors import UsageError
from segue.core.types import Context
from segue.store.decisions import read_slates
from segue.store.workspace import Workspace


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


def test_a_page_asked_for_again_is_the_same_under_another_id(service):
    who = service.listeners(limit=1)[0].id
    first, again = service.home(who), service.home(who)
    assert first.shelves == again.shelves
    assert first.page != again.page


def test_a_home_at_a_time_of_day_of_the_country(service: Service, now: Context) -> None:
    """Ten in the morning in Sweden, wherever the clock of the machine stands; without a clock it is half past three."""

    def keys(context: Context) -> set[str]:
        return {s.key for s in service.home("nobody", context).shelves}

    assert "good-morning" in keys(replace(now, clock=600))
    assert "good-morning" not in keys(now)
    assert "good-morning" not in keys(replace(now, clock=780))
