"""The leadership page over a year of calls: ``./run manage --data NEW shell -c "<below>"``.

``from bench.leadership import go; go(1_000_000)``, where NEW is the folder of a portal that was started once with its
sample people (``./run --data NEW --port P``), does not run now and holds nothing of worth. Fills agencies, services,
dossiers and calls of a year (no MACs: nothing here verifies), sums them (``bench/year_of_calls.py``) and measures.
Stops filling after *seconds* and says so; called again it goes on where it stopped. That portal does not start again:
its log names a key nobody holds.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from accounts.selectors.actors import actor_for, standings_of
from audit.rollup_shape import DAY, HOUR
from audit.selectors.rollups import summed_until
from audit.services import rollups
from bench.year_of_calls import fill, first_day, timed
from core import clock
from core.actor import Actor
from reports.choices import Kind
from reports.models import ReportRun
from reports.periods import Closing, period_of
from reports.services.requesting import renew_report, request_report
from reports.services.submitting import make_files, submit_report
from reports.services.writing import write_report

PAGES = (
    "/dieu-hanh/",
    "/dieu-hanh/?ky=thang-truoc",
    "/dieu-hanh/?ky=quy-nay",
    "/dieu-hanh/?ky=nam-nay",
    "/dieu-hanh/xep-hang/?ky=nam-nay",
    "/dieu-hanh/chi-tieu/luot-khai-thac/?ky=nam-nay",
    "/dieu-hanh/chi-tieu/ho-so/?ky=nam-nay",
)


def go(calls: int, seconds: float = 500.0, requests: int = 200) -> None:
    """Do what is left of filling and summing in about *seconds*, then measure."""
    if fill(calls, seconds):
        measure(calls, requests)


def measure(calls: int, requests: int) -> None:
    """Print what the sums hold, and what summing a day, a yearly report and each page take."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, {calls:,} calls, summed until {summed_until()}", flush=True)
    with connection.cursor() as cursor:
        for table in (HOUR, DAY):
            cursor.execute(f"select count(*), coalesce(sum(calls), 0), pg_total_relation_size('{table}') from {table}")
            rows, held, size = cursor.fetchone()
            print(f"{table}: {rows:,} rows of {held:,} calls, {size / 1e6:,.0f} MB")
            assert held >= calls, "the sums do not hold every call"
    day = first_day() + timedelta(days=100)
    timed("sum one day anew", lambda: rollups.rebuild(since=day, until=day + timedelta(days=1)))
    with connection.cursor() as cursor:
        cursor.execute("set idle_in_transaction_session_timeout = 0")
    with transaction.atomic():
        _yearly_report(requests)
        transaction.set_rollback(True)
    for address in PAGES:
        print(f"{address}: {_page(address, requests)}", flush=True)


def _yearly_report(requests: int) -> None:
    """Print what this year's report takes from asking to its three files, as far as the year has come, and its pages.

    By the rule of 15 to 14 its year holds nearly all calls there are; both of its comparisons are read, too.
    """
    officer = actor_of("report_officer")
    year = clock.today().year
    began = time.perf_counter()
    run, new = request_report(
        actor=officer, period=period_of(Kind.YEAR, year, 1, Closing("mid_month", 14)), preliminary=True
    )
    if not new:
        run = renew_report(actor=officer, run=run, reason="Đo hiệu năng")
    written = timed("  figures of the year and its comparisons read and frozen", lambda: write_report(run_id=run.pk))
    submit_report(actor=officer, run=written)
    made: ReportRun = timed("  its three files made and kept", lambda: make_files(run_id=run.pk))
    assert made.files.count() == 3, (made.state, made.failure)
    print(f"yearly report, asked for to finished: {time.perf_counter() - began:.2f} s", flush=True)
    for address in ("/bao-cao/", f"/bao-cao/{made.code}/"):
        print(f"{address}: {_page(address, requests, 'report_officer')}", flush=True)


def person_of(role: str) -> User:
    """Return a sample person with *role*."""
    found = User.objects.filter(memberships__role=role).order_by("pk").first()
    assert found is not None, role
    return found


def actor_of(role: str) -> Actor:
    """Return that person as who acts."""
    person = person_of(role)
    return actor_for(person, standings_of(person), agency_id=None)


def _page(address: str, requests: int, role: str = "province_leader") -> str:
    """Ask for a page *requests* times as it is asked for, and a tenth as often with nothing kept."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person_of(role), backend="allauth.account.auth_backends.AuthenticationBackend")
    cache.clear()
    counted = _Counted()
    with connection.execute_wrapper(counted):
        answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    cold = list(_times(client, address, max(requests // 10, 5), before=cache.clear))
    kept = list(_times(client, address, requests))
    return (
        f"n = {len(kept)}, p50 {statistics.median(kept):.0f} ms, p95 {_p95(kept):.0f} ms; nothing kept:"
        f" n = {len(cold)}, p50 {statistics.median(cold):.0f} ms, p95 {_p95(cold):.0f} ms;"
        f" {counted.number} queries, {len(answer.content):,} bytes"
    )


class _Counted:
    """Counts the statements that go to the database."""

    number = 0

    def __call__(self, execute: Any, *statement: Any) -> Any:
        self.number += 1
        return execute(*statement)


def _times(client: Client, address: str, number: int, before: Callable[[], Any] = lambda: None) -> Iterator[float]:
    for _turn in range(number):
        before()
        began = time.perf_counter()
        client.get(address)
        yield (time.perf_counter() - began) * 1000


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[18]
