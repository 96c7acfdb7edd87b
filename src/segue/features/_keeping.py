"""What a feature knows, as plain arrays: written at some point of the log, taken up again when a server starts.

A feature names the attributes that rows of the log change in `kept`; one that keeps nothing says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.features._decayed import Decayed
from segue.features._pairs import Pairs

State = dict[str, NDArray[Any]]


def state_of(feature: object) -> State:
    """The values of all that is kept, under the names of the attributes."""
    out: State = {}
    for name, value in _kept(feature):
        if isinstance(value, Decayed | Pairs):
            out |= {f"{name}.{part}": array for part, array in value.state().items()}
        else:
            out[name] = np.asarray(value)
    return out


def restore(feature: object, state: Mapping[str, NDArray[Any]]) -> None:
    """Into a feature that was told nothing; KeyError where something is missing. Arrays may be mapped read-only."""
    for name, value in _kept(feature):
        if isinstance(value, Decayed | Pairs):
            start = f"{name}."
            value.restore({key.removeprefix(start): a for key, a in state.items() if key.startswith(start)})
        elif isinstance(value, np.ndarray):
            setattr(feature, name, np.array(state[name]))
        else:
            setattr(feature, name, state[name].tolist())


def _kept(feature: object) -> Iterator[tuple[str, Any]]:
    for name in getattr(feature, "kept", ()):
        value = getattr(feature, name)
        if isinstance(value, list) and all(isinstance(v, Decayed) for v in value) and value:
            yield from ((f"{name}-{i}", v) for i, v in enumerate(value))
        else:
            yield name, value
