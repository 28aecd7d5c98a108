"""Source systems are asked how they are, each at its own time, and what we say shows its age."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from catalog.models import Upstream
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import publish_version, withdraw_version
from core import clock
from core.http import Unreachable, ask
from core.problems import InvalidInput, PermissionRefused
from incidents import tasks
from incidents.choices import Health
from incidents.models import HealthCheck, HealthPolicy, UpstreamHealth
from incidents.services.health import check_upstream, claim_due, forget_old, set_policy
from tests.catalog.conftest import JOB
from tests.incidents.conftest import Source

Upstreams = Callable[..., Upstream]


def later(seconds: float) -> Any:
    """Let it be later."""
    return patch("core.clock.now", return_value=clock.now() + timedelta(seconds=seconds))


@pytest.mark.clause("QC7.5", "Q50-7.6")
@pytest.mark.parametrize(
    ("status", "state"),
    [(200, Health.UP), (204, Health.UP), (302, Health.WRONG), (404, Health.WRONG), (500, Health.WRONG)],
)
def test_an_answer_is_judged_by_its_status(source: Source, upstream: Upstreams, status: int, state: Health) -> None:
    source.status, source.headers = status, {"Location": "http://169.254.169.254/"}
    found = check_upstream(upstream_id=upstream(f"{source.url}/goc", health_path="/song").pk)
    assert found is not None
    assert (found.state, found.detail) == (state, f"HTTP {status}")
    assert source.asked == [("/goc/song", source.url.removeprefix("http://"))]
    assert HealthCheck.objects.get().state == state


def test_a_slow_answer_is_slow(source: Source, upstream: Upstreams) -> None:
    set_policy(actor=JOB, slow_ms=100)
    source.delay = 0.4
    found = check_upstream(upstream_id=upstream(source.url).pk)
    assert found is not None
    assert found.state == Health.SLOW
    assert (found.elapsed_ms or 0) >= 250


def test_no_answer_in_time_is_down(source: Source, upstream: Upstreams) -> None:
    source.wait = threading.Event()
    found = check_upstream(upstream_id=upstream(source.url, timeout_ms=200).pk)
    assert found is not None
    assert (found.state, found.detail, found.last_up_at) == (Health.DOWN, "Quá thời gian chờ", None)


def test_nobody_there_is_down_and_back_is_up(source: Source, upstream: Upstreams) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{probe.getsockname()[1]}"
    made = upstream(dead)
    found = check_upstream(upstream_id=made.pk)
    assert found is not None
    assert (found.state, found.detail) == (Health.DOWN, "Không kết nối được")
    set_upstream(actor=JOB, version=made.version, upstream=made, base_url=source.url)
    again = check_upstream(upstream_id=made.pk)
    assert again is not None
    assert (again.state, again.last_up_at) == (Health.UP, again.checked_at)
    assert [row.state for row in HealthCheck.objects.order_by("id")] == [Health.DOWN, Health.UP]


def test_an_address_no_longer_allowed_is_not_asked(source: Source, upstream: Upstreams, settings: Any) -> None:
    made = upstream(source.url)
    settings.LOOPBACK_UPSTREAMS = False
    found = check_upstream(upstream_id=made.pk)
    assert found is not None
    assert found.state == Health.REFUSED
    assert source.asked == []


def test_a_name_that_leads_to_a_refused_address_is_not_asked(source: Source, settings: Any) -> None:
    settings.LOOPBACK_UPSTREAMS = False
    port = source.url.rpartition(":")[2]
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port))) for address in ("10.1.2.3", "127.0.0.1")
    ]
    with patch("socket.getaddrinfo", return_value=answers), pytest.raises(Unreachable) as failed:
        ask(f"http://may-chu.example:{port}", "/health", timeout=1)
    assert failed.value.reason == "refused-address"
    assert source.asked == []


def test_a_judged_name_is_resolved_once_and_keeps_its_name(source: Source, settings: Any) -> None:
    settings.LOOPBACK_UPSTREAMS = True
    port = source.url.rpartition(":")[2]
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]
    real = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **options: Any) -> Any:
        return answers if host == "may-chu.example" else real(host, *more, **options)

    with patch("socket.getaddrinfo", side_effect=resolve) as asked:
        assert ask(f"http://may-chu.example:{port}", "/health", timeout=5).status == 200
    assert [call.args[0] for call in asked.call_args_list].count("may-chu.example") == 1
    assert source.asked == [("/health", f"may-chu.example:{port}")]


def test_each_address_is_asked_once_an_interval(source: Source, upstream: Upstreams) -> None:
    made = upstream(source.url)
    other = upstream(source.url, code="land-plots")
    assert sorted(claim_due()) == sorted([made.pk, other.pk])
    assert claim_due() == []
    with later(59):
        assert claim_due() == []
    with later(61):
        assert sorted(claim_due()) == sorted([made.pk, other.pk])
    with later(3600):
        assert len(claim_due()) == 2
        assert claim_due() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_address(source: Source, upstream: Upstreams) -> None:
    for number in range(6):
        upstream(source.url, code=f"service-{number}")
    claim_due()
    claimed: list[int] = []

    def claim() -> None:
        try:
            claimed.extend(claim_due())
        finally:
            connection.close()

    moment = clock.now() + timedelta(seconds=120)
    with patch("core.clock.now", return_value=moment):
        threads = [threading.Thread(target=claim) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(claimed) == len(set(claimed)) == 6


def test_the_sweep_hands_out_one_task_each_that_expires(source: Source, upstream: Upstreams) -> None:
    made = upstream(source.url)
    with patch.object(tasks.check_one, "apply_async") as handed:
        tasks.check_due()
        tasks.check_due()
    handed.assert_called_once_with((made.pk,), expires=60)
    tasks.check_one(made.pk)
    assert UpstreamHealth.objects.get().state == Health.UP


def test_switched_off_and_withdrawn_addresses_are_left_alone(source: Source, upstream: Upstreams) -> None:
    made = upstream(source.url)
    set_upstream(actor=JOB, version=made.version, upstream=made, active=False)
    assert claim_due() == []
    assert check_upstream(upstream_id=made.pk) is None
    assert source.asked == []


def test_old_results_are_forgotten_by_age(source: Source, upstream: Upstreams) -> None:
    made = upstream(source.url)
    check_upstream(upstream_id=made.pk)
    set_policy(actor=JOB, keep_days=2)
    with later(86_400):
        check_upstream(upstream_id=made.pk)
        assert forget_old() == 0
    with later(2 * 86_400 + 60):
        assert forget_old() == 1
    assert HealthCheck.objects.count() == 1


def test_the_rules_are_data_within_bounds(person: Callable[..., User], agency: Callable[..., Agency]) -> None:
    evaluator = person("ai@lgsp.example", agency("H60.02", is_operator=True), "evaluator")
    actor = actor_for(evaluator, standings_of(evaluator), agency_id=None)
    with pytest.raises(PermissionRefused):
        set_policy(actor=actor, keep_days=1)
    with pytest.raises(InvalidInput) as refused:
        set_policy(actor=JOB, interval_seconds=5, keep_days=5000)
    assert set(refused.value.errors) == {"interval_seconds", "keep_days"}
    assert not Fact.objects.filter(deed="health_policy.changed").exists()
    set_policy(actor=JOB, interval_seconds=30)
    assert HealthPolicy.objects.get().interval_seconds == 30
    assert Fact.objects.get(deed="health_policy.changed").after == {"interval_seconds": 30}


def published(made: Upstream) -> None:
    set_operation(actor=JOB, version=made.version, code="one", title="Một", method="GET", template="/one", elements=[])
    publish_version(actor=JOB, version=made.version)


@pytest.mark.clause("QC7.5")
def test_the_public_page_says_how_the_connection_stands_and_how_old_that_is(
    source: Source, upstream: Upstreams
) -> None:
    made = upstream(source.url)
    published(made)
    check_upstream(upstream_id=made.pk)
    text = Client().get("/danh-muc/administrative-units/").content.decode()
    assert "Tình trạng kết nối (chính thức)" in text
    assert "Đang hoạt động" in text
    assert "Số liệu đến" in text
    assert source.url not in text
    with later(600):
        old = Client().get("/danh-muc/administrative-units/").content.decode()
    assert "Chưa có số liệu mới" in old
    assert "Đang hoạt động" not in old
    withdraw_version(actor=JOB, version=made.version, reason="Thay thế")
    assert claim_due() == []


def test_staff_see_state_and_age_in_few_queries(
    source: Source,
    upstream: Upstreams,
    person: Callable[..., User],
    agency: Callable[..., Agency],
    signed_in: Callable[[User], Client],
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    client = signed_in(person("v@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    for number in range(8):
        check_upstream(upstream_id=upstream(source.url, code=f"service-{number}").pk)
    with django_assert_max_num_queries(12):
        page = client.get("/quan-tri/incidents/upstreamhealth/")
    text = page.content.decode()
    assert text.count("Đang hoạt động") >= 8
    assert "số liệu cũ" not in text
    with later(600):
        assert (
            "số liệu cũ, việc kiểm tra đang dừng" in client.get("/quan-tri/incidents/upstreamhealth/").content.decode()
        )
