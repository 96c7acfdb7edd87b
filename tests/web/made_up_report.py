"""What a Home that was made up might report."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from segue.surfaces.views import ArmReport, CardView, DayReport, HomeReport, Judged, PolicyReport, Range, RankerReport


def _around(mean: float, half: float) -> Range:
    return Range(mean, mean - half, mean + half)


def _wave(i: int, *parts: object) -> float:
    """-1 to 1, always the same."""
    return int(hashlib.md5(repr((i, parts)).encode()).hexdigest()[:6], 16) / 0x7FFFFF - 1


def _arm(key: str, title: str, i: int) -> ArmReport:
    seen, rate = 41_300 // (i + 1), 0.213 - 0.011 * i + 0.002 * _wave(i)
    half = 1.96 * (rate * (1 - rate) / seen) ** 0.5
    return ArmReport(key=key, title=title, shown=int(seen * 2.7), seen=seen, streams=int(seen * rate),
                     rate=_around(rate, half))  # fmt: skip


def _ranker(head: str, base: float, gain: float, error: float) -> RankerReport:
    rows = []
    for i in range(8):
        predicted, cards = base * (0.25 + 0.34 * i), 9_400 // (1 + (i - 2) ** 2)
        observed = min(0.98, predicted * (1 + error * (i - 3)))
        half = 1.96 * (observed * (1 - observed) / cards) ** 0.5
        rows.append((predicted, observed, max(0.0, observed - half), observed + half, cards))
    return RankerReport(head=head, recipe="boosted-trees", rows=sum(r[4] for r in rows), log_loss=0.4318 * (1 - gain),
                        base_log_loss=0.4318, calibration_error=abs(error) * base, reliability=tuple(rows))  # fmt: skip


def made_up_report(cards: Sequence[CardView], tenant: str = "default") -> HomeReport:
    """What a Home of three policies and a fortnight might have to say."""
    policies = (
        PolicyReport(policy="plackett-luce", pages=163_421, listeners=4_310, share=0.8, seen=2_614_736,
                     streams=_around(2.3127, 0.0412), discoveries=_around(0.6841, 0.0187), explored=0.0627,
                     cost=_around(0.0583, 0.0061)),
        PolicyReport(policy="greedy", pages=20_428, listeners=539, share=0.1, seen=326_848,
                     streams=_around(2.2406, 0.1178), discoveries=_around(0.5127, 0.0462), explored=0.0,
                     cost=Range(0.0, 0.0, 0.0)),
        PolicyReport(policy="popularity", pages=20_428, listeners=541, share=0.1, seen=326_848,
                     streams=_around(1.4083, 0.0894), discoveries=_around(0.2904, 0.0341), explored=0.0),
    )  # fmt: skip
    estimator = "dr; a row's streams do not depend on the rows above, but for what these have left"
    judged = (
        Judged(policy="plackett-luce", streams=_around(0.4127, 0.0164), effective=48_211.4, estimator=estimator),
        Judged(policy="epsilon-greedy", streams=_around(0.3951, 0.0112), effective=71_902.0, estimator=estimator),
        Judged(policy="lin-ucb", streams=_around(0.371, 0.048), effective=1_204.8, estimator=estimator),
        Judged(policy="boltzmann", streams=None, effective=38.2, estimator=estimator,
               refused="52,108 pages are worth 38 under the target; it takes 50: the log rarely did what it does"),
        Judged(policy="greedy", streams=None, estimator=estimator,
               refused="12.4% of what the target would do was never logged or not possible; at most 1% may be"),
    )  # fmt: skip
    days = []
    for d in range(7, 21):
        for p in policies:
            rise = 0.012 * (d - 14) if p.policy != "popularity" else 0.0
            streams = p.streams.mean * (1 + rise + 0.03 * _wave(d, p.policy))
            days.append(DayReport(day=f"2026-05-{d:02}", policy=p.policy, pages=p.pages // 14, streams=streams))
    shelves = (("jump-back-in", "Jump back in"), ("made-for-you", "Made for you"), ("playlists", "Your daily mixes"),
               ("artists", "Artists you might like"), ("genre:jazz", "New in jazz"))  # fmt: skip
    return HomeReport(
        tenant=tenant, release="r-1", policy="plackett-luce", exploring=True, control=0.1,
        since=1_778_112_000_000, until=1_779_321_599_000, pages=204_277, seen=3_268_432, waiting=1_408,
        policies=policies, judged=judged, days=tuple(days),
        shelves=tuple(_arm(key, title, i) for i, (key, title) in enumerate(shelves)),
        items=tuple(_arm(c.uri, c.title, i) for i, c in enumerate(list(cards)[:10])),
        rankers=(_ranker("stream", 0.19, 0.087, 0.02), _ranker("completion", 0.31, 0.041, -0.03)),
    )  # fmt: skip
