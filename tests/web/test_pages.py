"""Pages: no data in them, nothing from outside, colours that can be read."""

import re
from pathlib import Path

import pytest

from segue.web import pages

STATIC = Path(pages.__file__).parent / "static"
TEMPLATES = Path(pages.__file__).parent / "templates"
MODULES = sorted(STATIC.glob("*.js"))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?listener=L00001",
        "/item/segue:track:fake:1",
        "/listener/a%2Fb",
        "/search?q=a",
        "/docs",
        "/console",
        "/console/data",
        "/console/home",
        "/console/imports",
        "/console/leaderboard",
        "/console/map",
        "/console/metrics",
        "/console/releases",
    ],
)
def test_pages_are_served_and_hold_no_script_of_their_own(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>" not in answer.text
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", answer.text)
    for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        assert client.get(file).status_code == 200


def test_nothing_of_the_address_gets_into_the_page(client):
    answer = client.get("/listener/%3Cimg%20src=x%20onerror=alert(1)%3E")
    assert "onerror" not in answer.text


def test_simulated_is_said(client, service):
    badge = re.compile(r'<span class="badge-simulated"[^>]*?( hidden)?>Simulated listeners and catalogue')
    for simulated in (True, False):
        service.simulated = simulated
        found = badge.search(client.get("/").text)
        assert found is not None
        assert (found[1] is None) is simulated


def test_tenant_is_escaped(client, service):
    service.tenant = '"><script>alert(1)</script>'
    assert "<script>alert" not in client.get("/").text


def test_docs_list_every_resource(client):
    from segue.web.api import RESOURCES

    text = client.get("/docs").text
    for r in RESOURCES:
        assert r.path in text


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.name)
def test_modules_write_text_as_text(module):
    text = module.read_text()
    for unsafe in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "http://",
        "https://",
    ):
        assert unsafe not in text.replace("http://www.w3.org/2000/svg", ""), unsafe
    for imported in re.findall(r'from "([^"]+)"', text):
        assert (STATIC / imported).exists()


@pytest.mark.parametrize(
    "path", ["/static/../__init__.py", "/static/%2e%2e/__init__.py", "/static/none.js", "/static/"]
)
def test_static_gives_only_its_own_files(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "error" in answer.json()


def test_static_is_asked_about_again(client):
    first = client.get("/static/home.js")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/home.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def contrast(one, two):
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""

    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_worked_out_as_the_standard_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("ink", "paper"), ("soft", "paper"), ("soft", "raised"), ("soft", "sunk"), ("accent", "paper"),
     ("accent", "raised"), ("iris", "paper"), ("iris", "raised"), ("on-accent", "accent")],
)  # fmt: skip
def test_words_can_be_read(scheme, text, ground):
    tokens = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", (STATIC / "base.css").read_text()))

    def colour(name):
        return tokens[name].split(", ")[scheme]

    assert contrast(colour(text), colour(ground)) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["raised", "sunk"])
def test_the_two_data_sets_and_what_is_wrong_stand_out(scheme, ground):
    styles = "".join((STATIC / f"{name}.css").read_text() for name in ("base", "console", "data"))
    tokens = dict(re.findall(r"--(\w+): light-dark\((#\w{6}, #\w{6})\)", styles))
    colours = {name: both.split(", ")[scheme] for name, both in tokens.items()}
    for text in ("this", "bad", "odd"):
        assert contrast(colours[text], colours[ground]) >= 4.5
    assert contrast(colours["other"], colours[ground]) >= 3  # an area, beside a line


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_lines_of_charts_stand_out(scheme):
    tokens = re.findall(r"--(look-\d|raised): light-dark\((#\w{6}), (#\w{6})\)",
                        (STATIC / "base.css").read_text() + (STATIC / "console.css").read_text())  # fmt: skip
    colours = {name: both[scheme] for name, *both in tokens}
    raised = colours.pop("raised")
    assert len(colours) == 6
    for colour in colours.values():
        assert contrast(colour, raised) >= 4.5
