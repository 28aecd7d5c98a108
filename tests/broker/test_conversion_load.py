"""Issue 8: a conversion of 1 MB leaves other calls' p99 at 50 ms at most: a real worker and its helper."""

import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.formats import from_xml, read_xml, to_xml
from tests.broker.provider import Provider, reply
from tests.broker.workers import Worker, working
from tests.broker.world import World, signed

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]
COMMUNES, COMMUNE = ("/api/data/administrative-units/v1/communes", "/api/data/administrative-units/v1/communes/00001")
ROW = {"ma": "00123", "ten": "Nguyễn Văn A & Bé", "so": 12, "xa": {"ma": "1", "ten": "Xã A"}, "ghi_chu": None}
CALLS = 1500


class Beside:
    """One call after another that is dear, until told to stop; ``done`` has the seconds of each."""

    def __init__(self, once: Callable[[], object]) -> None:
        self._once = once
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.done: list[float] = []

    def __enter__(self) -> "Beside":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._over.is_set():
            begun = time.monotonic()
            self._once()
            self.done.append(time.monotonic() - begun)


def p99_of_calls(worker: Worker, world: World) -> float:
    """Return p99 of plain signed calls in milliseconds, one after another on one connection each."""
    took = []
    for _ in range(CALLS):
        headers = signed(world.credentials(), worker.authority, COMMUNE)
        begun = time.monotonic()
        assert worker.send(COMMUNE, headers).status == 200
        took.append(time.monotonic() - begun)
    took.sort()
    return took[int(len(took) * 0.99)] * 1000


@pytest.mark.parametrize("accept", ["application/xml", "application/json"])
def test_a_megabyte_converted_leaves_other_calls_alone(
    accept: str, database: str, module_world: World, provider: Provider, tmp_path: Path
) -> None:
    provider.reset()
    value = {"data": [ROW] * 9200}
    body = json.dumps(value, ensure_ascii=False).encode() if accept.endswith("xml") else to_xml(value, "r")
    assert len(body) >= 1_000_000
    kind = "application/json" if accept.endswith("xml") else "application/xml"
    provider.answers[COMMUNES.rpartition("/v1")[2].encode()] = reply(body, kind=kind)
    with working(1, module_world, database, tmp_path) as [worker]:

        def once() -> bytes:
            headers = signed(module_world.credentials(), worker.authority, COMMUNES)
            answer = worker.send(COMMUNES, {**headers, "Accept": accept})
            assert (answer.status, answer.header("content-type").split(";")[0]) == (200, accept), answer.body[:200]
            return answer.body

        made, conversions = once(), Beside(once)
        assert (from_xml(read_xml(made)) if accept.endswith("xml") else json.loads(made)) == value
        alone = p99_of_calls(worker, module_world)
        with conversions:
            beside = p99_of_calls(worker, module_world)
        median = sorted(conversions.done)[len(conversions.done) // 2] * 1000
    told = f"{accept}: p99 alone {alone:.1f} ms, beside {len(conversions.done)} conversions {beside:.1f} ms, "
    told += f"each {median:.0f} ms"
    logging.getLogger(__name__).warning(told)
    assert len(conversions.done) >= 3, told
    assert beside <= 50, told
