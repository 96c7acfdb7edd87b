"""The carousel benchmark: feedback and regret by hand, a truth that no policy can reach, and the policies' formulas."""

import gc
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

ARMS, WIDTH, SEGMENTS = 40, 5, 3


@pytest.fixture(scope="module")
def modules() -> Any:
    """users, policies, carousel: scripts beside each other, found only while they are imported."""
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        import _carousel_policies as policies  # type: ignore[import-not-found]
        import _carousel_users as users  # type: ignore[import-not-found]
        import carousel  # type: ignore[import-not-found]
    finally:
        sys.path.remove(folder)
    return users, policies, carousel


@pytest.fixture
def truth() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    vectors = rng.normal(0, 1, (SEGMENTS, WIDTH - 1)).astype(np.float32)
    weights = rng.normal(0, 0.5, (ARMS, WIDTH)).astype(np.float32)
    weights[:, -1] -= 3
    return vectors, weights


def population(modules: Any, truth: Any, seed: int = 0, size: int = 500) -> Any:
    return modules[0].Users(*truth, size, seed)


def test_feedback_by_hand(modules: Any) -> None:
    """A user streams the first that suits; nothing beyond it was seen, and of nothing streamed the first three."""
    users = modules[0]
    sure, never = 30.0, -30.0
    logits = np.full((3, 12), never, np.float32)
    logits[0, 5], logits[1, 1], logits[1, 7] = sure, sure, sure
    visits = users.Visits(np.zeros((3, 2), np.float32), np.zeros(3, int), np.zeros(3, int))
    slates = np.tile(np.arange(12), (3, 1))
    for all_seen, last in ((False, 3), (True, 12)):
        luck = np.full((3, 12), 0.5, np.float32)
        now = users.Round(visits, logits, np.arange(3), np.zeros(3), luck, all_seen)
        told = now.feedback(slates)
        assert told.streamed.argmax(axis=1).tolist()[:2] == [5, 1]
        assert told.streamed.sum(axis=1).tolist() == [1, 1, 0]
        assert told.seen.sum(axis=1).tolist() == [6, 2, last]


def test_regret_is_none_for_the_best_slate(modules: Any, truth: Any) -> None:
    crowd = population(modules, truth)
    now = crowd.round(0, 100, False)
    logits = now.visits.features @ truth[1].T
    best = np.argsort(-logits, axis=1)[:, :12]
    assert now.regret(best) == pytest.approx(0, abs=1e-3)
    p = 1 / (1 + np.exp(-np.sort(logits, axis=1)))
    by_hand = ((1 - (1 - p[:, -12:]).prod(axis=1)) - (1 - (1 - p[:, :12]).prod(axis=1))).sum()
    assert now.regret(np.argsort(logits, axis=1)[:, :12]) == pytest.approx(by_hand, rel=1e-4)


def test_luck_is_the_same_for_all(modules: Any, truth: Any) -> None:
    crowd, again = population(modules, truth), population(modules, truth)
    slates = np.tile(np.arange(12), (100, 1))
    one, two = crowd.round(3, 100, False), again.round(3, 100, False)
    assert (one.visits.features == two.visits.features).all()
    assert (one.feedback(slates).streamed == two.feedback(slates).streamed).all()


def reached(start: object) -> list[Any]:
    """All objects that a policy holds, however deep, closures too; not what modules and classes hold."""
    found: dict[int, Any] = {}
    ahead = [start]
    while ahead:
        one = ahead.pop()
        if id(one) in found or isinstance(one, (type, ModuleType)):
            continue
        found[id(one)] = one
        if isinstance(one, FunctionType):
            ahead += [*(one.__closure__ or ()), *(one.__defaults__ or ())]
        else:
            ahead += gc.get_referents(one)
        if isinstance(one, np.ndarray) and one.base is not None:
            ahead.append(one.base)
    return list(found.values())


def knows(player: object, crowd: Any, weights: np.ndarray) -> bool:
    def secret(one: Any) -> bool:
        if one is crowd or not isinstance(one, np.ndarray):
            return one is crowd
        truths = (weights, crowd._logits)
        return any(np.shares_memory(one, t) or (one.shape == t.shape and np.allclose(one, t)) for t in truths)

    return any(secret(one) for one in reached(player))


def test_no_policy_reaches_the_truth(modules: Any, truth: Any) -> None:
    crowd = population(modules, truth)
    for name, make in modules[2].PLAYERS.items():
        player = make(crowd.arms, crowd.segments, crowd.width)
        for number in range(2):
            now, rng = crowd.round(number, 200, False), np.random.default_rng(number)
            slates = player.slates(now.visits, rng)
            assert slates.shape == (200, 12)
            assert all(len(set(s)) == 12 for s in slates.tolist())
            player.learn(now.visits, slates, now.feedback(slates), rng)
        assert not knows(player, crowd, truth[1]), name
        player.peeping = [{"round": now}]
        assert knows(player, crowd, truth[1]), "control: one that keeps the round is found out"
        player.peeping = lambda now=now: now.regret
        assert knows(player, crowd, truth[1]), "and one that hides it in a function"


def test_what_a_policy_is_handed_holds_no_truth(modules: Any, truth: Any) -> None:
    crowd = population(modules, truth)
    now = crowd.round(0, 200, False)
    for handed in (now.visits, now.feedback(np.tile(np.arange(12), (200, 1)))):
        assert not knows(handed, crowd, truth[1])


def test_top(modules: Any) -> None:
    top = modules[1].top
    scores = np.random.default_rng(0).random((4, 3, 30))
    assert (top(scores) == np.argsort(-scores, axis=-1)[..., :12]).all()
    equal = np.zeros((2, 30))
    assert all(len(set(row)) == 12 for row in top(equal).tolist())


def test_kl_ucb_by_hand(modules: Any) -> None:
    """Where no stream was seen, shown · -log(1 - q) = log(all displays)."""
    player = modules[1].KLUCB(3, 1)
    player._shown[:] = [[100, 20, 0]]
    q = player._bounds()[0]
    assert q[0] == pytest.approx(1 - 120 ** (-1 / 100), abs=1e-6)
    assert q[1] == pytest.approx(1 - 120 ** (-1 / 20), abs=1e-6)
    assert q[2] == 1


@pytest.mark.parametrize("n", [3, 30])
def test_a_newton_step_is_the_same_by_either_way(modules: Any, n: int) -> None:
    rng = np.random.default_rng(0)
    x, w, q, g = rng.normal(0, 1, (n, 8)), rng.random(n), 1 + rng.random(8), rng.normal(0, 1, 8)
    direct = np.linalg.solve(np.diag(q) + x.T @ (w[:, None] * x), g)
    assert modules[1]._solved(x, w, q, g) == pytest.approx(direct)


def test_the_share_that_looks_is_found(modules: Any) -> None:
    """Users of whom 40 % look beyond the visible slots, each display streamed with .05 by who sees it."""
    users, policies = modules[0], modules[1]
    rng, n = np.random.default_rng(1), 20_000
    chances, looks = np.full((n, 12), 0.05), policies.Looks()
    for _ in range(12):
        goes_on = rng.random(n) < 0.4
        suits = rng.random((n, 12)) < 0.05
        suits[:, 3:] &= goes_on[:, None]
        first = np.where(suits.any(axis=1), suits.argmax(axis=1), -1)
        last = np.where(first >= 0, first, 2)
        told = users.Feedback(np.arange(12) <= last[:, None], np.arange(12) == first[:, None])
        guessed = looks.seen(np.zeros((n, 12), int), chances, told, rng)
    assert looks._streams / looks._expected == pytest.approx(0.4, abs=0.02)
    seen = guessed.seen[:, 3:]
    assert told.streamed[:, 3:].sum() / seen.sum() == pytest.approx(0.05, rel=0.1)
    biased = told.streamed[:, 3:].sum() / told.seen[:, 3:].sum()
    assert biased > 0.15  # control: as told, what stands beyond looks more than thrice as good
