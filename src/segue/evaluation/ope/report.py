"""What a log says of a policy: values with intervals side by side, how far supported, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field

from segue.evaluation.ope.overlap import Overlap


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one estimator. Either `refused` says why there is no value, or all of the rest is there."""

    refused: str = ""
    value: float | None = None  # expected reward a page
    low: float | None = None  # of the interval
    high: float | None = None
    error: float | None = None  # standard error
    bound_low: float | None = None  # empirical Bernstein, where the range of contributions is known
    bound_high: float | None = None
    effective: float | None = None  # pages (Kish) under the weights it uses
    setting: dict[str, float] = field(default_factory=dict)  # clip, tau or lambda, chosen on the log
    bias: float = 0.0  # of weights cut on purpose, as the log shows it; the interval is wider by it on either side
    assumes: str = ""  # beyond right propensities


@dataclass(frozen=True, slots=True)
class Slice:
    """Weights on a part of the log: their mean should be 1 on every part."""

    by: str  # slot, time
    name: str
    overlap: Overlap
    odd: bool  # further from 1 than chance allows


@dataclass(frozen=True, slots=True)
class Report:
    policy: str
    estimator: str  # the one that answers: `value` and `refused` are its own
    refused: str
    value: float | None
    low: float | None
    high: float | None
    logged: Estimate  # what the log itself earned
    estimates: dict[str, Estimate]
    overlap: Overlap  # of the weights of whole pages
    slices: tuple[Slice, ...]
    choices: int
    pages: int
    listeners: int
    level: float
    interval: str  # its kind
    reward_model: str = ""
    notes: tuple[str, ...] = ()
    source: str = ""
    rejected: dict[str, int] = field(default_factory=dict)  # reason → rows of the log that could not be used
