from typing import Any

import numpy as np
import pytest
from tests.checks.report import made_up


@pytest.fixture(scope="session")
def training() -> Any:
    return made_up.training(np.random.default_rng(0), rows=2000)
