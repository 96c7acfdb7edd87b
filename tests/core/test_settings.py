"""Settings: file under environment under argument, wrong keys named."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.core.errors import InputError
from segue.core.settings import Settings, read_settings


def test_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(tmp_path).port == 8800
    (tmp_path / "segue.toml").write_text("port = 9000\nseed = 3\nexclude = ['tag:christmas']\n")
    assert (read_settings(tmp_path).port, read_settings(tmp_path).exclude) == (9000, ("tag:christmas",))
    monkeypatch.setenv("SEGUE_PORT", "9001")
    assert (read_settings(tmp_path).port, read_settings(tmp_path).seed) == (9001, 3)


@pytest.mark.parametrize("text", ["prot = 1", "port = 'x'", "port = 99999999", "port ="])
def test_a_wrong_line_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "segue.toml").write_text(text)
    with pytest.raises(InputError, match=r"segue\.toml"):
        read_settings(tmp_path)


def test_where_pages_come_from_is_kept_as_browsers_say_it(tmp_path: Path) -> None:
    said = ["https://Player.example.org", "https://a.example:443", "http://a.example:443", "http://[::1]:3000"]
    (tmp_path / "segue.toml").write_text(f"origins = {said}")
    kept = ("https://player.example.org", "https://a.example", "http://a.example:443", "http://[::1]:3000")
    assert read_settings(tmp_path).origins == kept


@pytest.mark.parametrize(
    "text",
    ["*", "https://*.example.org", "https://a.example/", "https://a.example/player", "a.example", "null", "ftp://a.example",
     "https://u@a.example", "https://a.example:", "https://a.example?x", "https://é.example", "https://", ""],
)  # fmt: skip
def test_what_no_page_comes_from_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "segue.toml").write_text(f'origins = ["{text}"]', encoding="utf-8")
    with pytest.raises(InputError, match=r"origins.*https://player\.example\.org"):
        read_settings(tmp_path)


def test_proxies_are_addresses_and_ranges_of_them(tmp_path: Path) -> None:
    said = ["127.0.0.1", "::1", "10.0.0.0/8", "2001:DB8:0::/32", "10.1.2.3/32"]
    (tmp_path / "segue.toml").write_text(f"proxies = {said}")
    assert read_settings(tmp_path).proxies == ("127.0.0.1", "::1", "10.0.0.0/8", "2001:db8::/32", "10.1.2.3")
    for wrong in ("*", "proxy.example.org", "10.0.0.1/8", "127.0.0.1:80", ""):
        (tmp_path / "segue.toml").write_text(f'proxies = ["{wrong}"]')
        with pytest.raises(InputError, match=r"proxies.*127\.0\.0\.1"):
            read_settings(tmp_path)


def test_every_setting_is_described() -> None:
    assert [n for n, f in Settings.model_fields.items() if not f.description] == []
