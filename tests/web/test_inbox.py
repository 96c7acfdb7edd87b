"""The queue in front of the log: bounded, shared commits, and one request's failure is told to those it concerns."""

import asyncio
from typing import Any

import pytest

from segue.core.errors import WorkspaceError
from segue.core.events import Save
from segue.store.delivery import Batch, Taken
from segue.web.inbox import Full, Inbox
from segue.web.metrics import Metrics

EVENT = Save(id="1", listener="a", at=1, item="segue:track:1")


class SlowBackend:
    """Takes batches one commit after the other, and remembers how many shared each."""

    def __init__(self, broken: bool = False) -> None:
        self.commits: list[int] = []
        self.broken = broken

    async def take(self, batches):
        await asyncio.sleep(0.02)
        self.commits.append(len(batches))
        if self.broken:
            raise WorkspaceError("the disk is full")
        return [Taken(["accepted"] * b.rows, ()) for b in batches]


def inbox_over(backend: Any, **options: Any) -> Inbox:
    return Inbox(backend, Metrics(), **options)


def batch(n=1):
    return Batch([EVENT] * n, range(n))


def test_requests_that_come_during_a_commit_share_the_next():
    backend = SlowBackend()

    async def run():
        inbox = inbox_over(backend)
        return await asyncio.gather(*(inbox.put(batch(n)) for n in (3, 1, 2, 5)))

    taken = asyncio.run(run())
    assert [len(t.statuses) for t in taken] == [3, 1, 2, 5]
    assert sum(backend.commits) == 4
    assert len(backend.commits) <= 2


def test_what_finds_no_room_is_turned_away_and_room_comes_back():
    async def run():
        inbox = inbox_over(SlowBackend(), most=1_000)
        with inbox.room(900):
            with pytest.raises(Full) as full, inbox.room(200):
                pass
            assert 1 <= full.value.after <= 30
        with inbox.room(5_000):  # alone, even a large one is let in
            pass

    asyncio.run(run())


def test_a_request_holds_more_as_it_comes():
    async def run():
        inbox = inbox_over(SlowBackend(), most=1_000)
        with inbox.room() as first, inbox.room() as second:
            first(600)
            second(300)
            assert inbox.held == 900
            inbox.ask(100)
            for full in (lambda: inbox.ask(101), lambda: first(200), lambda: second(101)):
                with pytest.raises(Full):
                    full()
            assert inbox.held == 900, "what was refused is not held"
        assert inbox.held == 0
        with inbox.room(900) as alone:
            alone(5_000)
            with pytest.raises(Full), inbox.room(1):
                pass
        assert inbox.held == 0

    asyncio.run(run())


def test_a_disk_that_is_full_is_told_to_all_who_shared_the_commit():
    async def run():
        inbox = inbox_over(SlowBackend(broken=True))
        return await asyncio.gather(inbox.put(batch()), inbox.put(batch()), return_exceptions=True)

    assert all(isinstance(answer, WorkspaceError) for answer in asyncio.run(run()))


def test_a_full_server_answers_429_with_retry_after(client):
    inbox = client.app.state.tenants.own.inbox
    inbox._most = 100
    with inbox.room(100):
        answer = client.post("/v1/events", json=[{"type": "save"}])
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
    assert client.post("/v1/events", json=[{"type": "save"}]).status_code == 202
