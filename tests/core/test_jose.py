"""JSON Web Signatures: RFC 8037's own example, one spelling of everything, and our stamp read back."""

import base64
import json
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.jose import SigningKeys, Stamp, b64url, from_b64url, read_object, take_apart, verifies

# RFC 8037, appendix A.
SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
SIGNED = (
    b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)


def keys(*names: str) -> SigningKeys:
    return SigningKeys.parse(
        ",".join(f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}" for name in names)
    )


def test_rfc_8037_a_2_and_a_4() -> None:
    seed = base64.urlsafe_b64decode(SEED + "=")
    [key] = SigningKeys.parse(f"rfc:{base64.b64encode(seed).decode()}").jwks()["keys"]
    assert key["x"] == PUBLIC
    segments = take_apart(SIGNED)
    assert segments is not None
    public = Ed25519PublicKey.from_public_bytes(from_b64url(PUBLIC.encode()) or b"")
    assert verifies(public, segments)
    for place in range(3):
        changed = [*segments]
        changed[place] = changed[place][:-1] + (b"A" if changed[place][-1:] != b"A" else b"B")
        assert not verifies(public, (changed[0], changed[1], changed[2]))


def test_one_spelling_of_bytes() -> None:
    for size in range(70):
        raw = secrets.token_bytes(size)
        assert b64url(raw) == base64.urlsafe_b64encode(raw).rstrip(b"=")
        assert from_b64url(b64url(raw)) == raw
    for text in (b"AA==", b"AA=", b"A", b"AB", b"A+", b"A/8", b"AA\n", b" AA", b"A A", b"AAA.", b"\xff\xff"):
        assert from_b64url(text) is None, text


def test_what_is_no_token() -> None:
    assert take_apart(b"a.b") is None
    assert take_apart(b"a.b.c.d") is None
    for segment in (b"", b"x", b64url(b"[]"), b64url(b"1"), b64url(b"{"), b64url(b"\xff"), b64url(b"[" * 5000)):
        assert read_object(segment) is None


def test_a_stamp_reads_its_own_kind_only() -> None:
    ring = keys("b", "a")
    stamp, other = Stamp(ring, "at+jwt"), Stamp(ring, "other+jwt")
    token = stamp.make(b'{"x":1}').encode()
    assert stamp.read(token) == {"x": 1}
    assert json.loads(from_b64url(token.split(b".")[0]) or b"") == {"alg": "EdDSA", "typ": "at+jwt", "kid": "b"}
    assert other.read(token) is None
    assert Stamp(keys("b"), "at+jwt").read(token) is None
    assert Stamp(SigningKeys({name: ring.keys[name] for name in ("a", "b")}), "at+jwt").read(token) == {"x": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no field key given"),
        ("v1:AAAA", "has 3 bytes"),
        ("v1:???", "is not base64"),
        (f"a b:{'A' * 43}=", "an id has"),
        (f":{'A' * 43}=", "an id has"),
        (f"{'k' * 65}:{'A' * 43}=", "an id has"),
    ],
)
def test_keys_that_cannot_be_read_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SigningKeys.parse(text)


def test_keys_are_not_shown() -> None:
    assert "PrivateKey" not in repr(keys("a"))
