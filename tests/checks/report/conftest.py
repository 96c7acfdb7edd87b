"""The made-up data beside this file: test folders are no packages."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session")
def made_up() -> Any:
    name = "segue_tests_made_up_data"
    if name not in sys.modules:
        spec = spec_from_file_location(name, Path(__file__).with_name("made_up.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def training(made_up: Any) -> Any:
    return made_up.training(np.random.default_rng(0), rows=2000)
