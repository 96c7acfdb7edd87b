"""Files made to harm, through every importer: bombs, names that climb, entities, depth. Each ends, in bounded memory,
in rows, bad rows or an error that says why; nothing outside is read or written."""

import gzip
import io
import json
import resource
import zipfile
from itertools import islice

import pytest

from segue.core.errors import SegueError
from segue.importers import IMPORTERS

SECRET = "what-only-this-machine-knows"
OPTIONS = {"interactions": {"listener": "u", "item": "i"}}
MOST = 256 << 20  # bytes at once, of a file of a few MB at most
ROWS = 500  # of one importer


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=9) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return out.getvalue()


def overlapping(body: bytes, times: int) -> bytes:
    """A zip whose directory names one file many times over."""
    once = zipped(("a.m3u", body))
    start = once.index(b"PK\x01\x02")
    end = once.index(b"PK\x05\x06")
    entry = once[start:end]
    tail = bytearray(once[end:])
    tail[8:12] = times.to_bytes(2, "little") * 2
    tail[12:16] = (len(entry) * times).to_bytes(4, "little")
    return once[:start] + entry * times + bytes(tail)


LAUGHS = '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
) + "]>"  # fmt: skip
XSPF = '<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList><track><title>{}</title></track></trackList></playlist>'
RSS = "<rss><channel><title>{}</title></channel></rss>"
OPML = '<opml><body><outline type="rss" text="{}" xmlUrl="http://x/"/></body></opml>'
ZEROS = bytes(20_000_000)
FILES = {
    "laughs.xspf": (LAUGHS + XSPF.format("&j;")).encode(),
    "quadratic.xspf": (f'<!DOCTYPE p [<!ENTITY a "{"x" * 100_000}">]>' + XSPF.format("&a;" * 10_000)).encode(),
    "outside.xspf": ('<!DOCTYPE p [<!ENTITY e SYSTEM "file://SECRET">]>' + XSPF.format("&e;")).encode(),
    "parameter.xspf": ('<!DOCTYPE p [<!ENTITY % e SYSTEM "file://SECRET"> %e;]>' + XSPF.format("x")).encode(),
    "dtd.xspf": b'<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd">' + XSPF.format("x").encode(),
    "include.xspf": XSPF.format('<x xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="SECRET"/></x>').encode(),
    "deep.xspf": b"<playlist>" + b"<a>" * 100_000,
    "attributes.xspf": b"<playlist " + b" ".join(b'a%d="1"' % i for i in range(20_000)) + b"/>",
    "utf-7.xspf": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-playlist/+AD4-',
    "laughs.rss": (LAUGHS + RSS.format("&j;")).encode(),
    "quadratic.rss": (f'<!DOCTYPE p [<!ENTITY a "{"x" * 100_000}">]>' + RSS.format("&a;" * 10_000)).encode(),
    "outside.rss": ('<!DOCTYPE p [<!ENTITY e SYSTEM "file://SECRET">]>' + RSS.format("&e;")).encode(),
    "deep.rss": b"<rss><channel><title>x</title>" + b"<a>" * 20_000,
    "wide.rss": RSS.format("x").encode().replace(b"</channel>", b"<item><title>x</title><guid>1</guid></item>" * 2_000),
    "laughs.opml": (LAUGHS + OPML.format("&j;")).encode(),
    "deep.opml": b"<opml><body>" + b"<outline>" * 20_000,
    "addresses.opml": OPML.format("x").encode().replace(b"http://x/", b"file://SECRET"),
    "deep.jspf": b'{"playlist":' * 100_000,
    "deep.json": b"[" * 50_000,
    "wide.json": json.dumps({"playlists": [{"pid": i, "tracks": [{}] * 50} for i in range(2_000)]}).encode(),
    "number.json": b'{"playlists": [{"pid": ' + b"9" * 1_000_000 + b"}]}",
    "Streaming_History_Audio_0.json": b'[{"ts": "' + b"9" * 1_000_000 + b'"}]',
    "endsong_0.json": b"[" + b"{" * 100_000,
    "line.m3u": b"#EXTM3U\n#EXTINF:" + b"9" * 5_000_000,
    "paths.m3u": b"#EXTM3U\n../../../etc/passwd\nfile:///etc/passwd\n\\\\evil\\share\\x.mp3\n|id\n$(id).mp3\n",
    "names.m3u": "#EXTM3U\n#EXTINF:-1,<script>alert(1)</script> - \u202e\x00'; DROP TABLE items;--\nx.mp3\n".encode(),
    "formulas.csv": b"u,i\n=cmd|' /C calc'!A0,@SUM(1)\n+1,-1\n",
    "wide.csv": b",".join(b"c%d" % i for i in range(50_000)) + b"\n" + b"1," * 50_000,
    "long.csv": b"u,i\n" + b"x" * 5_000_000 + b",y\n",
    "quote.csv": b'u,i\n"' + b"x\n" * 1_000_000,
    "nul.csv": b"u,i\n\x00\x00,\x00\n" * 1_000,
    "zeros.csv": bytes(1_000_000),
    "not-utf-8.csv": b"u,i\n\xff\xfe,\x80\x81\n",
    "bomb.csv.gz": gzip.compress(ZEROS),
    "bomb.m3u.gz": gzip.compress(b"#EXTM3U\n" + ZEROS),
    "nested.csv.gz": gzip.compress(gzip.compress(ZEROS)),
    "cut.csv.gz": gzip.compress(b"u,i\n" * 10_000)[:-9],
    "broken.csv.zst": b"\x28\xb5\x2f\xfd" + bytes(100),
    "huge-window.csv.zst": b"\x28\xb5\x2f\xfd\x00\xff" + bytes(100),
    "bomb.zip": zipped(("a.m3u", ZEROS)),
    "many-bombs.zip": zipped(*((f"{i}.m3u", ZEROS[:5_000_000]) for i in range(10))),
    "overlapping.zip": overlapping(b"#EXTM3U\n" + bytes(1_000_000), 100),
    "nested.zip": zipped(("inner.zip", zipped(("a.m3u", ZEROS)))),
    "climbing.zip": zipped(("../../climbed.m3u", b"#EXTM3U\nx.mp3\n"), ("/tmp/climbed.m3u", b"#EXTM3U\nx.mp3\n"),
                           ("..\\..\\climbed.m3u", b"x"), ("C:\\climbed.m3u", b"x")),
    "names.zip": zipped(("a\x1b[2J.m3u", b"x"), ("a" * 60_000 + ".m3u", b"x"), ("con.m3u", b"x")),
    "same-name.zip": zipped(("Streaming_History_Audio_1.json", b"[]"), ("streaming_history_audio_1.json", b"[")),
    "lies.zip": zipped(("a.m3u", b"#EXTM3U\n" * 10_000)).replace(b"\x80\x38\x01\x00", b"\x08\x00\x00\x00"),
    "cut.zip": zipped(("a.m3u", bytes(100_000)), method=zipfile.ZIP_STORED)[:50_000],
    "no-directory.zip": b"PK\x05\x06" + b"\xff" * 18,
    "zip64.zip": b"PK\x06\x06" + b"\xff" * 52 + b"PK\x06\x07" + b"\xff" * 16 + b"PK\x05\x06" + b"\xff" * 16 + bytes(2),
    "pickle.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n\x80\x04N.",
    "none.parquet": b"PAR1" + b"\xff" * 1_000 + b"PAR1",
    "footer.parquet": b"PAR1" + bytes(100) + b"\xff\xff\xff\x7fPAR1",
    "empty": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_every_importer_comes_to_an_end(name, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = folder / name
    path.write_bytes(FILES[name].replace(b"SECRET", str(tmp_path / "secret").encode()))
    before = sorted(tmp_path.rglob("*"))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said: list[str] = []
    for format in IMPORTERS:
        try:
            for record in islice(IMPORTERS[format](**OPTIONS.get(format, {})).read(path), ROWS):
                assert SECRET not in str(record)
        except SegueError as e:
            said.append(str(e))
    assert not [text for text in said if SECRET in text or "Traceback" in text]
    assert 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) < MOST
    assert sorted(tmp_path.rglob("*")) == before
