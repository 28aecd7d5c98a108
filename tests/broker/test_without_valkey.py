"""N37: Valkey emptied, then stopped, under the served product. Nothing is let in twice, pages can still be read."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection

from lgsp.launch.places import DataFolder
from lgsp.launch.services import Valkey
from tests.broker.live import Reply
from tests.broker.provider import Provider
from tests.broker.test_mounted import Served, chain, eventually, granted
from tests.broker.world import signed

__all__ = ["chain", "granted"]
pytestmark = pytest.mark.django_db(transaction=True)
TARGET = "/api/data/administrative-units/v1/communes"
LEFT = 12  # calls the gate lets through in all


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of the test's own."""
    with closing(DataFolder(tmp_path / "valkey-data")) as data:
        found = Valkey(data, "only-for-this-test")
        found.start()
        yield found
        found.stop()


@pytest.fixture
def served(granted: Any, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The product, with that Valkey."""
    monkeypatch.setenv("REDIS_URL", valkey.url)
    server = Served(None)
    server.start()
    yield server
    server.stop()


def test_n37_without_valkey(granted: Any, served: Served, provider: Provider, valkey: Valkey) -> None:
    _chain, credentials, _made = granted
    assert eventually(served, credentials, 200).status == 200
    with connection.cursor() as cursor:
        cursor.execute("update audit_gate set lim = used + %s where used > 0", [LEFT])
    forwarded, kept = len(provider.received), []

    def call() -> Reply:
        kept.append(signed(credentials, served.authority, TARGET))
        return served.send(TARGET, kept[-1])

    for state in ("full", "emptied", "stopped"):
        if state == "emptied":
            with closing(redis.Redis.from_url(valkey.url)) as client:
                client.flushall()
        elif state == "stopped":
            valkey.stop()
        answers = [call() for _ in range(3)]
        assert {answer.status for answer in answers} == {200}, (state, answers[0].body)
        for headers in kept:
            again = served.send(TARGET, headers)
            assert (again.status, again.code) == (401, "nonce-reused"), state
    answers = [call() for _ in range(LEFT)]
    assert [answer.status for answer in answers] == [200] * (LEFT - 9) + [429] * 9
    assert len(provider.received) - forwarded == LEFT
    ready = served.send("/readyz")
    assert (ready.status, json.loads(ready.body)["checks"]["redis"]) == (503, "failed")
    assert served.send("/livez").status == 200
    for page in ("/loi/clock-skew/", "/dang-nhap/"):
        shown = served.send(page)
        assert shown.status == 200, page
        assert b"</html>" in shown.body
