"""Issue 8: a megabyte of SOAP each way leaves other calls' p99 at 50 ms at most: a real worker and its helper."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.broker.provider import Provider, reply
from tests.broker.soaping import ADDRESS, SOAP_11, TYPES, envelope
from tests.broker.test_conversion_load import ROW, Beside, p99_of_calls
from tests.broker.test_soap_provider import ASK, BODY, SOAP, SPACE, TARGET, answering
from tests.broker.workers import Worker, working
from tests.broker.world import World, signed

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]
MIB = 1024 * 1024


def measured(worker: Worker, world: World, beside: Beside, what: str) -> None:
    alone = p99_of_calls(worker, world)
    with beside:
        busy = p99_of_calls(worker, world)
    median = sorted(beside.done)[len(beside.done) // 2] * 1000
    told = f"{what}: p99 alone {alone:.1f} ms, beside {len(beside.done)} calls {busy:.1f} ms, each {median:.0f} ms"
    logging.getLogger(__name__).warning(told)
    assert len(beside.done) >= 3, told
    assert busy <= 50, told


@pytest.fixture
def large(module_world: World) -> Iterator[World]:
    """The service with room for large messages, and an operation that a SOAP provider answers."""
    row, grant = module_world.services["sandbox"], module_world.grants["QK-1"]
    module_world.services["sandbox"] = replace(
        row, operations=(*row.operations, ASK), max_request_bytes=10 * MIB, timeout_ms=20_000
    )
    module_world.grants["QK-1"] = replace(grant, operations=grant.operations | {"ask"})
    yield module_world
    module_world.services["sandbox"], module_world.grants["QK-1"] = row, grant


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_megabyte_of_soap_each_way_leaves_other_calls_alone(
    coding: str, database: str, large: World, provider: Provider, tmp_path: Path
) -> None:
    provider.reset()
    given = json.dumps({"data": [ROW] * 9200}, ensure_ascii=False).encode()
    sent = envelope("<m:report><Body>" + "<row><code>1</code><name>Xã</name></row>" * 26_000 + "</Body></m:report>")
    assert min(len(given), len(sent)) >= 1_000_000
    provider.answers[b"/reports"] = reply(given)
    with working(1, large, database, tmp_path) as [worker]:

        def once() -> None:
            headers = signed(large.credentials(), worker.authority, ADDRESS, "POST", body=sent)
            more = {"Content-Type": TYPES[SOAP_11], "Accept-Encoding": coding}
            answer = worker.send(ADDRESS, {**headers, **more}, method="POST", body=sent)
            assert answer.status == 200, answer.body[:300]
            assert (answer.header("content-encoding") == "gzip") is (coding == "gzip")
            if coding == "identity":
                assert answer.body.count(b"<data>") == 9200

        once()
        measured(worker, large, Beside(once), f"SOAP caller, answers {coding}")


def test_a_megabyte_to_and_from_a_soap_provider_leaves_other_calls_alone(
    database: str, large: World, provider: Provider, tmp_path: Path
) -> None:
    provider.reset()
    many = "<m:Xa><m:Ma>02215</m:Ma><m:DanSo>1200</m:DanSo></m:Xa>" * 19_000
    told = f"<m:TraCuuResponse><m:KetQua>{many}</m:KetQua></m:TraCuuResponse>"
    provider.answers[SOAP.path.encode()] = answering(told)
    body: dict[str, Any] = {**BODY, "nhan": ["nhãn của hồ sơ"] * 52_000}
    sent = json.dumps(body, ensure_ascii=False).encode()
    assert min(len(sent), len(many)) >= 1_000_000
    with working(1, large, database, tmp_path) as [worker]:

        def once() -> None:
            headers = signed(large.credentials(), worker.authority, TARGET, "POST", body=sent)
            answer = worker.send(TARGET, {**headers, "Content-Type": "application/json"}, method="POST", body=sent)
            assert answer.status == 200, answer.body[:300]

        once()
        assert SPACE.encode() in provider.received[0]
        measured(worker, large, Beside(once), "SOAP provider")
