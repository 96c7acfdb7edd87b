"""The evaluation page in a real browser: it fits a phone, says nothing to the console and fetches nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from segue.core.types import Kind
from segue.evaluation.evaluate import Protocol, Result
from segue.evaluation.leaderboard import compare
from segue.evaluation.report import as_html

NAMES = ("popular", "ease", "a model with a name as long as anybody would ever write it", "<b>bold</b>")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    protocol = Protocol("split by hand", "drop", "mid", "count", "data", Kind.TRACK, 200, 60, 900, 200, 0, 0)
    history, owners = rng.integers(1, 40, 200), np.arange(1, 201, dtype=np.int32)
    results = {}
    for name in NAMES:
        per_owner = {"ndcg@10": rng.random(200), "mrr": rng.random(200), "novelty@10": np.full(200, np.nan)}
        means = {
            "ndcg@10": float(per_owner["ndcg@10"].mean()),
            "mrr": 0.5,
            "novelty@10": float("nan"),
            "coverage@10": 0.4,
        }
        results[name] = Result(protocol, (10,), means, per_owner, owners, history, 0.1)
    out = tmp_path_factory.mktemp("board") / "board.html"
    out.write_text(as_html(compare(results), "A title " * 12, "segue evaluate " + "--long " * 30))
    return out


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "shown"), [(320, "phone"), (390, "phone"), (820, "desk"), (1280, "full")])
def test_it_fits_and_is_quiet(browser: Browser, page_file: Path, scheme: str, width: int, shown: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # a plain str
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: said.append(m.text))
    page.on("request", lambda r: asked.append(r.url))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("svg:visible").count() == 3
    assert page.locator(f".dots .{shown} svg").is_visible()
    assert page.locator("b").count() == 0
    assert said == []
    assert asked == [page_file.as_uri()]
    red, *_ = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (red < 128) is (scheme == "dark")
    context.close()
