"""A source system that does not answer (N38, Q50-7.6): one outage, told once to both sides, closed on recovery."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Notice, User
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from audit.selectors.faults import answered_since, faults_since
from catalog.models import Upstream, WatchMark
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import publish_version, withdraw_version
from core import clock
from core.actor import Actor
from core.ids import uuid7
from incidents import tasks
from incidents.choices import Health, Sign
from incidents.models import HealthCheck, Outage, UpstreamHealth
from incidents.selectors.boards import boards_for
from incidents.services.certificates import tell_endings
from incidents.services.health import check_upstream, set_policy
from incidents.services.outages import watch
from lgsp.settings import CELERY_BEAT_SCHEDULE
from tests.catalog.conftest import JOB
from tests.core.certificate_makers import Authority
from tests.incidents.conftest import Source

Upstreams = Callable[..., Upstream]
_MAC = b"\x00" * 32
UNREACHABLE = {"status": 502, "reason": "provider-unreachable", "side": "provider", "upstream_status": 0}
FAILS = {"status": 502, "reason": "provider-error", "side": "provider"}
GOOD = {"status": 200, "reason": "", "side": "", "upstream_status": 200}


def later(seconds: float) -> Any:
    """Let it be later."""
    return patch("core.clock.now", return_value=clock.now() + timedelta(seconds=seconds))


def ended(upstream: Upstream, *, count: int = 1, ago: float = 1, **fields: Any) -> None:
    """Log calls to *upstream* as a broker would have left them."""
    with connection.cursor() as cursor:
        for step in range(count):
            at = clock.now() - timedelta(seconds=ago + (count - step) / 1000)
            values = {
                "call_id": uuid7(),
                "received_at": at,
                "finished_at": at,
                "upstream_id": upstream.pk,
                "response_bytes": 0,
                "total_ms": 5,
                "upstream_ms": 4,
                "fields_dropped": 0,
                "stage": "F",
                "verdict": "A",
                "admitted_at": at,
                "intent_epoch": 1,
                "intent_n": 1,
                "earlier": b"",
                "epoch": 1,
                "n": int(uuid7().int % 1_000_000_000) + 1,
                "prev_mac": _MAC,
                "row_mac": _MAC,
                **fields,
            }
            cursor.execute(
                f"insert into audit_outcome ({', '.join(values)}) values ({', '.join(['%s'] * len(values))})",
                list(values.values()),
            )


@pytest.fixture
def live(upstream: Upstreams, source: Source) -> Upstream:
    """An address of a published version."""
    made = upstream(source.url)
    set_operation(
        actor=JOB,
        version=made.version,
        code="communes",
        title="Danh sách",
        method="GET",
        template="/communes",
        elements=[("code", "Mã", "chuỗi", "public")],
    )
    publish_version(actor=JOB, version=made.version)
    return Upstream.objects.get(pk=made.pk)


@pytest.fixture
def readers(agency: Callable[..., Agency], person: Callable[..., User]) -> dict[str, User]:
    """SKHCN's operator, the provider's officer, and one of an agency that has nothing to do with it."""
    return {
        "operator": person("van-hanh@lgsp.example", agency("H60.02", is_operator=True), "operator"),
        "provider": person("cung-cap@lgsp.example", agency("H60.03"), "provider_officer"),
        "stranger": person("nguoi-la@lgsp.example", agency("H60.07"), "provider_officer"),
    }


def acting(user: User) -> Actor:
    return actor_for(user, standings_of(user), agency_id=None)


@pytest.mark.clause("QC7.5", "Q50-7.6")
def test_calls_that_fail_in_a_row_are_one_outage_told_once(live: Upstream, readers: dict[str, User]) -> None:
    ended(live, count=4, **UNREACHABLE)
    assert watch() == (0, 0)
    ended(live, **UNREACHABLE)
    assert watch() == (1, 0)
    assert watch() == (0, 0)
    outage = Outage.objects.get()
    assert (outage.sign, outage.detail, outage.closed_at) == (Sign.CALLS, "Không kết nối được hệ thống nguồn", None)
    notices = Notice.objects.filter(event="outage.opened")
    assert {notice.recipient for notice in notices} == {readers["operator"], readers["provider"]}
    own = notices.get(recipient=readers["provider"])
    assert own.subject == "Mất kết nối hệ thống nguồn – Đơn vị hành chính"
    assert own.link == reverse("own_version", args=["administrative-units", "v1"])
    assert own.letter is not None
    assert live.base_url not in own.body
    assert list(Fact.objects.filter(deed__startswith="outage.").values_list("deed", flat=True)) == ["outage.opened"]


def test_it_closes_when_the_source_answers_and_stays_quiet(live: Upstream, readers: dict[str, User]) -> None:
    ended(live, count=5, **FAILS, upstream_status=503)
    watch()
    with later(10):
        ended(live, **GOOD)
        assert watch() == (0, 0)
    with later(70):
        assert watch() == (0, 1)
    outage = Outage.objects.get()
    assert outage.closed_at is not None
    told = Notice.objects.filter(event="outage.closed")
    assert {notice.recipient for notice in told} == {readers["operator"], readers["provider"]}
    assert Fact.objects.get(deed="outage.closed").reason == "Hệ thống nguồn trả lời trở lại"
    assert boards_for(acting(readers["provider"]))[0].title != "Sự cố kết nối với hệ thống nguồn"


def test_without_an_answer_it_stays_open(live: Upstream) -> None:
    ended(live, count=5, **UNREACHABLE)
    watch()
    with later(3600):
        assert watch() == (0, 0)
    assert Outage.objects.open().count() == 1


def test_one_that_comes_back_soon_is_the_same_and_not_told_again(live: Upstream, readers: dict[str, User]) -> None:
    ended(live, count=5, **UNREACHABLE)
    watch()
    with later(10):
        ended(live, **GOOD)
    with later(70):
        assert watch() == (0, 1)
    with later(120):
        ended(live, count=5, **UNREACHABLE)
        assert watch() == (1, 0)
    outage = Outage.objects.get()
    assert (outage.closed_at, outage.reopened) == (None, 1)
    assert Notice.objects.filter(event="outage.opened").count() == 2
    with later(130):
        ended(live, **GOOD)
    with later(200):
        assert watch() == (0, 0)
    with later(130 + 601):
        assert watch() == (0, 1)
    with later(4000):
        ended(live, count=5, **UNREACHABLE)
        assert watch() == (1, 0)
    assert Outage.objects.count() == 2


def test_failures_among_answers_are_none(live: Upstream) -> None:
    for _ in range(6):
        ended(live, **UNREACHABLE)
        ended(live, **GOOD)
    assert watch() == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 502, "reason": "provider-error", "side": "provider", "upstream_status": 500},
        {"status": 502, "reason": "provider-answer-too-large", "side": "provider", "upstream_status": 0},
        {"status": 404, "reason": "", "side": "consumer", "upstream_status": 404},
        {"status": 499, "reason": "caller-gone", "side": "consumer", "upstream_status": 0},
        {"status": 503, "reason": "overloaded", "side": "platform", "upstream_status": 0},
    ],
)
def test_what_says_nothing_about_the_connection(live: Upstream, fields: dict[str, Any]) -> None:
    ended(live, count=8, **fields)
    assert watch() == (0, 0)


def test_old_faults_say_nothing_about_now(live: Upstream) -> None:
    ended(live, count=8, ago=1000, **UNREACHABLE)
    assert watch() == (0, 0)


def test_an_address_calls_no_longer_go_to(live: Upstream) -> None:
    """Nothing opens for it; what lasts is closed, and nobody is told that it came back."""
    ended(live, count=5, **UNREACHABLE)
    watch()
    set_upstream(actor=JOB, version=live.version, upstream=live, active=False)
    assert watch() == (0, 1)
    assert not Notice.objects.filter(event="outage.closed").exists()
    withdraw_version(actor=JOB, version=live.version, reason="Kiểm thử")
    assert watch() == (0, 0)


def dead() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_checks_that_fail_twice_are_an_outage_and_the_second_look_comes_soon(
    live: Upstream, source: Source, readers: dict[str, User]
) -> None:
    check_upstream(upstream_id=live.pk)
    set_upstream(actor=JOB, version=live.version, upstream=live, base_url=dead())
    check_upstream(upstream_id=live.pk)
    health = UpstreamHealth.objects.get()
    assert health.due_at <= clock.now() + timedelta(seconds=16)
    assert watch() == (0, 0)
    check_upstream(upstream_id=live.pk)
    assert watch() == (1, 0)
    assert Outage.objects.get().sign == Sign.CHECKS
    set_upstream(actor=JOB, version=live.version, upstream=live, base_url=source.url)
    check_upstream(upstream_id=live.pk)
    assert watch() == (0, 0)
    with later(61):
        check_upstream(upstream_id=live.pk)
        assert watch() == (0, 1)


def test_a_check_that_is_wrong_is_no_outage(live: Upstream, source: Source) -> None:
    """A path of the check that does not exist, or checks that fail while calls are answered."""
    source.status = 404
    for _ in range(3):
        check_upstream(upstream_id=live.pk)
    assert watch() == (0, 0)
    source.status = 503
    for _ in range(2):
        check_upstream(upstream_id=live.pk)
    assert HealthCheck.objects.filter(state=Health.WRONG).count() == 5
    ended(live, ago=0, **GOOD)
    assert watch() == (0, 0)


def test_the_board_shows_whom_it_concerns(
    live: Upstream, readers: dict[str, User], signed_in: Callable[[User], Client]
) -> None:
    ended(live, count=5, **UNREACHABLE)
    watch()
    titles = {name: [board.title for board in boards_for(acting(user))] for name, user in readers.items()}
    assert titles["operator"][0] == titles["provider"][0] == "Sự cố kết nối với hệ thống nguồn"
    assert "Sự cố kết nối với hệ thống nguồn" not in titles["stranger"]
    staff = signed_in(readers["operator"])
    page = staff.get(reverse("admin:incidents_outage_changelist"))
    assert "Đang mất kết nối" in page.content.decode()
    assert staff.get(reverse("admin:incidents_outage_changelist") + "?q=administrative-units").status_code == 200
    assert (
        "Sự cố kết nối với hệ thống nguồn" in signed_in(readers["provider"]).get(reverse("workbench")).content.decode()
    )


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_open_one(upstream: Upstreams, source: Source) -> None:
    made = upstream(source.url)
    set_operation(
        actor=JOB,
        version=made.version,
        code="c",
        title="C",
        method="GET",
        template="/c",
        elements=[("a", "A", "", "public")],
    )
    publish_version(actor=JOB, version=made.version)
    ended(made, count=5, **UNREACHABLE)
    found: list[tuple[int, int]] = []

    def sweep() -> None:
        try:
            found.append(watch())
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(opened for opened, _closed in found) == 1
    assert Outage.objects.count() == 1


@pytest.mark.django_db
def test_the_sweep_is_often_enough_to_tell_within_a_minute() -> None:
    sweep = CELERY_BEAT_SCHEDULE["watch-outages"]
    assert sweep["task"] == "incidents.tasks.watch_outages"
    assert 0 < sweep["schedule"] <= 30
    tasks.watch_outages()


def test_faults_are_found_by_their_own_index(live: Upstream) -> None:
    ended(live, count=3, **UNREACHABLE)
    ended(live, count=3, ago=0, **GOOD)
    since = clock.now() - timedelta(minutes=15)
    found = faults_since(since, 2)[live.pk]
    assert (found.count, found.reason) == (2, "provider-unreachable")
    assert answered_since([live.pk], found.last_at) == {live.pk}
    assert answered_since([live.pk], clock.now()) == answered_since([], since) == set()
    with connection.cursor() as cursor:
        cursor.execute("select indexname from pg_indexes where tablename = 'audit_outcome'")
        assert {"audit_outcome_fault", "audit_outcome_time"} <= {name for (name,) in cursor.fetchall()}


def test_a_certificate_near_its_end_is_told_once_and_once_more_when_over(
    live: Upstream, readers: dict[str, User]
) -> None:
    pair = Authority("CA").client(days=40)
    set_upstream(
        actor=JOB,
        version=live.version,
        upstream=live,
        base_url="https://10.20.30.40",
        client_certificate=pair.pem,
        client_key=pair.key,
    )
    assert tell_endings() == 0
    with later(15 * 86_400):
        assert tell_endings() == 1
        assert tell_endings() == 0
    with later(41 * 86_400):
        assert tell_endings() == 1
    events = list(Notice.objects.filter(recipient=readers["provider"]).order_by("pk").values_list("event", flat=True))
    assert events == ["certificate.ending", "certificate.ended"]
    assert WatchMark.objects.filter(kind="certificate").count() == 2
    set_policy(actor=JOB, certificate_days=60)
    assert tell_endings() == 0
