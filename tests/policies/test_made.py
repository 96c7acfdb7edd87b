"""Policies as a setting names them."""

import pytest

from segue.core.errors import UnknownName, UsageError
from segue.policies import POLICIES, make_policy
from segue.policies.plackett_luce import PlackettLuce


@pytest.mark.parametrize("name", POLICIES)
def test_a_name_is_the_plug_in_with_its_defaults(name: str) -> None:
    assert repr(make_policy(name)) == repr(POLICIES[name]())


def test_parameters() -> None:
    assert make_policy("plackett-luce(temperature=0.2, even=0.05)") == PlackettLuce(0.2, 0.05)
    assert make_policy(" plackett_luce ( even = 1e-3 ) ") == PlackettLuce(even=0.001)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("luck", UnknownName, "plackett-luce"),
        ("plackett-luce(heat=1)", UnknownName, "temperature"),
        ("plackett-luce(temperature=hot)", UsageError, "0.1"),
        ("plackett-luce(", UsageError, "looks like"),
        ("", UsageError, "looks like"),
    ],
)
def test_what_is_wrong_is_named(text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        make_policy(text)
