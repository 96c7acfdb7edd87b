"""The pictures of README and of the results, in Chromium.

Home of a listener of the simulated world:
    segue --workspace W demo --no-serve && python docs/make_pictures.py W [LISTENER]
What the checks say of data that lost a part of the listeners:
    python benchmarks/tiers.py --html FOLDER && python docs/make_pictures.py --data FOLDER
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

OUT = Path(__file__).parent / "images"
MOST = 400 * 1024  # bytes of a picture
MORNING = "2026-05-04T08:40:00"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--disable-sync", "--disable-quic", "--force-color-profile=srgb"]  # fmt: skip
START = "import sys; from pathlib import Path; from segue.web.server import serve; serve(Path(sys.argv[1]), port=0, access_log=False, on_ready=lambda u: print(u, flush=True))"  # fmt: skip  # noqa: E501


def shoot(browser: Browser, url: str, name: str, width: int, height: int, scheme: str, phone: bool = False) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light",
        has_touch=phone, is_mobile=phone, device_scale_factor=2 if phone else 1, locale="en-GB",
    )  # fmt: skip
    page = context.new_page()
    page.clock.set_fixed_time(MORNING)
    page.goto(url)
    page.wait_for_selector(".card")
    if scheme == "dark":
        page.locator(".card .cover").nth(3).click()
        page.wait_for_timeout(2500)
    else:
        page.wait_for_timeout(400)
    if not phone and scheme == "light":
        page.locator(".card .cover").nth(1).hover()
        page.wait_for_timeout(500)
    save(page, name)
    context.close()


def shoot_data(browser: Browser, folder: Path) -> None:
    """The pages of `benchmarks/tiers.py`: what was found, the slices, and the column that moved furthest, opened."""
    for page_name, name, width, height, scheme, part in (
        ("training", "data-training.png", 1280, 900, "light", ""),
        ("evaluation", "data-evaluation.png", 1280, 1180, "light", ""),
        ("evaluation", "data-column.png", 1280, 1000, "dark", "column"),
        ("evaluation", "data-phone.png", 390, 844, "light", "columns"),
    ):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light",
            device_scale_factor=2 if width < 500 else 1, locale="en-GB",
        )  # fmt: skip
        page = context.new_page()
        page.goto((folder / f"{page_name}.html").resolve().as_uri())
        page.wait_for_selector(".columns .small")
        if part == "column":
            page.locator(".columns .open").first.click()
        if part:
            page.locator("#columns").scroll_into_view_if_needed()
            page.locator("#columns").evaluate("panel => panel.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(400)
        save(page, name)
        context.close()


def save(page: Page, name: str) -> None:
    path = OUT / name
    page.screenshot(path=path)
    size = path.stat().st_size
    if size > MOST:
        raise SystemExit(f"{path} has {size} bytes; {MOST} are allowed")
    print(f"{path}  {size // 1024} kB")


def main() -> None:
    data = sys.argv[1] == "--data"
    workspace, wanted = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium: apt-get install chromium")
    OUT.mkdir(exist_ok=True)
    if data:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
            shoot_data(browser, Path(sys.argv[2]))
            browser.close()
        return
    command = [sys.executable, "-c", START, str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        try:
            who = wanted or httpx.get(f"{url}v1/listeners", params={"limit": 2}).json()[1]["id"]
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
            home = f"{url}?listener={who}"
            shoot(browser, home, "home.png", 1280, 860, "light")
            shoot(browser, home, "home-phone.png", 390, 844, "light", phone=True)
            shoot(browser, home, "home-dark.png", 1280, 860, "dark")
            browser.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
