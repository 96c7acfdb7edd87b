"""What a delivery is answered, the same by a workspace in a file and by one in PostgreSQL."""

import time

import msgspec

from segue.core.events import Item, Play
from segue.store.delivery import Rules, Sender
from segue.store.delivery.audit import HOUR_MS, Gap
from segue.store.delivery.intake import Intake
from segue.store.delivery.reading import read_rows
from segue.store.privacy import forget_listener
from segue.store.workspace import Workspace

T = "default"
DAY = 86_400_000


def row(id: str, at: int | None = None, listener: str = "somebody", item: str = "segue:track:1") -> bytes:
    at = int(time.time() * 1000) if at is None else at
    return msgspec.json.encode(Play(id=id, listener=listener, at=at, item=item, ms_played=1))


def test_each_row_has_its_verdict_and_bad_ones_are_kept(workspace: Workspace):
    intake, now = Intake(workspace, T), int(time.time() * 1000)
    rules = Rules(late_ms=10 * DAY)
    rows = [
        row("a"), row("a"), row("late", now - 9 * DAY), row("later", now - 11 * DAY), row("future", now + DAY), b"{}",
        row("b", item="no uri"),
    ]  # fmt: skip
    batch = read_rows(rows, "event", T, rules, Sender("phone", 1, 7))
    (taken,) = intake.take([batch])
    assert list(taken.statuses) == ["accepted", "duplicate", "accepted", *["refused"] * 4]
    again, other = intake.take([read_rows([row("a"), row("c")], "event", T, rules, Sender()), batch])
    assert list(again.statuses) == ["duplicate", "accepted"]
    assert list(other.statuses)[:3] == ["duplicate"] * 3
    assert workspace.log.read(T, columns=["id"])["id"].to_pylist() == ["late", "a", "c"]
    letters = intake.dead.listed()
    assert [letter.times for letter in letters] == [2] * 4
    assert intake.dead.counts() == (4, 0)
    (hour,) = intake.audit.hours("phone")
    assert (hour.produced, hour.delivered, hour.duplicates, hour.refused) == (7, 7, 1 + 3, 8)
    assert intake.dead.drop([letters[0].id, letters[1].id, 999]) == 2


def test_the_audit_of_the_last_hour_goes_on_where_the_one_before_ended(workspace: Workspace):
    intake, now = Intake(workspace, T), int(time.time() * 1000)
    before = [row("a", now - 3 * HOUR_MS), row("b", now - 3 * HOUR_MS)]
    intake.take([read_rows(before, "event", T, Rules(), Sender("phone", 1, 2))])
    intake.take([read_rows([row("c", now)], "event", T, Rules(), Sender("phone", 4, 4))])
    assert [(h.produced, h.delivered) for h in intake.audit.hours()] == [(2, 2), (2, 1)]
    (hour,) = intake.audit.hours(since=now)
    assert (hour.produced, hour.delivered, hour.gaps) == (2, 1, (Gap(3, 3),))
    assert intake.audit.hours(since=now + HOUR_MS) == []


def test_the_oldest_dead_letters_go_and_are_counted(workspace: Workspace):
    intake = Intake(workspace, T)
    intake.dead._most = 3
    for i in range(5):
        intake.take([read_rows([b'{"bad": %d}' % i], "event", T, Rules(), Sender())])
    assert [letter.raw for letter in intake.dead.listed()] == [b'{"bad": %d}' % i for i in (4, 3, 2)]
    assert intake.dead.counts() == (3, 2)


def test_a_song_that_is_known_by_name_is_the_catalogues(workspace: Workspace):
    for space, title in (("lib", "Halo"), ("named", "HALO (feat. Nobody) - Remastered 2009")):
        artist = Item(uri=f"segue:artist:{space}:1", title="Beyoncé" if space == "lib" else "beyonce")
        song = Item(uri=f"segue:track:{space}:1", title=title, artists=(artist.uri,))
        workspace.catalogue.add(T, [artist, song])
    assert {m.why.split(" '")[0] for m in workspace.catalogue.merges(T)} == {"same name", "same artist and title"}
    first, second = (workspace.catalogue.number(T, f"segue:track:{space}:1") for space in ("lib", "named"))
    assert first == second
    assert workspace.catalogue.find(T, "hALO") == [first]


def test_what_failed_within_a_transaction_leaves_nothing(workspace: Workspace):
    workspace.log.append([Play(id="0", listener="u", at=1, item="segue:track:1", ms_played=1)])
    try:
        with workspace.database.write():
            workspace.log.append([Play(id="1", listener="new", at=1, item="segue:track:9", ms_played=1)])
            raise RuntimeError
    except RuntimeError:
        pass
    assert workspace.log.count(T) == workspace.log.last_seq == 1
    assert workspace.catalogue.listener_number(T, "new") is None
    assert workspace.log.append([Play(id="1", listener="new", at=1, item="segue:track:9", ms_played=1)]).items_new == 1


def test_a_listener_is_forgotten_with_letters_and_clients(workspace: Workspace):
    intake = Intake(workspace, T)
    sender = Sender("client-of-somebody-else", 1, 1)
    intake.take(
        [read_rows([row("a", listener="somebody-else"), b'{"listener": "somebody-else"}'], "event", T, Rules(), sender)]
    )
    intake.take([read_rows([row("b"), b"{}"], "event", T, Rules(), Sender("other", 1, 2))])
    forgotten = forget_listener(workspace, T, "somebody-else")
    assert forgotten.events == 1
    assert [letter.raw for letter in intake.dead.listed()] == [b"{}"]
    assert {hour.client for hour in intake.audit.hours()} == {"other"}
    assert workspace.log.count(T) == 1
