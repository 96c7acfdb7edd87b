"""Set up, look, sign out and in again, in a real browser: what it sends of itself is what the server asks for."""

from playwright.sync_api import expect

from segue.web.auth import Keys

PASSWORD = "correct horse battery"
LABELLED = """() => [...document.querySelectorAll("form.sign input:not([type=hidden])")].every(i => i.labels.length)"""


def test_the_first_set_up_and_back_in(serve, service, visit, tmp_path):
    keys = Keys(tmp_path)
    token = keys.operators.new_setup()
    url = serve(lambda: service, keys).url
    page = visit(url + "/setup", width=390, color_scheme="dark", expect=("401",))
    assert page.evaluate(LABELLED)
    page.get_by_label("Token").fill(token)
    page.get_by_label("Your name").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page).to_have_url(url + "/console")
    expect(page.locator(".tile").first).to_be_visible()
    page.goto(url + "/?listener=L00007")
    card = page.locator(".card").first
    card.hover()
    card.locator("[data-act=save]").click()
    expect(page.locator(".toast").last).to_contain_text("Saved")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(url + "/signin")
    page.goto(url + "/console")
    page.get_by_role("link", name="Sign in").click()
    assert page.evaluate(LABELLED)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(url + "/console")
    assert page.evaluate("document.cookie") == "", "no script reads the session"
