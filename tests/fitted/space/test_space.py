import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.types import Kind
from segue.fitted.space import Origin, Space


@pytest.fixture
def space():
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1, 2, 3]]
    vectors[1] = [0.8, 0.6, 0, 0]
    kind = np.array([Kind.TRACK, Kind.TRACK, Kind.TRACK, Kind.SHOW, Kind.SHOW], np.uint8)
    return Space(np.array([3, 5, 8, 9, 12], np.int32), kind, np.full(5, Origin.HEARD, np.uint8), vectors)


def test_the_nearest_come_first_and_only_of_the_kind_and_what_is_allowed(space):
    assert space.nearest(space.point(3), 3)[0].tolist() == [3, 5, 8]
    assert space.nearest(2 * space.point(3), 2)[1].tolist() == pytest.approx([1, 0.8])
    assert set(space.nearest(space.point(3), 5, Kind.SHOW)[0].tolist()) == {9, 12}
    assert space.nearest(space.point(3), 5, Kind.TRACK, space.items > 4)[0].tolist() == [5, 8]
    assert not len(space.nearest(space.point(3), 5, Kind.AUDIOBOOK)[0])


def test_an_item_without_a_point_has_none(space):
    assert space.point(4) is None
    assert space.rows(np.array([4, 5], np.int32)).tolist() == [-1, 1]


def test_saved_and_loaded_it_is_the_same(space, tmp_path):
    space.save(tmp_path)
    again = Space.load(tmp_path)
    for name in ("items", "kind", "origin", "vectors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(space, name))
    with pytest.raises(InputError, match="holds no taste space"):
        Space.load(tmp_path / "elsewhere")


def test_an_index_changes_no_answer_and_is_kept(tmp_path):
    vectors = np.random.default_rng(0).standard_normal((9_000, 12)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kind = np.repeat([Kind.TRACK, Kind.SHOW], [8_500, 500]).astype(np.uint8)
    plain = Space(np.arange(1, 9_001, dtype=np.int32), kind, np.full(9_000, Origin.HEARD, np.uint8), vectors)
    plain.indexed().save(tmp_path)
    again = Space.load(tmp_path)
    assert again.index is not None
    assert set(again.index.graphs) == {Kind.TRACK}
    same = [again.nearest(p, 10, k)[0].tolist() == plain.nearest(p, 10, k)[0].tolist()
            for p in vectors[:100] for k in (Kind.TRACK, Kind.SHOW, None)]  # fmt: skip
    assert np.mean(same) > 0.95
