"""A body that is too large costs no disk and gets a page that says what to do."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from core.web.body_limit import BodyLimit
from lgsp.asgi import pages

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = 1000


def send(pieces: list[bytes], *, claimed: bool, method: str = "POST") -> tuple[int, str, int]:
    """Send *pieces* to the portal behind a limit; return status, page and how many pieces were taken."""
    coming: Iterator[bytes] = iter(pieces)
    taken, said = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        piece = next(coming, None)
        if piece is None:
            await asyncio.Event().wait()
        taken += 1
        return {"type": "http.request", "body": piece, "more_body": taken < len(pieces)}

    async def answer(message: Any) -> None:
        said.append(message)

    headers = [(b"host", b"testserver"), (b"content-type", b"application/octet-stream")]
    if claimed:
        headers.append((b"content-length", str(sum(map(len, pieces))).encode()))
    scope = {
        "type": "http",
        "method": method,
        "path": "/tra-cuu/",
        "raw_path": b"/tra-cuu/",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    asyncio.run(BodyLimit(pages, LIMIT)(scope, receive, answer))
    status = next((item["status"] for item in said if item["type"] == "http.response.start"), 0)
    return status, b"".join(item.get("body", b"") for item in said).decode(), taken


def test_a_claimed_large_body_is_drained_and_refused_with_its_page() -> None:
    status, page, taken = send([b"x" * 600] * 4, claimed=True)
    assert (status, taken) == (413, 4)
    assert "gửi từng tệp một" in page
    status, page, _taken = send([b"x" * 600] * 100, claimed=True)
    assert (status, "gửi từng tệp một" in page) == (413, True)


def test_an_unclaimed_large_body_is_cut_off() -> None:
    status, page, taken = send([b"x" * 600] * 50, claimed=False)
    assert (status, page, taken) == (0, "", 2)


def test_what_fits_passes_untouched() -> None:
    for claimed in (True, False):
        status, _page, _taken = send([b"x" * 600], claimed=claimed)
        assert status == 403  # no protection code: the page itself answered
    assert Client().get("/loi/too-large/").status_code == 200
