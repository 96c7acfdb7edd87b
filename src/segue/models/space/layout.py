"""A space on a sheet of paper: what is near stays near, for a map to look at."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.sparse as sp

from segue.core.types import F32, F64, I64
from segue.fitted.space import Space

NEAR = 15  # neighbours that pull
ROUNDS = 220
EARLY = 70  # of them, in which clusters find their place
PULL = (12.0, 2.0)  # how much stronger near ones pull, early and late; above 1 it makes islands
AGAIN = 40  # rounds where most points have a place already
CELL = 0.35  # of the grid that points push each other over; what pushes falls off over 1
MOST_CELLS = 480  # a side
STRIDE = 5.0  # at most, in a round
FEW = 20_000  # points whose neighbours are found by working out all products
BLOCK = 1_000  # rows of them at once
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


def lay_out(space: Space, last: Space | None = None, seed: int = 0) -> F32:
    """(N, 2) a place for every point of a space; near to the last map's where there is one.

    t-SNE (van der Maaten and Hinton 2008) with equal pulls of the NEAR nearest, begun from the two main directions or
    from the last map; pushes are worked out over a grid by FFT (Linderman et al. 2019), so that it takes time in
    proportion to the points. The result is turned and shifted to lie over the last map. Deterministic.
    """
    n = len(space)
    if n < NEAR + 2:
        return np.asarray(space.vectors[:, :2] if space.dimensions > 1 else np.zeros((n, 2)), np.float32)
    pulls = _pulls(space)
    start, placed = _main_directions(space.vectors, seed), False
    if last is not None and last.layout is not None:
        start, placed = _from_last(space, last, last.layout, pulls, start)
    y = _descend(start.astype(np.float64), pulls, AGAIN if placed else ROUNDS, 0 if placed else EARLY)
    y -= y.mean(axis=0)
    return _over(space, last, y) if last is not None and last.layout is not None else np.asarray(y, np.float32)


def _pulls(space: Space) -> sp.csr_array:
    """(N, N) symmetric, all entries sum to 1: which points pull each other."""
    n = len(space)
    near = _by_products(space.vectors) if n < FEW else _by_index(space)
    directed = sp.csr_array((np.ones(near.size), (np.repeat(np.arange(n), NEAR), near.ravel())), shape=(n, n))
    both = sp.csr_array(directed + directed.T)
    both.data /= both.data.sum()
    return both


def _by_products(vectors: F32) -> I64:
    """(N, NEAR) rows nearest to each."""
    out = np.zeros((len(vectors), NEAR), np.int64)
    for start in range(0, len(vectors), BLOCK):
        part = slice(start, start + BLOCK)
        like = vectors[part] @ vectors.T
        like[np.arange(len(like)), np.arange(start, start + len(like))] = -2
        out[part] = np.argpartition(-like, NEAR - 1, axis=1)[:, :NEAR]
    return out


def _by_index(space: Space) -> I64:
    out = np.zeros((len(space), NEAR), np.int64)
    for row, point in enumerate(space.vectors):
        found = space.rows(space.nearest(point, NEAR + 1)[0])
        out[row] = found[found != row][:NEAR]
    return out


def _main_directions(vectors: F32, seed: int) -> F64:
    """(N, 2) along the two directions in which points differ most, small."""
    centred = vectors - vectors.mean(axis=0)
    values, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    directions = directions[:, np.argsort(-values)[:2]]
    directions *= np.sign(directions[np.abs(directions).argmax(axis=0), [0, 1]])
    flat = centred @ directions
    noise = np.random.default_rng(seed).standard_normal(flat.shape)  # equal points must be able to part
    return np.asarray(1e-2 * flat / max(float(flat.std()), 1e-9) + 1e-5 * noise)


def _from_last(space: Space, last: Space, layout: F32, pulls: sp.csr_array, start: F64) -> tuple[F64, bool]:
    """Where points lay in the last map, new ones amid their neighbours; and whether most had a place there."""
    at = last.rows(space.items)
    here = at >= 0
    if here.mean() < 0.5:
        return start, False
    out = np.zeros((len(space), 2))
    out[here] = layout[at[here]]
    weight = pulls @ here.astype(np.float64)
    middle = (pulls @ (out * here[:, None])) / np.maximum(weight, 1e-12)[:, None]
    out[~here] = middle[~here] + start[~here]
    return out, True


def _descend(y: F64, pulls: sp.csr_array, rounds: int, early: int) -> F64:
    """(N, 2) after so many steps with momentum and a gain of its own for each coordinate (Jacobs 1988)."""
    n = len(y)
    row, column = np.repeat(np.arange(n), np.diff(pulls.indptr)), pulls.indices
    speed, gain = np.zeros_like(y), np.ones_like(y)
    for i in range(rounds):
        pull = PULL[0] if i < early else PULL[1]
        between = y[row] - y[column]
        weight = pulls.data / (1 + (between**2).sum(axis=1))
        attract = np.stack([np.bincount(row, weight * between[:, a], n) for a in (0, 1)], axis=1)
        slope = 4 * (pull * attract - _pushes(y))
        gain = np.maximum(np.where(np.sign(slope) != np.sign(speed), gain + 0.2, gain * 0.8), 0.01)
        speed = (0.5 if i < early else 0.8) * speed - (n / PULL[0]) * gain * slope
        step = np.sqrt((speed**2).sum(axis=1, keepdims=True))
        y = y + speed * np.minimum(1, STRIDE / np.maximum(step, 1e-12))
    return y


def _pushes(y: F64) -> F64:
    """(N, 2) sum over others of (y - y') / (1 + d2)^2, over the sum of all 1 / (1 + d2)."""
    low = y.min(axis=0)
    wide = float((y.max(axis=0) - low).max())
    side = int(np.clip(np.ceil(wide / CELL) + 2, 32, MOST_CELLS))
    cell = max(wide / (side - 2), 1e-3)
    place = (y - low) / cell
    corner = np.floor(place).astype(np.int64)
    part = place - corner
    shares = [((1 - part[:, 0]) if dx == 0 else part[:, 0]) * ((1 - part[:, 1]) if dy == 0 else part[:, 1])
              for dx, dy in CORNERS]  # fmt: skip
    cells = [(corner[:, 0] + dx) * side + corner[:, 1] + dy for dx, dy in CORNERS]

    def laid(values: F64) -> F64:
        flat = sum(np.bincount(c, s * values, side * side) for c, s in zip(cells, shares, strict=True))
        return np.asarray(flat, np.float64).reshape(side, side)

    size = 2 * side
    steps = np.minimum(np.arange(size), size - np.arange(size)) * cell
    far = steps[:, None] ** 2 + steps[None, :] ** 2
    once, twice = (scipy.fft.rfft2(k) for k in (1 / (1 + far), 1 / (1 + far) ** 2))
    ones = scipy.fft.rfft2(laid(np.ones(len(y))), s=(size, size))
    masses = [ones * once, ones * twice] + [
        scipy.fft.rfft2(laid(y[:, a] - low[a]), s=(size, size)) * twice for a in (0, 1)
    ]
    fields = [scipy.fft.irfft2(m, s=(size, size))[:side, :side].ravel() for m in masses]
    one, two, x, z = (sum(s * f[c] for c, s in zip(cells, shares, strict=True)) for f in fields)
    total = max(float(np.sum(one)) - len(y), 1e-9)
    return np.stack([(y[:, a] - low[a]) * two - f for a, f in ((0, x), (1, z))], axis=1) / total


def _over(space: Space, last: Space, y: F64) -> F32:
    """(N, 2) turned, mirrored and shifted so that points lie as near as can be to where they lay."""
    assert last.layout is not None
    at = last.rows(space.items)
    here = at >= 0
    if here.sum() < 3:
        return np.asarray(y, np.float32)
    mine, theirs = y[here], last.layout[at[here]].astype(np.float64)
    left, _, right = np.linalg.svd((mine - mine.mean(axis=0)).T @ (theirs - theirs.mean(axis=0)))
    return np.asarray((y - mine.mean(axis=0)) @ (left @ right) + theirs.mean(axis=0), np.float32)
