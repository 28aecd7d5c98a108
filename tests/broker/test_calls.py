"""A lawful call, from its bytes to the provider's and back, and what the log says of it."""

import pytest

from tests.broker.conftest import Log
from tests.broker.garbage import left_by
from tests.broker.live import Live, read_reply
from tests.broker.provider import JSON, Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES = f"{BASE}/communes"


@pytest.mark.clause("QC6.1", "QC6.2", "Q50-13.5")
def test_a_signed_call_is_carried_and_logged(broker: Live, provider: Provider, world: World, log: Log) -> None:
    target = f"{COMMUNES}?q=T%C3%A2n%20L%C6%B0u&limit=2"
    answer = broker.send(target, signed(world.credentials(), broker.authority, target))
    assert (answer.status, answer.body) == (200, JSON), answer.body
    request_id = answer.header("x-request-id")
    [received] = provider.received
    assert received.startswith(b"GET /communes?q=T%C3%A2n%20L%C6%B0u&limit=2 HTTP/1.1\r\n")
    assert f"X-LGSP-Request-Id: {request_id}".encode() in received
    row = log.call(request_id)
    assert (row["verdict"], row["status"], row["reason"], row["side"]) == ("A", 200, "", "")
    assert (row["service"], row["version"], row["operation"]) == ("administrative-units", "v1", "communes")
    assert (row["grant_code"], row["purpose"], row["system_code"]) == ("QK-1", "administrative-procedures", "HT-1")
    assert (row["upstream_status"], row["response_bytes"], row["address"]) == (200, len(JSON), "127.0.0.1")


@pytest.mark.parametrize(
    "rest",
    [
        "/communes/00001",
        "/communes/a%41b",
        "/communes/T%C3%A2n",
        "/communes/x-._~!$&'()*+,=:@y",
        "/communes/00001?a=%zz".replace("%zz", "%7e"),
        "/communes?filter[name]=A&b=/?:@!$'()*,;=",
        "/communes?a=%2F%2e%2e%2f&b=+%20",
        "/raw/%c3%a2",
    ],
)
def test_the_provider_gets_the_bytes_that_were_signed(
    rest: str, broker: Live, provider: Provider, world: World
) -> None:
    target = BASE + rest
    answer = broker.send(target, signed(world.credentials(), broker.authority, target))
    assert answer.status == 200, answer.body
    assert provider.received[0].split(b" ")[1] == rest.encode()


def test_a_body_is_forwarded_whole_with_its_length(broker: Live, provider: Provider, world: World) -> None:
    target, body = f"{BASE}/reports", '{"tên":"Tân Lưu"}'.encode()
    headers = signed(world.credentials(), broker.authority, target, "POST", body=body)
    answer = broker.send(target, {**headers, "Content-Type": "application/json"}, method="POST", body=body)
    assert answer.status == 200, answer.body
    assert provider.received[0].endswith(b"\r\n\r\n" + body)
    assert b"Content-Type: application/json" in provider.received[0]


def test_n24_a_chunked_body_is_forwarded_intact(broker: Live, provider: Provider, world: World) -> None:
    target, body = f"{BASE}/reports", b'{"a":1,"b":[2,3]}'
    headers = signed(world.credentials(), broker.authority, target, "POST", body=body)
    head = f"POST {target} HTTP/1.1\r\nHost: {broker.authority}\r\nTransfer-Encoding: chunked\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:5], body[5:]))
    answer = broker.raw(head.encode() + b"\r\n" + chunks + b"0\r\n\r\n")
    assert answer.status == 200, answer.body
    [received] = provider.received
    assert received.endswith(b"\r\n\r\n" + body)
    assert b"Content-Length: 17" in received
    assert b"chunked" not in received.lower()


def test_n27_headers_of_the_caller_that_are_nobodys_business_stay_here(
    broker: Live, provider: Provider, world: World
) -> None:
    kept = {"Accept": "application/json", "Idempotency-Key": "abc", "traceparent": "00-11-22-01"}
    secret = {
        "Authorization": "Basic gheim",
        "Cookie": "lgsp_session=gheim",
        "X-Forwarded-For": "10.9.9.9",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=10.9.9.9",
        "X-Real-IP": "10.9.9.9",
        "X-LGSP-Consumer": "H60.99",
        "X_LGSP_Consumer": "H60.99",
        "X-LGSP-Request-Id": "gheim",
        "X-Request-Id": "mine-1",
        "Proxy-Authorization": "Basic gheim",
        "Accept-Encoding": "gzip",
        "Connection": "keep-alive, Idempotency-Key",
        "Via": "1.1 evil",
        "TE": "trailers",
        "Referer": "http://gheim/",
        "User-Agent": "curl/8",
    }
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    answer = broker.send(COMMUNES, {**headers, **kept, **secret})
    assert answer.status == 200
    assert answer.header("x-client-request-id") == "mine-1"
    sent = provider.received[0].decode().split("\r\n")
    names = {line.split(":")[0].lower() for line in sent[1:] if line}
    assert names == {
        "host",
        "accept",
        "accept-encoding",
        "user-agent",
        "traceparent",
        "x-lgsp-request-id",
        "x-lgsp-assertion",
    }
    assert "Accept-Encoding: identity" in sent
    for word in ("gheim", "10.9.9.9", "H60.99", "mine-1", "ak_test", "sk_test", "QK-1", "signature"):
        assert word not in provider.received[0].decode()


def test_n26_headers_of_the_provider_pass_by_a_list_too(broker: Live, provider: Provider, world: World) -> None:
    extra = (
        'Set-Cookie: a=b\r\nServer: x\r\nVia: 1.1 y\r\nConnection: close, ETag\r\nETag: "1"\r\nX-Powered-By: z\r\n'
        "X-Request-Id: theirs\r\nAccess-Control-Allow-Origin: *\r\nContent-Language: vi\r\n"
    )
    provider.answers[b"*"] = reply(extra=extra)
    answer = broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES))
    assert answer.status == 200
    assert {name for name, _value in answer.headers} == {
        "content-type",
        "content-language",
        "ratelimit",
        "content-length",
        "cache-control",
        "date",
        "x-request-id",
        "x-content-type-options",
        "vary",
    }
    assert answer.header("x-request-id") != "theirs"


def test_two_calls_on_one_connection(broker: Live, provider: Provider, world: World) -> None:
    with broker.open() as connection:
        for _ in range(2):
            headers = signed(world.credentials(), broker.authority, COMMUNES)
            head = f"GET {COMMUNES} HTTP/1.1\r\nHost: {broker.authority}\r\n"
            connection.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
            assert read_reply(connection).status == 200
    assert len(provider.received) == 2


def test_bytes_after_a_whole_request_do_not_take_its_answer(broker: Live, provider: Provider, world: World) -> None:
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    head = f"GET {COMMUNES} HTTP/1.1\r\nHost: {broker.authority}\r\n"
    content = (head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode()
    with broker.open() as connection:
        connection.sendall(content + b"\x00nonsense\r\n\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 200")
    assert received.count(b"HTTP/1.1 ") == len(provider.received) == 1
    assert b"connection: close" in received


@pytest.mark.clause("QC6.2")
def test_n19_fields_outside_the_grant_are_dropped_and_counted(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    import dataclasses

    world.grants["QK-1"] = dataclasses.replace(world.grants["QK-1"], fields=frozenset({"code", "name"}))
    broker.reload()
    answer = broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES))
    assert answer.json == {"data": [{"code": "00001", "name": "A"}, {"code": "00002", "name": "B"}], "total": 2}
    assert answer.header("x-lgsp-fields-dropped") == "2"
    assert log.call(answer.header("x-request-id"))["fields_dropped"] == 2
    for body, kind in ((b"<a/>", "text/xml"), (b"[1]", "application/json"), (b'{"rows":[]}', "application/json")):
        provider.answers[b"*"] = reply(body, kind=kind)
        answer = broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES))
        assert (answer.status, answer.code) == (502, "provider-answer-invalid")
    provider.answers[b"*"] = reply(b'{"secret":"x"}', status="404 Not Found")
    answer = broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES))
    assert (answer.status, answer.body) == (404, b"")


def test_ping_and_services_tell_a_system_what_it_has(broker: Live, provider: Provider, world: World, log: Log) -> None:
    target = "/api/data/-/ping"
    headers = signed(world.credentials(grant="-", purpose="-"), broker.authority, target)
    answer = broker.send(target, headers)
    assert answer.status == 200, answer.body
    assert (answer.json["system"], answer.json["environment"]) == ("HT-1", "sandbox")
    [grant] = answer.json["grants"]
    assert (grant["grant"], grant["services"]) == ("QK-1", ["administrative-units/v1"])
    assert grant["quota"]["limit"] == 100_000
    assert grant["quota"]["left"] == 100_000 - log.used(world.grants["QK-1"].gate_id)
    again = broker.send(target, headers)
    assert (again.status, again.code) == (401, "nonce-reused")
    target = "/api/data/-/services"
    listed = broker.send(target, signed(world.credentials(2, "-", "-"), broker.authority, target)).json
    assert [(row["service"], row["version"], row["grants"]) for row in listed["services"]] == [
        ("administrative-units", "v1", ["QK-2"])
    ]
    for target, method, code in (("/api/data/-/nothing", "GET", 404), ("/api/data/-/ping", "POST", 405)):
        answer = broker.send(
            target, signed(world.credentials(grant="-", purpose="-"), broker.authority, target, method), method=method
        )
        assert answer.status == code
    assert provider.received == []


def test_a_call_leaves_nothing_for_the_garbage_collector(broker: Live, provider: Provider, world: World) -> None:
    def calls(number: int) -> None:
        for _ in range(number):
            headers = signed(world.credentials(), broker.authority, COMMUNES)
            assert broker.send(COMMUNES, headers).status == 200

    assert left_by(broker, calls) == 0
