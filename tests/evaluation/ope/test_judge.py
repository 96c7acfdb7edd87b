"""A whole judgement: the truth of a small world is found again, and where the log cannot tell there is no number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segue.core.errors import UnknownName
from segue.core.types import F64
from segue.evaluation.ope import Limits, Log, Options, Report, judge, of_columns
from segue.evaluation.ope.targets import target

CHANCE = np.array([0.05, 0.2, 0.5, 0.8])  # of a reward, by arm
MU = np.array([0.4, 0.3, 0.2, 0.1])
PI = np.array([0.1, 0.2, 0.3, 0.4])


def made(n: int = 4000, seed: int = 0, mu: F64 = MU) -> Log:
    rng = np.random.default_rng(seed)
    action = rng.choice(4, n, p=mu)
    reward = (rng.random(n) < CHANCE[action]).astype(float)
    return of_columns(
        action.astype(np.int32), mu[action], reward, listener=np.arange(n) // 4, at=np.arange(n) + 1,
        slot=(np.arange(n) % 2).astype(np.int32), actions=("a", "b", "c", "d"),
    )  # fmt: skip


def over(pi: F64):
    return lambda rows: np.tile(pi, (rows.stop - rows.start, 1))


def judged(log: Log, pi: F64 = PI, **more) -> Report:
    return judge(log, pi[log.action], over=over(pi), **more)


def test_the_truth_lies_in_every_interval_that_promises_it() -> None:
    report = judged(made())
    true = float(PI @ CHANCE)
    assert report.refused == ""
    for name in ("dr", "snips", "ips", "sndr", "mrdr"):
        e = report.estimates[name]
        assert e.low is not None
        assert e.high is not None
        assert e.low < true < e.high, name
        assert e.high - e.low < 0.1
    dm = report.estimates["dm"].value
    assert dm == pytest.approx(true, abs=0.03)  # no context: a mean an arm is a right model
    ips = report.estimates["ips"]
    assert ips.bound_low is not None
    assert ips.low is not None
    assert ips.bound_low < ips.low
    assert (report.choices, report.pages, report.listeners) == (4000, 4000, 1000)


def test_the_logged_policy_earned_what_it_earned() -> None:
    log = made()
    t = target("logged", log)
    report = judge(log, t.chance, policy=t.name)
    for name in ("snips", "ips", "clipped-ips"):
        assert report.estimates[name].value == pytest.approx(log.reward.mean())
    assert report.logged.value == pytest.approx(log.reward.mean())
    assert "no model can say" in report.estimates["dm"].refused
    assert report.overlap.effective == 4000


def test_slices_say_where_weights_are_off() -> None:
    log = made()
    assert [s.by for s in judged(log).slices] == ["slot", "slot", *["time"] * 4]
    wrong = np.where(log.slot == 1, 1.3, 1.0)
    report = judge(log, PI[log.action] * wrong)
    assert any(s.odd and s.name == "1" for s in report.slices)
    assert any("slot 1" in note for note in report.notes)


@pytest.mark.parametrize(
    ("log", "pi", "says"),
    [
        (made(60), PI, "only 60 pages"),
        (replace(made(400), listener=np.arange(400) // 40), PI, "only 10 listeners"),
        (made(mu=np.array([0.5, 0.3, 0.2, 0.0])), PI, "never logged or not possible"),
        (made(mu=np.array([0.6, 0.2, 0.199, 0.001])), np.array([0.0, 0.0, 0.05, 0.95]), "worth"),
    ],
)
def test_a_log_that_cannot_tell_gives_a_reason_and_no_number(log: Log, pi: F64, says: str) -> None:
    report = judged(log, pi)
    assert says in report.refused
    assert report.value is None
    assert all(e.value is None and e.refused for e in report.estimates.values())


def test_more_reasons() -> None:
    log = made()
    assert "propensities or the target's chances" in judge(log, PI[log.action] * 0.8).refused
    sure = replace(log, propensity=np.ones(len(log)))
    assert "never explored" in judge(sure, PI[log.action]).refused
    assert judge(sure, np.ones(len(log))).refused == ""  # that policy itself was watched
    assert "no overlap" in judge(log, np.zeros(len(log))).refused
    rare = replace(log, reward=(np.arange(len(log)) < 5).astype(float))
    assert "had a reward" in judged(rare).refused
    assert judged(rare, options=Options(limits=Limits(rewarded=1))).refused == ""
    assert "one page has" in judged(log, options=Options(limits=Limits(largest_share=1e-4))).refused
    nothing = of_columns(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
    assert "only 0 pages" in judge(nothing, np.zeros(0)).refused


def test_an_estimator_may_be_named() -> None:
    log = made()
    report = judged(log, estimator="snips")
    assert (report.estimator, report.value) == ("snips", report.estimates["snips"].value)
    with pytest.raises(UnknownName, match="dr, snips"):
        judged(log, estimator="rips")
    with pytest.raises(ValueError, match="0 to 1"):
        judge(log, np.full(len(log), 2.0))


def test_a_model_from_outside_is_used_as_given() -> None:
    log = made()
    q, v = CHANCE[log.action], np.full(len(log), PI @ CHANCE)
    report = judge(log, PI[log.action], q=q, v=v)
    assert report.estimates["dm"].value == pytest.approx(PI @ CHANCE)
    assert report.reward_model == "given"
    assert report.value == pytest.approx(float(np.mean(v + PI[log.action] / log.propensity * (log.reward - q))))


def pages(n: int = 3000, slots: int = 3, seed: int = 1) -> tuple[Log, F64, float]:
    """Pages of three different arms of four; a reward below another reward is halved. Truth by drawing much."""
    rng = np.random.default_rng(seed)

    def draw(n: int, score: F64) -> tuple[np.ndarray, F64, F64]:
        left = np.ones((n, 4), bool)
        action, chance = np.zeros((n, slots), np.int64), np.zeros((n, slots))
        reward = np.zeros((n, slots))
        for k in range(slots):
            p = np.where(left, score, 0.0)
            p /= p.sum(axis=1, keepdims=True)
            action[:, k] = (p.cumsum(axis=1) > rng.random(n)[:, None]).argmax(axis=1)
            chance[:, k] = p[np.arange(n), action[:, k]]
            left[np.arange(n), action[:, k]] = False
            reward[:, k] = rng.random(n) < CHANCE[action[:, k]] * np.where(reward[:, :k].any(axis=1), 0.5, 1.0)
        return action, chance, reward

    score = np.array([1.0, 1.0, 2.0, 3.0])
    true = float(draw(400_000, score)[2].sum(axis=1).mean())
    action, chance, reward = draw(n, np.array([3.0, 2.0, 1.0, 1.0]))
    left = np.ones((n, 4), bool)
    wanted = np.zeros((n, slots))
    for k in range(slots):
        wanted[:, k] = score[action[:, k]] / (left * score).sum(axis=1)
        left[np.arange(n), action[:, k]] = False
    log = of_columns(
        action.ravel().astype(np.int32), chance.ravel(), reward.ravel(), page=np.repeat(np.arange(n), slots),
        slot=np.tile(np.arange(slots), n).astype(np.int32),
    )  # fmt: skip
    return log, wanted.ravel(), true


def test_pages_of_several_choices() -> None:
    log, wanted, true = pages()
    report = judge(log, wanted)
    assert report.estimator == "cascade-dr"
    for name in ("cascade-dr", "rips", "snrips", "slate-ips", "slate-snips"):
        e = report.estimates[name]
        assert e.low is not None
        assert e.high is not None
        assert e.low < true < e.high, name
    assert "nothing below" in report.estimates["rips"].assumes
    for name in (
        "iips",
        "sniips",
        "pi",
        "snpi",
    ):  # choices hang together, and only their chances given others are known
        assert "column marginal" in report.estimates[name].refused


def test_pages_whose_slots_are_filled_independently() -> None:
    """The chance of an item in its slot is then the one that is logged; fewer weights are multiplied."""
    rng, n = np.random.default_rng(2), 3000
    action = rng.choice(4, (n, 3), p=MU)
    reward = (rng.random((n, 3)) < CHANCE[action]).astype(float)
    log = of_columns(
        action.ravel().astype(np.int32), MU[action].ravel(), reward.ravel(), page=np.repeat(np.arange(n), 3),
        slot=np.tile(np.arange(3), n).astype(np.int32),
    )  # fmt: skip
    true = 3 * float(PI @ CHANCE)
    report = judge(log, PI[log.action])
    for name in ("iips", "sniips", "pi", "snpi", "cascade-dr", "slate-snips"):
        e = report.estimates[name]
        assert e.low is not None
        assert e.high is not None
        assert e.low < true < e.high, name
    one, whole = report.estimates["iips"].effective, report.estimates["slate-ips"].effective
    assert one is not None
    assert whole is not None
    assert one > 2 * whole
    given = judge(replace(log, marginal=log.propensity), PI[log.action], marginal=PI[log.action])
    assert given.estimates["iips"] == report.estimates["iips"]
    tied = judge(replace(log, marginal=log.propensity * 0.9), PI[log.action], marginal=PI[log.action] * 0.9)
    assert "stands above changes" in tied.estimates["pi"].refused
    assert tied.estimates["iips"].refused == ""


def test_a_model_of_all_arms_helps_on_pages_too() -> None:
    log, _, _ = pages()
    t = target("uniform", log)
    report = judge(log, t.chance, over=t.over)
    rips, cascade = report.estimates["rips"], report.estimates["cascade-dr"]
    assert rips.error is not None
    assert cascade.error is not None
    assert cascade.error < 0.9 * rips.error


LOOSE = Limits(
    pages=0, clusters=0, effective=0, rewarded=0, largest_share=2, mean_off=9, mean_errors=1e9, unsupported=2
)  # fmt: skip


def test_nothing_is_divided_by_nothing_even_without_limits() -> None:
    """Every warning is an error here."""
    log, wanted, _ = pages(300)
    for chance in (np.zeros(900), np.where(np.arange(900) < 3, wanted, 0), wanted * (np.arange(900) % 3 == 0)):
        report = judge(log, chance, options=Options(limits=LOOSE))
        assert report.estimates["snrips"].refused or np.isfinite(report.estimates["snrips"].value or np.nan)
    assert "in some slot" in report.estimates["snrips"].refused
    for chance in (np.zeros(300), np.where(np.arange(300) < 3, 0.5, 0)):
        judge(made(300), chance, over=over(PI), options=Options(limits=LOOSE))
    nothing = of_columns(np.zeros(200, np.int32), np.full(200, 0.5), np.zeros(200))
    assert judge(nothing, np.full(200, 0.5), options=Options(limits=LOOSE)).value == 0
