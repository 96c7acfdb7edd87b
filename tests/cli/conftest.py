"""The command line, run in the process of the tests."""

from collections.abc import Callable

import pytest

from segue.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Run:
    """`command(*words)`: the exit status, and what was said on the two streams."""

    def run(*words: object) -> tuple[int, str, str]:
        code = 0
        try:
            main([str(w) for w in words])
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 0
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run
