"""Pictures of Home for the docs: the demo's world in real Chromium, desktop and phone, light and dark.

segue demo --no-serve && python docs/make_pictures.py [WORKSPACE]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PLACE = Path(__file__).with_name("images")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--disable-sync", "--disable-quic"]  # fmt: skip
START = "import sys; from pathlib import Path; from segue.web.server import serve; " \
    "serve(Path(sys.argv[1]), port=0, on_ready=lambda url: print(url, flush=True))"  # fmt: skip
SHOTS = (  # name, width, height, scheme, a phone
    ("home", 1280, 860, "light", False),
    ("home-dark", 1280, 860, "dark", False),
    ("home-phone", 390, 844, "light", True),
)


@contextmanager
def server(workspace: Path) -> Iterator[str]:
    command = [sys.executable, "-c", START, str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.terminate()


def settle(page: Page) -> None:
    page.wait_for_selector(".card")
    page.wait_for_timeout(800)


def main(workspace: Path) -> None:
    PLACE.mkdir(exist_ok=True)
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with server(workspace) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGS)
        for name, width, height, scheme, phone in SHOTS:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light",
                is_mobile=phone, has_touch=phone, timezone_id="Europe/Berlin", locale="en-GB",
            )  # fmt: skip
            page = context.new_page()
            page.goto(f"{url}?listener=sim-000126")
            settle(page)
            if scheme == "dark":
                page.locator(".card .cover").nth(2).click()
                page.wait_for_timeout(1500)
            page.screenshot(path=PLACE / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "segue-workspace"))
