"""The page of policies whatever the report says, before there is one, and for whom."""

import re

import msgspec
from playwright.sync_api import expect
from tests.e2e.policies.reading import cells, changed

from segue.surfaces.views import Range
from segue.web.auth import Keys, Scope

HOSTILE = ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "<b onclick=alert(1)>bold</b>")


def test_a_day_without_pages_breaks_the_line(console, service):
    days = tuple(d for d in service.report.days if d.policy == "greedy" and d.day != "2026-05-12")
    changed(service, days=days)
    page = console()
    path = page.locator("#days .chart .path").get_attribute("d")
    assert path.count("M") == 2
    assert path.count("L") == len(days) - 2


def test_markup_in_titles_and_keys_stays_text(served, service, visit):
    report, replace = service.report, msgspec.structs.replace
    one, two, three = HOSTILE
    changed(
        service,
        policy=one, release=two,
        policies=tuple(replace(p, policy=h) for p, h in zip(report.policies, HOSTILE, strict=True)),
        judged=tuple(replace(j, policy=three, refused=one, estimator=two) for j in report.judged),
        days=tuple(replace(d, policy=HOSTILE[i % 3]) for i, d in enumerate(report.days)),
        shelves=tuple(replace(a, key=one, title=two) for a in report.shelves),
        items=tuple(replace(a, key="javascript:alert(1)", title=three) for a in report.items),
        rankers=tuple(replace(r, head=one, recipe=three) for r in report.rankers),
    )  # fmt: skip
    page = visit(f"{served.url}/console/home", script="window.alert = () => { window.pwned = true }")
    expect(page.locator("h1")).to_contain_text(one)
    assert cells(page, "policies", "Policy") == list(HOSTILE)
    expect(page.locator("#arms th .key").first).to_have_text(one)
    expect(page.locator("#ranker h3").first).to_contain_text(one)
    expect(page.locator(".refusals dd").first).to_have_text(one)
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script, main b[onclick], main [onerror]").count() == 0
    hrefs = page.locator("main a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(hrefs) == {"http:"}


def test_one_policy_without_exploring_or_ranker(console, service):
    report = service.report
    changed(
        service, exploring=False, control=0.0, policies=report.policies[:1], days=(), judged=(), rankers=(), items=()
    )
    page = console()
    expect(page.locator("h1")).to_have_text(re.compile(r"^plackett-luce: 2.31 streams a page \(.{12}\)$"))
    expect(page.locator("#about")).to_contain_text("Exploring is off")
    expect(page.locator("#policies")).to_contain_text("nothing to compare with")
    expect(page.locator("#ranker")).to_contain_text("No ranker has been learned")
    expect(page.locator("#days")).to_contain_text("No day has been counted")
    expect(page.locator("#others")).to_contain_text("No other policy was judged")
    expect(page.locator("#arms table")).to_have_count(1)


def test_without_exploring_the_log_calls_it_greedy(console, service):
    changed(service, exploring=False)
    page = console()
    expect(page.locator("h1")).to_have_text(re.compile("^greedy: 2.24 streams a page"))
    expect(page.locator("#about")).to_have_text("Exploring is off: Home shows what it holds best, and the log says so.")


def test_a_policy_that_has_shown_nothing_and_figures_that_are_not_known(console, service):
    nan = float("nan")
    first = msgspec.structs.replace(service.report.policies[2], streams=Range(nan, nan, nan))
    changed(service, policy="lin-ucb", policies=(first,), shelves=(), items=())
    page = console()
    expect(page.locator("h1")).to_have_text("lin-ucb has shown no page yet")
    assert cells(page, "policies", "Streams a page") == ["– "]
    changed(service, policies=(), days=(), judged=(), rankers=(), pages=0, seen=0, waiting=0, since=0, until=0)
    page.reload()
    expect(page.locator("h1")).to_have_text("No page has been shown yet")
    expect(page.locator("#arms")).to_contain_text("Nothing has been shown yet")


def test_nothing_learned_yet_then_something(served, service, visit):
    report, service.report = service.report, None
    page = visit(f"{served.url}/console/home", expect=("404",))
    expect(page.get_by_role("heading", name="Nothing learned yet")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("no pages have been learned from yet")
    expect(page.locator("#notice pre")).to_have_text("segue learn")
    expect(page.locator(".panel")).to_have_count(0)
    service.report = report
    expect(page.locator(".panel")).to_have_count(5, timeout=15_000)  # without a reload
    expect(page.locator("#notice")).to_be_hidden()


def test_it_needs_a_key_that_may(serve, service, visit, tmp_path):
    keys = Keys(tmp_path)
    reader, _ = keys.create((Scope.READ,))
    admin, _ = keys.create((Scope.ADMIN,))
    page = visit(serve(lambda: service, keys).url + "/console/home", expect=("401", "403"))
    expect(page.get_by_text("This server asks for a key")).to_be_visible()
    expect(page.locator(".panel")).to_have_count(0)
    page.get_by_label("API key").fill(reader)
    page.keyboard.press("Enter")
    expect(page.get_by_text("This key does not allow that")).to_be_visible()
    page.get_by_label("API key").fill(admin)
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_have_count(5)
    expect(page.locator("#notice")).to_be_hidden()


def test_home_and_docs_lead_to_it(served, visit):
    page = visit(served.url)
    expect(page.locator("#shelves")).to_have_attribute("aria-busy", "false")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Console").click()
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Policies").click()
    expect(page.locator(".panel")).to_have_count(5)
    page.goto(f"{served.url}/docs")
    page.get_by_role("link", name="console", exact=True).click()
    expect(page.locator(".panel")).to_have_count(5)
