"""The same as the benchmark, some ten kills long."""

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "delivery_kills.py"


def test_killed_and_with_a_full_disk_nothing_is_lost_or_twice():
    done = subprocess.run([sys.executable, BENCHMARK, "10"], capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
    assert "'kills': 10" in done.stdout
