import json
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.events import Counted, Item
from segue.importers import IMPORTERS


def test_order_and_repeats(read):
    records = read("sequences", "a x y x\nb y\na z\n", kind="artist")
    events = [(e.listener, e.item, e.at, e.ordered) for e in records if isinstance(e, Counted)]
    assert events == [
        ("a", "segue:artist:x", 1, True), ("a", "segue:artist:y", 2, True), ("a", "segue:artist:x", 3, True),
        ("b", "segue:artist:y", 1, True), ("a", "segue:artist:z", 4, True),
    ]  # fmt: skip
    assert len({e.id for e in records if isinstance(e, Counted)}) == 5


def test_a_longer_sequence_keeps_its_ids(read):
    short = [e.id for e in read("sequences", "a x y x\n") if isinstance(e, Counted)]
    long = [e.id for e in read("sequences", "new x\na x y x x q\n") if isinstance(e, Counted)]
    assert long[1:4] == short
    assert len(set(long)) == 6


def test_attributes_become_tags(read, tmp_path):
    file = tmp_path / "attributes.json"
    file.write_text(json.dumps({"x": [3, "piano", 3]}))
    items = [r for r in read("sequences", "a x y\n", attributes=str(file)) if isinstance(r, Item)]
    assert items[-1] == Item(uri="segue:track:x", tags=("attribute:3", "piano"))
    file.write_text("[1]")
    with pytest.raises(InputError, match=r"attributes\.json"):
        read("sequences", "a x y\n", attributes=str(file))


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), min_size=1, max_size=6))
def test_any_sequences_come_back(tmp_path_factory, lists):
    path = tmp_path_factory.mktemp("sequences") / "file"
    path.write_text("".join(f"{n} {' '.join(items)}\n" for n, items in enumerate(lists)))
    found = defaultdict(list)
    for event in IMPORTERS["sequences"]().read(path):
        if isinstance(event, Counted):
            found[event.listener].append((event.at, event.item.rpartition(":")[2]))
    assert {k: [item for _, item in sorted(v)] for k, v in found.items()} == {str(n): v for n, v in enumerate(lists)}


@pytest.mark.parametrize(
    ("name", "events", "listeners", "items"), [("Beauty", 198_502, 22_363, 12_101), ("LastFM", 52_551, 1_090, 3_646)]
)
def test_the_real_sets(data, name, events, listeners, items):
    records = list(IMPORTERS["sequences"]().read(data / "sequences" / f"{name}.txt"))
    counted = [r for r in records if isinstance(r, Counted)]
    assert (len(counted), len({e.listener for e in counted}), len({e.item for e in counted})) == (
        events,
        listeners,
        items,
    )
    assert len({e.id for e in counted}) == events
