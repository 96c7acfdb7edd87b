"""When more pages are asked for than can be made, and when no longer."""

from __future__ import annotations

from segue.surfaces.home.told import PageMade
from segue.web.pressure import Pressure
from segue.web.service import Backend

NEW, KEPT, LAST = PageMade(False, took=0.03), PageMade(kept=True), PageMade(False, last=True)
SHORT = PageMade(False, took=0.006, short=True)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(pressure: Pressure, clock: Clock, made: PageMade, rate: float, seconds: float, waiting: int = 1) -> None:
    for _ in range(int(rate * seconds)):
        clock.now += 1 / rate
        pressure.page(made, waiting)


def test_one_who_asks_without_end_does_not_press() -> None:
    clock = Clock()
    pressure = Pressure(clock)
    ask(pressure, clock, NEW, 33, 60)
    assert not pressure()


def test_those_who_wait_too_long_do_and_it_ends_when_all_could_be_made() -> None:
    clock = Clock()
    pressure = Pressure(clock)
    ask(pressure, clock, NEW, 30, 5, waiting=4)
    assert not pressure()  # .12 s
    ask(pressure, clock, NEW, 30, 1, waiting=6)
    assert pressure()  # .18 s
    ask(pressure, clock, LAST, 50, 60)  # 1.5 cores, if they were made
    assert pressure()
    ask(pressure, clock, LAST, 10, 30)  # .3
    assert not pressure()


def test_short_pages_do_not_end_it() -> None:
    """Or whole ones would be made again, which begins it: every few seconds."""
    clock = Clock()
    pressure = Pressure(clock)
    ask(pressure, clock, NEW, 30, 1, waiting=6)
    ask(pressure, clock, SHORT, 50, 60)  # .3 of a core as they are
    assert pressure()
    ask(pressure, clock, SHORT, 10, 30)
    assert not pressure()


def test_it_ends_when_nobody_asks() -> None:
    clock = Clock()
    pressure = Pressure(clock)
    ask(pressure, clock, NEW, 30, 0.2, waiting=50)  # six pages were given: too few to tell a rate by
    clock.now += 9
    assert pressure()
    clock.now += 2
    assert not pressure()


def test_pages_that_were_just_made_are_nobodys_burden() -> None:
    clock = Clock()
    pressure = Pressure(clock)
    ask(pressure, clock, NEW, 10, 1)
    ask(pressure, clock, KEPT, 500, 10, waiting=3)
    assert not pressure()
    ask(pressure, clock, KEPT, 500, 1, waiting=50)  # it begins, since they wait
    clock.now += 10
    assert not pressure()  # and ends, since none of them has to be made


def test_a_service_is_told_and_asked(service) -> None:
    backend = Backend(lambda: service)
    told: list[PageMade] = []
    backend.on_page = told.append
    backend.open()
    assert service.pressed is backend.pressure
    service.on_page(NEW)
    assert told == [NEW]
    backend.close()
