"""The command line: help a newcomer understands, errors without a traceback, the commands people's scripts rely on."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from segue.cli import _hoisted, main

Start = Callable[..., subprocess.CompletedProcess[str]]


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """In this process, which has everything imported: what is said, and the exit status."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    streams = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with contextlib.chdir(cwd), mock.patch.dict(os.environ), streams[0], streams[1]:
        try:
            main(words)
        except SystemExit as e:
            status = e.code if isinstance(e.code, int) else int(e.code is not None)
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def alone(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own, as people start it."""
    command = [sys.executable, "-m", "segue.cli", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=100)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained workspace of two crowds."""
    folder = tmp_path_factory.mktemp("cli")
    rows = [
        f"u{u}\tt{t}\t{1_700_000_000 + 86_400 * t + u}"
        for u in range(40)
        for t in range(u % 2, 30, 2)
        if t % 7 != u % 7
    ]
    (folder / "plays.tsv").write_text("who\twhat\twhen\n" + "\n".join(rows) + "\nbroken\n")
    words = ("import", "interactions", "plays.tsv", "--listener", "who", "--item", "what", "--time", "when")
    done = run(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "1 rows could not be taken" in " ".join(done.stderr.split())
    done = run("train", "--recipe", "item-knn", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_help_names_every_command_of_the_contract(tmp_path: Path) -> None:
    shown = run("--help", cwd=tmp_path).stdout
    for name in ("demo", "init", "import", "check", "train", "learn", "evaluate", "simulate", "ope", "promote",
                 "rollback", "recommend", "continue", "similar", "home", "search", "serve", "doctor"):  # fmt: skip
        assert f" {name} " in shown


@pytest.mark.parametrize(
    ("started", "words", "says"),
    [
        (alone, ("home", "me"), "segue init"),
        (run, ("import", "interactions", "nowhere.csv", "--listener", "a", "--item", "b"), "nowhere.csv"),
        (run, ("train",), "segue init"),
    ],
)
def test_an_error_is_one_line_and_exit_2(tmp_path: Path, started: Start, words: tuple[str, ...], says: str) -> None:
    done = started(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_recommend_as_json_names_ids_as_imported(place: Path) -> None:
    found = json.loads(run("recommend", "u1", "--n", "3", "--json", cwd=place).stdout)
    assert found["listener"] == "u1"
    assert len(found["items"]) == 3
    assert all(int(card["id"][1:]) % 2 == 1 for card in found["items"])


def test_recommend_all_writes_a_line_a_listener(place: Path) -> None:
    (place / "who.txt").write_text("u3\nu4\n")
    done = run("recommend", "--all", "--listeners-file", "who.txt", "--n", "2", "--out", "r.jsonl", cwd=place)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (place / "r.jsonl").read_text().splitlines()]
    assert [line["listener"] for line in lines] == ["u3", "u4"]
    assert set(lines[0]) == {"listener", "items", "scores"}
    assert run("recommend", "--all", "--out", "all.jsonl", cwd=place).returncode == 0
    assert len((place / "all.jsonl").read_text().splitlines()) == 40
    assert run("recommend", "--all", cwd=place).returncode == 2


def test_similar_home_search_check(place: Path) -> None:
    similar = json.loads(run("similar", "t2", "--json", cwd=place).stdout)
    assert int(similar[0]["id"][1:]) % 2 == 0
    home = json.loads(run("home", "u2", "--json", cwd=place).stdout)
    assert home["shelves"]
    assert run("home", "u2", "--at", "8:00", "--zone", "Asia/Tokyo", "--json", cwd=place).returncode == 0
    for words, says in ((("--activity", "flying"), "morning, focus"), (("--at", "late"), "8:30")):
        for command in ("home", "recommend"):
            done = run(command, "u2", *words, cwd=place)
            assert done.returncode == 2
            assert says in " ".join(done.stderr.split())
    assert "t1" in run("search", "t1", cwd=place).stdout
    assert run("check", cwd=place).returncode == 0
    assert run("doctor", cwd=place).returncode == 0


def test_releases_and_rollback(place: Path) -> None:
    assert "→" in run("releases", cwd=place).stdout
    done = run("rollback", cwd=place)
    assert (done.returncode, "no earlier release" in " ".join(done.stderr.split())) == (2, True)


def test_learn_says_what_is_missing(place: Path) -> None:
    said = " ".join(run("learn", cwd=place).stdout.split())
    assert "nothing learned: 0 cards seen and 0 streams" in said


def test_a_policy_that_is_not_there_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_POLICY", "luck")
    done = run("home", "u1", cwd=place)
    assert done.returncode == 2
    assert "plackett-luce" in done.stderr
    assert "Traceback" not in done.stderr


def test_evaluate_writes_json_and_html(place: Path) -> None:
    done = run("evaluate", "--kind", "track", "--json", "b.json", "--html", "b.html", cwd=place)
    assert done.returncode == 0, done.stderr
    (board,) = json.loads((place / "b.json").read_text())
    assert {row["name"] for row in board["models"]} >= {"popular", "item-knn", "ease"}
    assert "<html" in (place / "b.html").read_text()


def test_export_and_forget(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("u,i\nalice-the-listener,a\nbob,a\n")
    run("import", "interactions", "p.csv", "--listener", "u", "--item", "i", cwd=tmp_path)
    assert run("export", "alice-the-listener", "--out", "a.zip", cwd=tmp_path).returncode == 0
    assert run("forget", "alice-the-listener", "--yes", "--receipt", "r.json", cwd=tmp_path).returncode == 0
    assert run("verify-receipt", "r.json", "--listener", "alice-the-listener", cwd=tmp_path).returncode == 0
    assert run("verify-receipt", "r.json", "--listener", "bob", cwd=tmp_path).returncode == 1
    left = [p for p in (tmp_path / "segue-workspace").rglob("*") if p.is_file()]
    assert [p for p in left if b"alice-the-listener" in p.read_bytes()] == []


def test_workspace_and_tenant_may_stand_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGUE_WORKSPACE", raising=False)
    monkeypatch.delenv("SEGUE_TENANT", raising=False)
    assert _hoisted(["home", "--workspace", "w", "me", "--tenant=t"]) == ["home", "me"]
    import os

    assert (os.environ.pop("SEGUE_WORKSPACE"), os.environ.pop("SEGUE_TENANT")) == ("w", "t")
    assert _hoisted(["x", "--", "--workspace", "w"]) == ["x", "--", "--workspace", "w"]


def test_an_error_leaves_by_status_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEGUE_WORKSPACE", str(tmp_path / "none"))
    with pytest.raises(SystemExit) as left:
        main(["releases"])
    assert left.value.code == 2


def test_keys_and_who_is_let_in(tmp_path: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--port", "0", cwd=tmp_path)
    assert refused.returncode == 2
    run("init", cwd=tmp_path)
    refused = run("serve", "--host", "0.0.0.0", "--port", "0", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--open-to-all" in " ".join(refused.stderr.split())
    made = run("keys", "create", "--listener", "alice", "--tenant", "ours", cwd=tmp_path)
    secret = made.stdout.strip()
    assert secret.startswith("segue_")
    listed = run("keys", "list", cwd=tmp_path).stdout
    assert "listener  ours/alice" in listed
    assert "never used" in listed
    assert secret not in listed
    assert run("key", "revoke", secret.split("_")[1], cwd=tmp_path).returncode == 0, "by the name it had before"
    assert "no keys" in run("keys", "list", cwd=tmp_path).stdout
