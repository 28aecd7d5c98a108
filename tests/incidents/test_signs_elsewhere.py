"""Rules about what was declared, about source systems and about the machine: what raises them and what nearly does."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import Letter
from accounts.services.calendar import load_calendar
from accounts.services.delivery import longest_wait
from accounts.services.letters import send_letter
from audit.models import Fact, UseDay
from catalog.models import Upstream
from connections.models import Connection, Grant
from core import clock
from core.http import Certificate, Unreachable
from core.problems import InvalidInput, PermissionRefused
from incidents.alert_choices import Cadence, Detector
from incidents.models import AlertRule, ExpectedUse, HealthSetting, Measure, UpstreamHealth
from incidents.selectors.detection.declared import days_late
from incidents.selectors.detection.findings import Finding, Look
from incidents.selectors.detection.registry import SIGNS, look
from incidents.services import health, measuring
from incidents.services.alert_rules import load_rules, save_rule
from incidents.services.certificates import look_at_certificates
from incidents.services.expected_use import declare_use
from tests.catalog.conftest import JOB
from tests.connections.conftest import Chain, chain
from tests.incidents.conftest import Source

__all__ = ["chain"]
Upstreams = Callable[..., Upstream]


def later(seconds: float) -> Any:
    """Let it be later."""
    return patch("core.clock.now", return_value=clock.now() + timedelta(seconds=seconds))


def seen(detector: Detector, threshold: int, **fields: Any) -> tuple[Finding, ...]:
    made = {"window_minutes": 10, **fields}
    rule = AlertRule(code=detector.value, detector=detector, threshold=threshold, **made)
    return look(Look(rule, clock.now())).findings


def checked(upstream: Upstream) -> UpstreamHealth:
    found = health.check_upstream(upstream_id=upstream.pk)
    assert found is not None
    return found


@pytest.fixture
def grant(chain: Chain) -> Grant:
    """The live grant of a connection in operation."""
    chain.live()
    return Grant.objects.get(connection=chain.connection(), environment="live")


def used(grant: Grant, calls: int, *, day: date | None = None, **fields: Any) -> None:
    at = clock.now() if day is None else clock.start_of(day) + timedelta(hours=9)
    values = {"environment": "live", "version": "v1", "system_id": grant.system_id, "refused": 0, **fields}
    UseDay.objects.create(
        day=day or clock.today(),
        access_key="ak_live_a",
        agency_id=grant.system.owner_id,
        service=grant.service.code,
        admitted=calls,
        last_at=at,
        **values,
    )


@pytest.mark.clause("QC8.6")
def test_far_more_than_was_declared_and_nearly_the_quota(grant: Grant, chain: Chain) -> None:
    officer = chain.actors["agency_officer"]
    used(grant, 299)
    # Not its own: the sandbox, another system.
    used(grant, 900, environment="sandbox")
    used(grant, 900, system_id=grant.system_id + 1)
    assert seen(Detector.VOLUME, 300) == ()
    declare_use(actor=officer, grant=grant, cadence=Cadence.NONE, daily_calls=100)
    assert seen(Detector.VOLUME, 300) == ()
    assert seen(Detector.QUOTA, 34) == ()
    used(grant, 1, version="v2")
    (over,) = seen(Detector.VOLUME, 300, least=300)
    assert (over.subject_id, over.value, over.calls) == (grant.code, 300, 300)
    assert (over.service_id, over.agency_id) == (grant.service_id, chain.agency.pk)
    assert seen(Detector.VOLUME, 300, least=301) == ()
    (near,) = seen(Detector.QUOTA, 33)
    assert near.value == 33
    with later(86_400):
        assert seen(Detector.VOLUME, 300) == seen(Detector.QUOTA, 1) == ()


@pytest.mark.clause("QC7.5")
def test_silence_is_longer_than_the_declared_cadence(grant: Grant, chain: Chain) -> None:
    assert seen(Detector.SILENCE, 1) == ()
    declare_use(actor=chain.actors["agency_officer"], grant=grant, cadence=Cadence.WEEKLY)
    today = clock.today()
    with later(7 * 86_400):
        assert seen(Detector.SILENCE, 1) == ()
    with later(8 * 86_400):
        (never,) = seen(Detector.SILENCE, 1)
        assert (never.subject_id, never.value) == (grant.code, 1)
        assert never.summary.startswith("Chưa có lượt gọi nào từ khi cấp quyền")
        assert seen(Detector.SILENCE, 2) == ()
        used(grant, 4, day=today + timedelta(days=1))
        assert seen(Detector.SILENCE, 1) == ()
    with later(9 * 86_400):
        (since,) = seen(Detector.SILENCE, 1)
        assert since.summary.startswith("Không có lượt gọi nào từ 09:00")
        declare_use(actor=JOB, grant=grant, cadence=Cadence.MONTHLY)
        assert seen(Detector.SILENCE, 1) == ()
        declare_use(actor=JOB, grant=grant, cadence=Cadence.WEEKLY)
        # Who does not run is not silent.
        Connection.objects.filter(pk=chain.connection().pk).update(closed_at=clock.now())
        assert seen(Detector.SILENCE, 1) == ()


@pytest.mark.django_db
def test_a_daily_cadence_counts_working_days() -> None:
    from accounts.selectors.calendar import work_calendar

    load_calendar(actor=JOB)
    calendar = work_calendar()

    def at(day: int, hour: int = 9) -> datetime:
        return datetime(2026, 6, day, hour, tzinfo=clock.VIETNAM)

    # Friday 5/6 to Monday 8/6: the week end is passed over, Monday is not over yet.
    late = [days_late(Cadence.DAILY, at(5), at(day), calendar) for day in (5, 6, 8, 9, 10)]
    assert late == [0, 0, 0, 1, 2]
    assert days_late(Cadence.WEEKLY, at(5), at(12), calendar) == 0
    assert days_late(Cadence.WEEKLY, at(5), at(14), calendar) == 2
    assert days_late(Cadence.MONTHLY, at(1), at(30), calendar) == 0


def test_who_declares_and_what_is_kept_of_it(grant: Grant, chain: Chain) -> None:
    for role in ("technician", "agency_representative", "evaluator"):
        with pytest.raises(PermissionRefused):
            declare_use(actor=chain.actors[role], grant=grant, cadence=Cadence.DAILY)
    with pytest.raises(InvalidInput) as refused:
        declare_use(actor=chain.actors["agency_officer"], grant=grant, cadence="hourly", daily_calls=0)
    assert set(refused.value.errors) == {"cadence", "daily_calls"}
    assert not ExpectedUse.objects.exists()
    for _turn in range(2):
        declare_use(actor=chain.actors["agency_officer"], grant=grant, cadence=Cadence.DAILY, daily_calls=10)
    declare_use(actor=chain.actors["operator"], grant=grant, cadence=Cadence.WEEKLY, daily_calls=10)
    facts = Fact.objects.filter(deed="expected_use.declared").order_by("pk")
    assert [fact.after for fact in facts] == [{"cadence": "daily", "daily_calls": 10}, {"cadence": "weekly"}]


@pytest.mark.clause("QC7.5")
def test_checks_that_nobody_makes_are_noticed_while_it_lasts_and_afterwards(
    source: Source, upstream: Upstreams
) -> None:
    made = upstream(source.url)
    health.check_upstream(upstream_id=made.pk)
    with later(3 * 60 + 30):
        assert seen(Detector.MISSED_CHECK, 3) == ()
    with later(5 * 60):
        (missed,) = seen(Detector.MISSED_CHECK, 3)
        assert (missed.subject_id, missed.value) == (str(made.pk), 5)
        # The worker is back, and asks before anybody looks.
        health.check_upstream(upstream_id=made.pk)
        assert UpstreamHealth.objects.get().gap_until == clock.now()
    with later(5 * 60 + 5):
        (gap,) = seen(Detector.MISSED_CHECK, 3)
        assert (gap.value, gap.last_at - gap.first_at >= timedelta(minutes=5)) == (5, True)
    with later(5 * 60 + 20 * 60):
        health.check_upstream(upstream_id=made.pk)
        made.active = False
        made.save()
        assert seen(Detector.MISSED_CHECK, 3) == ()


def test_an_address_of_its_own_manner(source: Source, upstream: Upstreams) -> None:
    made = upstream(source.url)
    minute = {"days": [1, 2, 3, 4, 5, 6, 7], "from": "08:00", "to": "09:00"}
    health.set_manner(
        actor=JOB, upstream=made, method="HEAD", interval_seconds=600, hours=[minute], statuses="200-204, 401"
    )
    morning = datetime(2026, 12, 7, 8, 0, tzinfo=clock.VIETNAM)

    def at(minutes: float) -> Any:
        return patch("core.clock.now", return_value=morning + timedelta(minutes=minutes))

    with at(-30):
        assert health.claim_due() == []
        assert seen(Detector.MISSED_CHECK, 0) == ()
    with at(0):
        assert health.claim_due() == [made.pk]
        source.status = 401
        found = checked(made)
        assert (found.state, source.method) == ("up", "HEAD")
    with at(9):
        assert health.claim_due() == []
    with at(31):
        assert [finding.value for finding in seen(Detector.MISSED_CHECK, 2)] == [3]
        assert health.claim_due() == [made.pk]
    with at(61):
        # Closed: nobody asks, nothing is missed until it opens again.
        assert health.claim_due() == []
        assert seen(Detector.MISSED_CHECK, 0) == ()
    with at(24 * 60 + 5):
        assert health.claim_due() == [made.pk]
        source.status = 302
        found = checked(made)
        assert found.state == "wrong"
    health.set_manner(actor=JOB, upstream=made, method="GET", contains='"ok"')
    source.status = 200
    found = checked(made)
    assert (found.state, found.detail) == ("wrong", "HTTP 200, thiếu nội dung phải có")
    health.set_manner(actor=JOB, upstream=made, contains="{}")
    assert checked(made).state == "up"
    with pytest.raises(InvalidInput) as refused:
        health.set_manner(actor=JOB, upstream=made, statuses="hai trăm", interval_seconds=5, hours=[{"days": [1]}])
    assert set(refused.value.errors) == {"statuses", "interval_seconds", "hours"}
    assert HealthSetting.objects.get().statuses == "200-204, 401"


def test_a_certificate_of_a_source_system_near_its_end(upstream: Upstreams, settings: Any) -> None:
    plain, made = upstream("http://10.1.2.3"), upstream("https://10.1.2.4", code="lands")
    ends = clock.now() + timedelta(days=20)
    shown = Certificate("TLSv1.3", "CN=a", "CN=b", (), clock.now() - timedelta(days=9), ends, "")
    with patch("incidents.services.certificates.show_certificate", return_value=shown) as asked:
        assert look_at_certificates() == 1
        assert look_at_certificates() == 0
    assert asked.call_args.args == (made.base_url,)
    (near,) = seen(Detector.CERTIFICATE, 30)
    assert (near.subject_id, near.value) == (str(made.pk), 19)
    assert seen(Detector.CERTIFICATE, 19) == ()
    with (
        later(86_400 * 21),
        patch("incidents.services.certificates.show_certificate", side_effect=Unreachable("timeout")),
    ):
        assert look_at_certificates() == 1
        (over,) = seen(Detector.CERTIFICATE, 30)
        assert (over.value, "đã hết hạn" in over.summary) == (-2, True)
    assert UpstreamHealth.objects.get(upstream=made).server_valid_to == ends
    assert not UpstreamHealth.objects.filter(upstream=plain).exists()


def measured(name: Detector, values: Iterable[float | None]) -> None:
    now = clock.now()
    Measure.objects.bulk_create(
        Measure(at=now - timedelta(minutes=place, seconds=5), host="may-chu-1", name=name, value=value)
        for place, value in enumerate(values)
    )


@pytest.mark.django_db
@pytest.mark.clause("Q50-7.4")
def test_the_processor_counts_by_its_mean_and_only_where_it_was_measured() -> None:
    measured(Detector.CPU, [100, 100, 50, 50, 76, None, None, None, None, None])
    (busy,) = seen(Detector.CPU, 75)
    assert (busy.value, busy.subject_id) == (75.2, "may-chu-1")
    assert seen(Detector.CPU, 76) == ()
    # Four minutes say nothing of ten.
    Measure.objects.filter(value=76).delete()
    assert seen(Detector.CPU, 50) == ()


@pytest.mark.django_db
@pytest.mark.parametrize("name", [Detector.DISK, Detector.SNAPSHOT, Detector.SEALING, Detector.LETTERS])
def test_other_figures_count_by_the_highest(name: Detector) -> None:
    measured(name, [10, 80, None])
    (high,) = seen(name, 80)
    assert high.value == 80
    assert seen(name, 81) == ()
    with later(1200):
        assert seen(name, 1) == ()


@pytest.mark.django_db
def test_figures_are_taken_once_a_minute_from_the_machine() -> None:
    assert {row.name for row in measuring.take_measures()} == {"disk", "cpu", "snapshot", "sealing", "letters"}
    assert measuring.take_measures() == []
    assert 0 < (Measure.objects.get(name="disk").value or 0) < 100
    with patch.object(measuring, "_counters", return_value=(_busy() + 30, _total() + 40)), later(60):
        measuring.take_measures()
    assert Measure.objects.filter(name="cpu").latest("at").value == 75
    with patch.object(measuring, "_counters", return_value=(1, 2)), later(120):
        measuring.take_measures()
    # The machine began anew: its counters say nothing of before.
    assert Measure.objects.filter(name="cpu").latest("at").value is None
    with later(86_400 * 40):
        assert measuring.forget_old() == 15


@pytest.mark.django_db
@pytest.mark.clause("QC14.3")
def test_letters_that_wait_for_a_mail_server_are_a_sign_however_often_they_were_tried() -> None:
    assert longest_wait() == timedelta()
    letter = send_letter(to="a@co-quan.example", subject="Thư", body="Nội dung")
    send_letter(to="b@co-quan.example", subject="Thư", body="Nội dung")
    Letter.objects.filter(pk=letter.pk).update(tries=3, next_try_at=clock.now() + timedelta(minutes=30))
    # Tried at once, after 1 and after 5 minutes.
    assert round(longest_wait().total_seconds() / 60) == 6
    with later(3600):
        assert round(longest_wait().total_seconds() / 60) == 66
        measuring.take_measures()
        with later(1):
            (late,) = seen(Detector.LETTERS, 60)
            assert late.value == 66
            assert seen(Detector.LETTERS, 67) == ()
        Letter.objects.update(refusals=1)
        assert longest_wait() == timedelta()


def _busy() -> int:
    return Measure.objects.filter(name="cpu").latest("at").busy


def _total() -> int:
    return Measure.objects.filter(name="cpu").latest("at").total


@pytest.mark.django_db
def test_every_sign_has_a_rule_with_a_source_and_rules_are_data() -> None:
    assert load_rules(actor=JOB) == AlertRule.objects.count() >= len(SIGNS)
    assert load_rules(actor=JOB) == 0
    assert set(AlertRule.objects.values_list("detector", flat=True)) == set(SIGNS) == set(Detector)
    assert all("chưa phải quy định" in rule.basis for rule in AlertRule.objects.all())
    rule = AlertRule.objects.get(code="cpu-above-75-percent")
    with pytest.raises(InvalidInput) as refused:
        save_rule(actor=JOB, rule=rule, threshold=96, clause="QC99", hours=[{"days": [1]}])
    assert set(refused.value.errors) == {"reason", "severe_threshold", "clause", "hours"}
    save_rule(actor=JOB, rule=rule, threshold=80, code="other", reason="Máy chủ mới")
    rule.refresh_from_db()
    assert (rule.threshold, rule.code) == (80, "cpu-above-75-percent")
    assert Fact.objects.filter(deed="alert_rule.saved", reason="Máy chủ mới").get().after == {"threshold": 80}
    falling = AlertRule.objects.get(code="source-certificate-ending")
    with pytest.raises(InvalidInput):
        save_rule(actor=JOB, rule=falling, severe_threshold=40, reason="Thử")
