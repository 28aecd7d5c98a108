"""What the tests of a broker at work do alike."""

import socket
import time
from collections.abc import Callable
from typing import Any

import psycopg
from prometheus_client.parser import text_string_to_metric_families

from broker.policy import CHANNEL
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.world import World, signed

COMMUNES = "/api/data/administrative-units/v1/communes"


def call(broker: Live, world: World, key: int = 1, grant: str = "QK-1") -> Reply:
    return broker.send(COMMUNES, signed(world.credentials(key, grant), broker.authority, COMMUNES))


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def wake(database: str) -> None:
    """Have brokers that wait for news go on at once, as news does: how long they wait from now on is read anew."""
    with psycopg.connect(database, autocommit=True) as link:
        link.execute(f"notify {CHANNEL}")


def outcomes(log: Log, request_id: str) -> list[tuple[str, int, str, str, int]]:
    rows = log.rows(
        "select stage, status, reason, side, response_bytes from audit_outcome where call_id = %s order by n",
        request_id,
    )
    return [(row["stage"], row["status"], row["reason"], row["side"], row["response_bytes"]) for row in rows]


def raw_call(broker: Live, world: World) -> socket.socket:
    connection = broker.open()
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    lines = [f"GET {COMMUNES} HTTP/1.1", f"Host: {broker.authority}", *(f"{k}: {v}" for k, v in headers.items())]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return connection


def read_all(connection: socket.socket) -> bytes:
    found = b""
    while chunk := connection.recv(65536):
        found += chunk
    return found


def request_id_of(answer: bytes) -> str:
    line = next(row for row in answer.split(b"\r\n") if row.lower().startswith(b"x-request-id:"))
    return line.split(b":")[1].strip().decode()


def scrape(broker: Live) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return samples by name and labels, as Prometheus' own reader reads them."""
    answer = broker.send("/metrics")
    assert answer.status == 200
    assert answer.header("content-type").startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def value(samples: dict[Any, float], name: str, **labels: str) -> float:
    """Return the sum of the samples that carry these labels."""
    wanted = set(labels.items())
    return sum(number for (found, given), number in samples.items() if found == name and wanted <= given)
