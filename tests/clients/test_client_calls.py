"""The client against a real broker: answers, limits, files, the platform's questions."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from lgsp_client import AnswerLost, Client, RetryPolicy, Settings, UnexpectedAnswer

from tests.broker.limiting import bind
from tests.broker.live import Live
from tests.broker.provider import JSON, Provider, reply
from tests.broker.world import World
from tests.clients.fronts import Front

pytestmark = pytest.mark.django_db
SERVICE = ("administrative-units", "v1")
Make = Callable[..., Client]
MIB = 1024 * 1024


@pytest.mark.clause("Q50-6.1", "QC6.7", "QC7.7")
def test_an_answer_and_what_is_left_of_the_grant(make: Make, broker: Live, world: World) -> None:
    bind(broker, world, rate_per_second=20, daily_quota=100_000)
    answer = make().get(*SERVICE, "/communes", params={"limit": 2})
    assert (answer.status, answer.body, answer.json()["total"]) == (200, JSON, 2)
    assert answer.headers["Content-Type"] == answer.headers["content-type"] == "application/json"
    assert len(answer.request_id) == 36
    limits = {limit.name: limit for limit in answer.limits}
    assert (limits["second"].quota, limits["second"].window, limits["second"].left) == (20, 1, 19)
    assert limits["day"].quota == 100_000
    assert limits["day"].resets_in in range(1, 86_401)


def test_values_taken_out_are_counted(make: Make, broker: Live, world: World) -> None:
    bind(broker, world, fields=frozenset({"code", "name"}))
    answer = make().get(*SERVICE, "/communes")
    assert (answer.fields_dropped, "secret" in answer.text) == (2, False)


def test_the_platform_says_who_we_are(make: Make) -> None:
    """``ping`` and ``services`` need no grant: a client without one may ask."""
    client = make(grant="-", purpose="-")
    found = client.ping()
    assert (found["system"], found["environment"], found["authentication"]) == ("HT-1", "sandbox", "signature")
    assert abs(found["clock_skew_seconds"]) <= 1
    assert [grant["grant"] for grant in found["grants"]] == ["QK-1"]
    services = client.services()
    assert [(row["service"], row["may_call"]) for row in services] == [("administrative-units", True)]
    assert client.services(mine=True) == services


def test_one_client_for_another_grant(make: Make, front: Front) -> None:
    """What both have of their own is the grant; the connection is one."""
    client = make(f"http://127.0.0.1:{front.port}", grant="-", purpose="-")
    client.ping()
    assert client.for_grant("QK-1", "administrative-procedures").get(*SERVICE, "/communes").status == 200
    assert front.connections == 1


def test_threads_share_a_client(make: Make, provider: Provider) -> None:
    client = make()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: client.get(*SERVICE, "/communes").status, range(40)))
    assert answers == [200] * 40
    assert len(provider.received) == 40


def test_a_large_answer_goes_to_a_file(make: Make, provider: Provider, tmp_path: Path) -> None:
    """It is held in memory nowhere, and is there when it is whole; too much for memory is told before that is full."""
    content = bytes(range(256)) * (3 * MIB // 256)
    provider.answers[b"/communes"] = reply(content, kind="application/octet-stream")
    client = make(settings=Settings(most_answer_bytes=MIB))
    found = client.download(*SERVICE, "/communes", tmp_path / "communes.bin")
    assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert found.path.read_bytes() == content
    assert found.content_type == "application/octet-stream"
    with pytest.raises(UnexpectedAnswer, match="download"):
        client.get(*SERVICE, "/communes")


def test_a_file_that_breaks_off_is_not_there(
    make: Make, broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    """What was there before stays, and nothing half lies about."""
    kept = tmp_path / "communes.bin"
    kept.write_bytes(b"of yesterday")

    async def half(_reader: object, writer: object) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 3 * MIB)
        await writer.drain()
        writer.close()

    provider.answers[b"/communes"] = half
    world.services["sandbox"] = replace(world.services["sandbox"], max_answer_bytes=10 * MIB)
    broker.reload()
    client = make(settings=Settings(retry=RetryPolicy(attempts=2, first_wait=0.01)))
    with pytest.raises(AnswerLost) as lost:
        client.download(*SERVICE, "/communes", kept)
    assert lost.value.attempts == 2
    assert kept.read_bytes() == b"of yesterday"
    assert list(tmp_path.iterdir()) == [kept]


def test_a_connection_that_ended_meanwhile_is_not_used_again(make: Make, front: Front) -> None:
    client = make(f"http://127.0.0.1:{front.port}", settings=Settings(retry=RetryPolicy(attempts=1)))
    assert client.get(*SERVICE, "/communes").status == 200
    front.hang_up()
    threading.Event().wait(0.1)
    assert client.get(*SERVICE, "/communes").status == 200
    assert front.connections == 2


@pytest.mark.parametrize("name", ["Signature", "x-lgsp-grant", "Host", "Authorization", "Content-Length"])
def test_headers_of_the_client_are_its_own(make: Make, name: str) -> None:
    with pytest.raises(ValueError, match="writes"):
        make().get(*SERVICE, "/communes", headers={name: "x"})


def test_what_cannot_be_sent_is_told_before_it_is(make: Make, provider: Provider) -> None:
    client = make()
    with pytest.raises(ValueError, match="control character"):
        client.get(*SERVICE, "/communes", headers={"X-A": "b\r\nX-B: c"})
    with pytest.raises(ValueError, match="JSON"):
        client.post(*SERVICE, "/reports", json={"x": float("nan")})
    with pytest.raises(ValueError, match="both"):
        client.post(*SERVICE, "/reports", json={}, body=b"x")
    with pytest.raises(ValueError, match="slash"):
        client.get(*SERVICE, "communes")
    assert provider.received == []
