from pathlib import Path

HEADER = (
    "playlist_id\tplaylist_title\tdescription\ttrack_id\ttrack_title\tartist_ids\tartist_names\talbum_id\talbum_title"
    "\tlength\tadded\tremoved\n"
)


def make(folder: Path):
    rows = [
        "p1\tHits\tThe best of Beyoncé.\tt1\tOne (feat. B)\ta1;a2\tA;B\tal1\tFirst\t3:47\t2020-10-20\t2020-11-03\n",
        "p1\tHits\tThe best of Beyoncé.\tt2\tTwo\ta1\tA\tal1\tFirst\t3:49\t2020-10-20\t\n",
        "p2\tCalm\t\tt1\tOne (feat. B)\ta1;a2\tA;B\tal1\tFirst\t3:47\t2020-10-21\t2020-10-22\n",
        "p2\tCalm\t\tt3\tThree\ta3\tC\tal3\tThird\t1:02:03\t2020-10-21\t\n",
    ]
    (folder / "playlist_tracks.tsv").write_text(HEADER + "".join(rows))
    return folder, {}
