"""The operations page beside 1,000,000 calls of the last hour, against an instance of its own that runs:

``./run manage --data FOLDER shell -c "from bench.operations import measure; measure(1_000_000)"``, FOLDER a new one
with the sample people (``./run manage --data FOLDER load_demo``).

Calls are synthetic (no MACs: nothing here verifies), in the order of time as in any log. Sums are written up to two
minutes ago, as far as the job that runs each minute is behind when all is well, then up to ten. Cold:
the database gives its buffers back and the files of the database leave the machine's cache.
"""

import os
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.selectors.now import calls_now
from audit.services import rollups
from bench.rollups import _EPOCHS, _INTENTS, _OUTCOMES, PURPOSES, SERVICES, SYSTEMS
from core import clock

COLD, WARM = 7, 40
BEHIND, LATE = timedelta(minutes=2), timedelta(minutes=10)
# So long writing and summing takes; the hour that is read is full.
AHEAD = timedelta(seconds=100)


def fill(calls: int) -> None:
    """Write *calls* calls of the last hour as it will be when the page is looked at, evenly."""
    since = clock.now() - timedelta(hours=1) + AHEAD
    at = "%(since)s::timestamptz + make_interval(secs => n * 3600.0 / %(calls)s) as at"
    intents = _INTENTS[: _INTENTS.index("%(since)s")] + at + _INTENTS[_INTENTS.index("as at") + len("as at") :]
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        cursor.execute(_EPOCHS)
        for first in range(1, calls + 1, 250_000):
            values: dict[str, Any] = {"services": SERVICES, "systems": SYSTEMS, "purposes": PURPOSES, "since": since}
            values |= {"calls": calls, "first": first, "last": min(first + 249_999, calls)}
            cursor.execute(intents, values)
            cursor.execute(_OUTCOMES, values)
        cursor.execute("analyze audit_intent, audit_outcome")


def _behind(span: timedelta) -> None:
    """Take the sums of the last *span* away, as if the job had not come to them."""
    until = clock.now() - span
    with connection.cursor() as cursor:
        cursor.execute("delete from audit_calls_minute where begins >= date_trunc('minute', %s)", [until])
        cursor.execute("update audit_rollup_mark set at = %s where epoch = 0", [until])


def _forget() -> None:
    """Let the database give its buffers back, and the machine the pages of its files."""
    with connection.cursor() as cursor:
        cursor.execute("checkpoint")
        cursor.execute("create extension if not exists pg_buffercache")
        cursor.execute("select * from pg_buffercache_evict_all()")
        cursor.execute("show data_directory")
        folder = Path(cursor.fetchone()[0])
    for path in folder.glob("base/*/*"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _page(client: Client) -> float:
    began = time.perf_counter()
    answer = client.get(reverse("operations"))
    assert answer.status_code == 200, answer.status_code
    return 1000 * (time.perf_counter() - began)


def _told(what: str, took: list[float]) -> None:
    ordered = sorted(took)
    p95 = ordered[-(-len(ordered) * 95 // 100) - 1]
    print(
        f"{what}: median {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, most {ordered[-1]:.0f} ms"
        f" (n = {len(ordered)})",
        flush=True,
    )


def measure(calls: int) -> None:
    """Fill, sum, open the page; print what it took."""
    began = time.perf_counter()
    fill(calls)
    print(f"{calls:,} calls written in {time.perf_counter() - began:.0f} s; {os.cpu_count()} cores", flush=True)
    began = time.perf_counter()
    while rollups.roll_up():
        pass
    print(f"summed in {time.perf_counter() - began:.0f} s", flush=True)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(get_user_model().objects.get(email="van-hanh.skhcn@lgsp.example"))
    client.get(reverse("workbench"))  # as in any portal that has answered before
    _told("first look in a process", [_page(client)])
    for what, span in (("sums 2 minutes behind", BEHIND), ("sums 10 minutes behind", LATE)):
        _behind(span)
        cold = []
        for _turn in range(COLD):
            _forget()
            cold.append(_page(client))
        _told(f"{what}, cold", cold)
        _told(f"{what}, warm", [_page(client) for _turn in range(WARM)])
        found = calls_now()
        print(f"told: {found.hour:,} of {calls:,} in the hour, {found.minute:,} in the minute, missing: {found.late}")
