"""Logistic regression with a Gaussian belief: the mode by Newton's steps, the curvature there as the precision."""

from __future__ import annotations

import numpy as np

from segue.core.types import F32, F64


def sigmoid(logits: F64) -> F64:
    out: F64 = 1 / (1 + np.exp(-np.clip(logits, -35, 35)))
    return out


def log_sigmoid(logits: F32 | F64) -> F64:
    """log of the probability, without overflow."""
    out: F64 = -np.logaddexp(0, -logits)
    return out


def laplace(z: F64, reward: F32, mean: F64, precision: F64, steps: int = 30) -> tuple[F64, F64]:
    """Mean (d,) and precision (d, d) after rows z (n, d) with rewards in [0, 1] (n,), from those before them.

    A step that does not lower the loss is halved, so that a prior far away cannot make it diverge.
    """
    theta, loss = mean, _loss(z, reward, mean, mean, precision)
    for _ in range(steps):
        p = sigmoid(z @ theta)
        gradient = z.T @ (p - reward) + precision @ (theta - mean)
        step = np.linalg.solve(precision + (z * (p * (1 - p))[:, None]).T @ z, gradient)
        scale = 1.0
        while scale > 1e-6:
            tried = theta - scale * step
            new = _loss(z, reward, tried, mean, precision)
            if new <= loss:
                break
            scale /= 2
        else:
            break
        theta, gained, loss = tried, loss - new, new
        if gained < 1e-9 * max(1.0, abs(loss)):
            break
    p = sigmoid(z @ theta)
    return theta, precision + (z * (p * (1 - p))[:, None]).T @ z


def _loss(z: F64, reward: F32, theta: F64, mean: F64, precision: F64) -> float:
    logits = z @ theta
    away = theta - mean
    return float((np.logaddexp(0, logits) - reward * logits).sum() + away @ precision @ away / 2)
