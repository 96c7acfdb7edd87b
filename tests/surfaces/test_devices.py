"""Devices by listener and time, from a log and from what came since."""

import numpy as np
import pyarrow as pa
import pytest

from segue.surfaces.devices import UNKNOWN, Devices


@pytest.fixture
def devices() -> Devices:
    """Listener 7 on the phone at 10 and in the car at 30, and on nobody knows what at 20; listener 3 at 10."""
    rows = {
        "seq": [1, 2, 3, 4, 5], "listener": [7, 3, 7, 7, 7], "at": [30, 10, 10, 20, 40],
        "device": ["car", "tv", "phone", None, "late"],
    }  # fmt: skip
    return Devices(pa.table(rows), last_seq=4)


def test_each_play_has_its_device(devices: Devices) -> None:
    codes = devices.of(7, np.array([40, 10, 30, 20, 11], np.int64))
    assert codes.tolist() == [UNKNOWN, devices.code("phone"), devices.code("car"), UNKNOWN, UNKNOWN]
    assert devices.of(3, np.array([10], np.int64)).tolist() == [devices.code("tv")]
    assert devices.of(4, np.array([10], np.int64)).tolist() == [UNKNOWN]


def test_what_came_since_is_known_in_any_order(devices: Devices) -> None:
    devices.add(7, 25, "watch")
    devices.add(7, 15, "phone")
    devices.add(8, 5, "")
    codes = devices.of(7, np.array([10, 15, 25, 30], np.int64))
    assert codes.tolist() == [devices.code(d) for d in ("phone", "phone", "watch", "car")]
    assert devices.of(8, np.array([5], np.int64)).tolist() == [UNKNOWN]


@pytest.mark.parametrize("plays", [None, pa.table({"seq": [1], "listener": [1], "at": [1], "device": [""]})])
def test_a_log_without_devices(plays: pa.Table | None) -> None:
    devices = Devices(plays, last_seq=9)
    assert devices.code("phone") == UNKNOWN
    assert devices.of(1, np.array([1], np.int64)).tolist() == [UNKNOWN]
