"""What a share seen in so many rows may be in all the rows there will ever be.

Bounds after Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 1934. A share of values never seen is bounded by the values seen once, after Good, "The population
frequencies of species and the estimation of population parameters", Biometrika 1953.
"""

from __future__ import annotations

import math

from scipy.special import betaincinv

DOUBT = 0.001
"""Chance that a bound is wrong, were the rows drawn independently."""


def at_most(count: float, rows: int) -> float:
    """The largest share that `count` of `rows` leaves plausible."""
    return 1.0 if count >= rows else float(betaincinv(count + 1, rows - count, 1 - DOUBT))


def at_least(count: float, rows: int) -> float:
    """The least share that `count` of `rows` leaves plausible."""
    return 0.0 if count <= 0 else float(betaincinv(count, rows - count + 1, DOUBT))


def with_odds(share: float, factor: float) -> float:
    """The share whose odds are so many times higher: doubling takes 1 % to 2 %, 50 % to 67 %, 98 % to 99 %."""
    return share * factor / (1 - share + share * factor)


def upwards(value: float, digits: int = 2) -> float:
    """The next number with so many digits that is not smaller."""
    return -downwards(-value, digits)


def downwards(value: float, digits: int = 2) -> float:
    """The next number with so many digits that is not larger."""
    if value == 0 or not math.isfinite(value):
        return value
    places = digits - 1 - math.floor(math.log10(abs(value)))
    near = round(value, places)
    return near if near <= value else round(near - 10.0**-places, places)
