"""Access keys and secrets: shape, checksum, environment."""

import pytest

from core.keys import ALPHABET, environment_of, new_access_key, new_secret, well_formed


@pytest.mark.parametrize(("environment", "mark"), [("sandbox", "test"), ("live", "live")])
def test_keys_name_their_environment(environment: str, mark: str) -> None:
    public, secret = new_access_key(environment), new_secret(environment)
    assert public.startswith(f"ak_{mark}_")
    assert secret.startswith(f"sk_{mark}_")
    assert well_formed(public, "ak")
    assert well_formed(secret, "sk")
    assert not well_formed(public, "sk")
    assert environment_of(public) == environment_of(secret) == environment


def test_an_unknown_environment_makes_no_key() -> None:
    with pytest.raises(KeyError):
        new_secret("production")
    assert environment_of("ak_prod_x") == environment_of("nothing") == ""


def test_two_keys_are_never_the_same() -> None:
    assert len({new_access_key("live") for _ in range(1000)}) == 1000


def test_every_slip_of_one_character_is_seen() -> None:
    secret = new_secret("live")
    for place in range(len("sk_live_"), len(secret)):
        other = ALPHABET[(ALPHABET.index(secret[place]) + 1) % len(ALPHABET)]
        assert not well_formed(secret[:place] + other + secret[place + 1 :])


@pytest.mark.parametrize("text", ["", "ak_live_", "ak_live_abc", "pk_live_" + "0" * 28, "ak_live_" + "é" * 28])
def test_what_is_not_a_key_is_not_well_formed(text: str) -> None:
    assert not well_formed(text)


def test_a_published_key_keeps_its_checksum() -> None:
    assert well_formed("ak_test_00000000000000000000001ezSmS", "ak")
