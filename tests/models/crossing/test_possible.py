"""What is tried depends on what is installed and on how many people took both."""

from __future__ import annotations

import pytest

from segue.models.crossing import _learning
from segue.models.crossing.network import CrossNetwork


def test_networks_need_people_and_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_learning, "find_spec", lambda name: object())
    assert _learning.possible(CrossNetwork.fewest) == ("network", "ridge")
    assert _learning.possible(CrossNetwork.fewest - 1) == ("ridge",)
    monkeypatch.setattr(_learning, "find_spec", lambda name: None)
    assert _learning.possible(10**6) == ("ridge",)
