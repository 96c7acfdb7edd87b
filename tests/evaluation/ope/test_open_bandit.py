"""Open Bandit files as they are published: recognized by their columns, the place becomes the slot."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from segue.core.errors import InputError
from segue.evaluation.ope.open_bandit import is_open_bandit, read_open_bandit

ROWS = """,timestamp,item_id,position,click,propensity_score,user_feature_0,user-item_affinity_0
0,2019-11-24 00:00:34.762830+00:00,7,3,0,0.0125,aa,0.0
1,2019-11-24 00:00:35.5+00:00,2,1,1,0.5,bb,0.0
2,2019-11-24 00:00:36+00:00,2,top,1,0.5,bb,0.0
3,2019-11-24 00:00:37+00:00,2,2,1,0.0,aa,0.0
"""


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    folder = tmp_path / "random" / "men"
    folder.mkdir(parents=True)
    (folder / "men.csv.gz").write_bytes(gzip.compress(ROWS.encode()))
    (folder / "item_context.csv").write_text(",item_id,item_feature_0\n0,0,-0.5\n")
    return folder


def test_a_campaign(campaign: Path) -> None:
    for path in (campaign, campaign / "men.csv.gz"):
        assert is_open_bandit(path)
        found = read_open_bandit(path)
        log = found.log
        assert log.pages == 2
        assert [log.actions[a] for a in log.action] == ["7", "2"]
        assert log.slot.tolist() == [2, 0]
        assert log.propensity.tolist() == [0.0125, 0.5]
        assert log.reward.tolist() == [0, 1]
        assert log.at.tolist() == [1574553634762, 1574553635500]
        assert log.context_names == ("x_user_feature_0=bb",)
        assert sorted(found.rejected.values()) == [1, 1]


def test_other_tables_are_not_taken_for_it(campaign: Path, tmp_path: Path) -> None:
    assert not is_open_bandit(campaign / "item_context.csv")
    with pytest.raises(InputError, match="name one of: random"):
        is_open_bandit(tmp_path)
