"""Texts say what the data says, and nothing where it says nothing."""

import ast
from pathlib import Path

import pytest

import segue.app
from segue.core.slates import Reason
from segue.surfaces.explain import TEXTS, explain, listed

NAMES = {1: "A", 2: "B {words}", 3: "C"}


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason("similar_to", (1,)), "Because you listened to A"),
        (Reason("similar_to", (1, 3)), "Because you listened to A and C"),
        (Reason("like", (1, 2, 3)), "Similar to A, B {words} and C"),
        (Reason("similar_to"), ""),
        (Reason("popular_in", words=("SE",)), "Popular in SE"),
        (Reason("popular_in"), ""),
        (Reason("artist_known", (1,)), "By A, whom you have listened to"),
        (Reason("in_genre", words=("{items}",)), "You listen to {items}"),
        (Reason("nobody_knows", (1,)), ""),
    ],
)
def test_explain(reason: Reason, text: str) -> None:
    assert explain(reason, NAMES.__getitem__) == text


def test_listed() -> None:
    assert [listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_every_reason_that_code_gives_has_a_text_and_every_text_is_used() -> None:
    root = Path(segue.app.__file__).parents[1]
    used = {
        node.value
        for path in [*(root / "app").glob("*.py"), *(root / "surfaces").rglob("*.py")]
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Reason"
        for node in ast.walk(call.args[0])
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert used == set(TEXTS)
