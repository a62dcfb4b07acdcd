"""What comes back to us is what we gave away, or it is nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from api.keys import SESSION, KeyRing, Sessions
from api.seal import Seal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = ("first-key-of-twenty-four-", "second-key-of-twenty-four")


def test_a_sealed_text_opens_again() -> None:
    seal = Seal("secret", "cursor")
    for text in ("", "x", "ümläut 😀", "a" * 1_000):
        assert seal.open(seal.close(text)) == text


def test_any_changed_character_spoils_a_seal() -> None:
    seal = Seal("secret", "cursor")
    sealed = seal.close("page 2")
    for place, old in enumerate(sealed):
        new = "A" if old != "A" else "B"
        assert seal.open(sealed[:place] + new + sealed[place + 1 :]) is None or place == len(sealed) - 1


@pytest.mark.parametrize("sealed", ["", "A", "!!!!", "é", "A" * 44, "===="])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    assert Seal("secret", "cursor").open(sealed) is None


def test_a_seal_for_one_purpose_is_none_for_another() -> None:
    sealed = Seal("secret", "cursor").close("x")
    assert Seal("secret", "session").open(sealed) is None
    assert Seal("other", "cursor").open(sealed) is None


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="empty secret"):
        Seal("", "cursor")


def test_each_accepted_key_has_a_name_that_does_not_tell_it() -> None:
    ring = KeyRing(KEYS)
    names = {ring.name_of(key) for key in KEYS}
    assert len(names) == 2
    assert None not in names
    assert not any(key in f"{names}" for key in KEYS)


@pytest.mark.parametrize("presented", ["", "first-key", KEYS[0] + " ", KEYS[0].upper(), "\udcff", "é"])
def test_anything_else_is_no_key(presented: str) -> None:
    assert KeyRing(KEYS).name_of(presented) is None


def test_a_ring_without_keys_says_so() -> None:
    assert KeyRing(()).empty
    assert not KeyRing(KEYS).empty


def test_a_session_names_its_key_until_it_ends() -> None:
    ring = KeyRing(KEYS)
    name = ring.name_of(KEYS[0])
    assert name is not None
    sessions = Sessions("secret", ring)
    cookie = sessions.start(name, NOW)
    assert sessions.holder(cookie, NOW + SESSION - timedelta(seconds=1)) == name
    assert sessions.holder(cookie, NOW + SESSION) is None
    assert sessions.holder(None, NOW) is None
    assert sessions.holder("made up", NOW) is None


def test_a_withdrawn_key_ends_its_sessions() -> None:
    ring = KeyRing(KEYS)
    name = ring.name_of(KEYS[0])
    assert name is not None
    cookie = Sessions("secret", ring).start(name, NOW)
    assert Sessions("secret", KeyRing(KEYS[1:])).holder(cookie, NOW) is None
