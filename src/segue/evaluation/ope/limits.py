"""When a log cannot tell, and why: the thresholds in one place."""

from __future__ import annotations

from dataclasses import dataclass

from segue.evaluation.ope.overlap import Overlap


@dataclass(frozen=True, slots=True)
class Limits:
    """A value is refused beyond any of these."""

    pages: int = 100
    """Fewer than this many pages: no interval of a mean of rare rewards is to be trusted."""
    clusters: int = 30
    """Fewer than this many listeners: the spread between listeners is not known."""
    effective: float = 100.0
    """Effective pages under the target: in the world, t intervals of SNIPS with 50 to 100 of them held 87 %."""
    rewarded: float = 10.0
    """Rewarded pages among the effective ones: a rate seen fewer times has no useful interval."""
    largest_share: float = 0.05
    """Of all weight, on one page: then that page decides."""
    mean_off: float = 0.25
    """How far the mean weight may be from 1, whatever its error."""
    mean_errors: float = 4.0
    """How many standard errors the mean weight may be from 1: beyond, propensities or target chances are wrong."""
    mean_surely: float = 0.02
    """But less than this far from 1 it may be: rounded propensities."""
    unsupported: float = 0.01
    """Share of the target's choices that the log could not or did not make: of those it says nothing."""


def refusal(found: Overlap, clusters: int, rewarded: float | None, limits: Limits) -> str:
    """Why these weights cannot judge; empty where they can. The most telling reason first."""
    if found.pages < limits.pages:
        return f"only {found.pages} pages; it takes {limits.pages}"
    if clusters < limits.clusters:
        return f"only {clusters} listeners; it takes {limits.clusters}"
    if found.never >= 1:
        return "the target never does what was logged: there is no overlap"
    if found.unsupported is not None and found.unsupported > limits.unsupported:
        return (
            f"{found.unsupported:.1%} of what the target would do was never logged or not possible; at most "
            f"{limits.unsupported:.0%} may be"
        )
    off, error = abs(found.mean - 1), (found.mean_high - found.mean) / 1.96
    if off > limits.mean_surely and off > limits.mean_errors * error:
        return (
            f"{_mean(found)}: propensities or the target's chances are not those of this log, or the target does what "
            "was never logged"
        )
    if found.effective < limits.effective:
        return (
            f"{found.pages:,} pages are worth {found.effective:.0f} under the target; it takes {limits.effective:.0f}: "
            "the log rarely did what the target does"
        )
    if found.largest_share > limits.largest_share:
        return f"one page has {found.largest_share:.0%} of all weight; at most {limits.largest_share:.0%} may be"
    if off > limits.mean_off:
        return f"{_mean(found)}: the weights are too uneven to tell"
    if rewarded is not None and rewarded < limits.rewarded:
        return (
            f"of the {found.effective:,.0f} pages that this log is worth under the target, some {rewarded:.1f} had a "
            f"reward; it takes {limits.rewarded:.0f}"
        )
    return ""


def _mean(found: Overlap) -> str:
    return f"the mean weight is {found.mean:.3g} (95 %: {found.mean_low:.3g} to {found.mean_high:.3g}), not 1"
