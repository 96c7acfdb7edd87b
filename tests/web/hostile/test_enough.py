"""What the others look for is found where it is, and they look often enough."""

import pytest
from tests.web.hostile.door import Page
from tests.web.hostile.test_bodies import BODIES, TAKES_BODIES
from tests.web.hostile.test_requests import ODD
from tests.web.hostile.test_texts import PLACES, TEXTS
from tests.web.hostile.test_tokens import FORGED


@pytest.mark.parametrize(
    "page",
    ["<script>x</script>", "<script src=//evil.example></script>", "<a href=javascript:x>", "<p onclick=x>",
     "<base href=/>", "<img src=https://evil.example/x>", "<p style=x>", "<form action=//evil.example>",
     "<iframe srcdoc=x>"],
)  # fmt: skip
def test_what_would_run_is_seen(page):
    assert Page(page).runs
    assert not Page(page.replace("<", "&lt;")).runs


def test_there_are_enough_of_them():
    assert len(TEXTS) * len(PLACES) + len(BODIES) * len(TAKES_BODIES) + len(FORGED) + len(ODD) >= 300
