"""Pointwise mutual information of what stands together, and its factors."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from segue.core.types import F32, Interactions
from segue.fitted._reading import Reading
from segue.models._pairs import lagged, sums, without_diagonal


def together(data: Interactions, window: int, lag_power: float, backward: float) -> sp.csr_array:
    """(N, N) float32 how often items stand together: by their distance where there is an order, else all alike."""
    if data.ordered:
        return lagged(data, window, lag_power, backward=backward)
    rows = Reading().of_data(data)
    return without_diagonal(sp.csr_array(rows.T @ rows))


def ppmi(counts: sp.csr_array, target_smoothing: float, shift: float = 0.0) -> sp.csr_array:
    """(N, N) float32 max(0, log(C[i, j] / (row share * smoothed column share * total)) - shift), in place of `counts`.

    A shift of log k is what skip-gram with k negatives comes to (Levy and Goldberg 2014).
    """
    out, into = sums(counts, 1), sums(counts, 0) ** np.float32(target_smoothing)
    into /= max(float(into.sum()), 1e-9)
    row = np.repeat(np.arange(len(out)), np.diff(counts.indptr))
    counts.data = np.maximum(np.log(counts.data / (out[row] * into[counts.indices])) - shift, 0).astype(np.float32)
    counts.eliminate_zeros()
    return counts


def factors(matrix: sp.csr_array, d: int, rng: np.random.Generator, rounds: int) -> tuple[F32, F32, F32]:
    """(N, d), (d,) and (N, d): the largest singular values and their vectors, nearly (Halko et al. 2011)."""
    n = matrix.shape[0]
    if not matrix.nnz:
        return np.zeros((n, d), np.float32), np.zeros(d, np.float32), np.zeros((n, d), np.float32)
    transposed = sp.csr_array(matrix.T)
    wide = min(d + 16, matrix.shape[1])
    basis = np.asarray(matrix @ rng.standard_normal((matrix.shape[1], wide)).astype(np.float32))
    for _ in range(rounds):
        basis = matrix @ (transposed @ orthonormal(basis))
    basis = orthonormal(basis)
    inside = transposed @ basis  # (N, wide): its singular values are those looked for
    squares, left = np.linalg.eigh(inside.T.astype(np.float64) @ inside)
    first = np.argsort(-squares)[:d]
    values = np.sqrt(np.maximum(squares[first], 0))
    turn = left[:, first].astype(np.float32)
    right = inside @ (turn / np.maximum(values, 1e-6 * max(float(values[0]), 1e-9)).astype(np.float32))
    return np.asarray(basis @ turn), values.astype(np.float32), np.asarray(right, np.float32)


def orthonormal(basis: F32) -> F32:
    """(N, k) columns of length 1 at right angles that span the same: by Cholesky, or by QR where they nearly depend."""
    wide = basis.astype(np.float64)
    wide /= np.maximum(np.linalg.norm(wide, axis=0), 1e-30)
    try:
        turn = np.linalg.inv(np.linalg.cholesky(wide.T @ wide)).T
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.qr(basis)[0])
    return np.asarray(wide @ turn, np.float32)
