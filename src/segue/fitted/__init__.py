"""What serving loads: NumPy files, mapped read-only. One form of model a file; no torch, no pickle.

A saved model is a folder with `model.json` ({"fitted": "item-weights"}) beside the model's own files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from segue.core.errors import InputError
from segue.core.protocols import Model, Scores
from segue.core.registry import Registry
from segue.fitted._ahead import NEIGHBOURS, Ahead, save_ahead

__all__ = ["CARD", "FITTED", "NEIGHBOURS", "Ahead", "load_model", "save_ahead", "save_model"]

FITTED = Registry[type[Model]]("segue.fitted", "fitted model")
CARD = "model.json"


def save_model(model: Model, folder: Path) -> None:
    """Write a model into a new folder with the card that `load_model` reads."""
    folder.mkdir(parents=True)
    model.save(folder)
    name = type(model).__module__.rpartition(".")[2].replace("_", "-")
    (folder / CARD).write_text(json.dumps({"fitted": name}) + "\n")


def load_model(folder: Path) -> Scores:
    """The model of a folder, its arrays mapped read-only."""
    try:
        name = json.loads((folder / CARD).read_text())["fitted"]
    except (OSError, ValueError, KeyError) as e:
        raise InputError(f"{folder} holds no fitted model: {e}") from None
    return cast(Scores, FITTED[name].load(folder))
