"""What the page of policies says, read from it; and a report that is another."""

import re

import msgspec

TEXTS = """cells => cells.map(c => {
    const copy = c.cloneNode(true);
    copy.querySelectorAll("svg").forEach(s => s.remove());
    return copy.textContent;
})"""


def changed(service, **fields):
    service.report = msgspec.structs.replace(service.report, **fields)


def cells(page, section, column):
    """What a column says, row by row; without pictures."""
    table = page.locator(f"#{section} table").first
    place = table.locator("thead th").evaluate_all(TEXTS).index(column) + 1
    return table.locator(f"tbody tr > :nth-child({place})").evaluate_all(TEXTS)


def numbers(text):
    """Every number in a text with the half of its last digit."""
    out = []
    for found in re.findall(r"−?[\d,]*\d(?:\.\d+)?", text):
        plain = found.replace(",", "").replace("−", "-")
        decimals = len(plain.partition(".")[2])
        out.append((float(plain), 0.5 * 10**-decimals + 1e-9))
    return out


def assert_says(text, *values):
    said = numbers(text)
    assert len(said) == len(values), text
    for (shown, slack), true in zip(said, values, strict=True):
        assert abs(shown - true) <= slack, (text, true)
