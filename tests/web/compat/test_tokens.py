"""Last.fm's tokens: taken once, by whichever process, within an hour."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segue.store.passing import FILE, Passing
from segue.web.auth import Caller
from segue.web.compat import _lastfm
from segue.web.compat._lastfm import EXPIRED, NOT_YET, TOKEN_S, LastfmError, Tokens

OPEN = Caller(())
TAKE = """
import sys
from pathlib import Path
from segue.store import passing
from segue.web.compat._lastfm import LastfmError, Tokens
passing.WAIT_S = 60
tokens = Tokens(passing.Passing(Path(sys.argv[1])))
for token in sys.argv[2:]:
    try:
        print(tokens.take(token)[1])
    except LastfmError as e:
        print(e.code)
"""


def code(tokens: Tokens, token: str) -> int:
    with pytest.raises(LastfmError) as said:
        tokens.take(token)
    return said.value.code


def test_one_process_gives_it_another_takes_it(tmp_path: Path) -> None:
    one, other = Tokens(Passing(tmp_path)), Tokens(Passing(tmp_path))
    token = one.new()
    assert code(other, token) == NOT_YET
    other.allow(None, token, OPEN, "L0")
    session, listener = one.take(token)
    assert (listener, bool(session)) == ("L0", True)
    assert code(one, token) == code(other, token) == code(one, "unknown") == EXPIRED
    assert session.encode() not in (tmp_path / FILE).read_bytes(), "what was taken is nowhere any more"
    with pytest.raises(LastfmError):
        other.allow(None, token, OPEN, "L0")
    token = one.new()
    other.allow(None, token, OPEN, "L0")
    one.forget("L0")
    assert code(other, token) == EXPIRED


def test_an_hour_and_a_thousand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lastfm, "MOST_TOKENS", 3)
    one, other = Tokens(Passing(tmp_path)), Tokens(Passing(tmp_path))
    made = [(one, other)[i % 2].new() for i in range(5)]
    assert [code(one, token) for token in made] == [EXPIRED] * 2 + [NOT_YET] * 3
    other.allow(None, made[4], OPEN, "L0")
    later = time.time() + TOKEN_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert code(one, made[4]) == EXPIRED
    one.new()
    assert made[4].encode() not in (tmp_path / FILE).read_bytes()


def test_of_all_who_try_one_gets_the_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segue.store.passing.WAIT_S", 60)
    tokens = Tokens(Passing(tmp_path))
    made = [tokens.new() for _ in range(60)]
    for token in made:
        tokens.allow(None, token, OPEN, token)
    command = [sys.executable, "-c", TAKE, str(tmp_path), *made]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    def take(token: str) -> str:
        time.sleep(0.01)
        try:
            return tokens.take(token)[1]
        except LastfmError as e:
            return str(e.code)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(take, made * 2))
    told += [line for one in running for line in one.communicate(timeout=60)[0].split()]
    assert sorted(one for one in told if one != str(EXPIRED)) == sorted(made)
