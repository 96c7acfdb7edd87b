"""Pages that were shown are written within a moment, however many come, and none of whom was erased meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from segue.app import Service
from segue.core.events import Play
from segue.core.slates import Home
from segue.core.types import Context
from segue.store.decisions import read_slates
from segue.surfaces import impressions
from segue.surfaces.impressions import ImpressionWriter, Shown

PAGE = Shown("p", "t", "L0", 0, Home("p", (), ()), {})


def test_a_steady_stream_is_written_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impressions, "EVERY_S", 0.2)
    written: list[tuple[float, int]] = []

    def append(pages: Sequence[Shown]) -> None:
        written.append((time.monotonic(), len(pages)))

    writer, began = ImpressionWriter(append), time.monotonic()
    for _ in range(12):
        writer.put(PAGE)
        time.sleep(0.1)  # sooner than the time they are gathered for
    at_first = [at - began for at, _ in written]
    writer.close()
    assert len(at_first) >= 2, "a page waits for no more than those of its moment"
    assert at_first[0] < 1
    assert sum(n for _, n in written) == 12


def test_nothing_is_written_of_whom_was_erased_meanwhile(service: Service, now: Context) -> None:
    service.append([Play(id="x", listener="gone soon", item="segue:track:t:a0t0", at=now.now, ms_played=200_000)])
    pages = [
        replace(service.page(listener, now), number=service._begin(listener, now)[1])
        for listener in ("gone soon", "L0", "never heard of")
    ]
    service.erase("gone soon")
    service.log_pages(pages)
    assert set(read_slates(service.workspace.log, service.tenant).page) == {p.page for p in pages[1:]}
    assert service.workspace.catalogue.listener_number(service.tenant, "gone soon") is None
    service.log_pages(pages[:1])  # nothing is left to write
