"""Which numbers of a client never came, in one way along its stretches."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.events import Play
from segue.store.delivery import Batch, Rules, Sender, audit
from segue.store.delivery.audit import HOUR_MS, Audit, Gap, missing
from segue.store.delivery.intake import Intake
from segue.store.delivery.reading import read_rows
from segue.store.privacy import forget_listener
from segue.store.workspace import Workspace

T = "default"


class Counted(Sequence[tuple[int, int]]):
    """Stretches that count how often one is looked at."""

    def __init__(self, stretches: list[tuple[int, int]]) -> None:
        self.stretches, self.looked = stretches, 0

    def __getitem__(self, at: Any) -> Any:
        self.looked += 1
        return self.stretches[at]

    def __len__(self) -> int:
        return len(self.stretches)


def stretches_of(numbers: set[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for n in sorted(numbers):
        if out and out[-1][1] == n - 1:
            out[-1] = (out[-1][0], n)
        else:
            out.append((n, n))
    return out


@given(st.sets(st.integers(1, 60)), st.lists(st.integers(0, 12), max_size=12), st.integers(0, 20))
def test_hour_by_hour_it_is_what_looking_at_every_number_gives(came: set[int], steps: list[int], low: int):
    stretches, place = stretches_of(came), 0
    for step in steps:
        gaps, place = missing(stretches, low + 1, low + step, place)
        lost = set(range(low + 1, low + step + 1)) - came
        assert gaps == [Gap(a, b) for a, b in stretches_of(lost)]
        low += step


def test_a_season_of_hours_is_one_way_along_the_stretches():
    hours, each = 90 * 24, 10
    stretches = Counted([(20 * i + 1, 20 * i + 15) for i in range(1_000)])
    place = lost = 0
    for hour in range(hours):
        gaps, place = missing(stretches, hour * each + 1, (hour + 1) * each, place)
        lost += sum(g.last - g.first + 1 for g in gaps)
    assert lost == 999 * 5 + 5 + (hours * each - 20_000)
    assert stretches.looked <= 2 * hours + len(stretches)


def fill(workspace: Workspace, tenant: int, client: str, marks: dict[int, int], came: set[int]) -> None:
    with workspace.database.write() as connection:
        for hour, highest in marks.items():
            row = (tenant, client, hour * HOUR_MS, highest)
            connection.execute("INSERT INTO audit_hours VALUES (?, ?, ?, ?, 0, 0)", row)
        for first, last in stretches_of(came):
            connection.execute("INSERT INTO audit_stretches VALUES (?, ?, ?, ?)", (tenant, client, first, last))


def test_of_very_many_hours_the_newest_are_told_whole(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    with workspace.database.write():
        tenant = workspace.database.tenant(T, create=True)
    for client, marks in (("a", {1: 3, 2: 6, 3: 6, 4: 9}), ("b", {2: 4, 4: 8}), ("c", {3: 5})):
        fill(workspace, tenant, client, marks, {1, 2, 4, 5, 8})
    whole = Audit(workspace.database, T).hours()
    assert [(h.client, h.hour // HOUR_MS, h.produced, h.delivered) for h in whole] == [
        ("a", 1, 3, 2), ("a", 2, 3, 2), ("a", 3, 0, 0), ("a", 4, 3, 1), ("b", 2, 4, 3), ("b", 4, 4, 2), ("c", 3, 5, 4),
    ]  # fmt: skip
    for most, first in ((7, 0), (6, 2), (5, 3), (4, 3), (3, 4), (2, 4)):
        monkeypatch.setattr(audit, "MOST_HOURS", most)
        assert Audit(workspace.database, T).hours() == [h for h in whole if h.hour >= first * HOUR_MS]
        assert Audit(workspace.database, T).hours("b", 3 * HOUR_MS) == [whole[5]]


def test_clients_are_counted_as_they_come_and_go(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "MAX_CLIENTS", 3)
    intake = Intake(workspace, T)

    def batch(client: str) -> Batch:
        row = b'{"type": "like", "client": "%s"}' % client.encode()
        return read_rows([row], "event", T, Rules(), Sender(client, 1, 1))

    with workspace.database.write():
        tenant = workspace.database.tenant(T, create=True)
    fill(workspace, tenant, "of-before", {1: 1, 2: 2}, {1, 2})  # by a program that counted them each time

    def clients() -> set[str]:
        return {hour.client for hour in intake.audit.hours()}

    for name in ("one", "one", "two", "three", "two"):
        intake.take([batch(name)])
    assert clients() == {"of-before", "one", "two"}
    workspace.log.append([Play(id="x", listener="one", at=1, item="segue:track:1", ms_played=1)])
    forget_listener(workspace, T, "one")
    for name in ("three", "four"):
        intake.take([batch(name)])
    assert clients() == {"of-before", "two", "three"}
