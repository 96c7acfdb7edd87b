from segue.core.events import Bad, Item


def test_tags(sample):
    importer, path = sample("audio-folder")
    items = {r.uri: r for r in importer.read(path) if isinstance(r, Item)}
    one = items["segue:track:named:artist — one"]
    assert (one.title, one.genres, one.duration_ms, one.released) == ("One", ("Rock",), 1500, 915_148_800_000)
    assert (one.artists, one.album) == (("segue:artist:named:artist",), "segue:album:named:artist — album")
    assert items["segue:track:audio-folder:untagged.wav"].title == "untagged"
    assert len(items) == 4


def test_a_damaged_file_is_named(sample):
    importer, path = sample("audio-folder")
    (path / "damaged.flac").write_bytes(b"fLaC" + b"\xff" * 100)
    (path / "empty.mp3").touch()
    records = list(importer.read(path))
    bad = [r for r in records if isinstance(r, Bad)]
    assert [r.raw for r in bad] == ["damaged.flac", "empty.mp3"]
    assert sum(isinstance(r, Item) for r in records) == 4


def test_links_out_of_the_folder_are_not_followed(sample, tmp_path):
    importer, path = sample("audio-folder")
    outside = tmp_path / "outside.wav"
    outside.write_bytes((path / "untagged.wav").read_bytes())
    (path / "link.wav").symlink_to(outside)
    assert not [r for r in importer.read(path) if isinstance(r, Item) and "link" in r.uri]
