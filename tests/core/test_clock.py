"""Clocks of the world, by zone and by country."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.clock import DAY_MS, HOUR_MS, MINUTE_MS, ZONES, ahead, at_clock, parse_clock, zone_of
from segue.core.errors import UsageError

JANUARY, JULY = 1_768_478_400_000, 1_784_116_800_000  # noon UTC, 2026


def test_every_country_has_a_zone_that_exists():
    for country, zone in ZONES.items():
        assert len(country) == 2
        assert country.isupper()
        assert ZoneInfo(zone)


def test_zones_and_their_summers():
    assert zone_of("se") == "Europe/Stockholm"
    assert zone_of("XX") == zone_of("") == "UTC"
    assert [ahead("Europe/Stockholm", t) for t in (JANUARY, JULY)] == [HOUR_MS, 2 * HOUR_MS]
    assert ahead("Asia/Kolkata", JULY) == 330 * MINUTE_MS
    assert ahead("", JULY) == ahead("UTC", JULY) == 0
    for zone in ("Mars/Olympus", "../../etc/passwd", "Europe"):
        with pytest.raises(UsageError, match="Europe/Stockholm"):
            ahead(zone, JULY)


@given(st.sampled_from(sorted(ZONES.values())), st.integers(0, 1439), st.integers(1_600_000_000_000, 1_900_000_000_000))
def test_the_clock_pretended_is_the_nearest_that_shows_it(zone, minutes, now):
    then = at_clock(now, zone, minutes)
    assert abs(then - now) <= DAY_MS // 2
    assert (then + ahead(zone, now)) % DAY_MS // MINUTE_MS == minutes


def test_times_of_day():
    assert [parse_clock(t) for t in ("8:30", "22", "0:00", " 07:05 ", "23:59")] == [510, 1320, 0, 425, 1439]
    for text in ("", "24:00", "8:3", "8:60", "noon", "-1", "8:30:00", "123"):
        with pytest.raises(UsageError, match="time of day"):
            parse_clock(text)
