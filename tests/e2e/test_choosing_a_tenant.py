"""An operator of several tenants: the choice in the header, by keyboard, and a tab that is out of date."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from segue.web.auth import Keys, Scope
from segue.web.service import Backend

LONG = "Publisher of audiobooks and radio plays whose name is long"


def test_one_chooses_in_the_header_at_which_tenant_one_looks(serve, service, visit, tmp_path):
    keys = Keys(tmp_path)

    def others(tenant: str) -> Backend:
        theirs = type(service)()
        theirs.tenant = tenant
        return Backend(lambda: theirs, folder=tmp_path)

    keys.operators.add("ada", "correct horse battery", ["default", LONG, "zeta"])
    keys.create((Scope.READ,))
    url = serve(lambda: service, keys, others=others).url
    page = visit(url + "/signin?next=/console/keys", expect=("412",))
    page.clock.install()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.locator("#about")).to_contain_text("1 key")
    page.evaluate("localStorage['segue-listener'] = 'L00007'")
    button, offered = page.get_by_role("button", name="Tenant: default"), page.get_by_label("Look at another tenant")
    expect(offered).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(offered.locator("[aria-current]")).to_have_text("default")
    page.evaluate("document.body.style.background = 'none'")
    found = Axe().run(page, None, {"resultTypes": ["violations"]}).response["violations"]
    assert [v["id"] for v in found] == []
    page.keyboard.press("Escape")
    expect(offered).to_be_hidden()
    expect(button).to_be_focused()

    other = page.context.new_page()
    other.set_viewport_size({"width": 390, "height": 844})
    other.goto(url + "/console/keys")
    other.get_by_role("button", name="Tenant: default").press("Enter")
    for key in ("Tab", "Tab", "Enter"):
        other.keyboard.press(key)
    expect(other.get_by_role("button", name=f"Tenant: {LONG}")).to_be_visible()
    other.wait_for_load_state()  # with its style
    assert other.evaluate("document.documentElement.scrollWidth") == 390
    other.get_by_role("button", name="Tenant: ").click()
    other.get_by_role("button", name="zeta").click()
    expect(other.get_by_role("button", name="Tenant: zeta")).to_be_visible()
    assert other.url == url + "/console/keys"
    expect(other.locator("#notice")).to_contain_text("no key")
    assert other.locator("[data-to=taste]").get_attribute("href") == "/", "a listener of one is nobody of the other"

    page.clock.fast_forward(61_000)  # the next quiet look
    expect(page.locator("#notice")).to_contain_text("You look at another tenant now")
    page.get_by_role("button", name="Load this page anew").click()
    expect(page.get_by_role("button", name="Tenant: zeta")).to_be_visible()

    other.goto(url + "/console/metrics")
    asking = other.get_by_role("table", name="Requests by tenant").get_by_role("rowheader")
    expect(asking).to_have_count(3)
    assert set(asking.all_inner_texts()) == {"default", LONG, "zeta"}
    expect(other.locator("#routes")).to_be_visible()
    keys.operators.revoke("ada", ["default", LONG])
    other.reload()
    expect(asking).to_have_text(["zeta"])
    expect(other.locator("#routes")).to_have_count(0)
    expect(other.get_by_role("button", name="Tenant: zeta")).to_have_count(0)
