"""Two tenants of one workspace, served together."""

import json
import shutil

import pytest
from tests.web.quick import quick_passwords
from tests.web.tenants.door import MARK, Door, populate

from segue.runs.ledger import IMPORT, Ledger


@pytest.fixture(scope="module", autouse=True)
def quick():
    with pytest.MonkeyPatch.context() as patched:
        quick_passwords(patched)
        yield


@pytest.fixture(scope="module")
def released(planted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tenants") / "ws"
    shutil.copytree(planted, folder)
    populate(folder, tmp_path_factory.mktemp("theirs"))
    return folder


@pytest.fixture(scope="module")
def door(released, tmp_path_factory, new_client):
    folder = tmp_path_factory.mktemp("door") / "ws"
    shutil.copytree(released, folder)
    opened = Door(folder, new_client)
    with Ledger(folder / "runs") as ledger:
        for tenant, mark in MARK.items():
            run = ledger.begin(IMPORT, "", inputs=[f"{mark}.csv"], params={"format": "x", "tenant": tenant}, seed=0,
                               code="")  # fmt: skip
            (folder / "quarantine").mkdir(exist_ok=True)
            (folder / "quarantine" / f"{run}.jsonl").write_text(json.dumps({"line": 1, "reason": mark, "raw": ""}))
            ledger.end(run, "done", 0.1, result={"quarantine": f"{run}.jsonl", "quarantined": 1})
    for tenant, mark in MARK.items():
        wrong = {"type": "play", "listener": mark, "at": 0}
        assert opened.ask(tenant, "POST", "/v1/events", json=wrong).json()["rejected"]
    yield opened
    opened.close()
