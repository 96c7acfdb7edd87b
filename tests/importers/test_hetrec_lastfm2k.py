from collections import Counter

import pytest

from segue.core.errors import InputError
from segue.core.events import Bad, Counted, Item, Tag
from segue.importers import IMPORTERS


def test_known_answers(sample):
    importer, path = sample("hetrec-lastfm2k")
    records = list(importer.read(path))
    first = records[0]
    assert first == Item(uri="segue:artist:hetrec-lastfm2k:51", title="Duran Duran")
    counted = [r for r in records if isinstance(r, Counted)]
    assert [(c.listener, c.item, c.count, c.at, c.ordered) for c in counted] == [
        ("2", "segue:artist:hetrec-lastfm2k:51", 13883, 0, False),
        ("2", "segue:artist:hetrec-lastfm2k:52", 11690, 0, False),
        ("3", "segue:artist:hetrec-lastfm2k:52", 1, 0, False),
    ]
    tag = next(r for r in records if isinstance(r, Tag))
    assert (tag.listener, tag.words, tag.at) == ("2", "chillout", 1_238_544_000_000)  # 2009-04-01
    words = [r.words for r in records if isinstance(r, Tag) and r.item.endswith(":52")]
    assert words == ["chillout", "chillout", "musique éléctronique"]


def test_latin_1_tags_and_impossible_days(sample):
    importer, path = sample("hetrec-lastfm2k")
    (path / "tags.dat").write_bytes(b"tagID\ttagValue\r\n13\ttropic\xe1lia\r\n")
    rows = [
        "2\t52\t13\t1\t9\t1956",
        "2\t52\t13\t31\t2\t2009",
        "2\t52\t99\t1\t1\t2009",
        "2\t7\t13\t1\t1\t2009",
        "2\t52\t13\t1\t1\t2009",
        "2\t52",
    ]
    table = path / "user_taggedartists.dat"
    table.write_text("userID\tartistID\ttagID\tday\tmonth\tyear\n" + "\n".join(rows))
    records = list(importer.read(path))
    bad = [(r.line, r.reason) for r in records if isinstance(r, Bad)]
    assert [line for line, _ in bad] == [2, 3, 4, 5, 7]
    assert "1956" in bad[0][1]
    assert "no such day" in bad[1][1]
    assert "'99' is not in tags.dat" in bad[2][1]
    assert "'7' is not in artists.dat" in bad[3][1]
    assert [r.words for r in records if isinstance(r, Tag)] == ["tropicália"]


def test_another_table_is_refused(sample):
    importer, path = sample("hetrec-lastfm2k")
    (path / "artists.dat").write_text("movieID\ttitle\n1\tToy Story\n")
    with pytest.raises(InputError, match=r"artists\.dat does not begin with the header 'id name'"):
        list(importer.read(path))


def test_the_real_set(data):
    records = list(IMPORTERS["hetrec-lastfm2k"]().read(data / "hetrec-lastfm2k"))
    counts = Counter(type(r).__name__ for r in records)
    assert len({r.uri for r in records if isinstance(r, Item)}) == 17_632
    assert sum(isinstance(r, Item) and bool(r.title) for r in records) == 17_632
    assert counts["Counted"] == 86_978
    assert (counts["Tag"], counts["Bad"]) == (180_546, 1_541)
