"""Sealed values open only with a key we hold, whole, and at their own place."""

import base64
import os

import pytest

from core.crypto import Keyring, SealBroken


def ring(*names: str) -> tuple[Keyring, str]:
    text = ",".join(f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in names)
    return Keyring.parse(text), text


@pytest.mark.clause("Q50-12.1a", "QC6.6")
def test_seals_and_opens_at_the_same_place() -> None:
    keys, _ = ring("v1")
    sealed = keys.seal("bí mật", place="totp:1")
    assert "bí mật" not in sealed
    assert keys.open(sealed, place="totp:1") == "bí mật"


def test_value_moved_to_another_row_does_not_open() -> None:
    keys, _ = ring("v1")
    with pytest.raises(SealBroken):
        keys.open(keys.seal("x", place="totp:1"), place="totp:2")


@pytest.mark.parametrize("position", [0, 5, 20, -2])
def test_any_altered_character_is_noticed(position: int) -> None:
    keys, _ = ring("v1")
    sealed = keys.seal("giá trị", place="p")
    changed = list(sealed)
    changed[position] = "A" if changed[position] != "A" else "B"
    with pytest.raises(SealBroken):
        keys.open("".join(changed), place="p")


@pytest.mark.clause("Q50-12.1a")
def test_rotation_keeps_old_values_readable_and_seals_with_the_newest() -> None:
    old, old_text = ring("v1")
    sealed = old.seal("x", place="p")
    _, new_text = ring("v2")
    both = Keyring.parse(f"{new_text},{old_text}")
    assert both.open(sealed, place="p") == "x"
    assert both.seal("y", place="p").startswith("v2:")
    with pytest.raises(SealBroken):
        Keyring.parse(new_text).open(sealed, place="p")


@pytest.mark.parametrize("text", ["", "v1:không", "v1:QUJD", "v1"])
def test_bad_keys_are_refused_with_their_name(text: str) -> None:
    with pytest.raises(ValueError, match="field key"):
        Keyring.parse(text)
