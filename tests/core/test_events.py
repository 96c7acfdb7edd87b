"""Uris go there and back, events are parsed or refused with the field's name, ids are stable."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError, UnknownName
from segue.core.events import EVENT_TYPES, Counted, Play, Rating, Uri, event_id, parse_event
from segue.core.types import Kind

ids = st.text(min_size=1, max_size=40).filter(lambda t: not any(0xD800 <= ord(c) < 0xE000 for c in t))


@given(kind=st.sampled_from(Kind), namespace=st.sampled_from(["local", "spotify", "hetrec-lastfm2k"]), id=ids)
def test_a_uri_goes_there_and_back(kind: Kind, namespace: str, id: str) -> None:
    uri = Uri(kind, namespace, id)
    assert Uri.parse(str(uri)) == uri
    assert ":" not in str(uri).split(":", 2 if namespace == "local" else 3)[-1]


@pytest.mark.parametrize("text", ["", "track:1", "segue:track", "segue:track:", "spotify:track:1", "segue:track:a:b:c"])
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="segue:track:ID"):
        Uri.parse(text)


def test_an_unknown_kind_names_the_kinds() -> None:
    with pytest.raises(UnknownName, match=r"no kind 'song'; there are: track, artist"):
        Uri.parse("segue:song:1")


def test_events_parse_by_type() -> None:
    raw = b'{"type":"play","id":"e","listener":"u","item":"segue:track:1","at":5,"ms_played":7}'
    assert parse_event(raw) == Play(id="e", listener="u", item="segue:track:1", at=5, ms_played=7)
    assert parse_event(msgspec.to_builtins(Counted(id="e", listener="u", item="i", at=0, count=2))).at == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ms_played": -1}, "ms_played"),
        ({"ms_played": "long"}, "ms_played"),
        ({"at": -5}, "at"),
        ({"at": 99_999_999_999_999}, "at"),
        ({"listener": ""}, "listener"),
        ({"id": "x" * 600}, "id"),
        ({"type": "dance"}, "dance"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, object], says: str) -> None:
    good = {"type": "play", "id": "e", "listener": "u", "item": "segue:track:1", "at": 5, "ms_played": 7}
    parse_event(good)
    with pytest.raises(InputError, match=says):
        parse_event(good | change)


def test_not_json_is_said() -> None:
    with pytest.raises(InputError, match="not JSON"):
        parse_event(b"{")


def test_ratings_are_scaled() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": "e", "listener": "u", "item": "i", "at": 0, "type": "rating", "value": 5}, Rating)


def test_event_ids_tell_rows_apart() -> None:
    assert event_id("f", "ab", "c") == event_id("f", "ab", "c") != event_id("f", "a", "bc")


def test_types_keep_their_stored_numbers() -> None:
    names = [str(t.__struct_config__.tag) for t in EVENT_TYPES]
    assert names[:12] == [
        "play", "skip", "save", "remove", "follow", "playlist_add", "rating", "search", "impression", "click", "tag",
        "counted",
    ]  # fmt: skip
    assert [k.name for k in Kind][:3] == ["TRACK", "ARTIST", "ALBUM"]
