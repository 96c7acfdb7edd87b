"""Operators: the first set-up, passwords, sessions, and what each may see."""

import contextlib
import sqlite3
import stat
import subprocess
import sys
import threading
import time

import pytest
from tests.web.quick import PASSWORD, quick_passwords

from segue.core.errors import InputError, UnknownName, UsageError
from segue.web import access_file, passwords
from segue.web import operators as module
from segue.web.auth import Keys
from segue.web.operators import NotSignedIn, Operators, TooManyTries
from segue.web.rights import Rights


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    quick_passwords(monkeypatch)
    monkeypatch.setattr(module, "TRIES", 3)


def test_a_transaction_keeps_its_lock_while_others_look(tmp_path):
    """Whoever closes a file gives up all locks that the process has on it."""
    operators = Operators(tmp_path)
    operators.add("one", PASSWORD)
    other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0.1).execute('BEGIN IMMEDIATE')"
    with operators.changing():
        looking = threading.Thread(target=lambda: [operators.names(), operators.signed_in("none")])
        looking.start()
        looking.join()
        tried = subprocess.run([sys.executable, "-c", other, operators.path], capture_output=True, text=True)
    assert "database is locked" in tried.stderr


def test_a_name_that_nobody_has_costs_as_much(monkeypatch):
    """The hash held against it is a whole one, with the work of a real one."""
    monkeypatch.undo()
    from argon2 import PasswordHasher, extract_parameters

    assert extract_parameters(passwords.NOBODY) == extract_parameters(PasswordHasher().hash(PASSWORD))
    assert passwords.verified(None, PASSWORD) is False


@pytest.fixture
def operators(tmp_path):
    return Operators(tmp_path)


def test_nothing_is_written_before_there_is_something(operators):
    assert not operators.any()
    assert operators.signed_in("x") == ""
    assert not operators.path.exists()


def test_the_first_is_made_with_the_newest_token_once(operators):
    old, token = operators.new_setup(), operators.new_setup()
    assert stat.S_IMODE(operators.path.stat().st_mode) == 0o600
    with pytest.raises(NotSignedIn):
        operators.set_up(old, "ada", PASSWORD)
    assert operators.signed_in(operators.set_up(token, " ada ", PASSWORD)) == "ada"
    with pytest.raises(NotSignedIn):
        operators.set_up(token, "eve", PASSWORD)
    assert operators.names() == ["ada"]
    kept = operators.path.read_bytes()
    assert b"$argon2id$" in kept
    assert PASSWORD.encode() not in kept
    assert token.encode() not in kept


def test_a_token_gets_old(operators, monkeypatch):
    token = operators.new_setup()
    later = time.time() + module.SETUP_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(NotSignedIn):
        operators.set_up(token, "ada", PASSWORD)


def test_sessions_end(operators, monkeypatch):
    operators.add("ada", PASSWORD)
    one, other = operators.sign_in("ada", PASSWORD), operators.sign_in("ada", PASSWORD)
    assert operators.signed_in(one) == "ada"
    assert one.encode() not in operators.path.read_bytes()
    Operators(operators.path.parent).sign_out(one)  # in another process
    assert operators.signed_in(one) == ""
    assert operators.signed_in(other) == "ada"
    later = time.time() + module.SESSION_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert operators.signed_in(other) == ""


def test_an_operator_who_goes_takes_the_sessions_along(operators):
    operators.add("ada", PASSWORD)
    session = operators.sign_in("ada", PASSWORD)
    with pytest.raises(UnknownName, match="ada"):
        operators.remove("eve")
    operators.remove("ada")
    assert operators.signed_in(session) == ""


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong horse battery"), ("eve", PASSWORD), ("", ""), ("ada", "\ud800")]
)
def test_what_is_wrong_is_not_told_apart(operators, name, password):
    operators.add("ada", PASSWORD)
    with pytest.raises(NotSignedIn, match="name or password is wrong"):
        operators.sign_in(name, password)


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "short"), ("ada", "x" * 1001), ("", PASSWORD), ("a\x00b", PASSWORD)]
)
def test_what_cannot_be_a_name_or_password(operators, name, password):
    with pytest.raises(UsageError):
        operators.add(name, password)
    assert not operators.any()


def test_passwords_are_one_whatever_way_they_are_typed(operators):
    operators.add("zoë", "e\u0301te\u0301 a\u0300 la plage")
    assert operators.sign_in("zoe\u0308", "\xe9t\xe9 \xe0 la plage")


def test_tries_are_counted_by_address_and_in_all(operators):
    operators.add("ada", PASSWORD)
    for _ in range(module.TRIES):
        with pytest.raises(NotSignedIn):
            operators.sign_in("ada", "wrong password", "10.0.0.1")
    with pytest.raises(TooManyTries):
        operators.sign_in("ada", PASSWORD, "10.0.0.1")
    for i in range(9 * module.TRIES):
        operators._tried(f"10.0.1.{i}")
    with pytest.raises(TooManyTries):
        operators.sign_in("ada", PASSWORD, "10.0.0.3")


def test_right_ones_do_not_count_and_make_up_for_no_wrong_one(operators):
    token = operators.new_setup()
    operators.set_up(token, "ada", PASSWORD, "10.0.0.1")
    for _ in range(3 * module.TRIES):
        assert operators.sign_in("ada", PASSWORD, "10.0.0.1")
    for left in reversed(range(module.TRIES)):
        with pytest.raises(NotSignedIn):
            operators.sign_in("ada", "wrong password", "10.0.0.1")
        assert not left or operators.sign_in("ada", PASSWORD, "10.0.0.1")
    with pytest.raises(TooManyTries):
        operators.sign_in("ada", PASSWORD, "10.0.0.1")


def test_many_at_a_time_are_no_more_than_the_limit(operators, monkeypatch):
    """Counted before they are looked at: while none of them has been found to be wrong."""
    operators.add("ada", PASSWORD)
    looked, together, outcomes = list[str](), threading.Barrier(2 * module.TRIES), list[str]()

    def slow(kept, password):
        looked.append(password)
        time.sleep(0.02)
        return passwords.verified(kept, password)

    monkeypatch.setattr(module, "verified", slow)

    def guess():
        together.wait(10)
        try:
            operators.sign_in("ada", "wrong password", "10.0.0.1")
        except (NotSignedIn, TooManyTries) as e:
            outcomes.append(type(e).__name__)

    guessing = [threading.Thread(target=guess) for _ in range(2 * module.TRIES)]
    for one in guessing:
        one.start()
    for one in guessing:
        one.join()
    assert len(looked) == module.TRIES
    assert sorted(outcomes) == ["NotSignedIn"] * module.TRIES + ["TooManyTries"] * module.TRIES


def test_a_broken_file_never_opens_the_server(client, keys):
    keys.operators.path.write_bytes(b"x" * 4096)
    with pytest.raises(InputError):
        keys.operators.any()
    assert client.get("/v1/listeners").status_code == 400


# --- which tenants --------------------------------------------------------------------------------------------------


def looks_at(operators, session):
    found = operators.session(session)
    return found.tenant if found is not None else None


def test_one_looks_at_the_first_and_then_where_one_chose(operators):
    operators.add("ada", PASSWORD, ["acme", "zeta"])
    one, other = operators.new_session("ada"), operators.new_session("ada")
    assert looks_at(operators, one) == "acme"
    Operators(operators.path.parent).choose(one, "zeta")  # in another process
    assert (looks_at(operators, one), looks_at(operators, other)) == ("zeta", "acme")
    for tenant in ("default", "", "Zeta", "zeta ", "acme\x00"):
        with pytest.raises(module.NotAllowed):
            operators.choose(one, tenant)
    with pytest.raises(NotSignedIn):
        operators.choose("nothing", "zeta")
    assert looks_at(operators, one) == "zeta"


def test_what_is_taken_away_ends_the_sessions_that_look_at_it_and_no_others(operators):
    elsewhere = Operators(operators.path.parent)
    operators.add("ada", PASSWORD, ["acme", "zeta"])
    operators.add("eve", PASSWORD, ["zeta"])
    there, here, hers = (operators.new_session(name) for name in ("ada", "ada", "eve"))
    operators.choose(there, "zeta")
    elsewhere.revoke("ada", ["zeta"])
    assert (looks_at(operators, there), looks_at(operators, here)) == (None, "acme")
    assert looks_at(operators, hers) == "zeta"
    with pytest.raises(module.NotAllowed):
        operators.choose(here, "zeta")
    elsewhere.grant("ada", ["zeta", "acme"])
    assert looks_at(operators, there) is None, "a session that ended stays so"
    operators.choose(here, "zeta")
    elsewhere.revoke("ada", ["acme"])
    assert looks_at(operators, here) == looks_at(operators, operators.new_session("ada")) == "zeta"


def test_a_right_that_goes_without_ending_the_session_opens_nothing_either(operators):
    """As when somebody edits the file, or half of a change were lost."""
    operators.add("ada", PASSWORD, ["acme", "zeta"])
    session = operators.new_session("ada")
    operators.choose(session, "zeta")
    with operators.changing() as connection:
        connection.execute("DELETE FROM also")
    assert operators.session(session) is None


def test_all_of_them_and_what_stays_without_that(operators):
    operators.add("root", PASSWORD, everywhere=True)
    session = operators.new_session("root")
    assert looks_at(operators, session) == "default"
    operators.choose(session, "made later")
    with pytest.raises(UsageError, match="all-tenants"):
        operators.revoke("root", ["default"])
    assert looks_at(operators, session) == "made later", "nothing changes where it is refused"
    assert operators.revoke("root", everywhere=True).tenants == ("default",)
    assert looks_at(operators, session) is None


@pytest.mark.parametrize(
    ("name", "tenants", "everywhere", "said"),
    [("ada", ["acme"], False, "no tenant"), ("ada", ["zeta"], False, "'zeta'.*acme"), ("ada", [], True, "may not see"),
     ("eve", ["acme"], False, "no operator")],
)  # fmt: skip
def test_what_cannot_be_taken_away(operators, name, tenants, everywhere, said):
    operators.add("ada", PASSWORD, ["acme"])
    session = operators.new_session("ada")
    with pytest.raises(UsageError, match=said):
        operators.revoke(name, tenants, everywhere)
    assert looks_at(operators, session) == "acme"


def test_the_servers_own_is_one_tenant_whether_named_or_not(tmp_path):
    operators = Operators(tmp_path, "main")
    operators.add("ada", PASSWORD)
    operators.grant("ada", ["main", "acme"])
    assert operators.rights()["ada"].tenants == ("main", "acme")
    assert Operators(tmp_path, "renamed").rights()["ada"].tenants == ("renamed", "acme")
    session = operators.new_session("ada")
    assert operators.revoke("ada", ["main"]).tenants == ("acme",)
    assert operators.session(session) is None
    assert Operators(tmp_path, "renamed").rights()["ada"].tenants == ("acme",)


OLDER = """
CREATE TABLE operators (name TEXT PRIMARY KEY, password TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE sessions (key TEXT PRIMARY KEY, operator TEXT NOT NULL, ends INTEGER NOT NULL);
CREATE TABLE setups (key TEXT PRIMARY KEY, ends INTEGER NOT NULL);
CREATE TABLE tries (address TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE belongs (operator TEXT PRIMARY KEY, tenant TEXT NOT NULL);
CREATE TABLE used (key TEXT PRIMARY KEY, at INTEGER NOT NULL);
INSERT INTO operators VALUES ('ada', 'x', 0), ('zoe', 'x', 0);
INSERT INTO belongs VALUES ('zoe', 'zeta');
"""


def older(path):
    """What a server from before asks for every request."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        sql = "SELECT name, coalesce(tenant, '') FROM operators LEFT JOIN belongs ON operator = name"
        return dict(connection.execute(sql).fetchall())


def test_a_file_from_before_goes_on_and_back(operators):
    with contextlib.closing(sqlite3.connect(operators.path)) as connection:
        connection.executescript(OLDER)
        key = module._key("kept")
        connection.execute("INSERT INTO sessions VALUES (?, 'zoe', 4000000000)", (key,))
        connection.commit()
    assert looks_at(operators, "kept") == "zeta"
    assert {name: has.tenants for name, has in operators.rights().items()} == {"ada": ("default",), "zoe": ("zeta",)}
    operators.grant("ada", ["zeta"])
    operators.grant("zoe", ["acme"], everywhere=True)
    operators.choose("kept", "acme")
    assert older(operators.path) == {"ada": "", "zoe": "zeta"}, "what it gave them, and nothing that it does not know"
    with contextlib.closing(sqlite3.connect(operators.path)) as connection:
        for table, name in (("operators", "name"), ("sessions", "operator"), ("belongs", "operator")):
            connection.execute(f"DELETE FROM {table} WHERE {name} = 'zoe'")  # as a server from before takes her away
        connection.execute("INSERT INTO operators VALUES ('zoe', 'x', 0)")
        connection.execute("INSERT INTO sessions VALUES (?, 'zoe', 4000000000)", (key,))
        connection.commit()
    assert looks_at(operators, "kept") == "default", "somebody else of that name has none of it"
    assert operators.rights()["zoe"] == Rights(("default",))


def test_tables_that_are_missing_are_made_all_or_none(operators, monkeypatch):
    with contextlib.closing(sqlite3.connect(operators.path)) as connection:
        connection.executescript(OLDER)
    monkeypatch.setattr(access_file, "TABLES", access_file.TABLES + "CREATE nonsense;")
    monkeypatch.setattr(access_file, "TABLES_N", access_file.TABLES_N + 1)
    with pytest.raises(InputError):
        operators.names()
    with contextlib.closing(sqlite3.connect(operators.path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE sql IS NOT NULL").fetchone() == (6,)
    monkeypatch.undo()
    assert operators.names() == ["ada", "zoe"]


def test_the_operators_are_of_the_workspace(tmp_path):
    Operators(tmp_path).add("ada", PASSWORD)
    assert Keys(tmp_path, "one").operators.names() == Keys(tmp_path, "two").operators.names() == ["ada"]
