"""What predicts a response (a stream, a completion) from features: NumPy files or ONNX; no training code, no pickle.

A saved response is a folder with `response.json` beside the form's own files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from segue.core.errors import InputError
from segue.core.registry import Registry
from segue.fitted.responses._calibration import Beta
from segue.fitted.responses._response import Form, Response

__all__ = ["FORMS", "RESPONSE", "Beta", "Form", "Response", "load_response", "save_response"]

FORMS = Registry[type[Form]]("segue.fitted.responses", "form of a response model")
RESPONSE = "response.json"


def save_response(model: Response, folder: Path) -> None:
    """Write a model into a new folder with the card that `load_response` reads."""
    folder.mkdir(parents=True)
    model.form.save(folder)
    kind = type(model.form).__module__.rpartition(".")[2].replace("_", "-")
    card = {"kind": kind, "names": model.names, "calibration": list(model.calibration)}
    (folder / RESPONSE).write_text(json.dumps(card) + "\n")


def load_response(folder: Path, names: Sequence[str] | None = None) -> Response:
    """The model of a folder. With `names`, it must have been trained on just these features, in this order."""
    try:
        card = json.loads((folder / RESPONSE).read_text())
        kind, own, calibration = card["kind"], tuple(card["names"]), Beta(*card["calibration"])
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise InputError(f"{folder} holds no response model: {e}") from None
    if names is not None and own != tuple(names):
        raise InputError(f"{folder} was trained on other features: {_difference(own, names)}")
    return Response(own, FORMS[kind].load(folder), calibration)


def _difference(own: Sequence[str], given: Sequence[str]) -> str:
    """What tells the model's features from those at hand."""
    missing = [n for n in own if n not in set(given)]
    extra = [n for n in given if n not in set(own)]
    said = [f"{what} {', '.join(map(repr, some))}" for what, some in (("missing", missing), ("extra", extra)) if some]
    if said:
        return "; ".join(said)
    at = next((i for i, (a, b) in enumerate(zip(own, given)) if a != b), min(len(own), len(given)))
    return f"the same in another order, or twice; from column {at} on it takes {', '.join(own[at : at + 3])} …"
