"""The whole of it, as somebody meets it: a table of plays is brought in, learned from and served, and Home answers."""

import contextlib
import io
import re
import subprocess
import sys

import numpy as np
import pytest
from playwright.sync_api import expect

from segue.cli import main
from segue.core.events import Rating, Skip
from segue.store.workspace import Workspace


@pytest.fixture
def table(tmp_path):
    """24 listeners of two crowds, each with six artists of six songs that the other never hears."""
    rng = np.random.default_rng(3)
    rows = ["who,id,song,by,at"]
    for n in range(24 * 16):
        artist, song = 2 * int(rng.integers(6)) + n % 2, int(rng.integers(6))
        at = f"2026-{1 + n // 48:02}-{1 + n % 28:02}T1{n % 9}:00:00Z"
        rows.append(f"{('ann', 'bob')[n % 2]}{n % 24},{artist}-{song},Song {song} of {artist},Artist {artist},{at}")
    path = tmp_path / "plays.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture
def address(tmp_path, table):
    """Where `segue serve` answers, after what the manual says to do first."""
    ws = ("--workspace", str(tmp_path / "ws"))
    columns = ("--listener", "who", "--item", "id", "--time", "at", "--title", "song", "--artist", "by")
    told = io.StringIO()
    for words in (("import", "interactions", str(table), *columns), ("train", "--recipe", "item-knn")):
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told), contextlib.suppress(SystemExit):
            main((*ws, *words))
    assert "is current" in told.getvalue(), told.getvalue()
    with (tmp_path / "ws" / "segue.toml").open("a") as settings:
        settings.write("\nexplore = false\n")  # so that it is the same at every hour
    command = [sys.executable, "-m", "segue.cli", *ws, "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = next(filter(None, (re.search(r"http://\S+?:\d+", line) for line in server.stderr)), None)
        assert found, "the server said no address"
        yield found[0]
        server.terminate()
        server.communicate(timeout=20)


def uris(page):
    return page.locator(".card").evaluate_all("cards => cards.map(c => c.dataset.uri)")


def crowds(uris):
    return [int(re.findall(r"(\d+)-", uri)[0]) % 2 for uri in uris]


def test_import_train_home_skip_and_home_changes(address, visit, tmp_path):
    page = visit(address, reduced_motion="reduce", expect=("404",))
    page.get_by_role("combobox", name="Listener").fill("ann0")
    page.keyboard.press("Enter")
    shelf = page.locator('.shelf[data-key="made-for-you"]')
    cards = shelf.locator(".card")
    expect(cards.nth(2)).to_be_visible()
    expect(page.locator("#shelves")).to_have_attribute("aria-busy", "false")
    made = crowds(uris(shelf))
    assert made.count(0) > made.count(1), "what their crowd hears"

    before = uris(page)
    skipped = cards.nth(0).get_attribute("data-uri")
    cards.nth(0).hover()
    cards.nth(0).locator("[data-act=skip]").click()
    expect(page.locator(".toast").last).to_contain_text("Skipped")
    expect(page.locator(f'.card[data-uri="{skipped}"]')).to_have_count(0)
    after = uris(page)
    assert after != before

    cards.nth(0).locator(".cover").focus()
    page.keyboard.press("w")
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"The policy \S+ of release r-\w+\."))
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"(was certain|chance of [\d.]+ %) here"))
    page.keyboard.press("Escape")
    hidden = cards.nth(0).get_attribute("data-uri")
    page.keyboard.press("h")
    expect(page.locator(".toast").last).to_contain_text("will not be shown again")
    expect(page.locator(f'.card[data-uri="{hidden}"]')).to_have_count(0)
    page.reload()
    expect(cards.first).to_be_visible()
    assert {skipped, hidden} & set(uris(page)) == set()

    page.evaluate("sessionStorage['segue-passed:ann0'] = JSON.stringify([['segue:track:gone', Date.now()]])")
    page.reload()  # one that was passed over has left the catalogue meanwhile
    expect(cards.first).to_be_visible()
    assert page.evaluate("sessionStorage['segue-passed:ann0']") is None

    with Workspace.open(tmp_path / "ws") as workspace:
        told = workspace.log.read("default", types=(Skip, Rating), columns=("item", "value"))
        numbers = [workspace.catalogue.number("default", uri) for uri in (skipped, hidden)]
    assert told["item"].to_pylist() == numbers
    assert told["value"].to_pylist() == [None, -1]
