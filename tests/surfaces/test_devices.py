"""Devices by listener and time, from a snapshot and from what came since."""

import numpy as np
import pyarrow as pa
import pytest

from segue.core.types import NO_IDS
from segue.store.reactions import Marks, Reactions
from segue.surfaces.devices import UNKNOWN, Devices


@pytest.fixture
def devices() -> Devices:
    """Listener 7 on the phone at 10 and in the car at 30, and on nobody knows what at 20; listener 3 at 10."""
    none = Marks(NO_IDS, NO_IDS, np.zeros(0, np.int64))
    who, at, device = np.array([3, 7, 7], np.int32), np.array([10, 10, 30]), np.array([3, 2, 1], np.int32)
    return Devices(Reactions(none, none, none, who, at, device, ("car", "phone", "tv")))


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


def test_many_that_came_since_are_known_too(devices: Devices) -> None:
    names = pa.chunked_array([["car", None], ["", "boat"]])
    devices.add_all(np.array([7, 7, 7, 3], np.int32), np.array([50, 51, 52, 53]), names)
    codes = devices.of(7, np.array([10, 50, 51, 52], np.int64)).tolist()
    assert codes == [devices.code("phone"), devices.code("car"), UNKNOWN, UNKNOWN]
    assert devices.of(3, np.array([10, 53], np.int64)).tolist() == [devices.code("tv"), devices.code("boat")]
    assert len({devices.code(name) for name in ("car", "phone", "tv", "boat")}) == 4


def test_a_log_without_devices() -> None:
    devices = Devices()
    devices.add_all(np.array([1], np.int32), np.array([1]), pa.chunked_array([[""]]))
    assert devices.code("phone") == UNKNOWN
    assert devices.of(1, np.array([1], np.int64)).tolist() == [UNKNOWN]
