from __future__ import annotations

import csv
import gzip
import json
import os
from pathlib import Path

import polars as pl
import pytest

from segue.checks.statistics import gather
from segue.checks.statistics.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The best of the songs that we have heard", "en"),
        ("Die besten Lieder, die wir nicht kennen", "de"),
        ("La musique que nous avons dans les rues est une fête", "fr"),
        ("La música que más se escucha en las calles", "es"),
        ("Det är en låt som jag inte har hört", "sv"),
        ("Det er ikke en sang jeg har hørt etter det ble sent", "no"),
        ("Музыка, которую я не слышал, но как это по вкусу", "ru"),
        ("Це не музика, але ми всі її чули, що й треба", "uk"),
        ("これは日本語の文章です", "ja"),
        ("这是一首中文歌曲", "zh"),
        ("이것은 한국어 문장입니다", "ko"),
        ("Αυτό είναι ένα ελληνικό τραγούδι", "el"),
        ("هذه أغنية عربية جميلة", "arabic"),
        ("Björk Guðmundsdóttir", ""),
        ("Zyx Qwv Plm Trk", "latin"),
        ("segue:track:world:t00037", ""),
        ("12 345", ""),
        ("", ""),
    ],
)
def test_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_column_is_told_by_a_sample_of_its_different_texts() -> None:
    swedish = [f"Det är en låt som jag inte har hört nummer {n}" for n in range(3000)]
    english = [f"This is the song of the year and of number {n}" for n in range(1000)]
    for order in (swedish + english, english + swedish):
        found = gather([pl.DataFrame({"x": order, "id": [f"u:{n}" for n in range(4000)]})], "t")
        assert sum(found.columns["x"].languages.values()) == 256
        assert found.columns["x"].languages["sv"] == pytest.approx(192, abs=30)
        assert found.columns["id"].languages == {}
    again = gather([pl.DataFrame({"x": (swedish + english)[::-1]})], "t").columns["x"]
    assert again.languages == found.columns["x"].languages


def test_real_descriptions() -> None:
    data = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[4] / "shared" / "data"))
    if not data.is_dir():
        pytest.skip(f"no real data in {data}; set SEGUE_DATA")
    books = json.loads((data / "audiolibri-it" / "index.min.json").read_text())
    words = [str(v) for b in (books if isinstance(books, list) else books.values()) for v in b.values()]
    italian = gather([pl.DataFrame({"x": [w for w in words if len(w) > 150]})], "t").columns["x"].languages
    told = sum(n for language, n in italian.items() if language != "latin")
    assert italian["it"] > 0.95 * told > 0.8 * sum(italian.values())
    with gzip.open(data / "changelog-podcasts" / "transcripts-gotime.jsonl.gz", "rt") as file:
        english = gather([pl.DataFrame({"x": [json.loads(line)["text"] for line in file]})], "t").columns["x"].languages
    assert english["en"] > 0.9 * sum(english.values())
    with (data / "musiccaps" / "musiccaps-public.csv").open() as captions:
        said = gather([pl.DataFrame({"x": [row["caption"] for row in csv.DictReader(captions)]})], "t").columns["x"]
    assert said.languages["en"] > 0.95 * sum(said.languages.values())
