"""Only the proxies we trust may say where a request came from."""

import pytest
from django.test import RequestFactory

from core.web.addresses import client_address


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 203.0.113.1", "198.51.100.7"),
        (2, "198.51.100.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_spoofed_hops_are_not_believed(settings: object, trusted: int, forwarded: str, expected: str) -> None:
    settings.TRUSTED_PROXIES = trusted  # type: ignore[attr-defined]
    headers = {"X-Forwarded-For": forwarded} if forwarded else None
    assert client_address(RequestFactory().get("/", headers=headers)) == expected
