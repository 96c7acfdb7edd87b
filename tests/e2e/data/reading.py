"""What the page of the data says, read from it."""

import re


def names(page):
    return page.locator(".columns .open bdi").all_text_contents()


def row(page, name):
    return page.locator(".columns > tbody").filter(has=page.get_by_role("button", name=name, exact=True))


def column(table, name):
    return next(c for c in table.columns if c.name == name)


def percent(text):
    return [float(x) / 100 for x in re.findall(r"([\d.]+)\s%", text)]
