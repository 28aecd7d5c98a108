"""What is sent to a token endpoint, and what its answer means."""

import base64
import json
from typing import Any

import pytest

from core.client_credentials import (
    Account,
    LoginRefused,
    LoginUnavailable,
    Token,
    place_of,
    read_answer,
    request_of,
)

GOOD: dict[str, Any] = {"access_token": "abc.def-1", "token_type": "Bearer", "expires_in": 3600}


def answer(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def test_id_and_secret_are_encoded_before_they_are_joined() -> None:
    headers, body = request_of(Account("https://a.example/token", "a+b", "c:d e", "x y"))
    given = dict(headers)["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(given) == b"a%2Bb:c%3Ad+e"
    assert body == b"grant_type=client_credentials&scope=x+y"
    assert request_of(Account("https://a.example/token", "a", "b"))[1] == b"grant_type=client_credentials"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(3600, 3600), ("3599", 3599), (12.9, 12), (None, 300), ("soon", 300), (True, 300), (-5, 300), (10**8, 86_400)],
)
def test_the_term_of_a_token(given: Any, seconds: int) -> None:
    assert read_answer(200, answer(expires_in=given)) == Token("abc.def-1", seconds)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"[" * 100_000,
        answer(access_token=""),
        answer(access_token="a b"),
        answer(access_token="a\r\nX: y"),
        answer(access_token="mã"),
        answer(access_token="a" * 8193),
        answer(access_token=None),
        answer(token_type="mac"),
    ],
)
def test_what_is_no_token(content: bytes) -> None:
    with pytest.raises(LoginUnavailable):
        read_answer(200, content)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_who_is_not_taken_is_refused(status: int) -> None:
    with pytest.raises(LoginRefused, match=str(status)):
        read_answer(status, b"{}")


@pytest.mark.parametrize("status", [204, 302, 408, 429, 500, 503])
def test_everything_else_passes(status: int) -> None:
    with pytest.raises(LoginUnavailable, match=str(status)) as found:
        read_answer(status, b"{}", "17")
    assert found.value.retry_after == 17


def test_a_wish_to_wait_that_is_no_number_is_none() -> None:
    with pytest.raises(LoginUnavailable) as found:
        read_answer(503, b"{}", "Wed, 21 Oct 2026 07:28:00 GMT")
    assert found.value.retry_after == 0


def test_a_seal_names_address_and_id() -> None:
    places = {place_of("https://a/t", "x"), place_of("https://b/t", "x"), place_of("https://a/t", "y")}
    assert len(places) == 3


def test_secrets_are_not_written_out() -> None:
    assert "geheim" not in repr(Account("https://a/t", "x", "geheim")) + repr(Token("geheim", 1))
