"""`segue learn` on a planted truth: one genre is streamed whenever it is seen, the other never."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segue.app import open_service
from segue.core.errors import NotReady
from segue.core.events import AnyEvent, Play, Tune
from segue.core.protocols import Facts
from segue.core.types import Candidates, Context, Query
from segue.features import Book
from segue.jobs.attribute import read_outcomes
from segue.jobs.examples import Replay
from segue.jobs.ope import judge_file
from segue.jobs.tables import frames
from segue.jobs.tables.features import KEYS
from segue.jobs.teach import teach
from segue.policies.plackett_luce import PlackettLuce
from segue.runs.releases import Release, current_release, read_release
from segue.store.snapshot import open_snapshot
from segue.store.tuning import Counts
from segue.store.workspace import Workspace
from segue.surfaces.home.taught import load_heads
from segue.surfaces.home.valuing import untaught
from segue.surfaces.home.ways import Way

NOW = 1_790_000_000_000
HOUR_MS = 3_600_000
PAGES, EVERY_MS = 80, 1_200_000


def _rock(uri: str) -> bool:
    return int(uri.rpartition(":")[2].partition("t")[0][1:]) % 2 == 0


def _show(folder: Path, pages: int = PAGES, start: int = NOW, first: int = 0) -> None:
    """Strangers are shown pages; they stream a track that is seen if it is rock, and nothing else."""
    bold = Way(PlackettLuce(temperature=0.5, even=0.1), untaught)  # few pages must tell of many cards
    with open_service(folder) as service:
        service._serving = replace(service._serving, ways=(bold,))
        for i in range(first, first + pages):
            page = service.page(f"stranger {i}", Context(now=start + i * EVERY_MS, country="SE"))
            service.log_pages([page])
            events: list[AnyEvent] = []
            for row, shelf in enumerate(page.home.shelves[:2]):
                for position, card in enumerate(shelf.cards[:3]):
                    uri = service.workspace.catalogue.uri(card.item)
                    if ":track:" in uri and _rock(uri):
                        events.append(
                            Play(
                                id=f"s{i}-{row}-{position}", listener=f"stranger {i}", item=uri, ms_played=190_000,
                                at=start + i * EVERY_MS + 5_000, page=page.page, reason_end="trackdone",
                            )
                        )  # fmt: skip
            service.append(events)
        service.log_pages([service.page("last", Context(now=start + pages * EVERY_MS + 48 * HOUR_MS))])


@pytest.fixture(scope="module")
def shown(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose pages were seen; copy it."""
    folder = tmp_path_factory.mktemp("shown") / "ws"
    shutil.copytree(planted, folder)
    _show(folder)
    return folder


@pytest.fixture(scope="module")
def taught(shown: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught") / "ws"
    shutil.copytree(shown, folder)
    with Workspace.open(folder) as workspace:
        learned = teach(workspace, "default")
    assert not learned.why
    assert learned.made
    assert learned.pages == PAGES
    assert all(path.is_dir() for path in learned.release.fitted.values()), "what was fitted stays in the release"
    assert {"space", "moods"} <= set(learned.release.fitted)
    return folder


@pytest.fixture
def copied(shown: Path, tmp_path: Path) -> Path:
    shutil.copytree(shown, tmp_path / "ws")
    return tmp_path / "ws"


def test_what_is_streamed_is_shown_first(shown: Path, taught: Path) -> None:
    def first(folder: Path) -> float:
        with open_service(folder) as service:
            rocks = []
            for i in range(40):
                page = service.page(f"newcomer {i}", Context(now=NOW + 90 * HOUR_MS + i, country="SE"))
                uris = [service.workspace.catalogue.uri(c.item) for s in page.home.shelves[:2] for c in s.cards[:3]]
                rocks += [_rock(uri) for uri in uris if ":track:" in uri]
            return float(np.mean(rocks))

    assert first(taught) > 0.75
    assert first(shown) < 0.65


@pytest.mark.parametrize("late", [False, True])
def test_features_as_served_are_those_of_training(taught: Path, tmp_path: Path, late: bool) -> None:
    shutil.copytree(taught, tmp_path / "ws")
    (tmp_path / "ws" / "segue.toml").write_text("features_kept = 0.5")
    pages = []
    with open_service(tmp_path / "ws") as service:
        for i in range(40):
            pages.append(service.page(f"newcomer {i}", Context(now=NOW + (90 + i) * HOUR_MS, country="SE")))
            service.log_pages([] if late else pages[-1:])
        service.log_pages(pages if late else [])
    kept = [(view, d) for page in pages for view, d in zip(page.home.shelves, page.home.decisions) if d.features]
    assert {bool(d.features) for page in pages for d in page.home.decisions} == {True, False}
    with Workspace.open(tmp_path / "ws") as workspace:
        served = pl.concat(frames(workspace, "default", "served"))
        replayed = pl.concat(frames(workspace, "default", "replayed"))
    assert served.height == sum(len(view.cards) for view, _ in kept)
    assert sum(served[name].n_unique() > 1 for name in served.columns if name not in KEYS) > 3
    skewed = [name for name in served.columns if not served[name].equals(replayed[name])]
    if late:  # the control: pages that the server did not know of when it made the next one
        assert "item_looks" in skewed
    else:
        assert skewed == []


def test_what_does_not_count_is_learned_from_and_served_alike(
    copied: Path, release_of: Callable[..., Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a night all that was heard is known to features; after it neither those that teach nor those that serve
    know of what was said not to count."""
    subjects = [f"plays:genre:{name}" for name in ("rock", "jazz", "christmas music")]
    said = [Tune(id=s, listener="L0", at=NOW, subject=s, value=-1) for s in (*subjects, "kind:show", "kind:audiobook")]
    said.append(Tune(id="h", listener="L3", at=NOW, subject="habit:hours", value=-1))
    (copied / "segue.toml").write_text("features_kept = 1.0")
    with Workspace.open(copied) as workspace:
        workspace.log.append(said)
    release_of(copied, tmp_path / "one")
    books: list[Book] = []

    def book(facts: Facts, counts: Counts | None) -> Book:
        books.append(Book(facts, counts=counts))
        return books[-1]

    with Workspace.open(copied) as workspace, monkeypatch.context() as seen:
        seen.setattr("segue.jobs.teach.Book", book)
        assert teach(workspace, "default", judging=False).made
    with open_service(copied) as service:
        for who in ("L0", "L3", "L6"):
            service.log_pages([service.page(who, Context(now=NOW + 90 * HOUR_MS, country="SE"))])
        items = service._serving.stock.facts.items
        pool = Candidates.of(items, np.zeros(len(items), np.float32), "made-for-you")
        for who in ("L0", "L3", "L6"):
            number = service.workspace.catalogue.listener_number("default", who) or 0
            known = books[0].values(Query("default", number, context=Context(now=NOW)), pool)
            heard = known[:, books[0].names.index("heard")]
            assert heard.any() == (who != "L0")
    with Workspace.open(copied) as workspace:
        served = pl.concat(frames(workspace, "default", "served"))
        replayed = pl.concat(frames(workspace, "default", "replayed"))
    assert [name for name in served.columns if not served[name].equals(replayed[name])] == []
    taken = {who: part["takes_60d"].to_list() for (who,), part in served.group_by("listener")}
    assert not any(taken["L0"])
    assert all(taken["L6"])


def test_the_report_says_what_happened(taught: Path) -> None:
    with open_service(taught) as service:
        report = service.home_report()
    assert report.release == current_release(taught, "default").id
    (policy,) = report.policies
    assert (policy.policy, policy.pages, policy.share) == ("plackett-luce", PAGES + 1, 1.0)
    assert policy.streams.low < policy.streams.mean < policy.streams.high
    assert 0 < policy.explored < 1
    assert policy.cost is None  # nothing had been learned when these pages were made
    assert policy.discoveries.mean == pytest.approx(policy.streams.mean, rel=0.35)  # strangers know nobody
    assert sum(d.pages for d in report.days) == PAGES + 1
    assert {j.policy for j in report.judged} == {"greedy", "plackett-luce", "boltzmann", "epsilon-greedy"}
    own = next(j for j in report.judged if j.policy == "plackett-luce")
    assert bool(own.refused) != (own.streams is not None)
    assert all(_rock(item.key) for item in report.items)
    assert {r.head for r in report.rankers} == {"stream", "completion"}
    stream = next(r for r in report.rankers if r.head == "stream")
    assert stream.log_loss < 0.9 * stream.base_log_loss
    assert stream.calibration_error < 0.25


def test_taught_again_from_the_same_log_it_is_the_same(taught: Path, copied: Path, tmp_path: Path) -> None:
    """Rebuilt elsewhere from nothing but the log: the same release, file by file."""
    with Workspace.open(copied) as workspace:
        teach(workspace, "default")
    one, two = current_release(taught, "default"), current_release(copied, "default")
    assert one.id == two.id
    files = sorted(p.relative_to(one.folder) for p in (one.folder / "taught").rglob("*") if p.is_file())
    assert len(files) >= 5
    for name in files:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes(), name
    with open_service(taught) as first, open_service(copied) as second:
        context = Context(now=NOW + 100 * HOUR_MS)
        assert first.page("L3", context).home.decisions == second.page("L3", context).home.decisions


def test_interrupted_it_leaves_nothing_and_comes_to_the_same(
    taught: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_release(copied, "default").id
    with monkeypatch.context() as broken, Workspace.open(copied) as workspace:
        broken.setattr("segue.jobs.teach.save_state", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            teach(workspace, "default", judging=False)
    assert current_release(copied, "default").id == before
    assert not list((copied / "runs").glob("teach-*"))
    with Workspace.open(copied) as workspace:
        teach(workspace, "default", judging=False)
        again = teach(workspace, "default", judging=False)
    assert not again.made
    heads = [current_release(f, "default").folder / "taught" / "heads" for f in (taught, copied)]
    for path in (p for p in heads[0].rglob("*.npy")):
        assert path.read_bytes() == (heads[1] / path.relative_to(heads[0])).read_bytes()


def test_night_after_night_comes_to_the_same_as_in_one_go(copied: Path, tmp_path: Path) -> None:
    """A replay that reads on knows the same of every page as one that reads all at once."""
    with Workspace.open(copied) as workspace:
        facts = open_snapshot(current_release(copied, "default").snapshot_folder).catalogue
        replay = Replay(Book(facts))
        teach(workspace, "default", replay=replay, judging=False)
    _show(copied, 30, NOW + 200 * HOUR_MS, first=500)
    with Workspace.open(copied) as workspace:
        teach(workspace, "default", replay=replay, judging=False)
        outcomes = read_outcomes(workspace, "default")
        step = replay.examples(workspace.log, "default", outcomes)
        whole = Replay(Book(facts)).examples(workspace.log, "default", outcomes)
    assert step.id == whole.id
    assert len(step) > PAGES


def test_features_of_a_server_are_those_learned_from(taught: Path) -> None:
    """No skew: a live server's values for a page are those that `segue learn` works out again from the log."""
    with open_service(taught) as service:
        live = service._serving.book
        assert live is not None
        listener = "L7"
        service.append(
            [Play(id="x", listener=listener, item="segue:track:t:a0t0", at=NOW + 100 * HOUR_MS, ms_played=1)]
        )
        page = service.page(listener, Context(now=NOW + 101 * HOUR_MS, country="SE", device="phone"))
        service.log_pages([page])
        service.append(
            [Play(id="y", listener=listener, item="segue:track:t:a1t1", at=NOW + 102 * HOUR_MS, ms_played=1)]
        )
        scores = [dict(zip(d.cards.arms, d.cards.scores)) for d in page.home.decisions]
    with Workspace.open(taught) as workspace:
        release = current_release(taught, "default")
        facts = open_snapshot(release.snapshot_folder).catalogue
        replay = Replay(Book(facts))
        replay.examples(workspace.log, "default", read_outcomes(workspace, "default"))
        assert release.manifest.taught is not None
        names = release.manifest.taught.features
        heads = load_heads(release, names)
        for row, decision in enumerate(page.home.decisions):
            known = replay._known[page.page, row]
            stream, done = heads["stream"].predict(known), heads["completion"].predict(known)
            new = known[:, names.index("maker_heard")] == 0
            again = np.log(stream + 0.5 * done + 0.3 * stream * new + 1e-6)
            shown = [scores[row][decision.cards.arms[i]] for i in decision.cards.chosen]
            assert again.tolist() == pytest.approx(shown, abs=2e-3)


def test_other_policies_are_judged_from_the_workspace(taught: Path) -> None:
    report = judge_file(taught, "plackett-luce")
    assert report.logged.value is not None
    assert 0.1 < report.logged.value < 0.6  # streams a row
    assert report.refused or (report.low is not None and report.high is not None and report.low < report.high)
    assert report.overlap.mean == pytest.approx(1, abs=0.6)
    assert "workspace" in report.source


def test_too_little_to_learn_from_is_said(planted: Path, tmp_path: Path) -> None:
    shutil.copytree(planted, tmp_path / "ws")
    with Workspace.open(tmp_path / "ws") as workspace:
        learned = teach(workspace, "default")
    assert "too few" in learned.why
    assert not learned.made
    with open_service(tmp_path / "ws") as service, pytest.raises(NotReady, match="segue learn"):
        service.home_report()


@pytest.mark.parametrize("policy", ["thompson-logistic", "lin-ucb", "hierarchical"])
def test_policies_that_learn_have_their_state_in_the_release(copied: Path, policy: str) -> None:
    (copied / "segue.toml").write_text(f'policy = "{policy}"\n')
    with Workspace.open(copied) as workspace:
        release = teach(workspace, "default", judging=False).release
    assert read_release(release.folder).manifest.taught is not None
    assert list((release.folder / "taught" / "policy").glob("*.npy"))
    with open_service(copied) as service:
        page = service.page("L1", replace(Context(now=NOW + 100 * HOUR_MS)))
    assert {d.cards.policy for d in page.home.decisions} == {policy}
