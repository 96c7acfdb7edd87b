"""What only a server has: it may be away, be killed, be another's; and its files are searched for the forgotten."""

import random
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests import servers
from tests.store.test_log import play
from tests.store.writers import left, started

from segue.cli.doctor import report
from segue.core.errors import UsageError, WorkspaceError
from segue.core.events import Play, Search
from segue.core.settings import FILE
from segue.store import segments
from segue.store.delivery import Rules, Sender
from segue.store.delivery.intake import Intake
from segue.store.delivery.reading import read_rows
from segue.store.postgres import address_of, translated
from segue.store.privacy import forget_listener
from segue.store.workspace import MARK, Workspace

pytest.importorskip("psycopg", reason="the extra postgres is not installed: ./run test does")
T = "default"


@pytest.fixture
def folder(tmp_path: Path, postgres: servers.Postgres) -> Path:
    (tmp_path / FILE).write_text(f'state = "{postgres.state()}"\n')
    Workspace.create(tmp_path).close()
    return tmp_path


def test_values_are_numbered():
    assert translated("a = ? AND b = ?3 OR c IN (?, ?1)") == "a = $1 AND b = $3 OR c IN ($4, $1)"


def test_addresses_are_said_without_their_password():
    assert address_of("postgresql://me:secret@db.example:5433/facts") == "postgresql://db.example:5433/facts"
    with pytest.raises(UsageError, match="//…@") as e:
        address_of("postgresql://me:secret@db:port:7/x?y=1")
    assert "secret" not in str(e.value)


def test_a_server_that_is_away_is_named(tmp_path: Path, postgres: servers.Postgres):
    port = servers.free_port()
    (tmp_path / FILE).write_text(f'state = "postgresql://segue:secret@127.0.0.1:{port}/postgres"\n')
    with pytest.raises(WorkspaceError, match=f"postgresql://127.0.0.1:{port}/postgres is not reached: .*refused") as e:
        Workspace.create(tmp_path)
    assert "secret" not in str(e.value)
    (tmp_path / MARK).write_text("1\n")
    said = StringIO()
    report(Console(file=said, width=300), tmp_path)
    assert f"miss postgresql://127.0.0.1:{port}/postgres is not reached" in said.getvalue()
    assert "secret" not in said.getvalue()


def test_state_and_folder_belong_together(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    with Workspace.open(folder) as workspace:
        workspace.log.append([play("a")])
    other = tmp_path_factory.mktemp("other")
    (other / FILE).write_text((folder / FILE).read_text())
    with pytest.raises(WorkspaceError, match="keeps the state of another workspace"):
        Workspace.create(other)
    (folder / FILE).write_text("")
    with pytest.raises(WorkspaceError, match="keeps its state in PostgreSQL"):
        Workspace.open(folder)
    with pytest.raises(WorkspaceError, match="keeps its state in PostgreSQL"):
        Workspace.create(folder)
    plain = tmp_path_factory.mktemp("plain")
    Workspace.create(plain).close()
    (plain / FILE).write_text((other / FILE).read_text())
    with pytest.raises(WorkspaceError, match=r"keeps its state in store\.sqlite"):
        Workspace.open(plain)


def test_what_cannot_be_kept_is_refused_alone(folder: Path):
    with Workspace.open(folder) as workspace:
        odd = [(b"1", b"", b""), (b"2", b"", b"\\u0000"), (b"3", b"\\u0000", b""), (b"4", b"", b"")]
        form = b'{"type": "search", "id": "%s", "listener": "u%s", "at": 1, "words": "x%s"}'
        rows = [form % three for three in odd]
        intake = Intake(workspace, T)
        (taken,) = intake.take([read_rows(rows, "event", T, Rules(1 << 60), Sender("a"))])
        assert list(taken.statuses) == ["accepted", "refused", "refused", "accepted"]
        assert all("NUL" in r.reason or "0x00" in r.reason for r in taken.refused)
        assert len(intake.dead.listed()) == 2


def test_one_seals_while_others_accept(folder: Path):
    with Workspace.open(folder) as one, Workspace.open(folder) as other:
        one.log.append([play(str(i)) for i in range(20)])
        with one.database.sealing():
            assert other.log.seal(wait=False) == 0
            assert other.log.append([play("more")]).accepted == 1
            with other.database.quiet() as alone:
                assert not alone
        assert other.log.seal() == 21
        assert one.log.count(T) == len(one.log.read(T)) == 21


def test_forgotten_in_every_file_of_the_server(folder: Path, postgres: servers.Postgres):
    who = "nobody-knows-this-listener"
    with Workspace.open(folder) as workspace:
        for i in range(40):
            workspace.log.append([play(f"{who}-{i}", listener=who), Search(id=f"s{i}", listener="u", at=i, words="x")])
        workspace.database.connection.execute("CHECKPOINT")
        workspace.database.connection.execute("ANALYZE")
        assert held(postgres, who)
        assert forget_listener(workspace, T, who).events == 40
        workspace.database.connection.execute("CHECKPOINT")
        assert not held(postgres, who)
        assert workspace.log.count(T) == 40


def held(server: servers.Postgres, word: str) -> list[str]:
    files = [path for path in (server.folder / "data" / "base").rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_killed_at_random_moments(folder: Path, postgres: servers.Postgres):
    """Ourselves, then the server: what was acknowledged is there, once."""
    rng = random.Random(6)
    said: dict[int, int] = {}
    for victim in ("us", "server"):
        start = max(said, default=-1) + 1
        writer, told = started(folder, start)
        with told:
            first = told.recv()
            time.sleep(rng.random() * 0.3)
            if victim == "server":
                postgres.kill()
            else:
                writer.kill()
            said |= dict([first, *left(told)])
        writer.join()
        if victim == "server":
            postgres.start()
        with Workspace.open(folder) as workspace:
            ids = workspace.log.read(T, columns=["id"])["id"].to_pylist()
            assert len(set(ids)) == len(ids) == workspace.log.count(T) == workspace.log.last_seq
            assert {f"{b}-{i}" for b, size in said.items() for i in range(size)} <= set(ids)
            assert not segments.orphans(folder, workspace.database.connection)
    assert len(said) >= 2


def test_comes_back_by_itself_when_the_server_does(folder: Path, postgres: servers.Postgres):
    with Workspace.open(folder) as workspace:
        workspace.log.append([play("a")])
        postgres.kill()
        try:  # a process of it may still be there to say goodbye
            for _ in range(2):
                with pytest.raises(WorkspaceError, match=r"broke off, nothing was taken|is not reached"):
                    workspace.log.append([play("b")])
                with pytest.raises(WorkspaceError, match=r"broke off, nothing was taken|is not reached"):
                    workspace.log.count(T)
        finally:
            postgres.start()
        assert (
            workspace.log.append(
                [play("a"), play("b"), Play(id="c", listener="n", at=1, item="segue:track:2", ms_played=1)]
            ).accepted
            == 2
        )
        assert workspace.log.count(T) == 3
