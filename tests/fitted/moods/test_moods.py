import numpy as np
import pytest

from segue.core.errors import InputError, UnknownName
from segue.fitted.moods import Moods


@pytest.fixture
def moods():
    values = np.array([[0.1, 0.9], [0.5, 0.3], [0.0, 0.5]], np.float32)
    return Moods(np.array([3, 5, 8], np.int32), ("calm", "workout"), values)


def test_of_items_known_and_unknown(moods):
    asked = np.array([8, 4, 3, 99], np.int32)
    assert moods.of(asked).tolist() == pytest.approx(np.array([[0, 0.5], [0, 0], [0.1, 0.9], [0, 0]]))
    assert moods.fit(asked, "workout").tolist() == pytest.approx([0.5, 0, 0.9, 0])
    assert moods.fit(np.array([5], np.int32), "workout").tolist() == [0], "a faint resemblance"
    assert Moods(asked[:0], moods.names, moods.values[:0]).fit(asked, "calm").tolist() == [0, 0, 0, 0]
    with pytest.raises(UnknownName, match="there are: calm, workout"):
        moods.fit(asked, "flying")


def test_saved_and_loaded_it_is_the_same(moods, tmp_path):
    moods.save(tmp_path)
    again = Moods.load(tmp_path)
    assert again.names == moods.names
    assert np.array_equal(again.items, moods.items)
    assert np.array_equal(again.values, moods.values)
    assert not again.values.flags.writeable
    with pytest.raises(InputError, match="holds no moods"):
        Moods.load(tmp_path / "elsewhere")
