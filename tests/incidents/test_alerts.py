"""Life of alerts: one a rule and thing, however often it is found; taken up, handed on, closed; no window twice."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from catalog.models import Upstream
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from incidents import tasks
from incidents.alert_choices import AlertState, Detector, News, Severity, SubjectKind
from incidents.models import Alert, AlertNews, AlertRule, DetectionMark
from incidents.selectors.detection.findings import Finding, Found, found
from incidents.services import alerts, detecting
from incidents.services.alerts import (
    acknowledge_alert,
    close_alert,
    escalate_due,
    raise_alerts,
    settle_alert,
    settle_old,
)
from incidents.services.detecting import FURTHEST, detect, next_look, pause_of
from lgsp.settings import CELERY_BEAT_SCHEDULE
from tests.catalog.conftest import JOB
from tests.incidents.conftest import Source

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC14.3")]
RULE: dict[str, Any] = {
    "code": "thu",
    "name": "Quy tắc thử",
    "detector": Detector.REFUSALS,
    "severity": Severity.WARNING,
    "threshold": 10,
    "severe_threshold": 100,
    "window_minutes": 5,
    "basis": "Mặc định hệ thống, chưa phải quy định",
}


def later(seconds: float) -> Any:
    """Let it be later."""
    return patch("core.clock.now", return_value=clock.now() + timedelta(seconds=seconds))


@pytest.fixture
def rule() -> AlertRule:
    return AlertRule.objects.create(**RULE)


def finding(subject: str = "ak_live_a", value: float = 10, at: datetime | None = None, **fields: Any) -> Finding:
    moment = at or clock.now()
    values: dict[str, Any] = {"label": subject, "summary": f"{value:.0f} lượt", "first_at": moment, "last_at": moment}
    return Finding(SubjectKind.KEY, subject, value=value, **{**values, **fields})


def acting(user: User) -> Actor:
    return actor_for(user, standings_of(user), agency_id=None)


@pytest.fixture
def operator(person: Callable[..., User], agency: Callable[..., Agency]) -> Actor:
    return acting(person("van-hanh@lgsp.example", agency("H60.02", is_operator=True), "operator"))


def events(alert: Alert) -> list[str]:
    return list(alert.news.order_by("pk").values_list("event", flat=True))


def test_what_lasts_is_one_alert_that_counts_and_tells_once(rule: AlertRule) -> None:
    first = finding()
    (alert,) = raise_alerts(rule=rule, found=found([first]))
    # The same window seen again brings nothing new; newer signs are counted.
    assert raise_alerts(rule=rule, found=found([first])) == []
    with later(60):
        assert raise_alerts(rule=rule, found=found([finding(value=30)])) == []
    alert.refresh_from_db()
    assert (alert.count, alert.value, alert.severity, alert.summary) == (2, 30, Severity.WARNING, "30 lượt")
    assert events(alert) == [News.OPENED]
    with later(120):
        raise_alerts(rule=rule, found=found([finding(value=100)]))
        raise_alerts(rule=rule, found=found([finding(value=10)]))
    alert.refresh_from_db()
    assert (alert.severity, events(alert)) == (Severity.HIGH, [News.OPENED, News.RAISED])
    assert Fact.objects.filter(deed__startswith="alert.").count() == 2


def test_what_was_closed_comes_back_by_newer_signs_only(rule: AlertRule, operator: Actor) -> None:
    first = finding()
    (alert,) = raise_alerts(rule=rule, found=found([first]))
    with pytest.raises(InvalidInput):
        close_alert(actor=operator, alert=alert, reason="  ")
    close_alert(actor=operator, alert=alert, reason="Đã đổi cấu hình")
    assert raise_alerts(rule=rule, found=found([first])) == []
    with later(60):
        (again,) = raise_alerts(rule=rule, found=found([finding()]))
    assert again.pk != alert.pk
    assert events(alert) == [News.OPENED, News.CLOSED]
    with pytest.raises(StateRefused):
        close_alert(actor=operator, alert=alert, reason="Lần nữa")


def test_ten_thousand_findings_are_few_alerts(rule: AlertRule, django_assert_max_num_queries: Any) -> None:
    many = tuple(finding(f"ak_live_{number % 5}", value=number % 90 + 10) for number in range(10_000))
    with django_assert_max_num_queries(60):
        assert len(raise_alerts(rule=rule, found=Found(many, 5))) == 5
    assert set(Alert.objects.values_list("value", flat=True)) == {99, 98, 97, 96, 95}
    # As many different things: one alert that says how many, and counts on.
    wide = tuple(finding(f"10.0.{number // 250}.{number % 250}", value=10 + number % 7) for number in range(200))
    with django_assert_max_num_queries(20):
        (one,) = raise_alerts(rule=rule, found=Found(wide, 10_000))
    assert one.subject_kind == SubjectKind.MANY
    assert one.summary.startswith("10.000 đối tượng cùng có dấu hiệu này; nhiều nhất: 10.0.")
    assert raise_alerts(rule=rule, found=Found(wide, 9_000)) == []
    assert AlertNews.objects.count() == 6


def test_a_person_takes_it_up_and_who_may(
    rule: AlertRule, operator: Actor, person: Callable[..., User], agency: Callable[..., Agency]
) -> None:
    own = agency("H60.07")
    technician, officer = (
        acting(person(f"{role}@lgsp.example", own, role)) for role in ("technician", "agency_representative")
    )
    stranger = acting(person("la@lgsp.example", agency("H60.08"), "technician"))
    (alert,) = raise_alerts(rule=rule, found=found([finding(agency_id=own.pk)]))
    assert not Alert.objects.visible_to(technician).exists()
    with pytest.raises(PermissionRefused):
        acknowledge_alert(actor=technician, alert=alert)
    AlertRule.objects.update(tells_consumer=True)
    for actor in (stranger, officer):
        with pytest.raises(PermissionRefused):
            acknowledge_alert(actor=actor, alert=alert)
    assert list(Alert.objects.visible_to(officer)) == [alert]
    assert Alert.objects.get().state == AlertState.OPEN
    acknowledge_alert(actor=technician, alert=alert)
    with pytest.raises(StateRefused):
        acknowledge_alert(actor=operator, alert=alert)
    assert Fact.objects.get(deed="alert.acknowledged").actor_id == technician.user_id
    with later(86_400):
        assert escalate_due() == 0


def test_what_nobody_takes_up_is_handed_on_step_by_step(rule: AlertRule) -> None:
    (alert,) = raise_alerts(rule=rule, found=found([finding()]))
    with later(59 * 60):
        assert escalate_due() == 0
    for hours, level in ((1, 1), (2, 2)):
        with later(hours * 3600 + 5):
            assert (escalate_due(), escalate_due()) == (1, 0)
            alert.refresh_from_db()
            assert alert.level == level
    with later(86_400):
        assert escalate_due() == 0
    assert events(alert) == [News.OPENED, News.ESCALATED, News.ESCALATED]


def test_planned_maintenance_is_quiet_until_it_is_outlasted(rule: AlertRule, upstream: Any, source: Source) -> None:
    service = upstream(source.url).version.service
    with patch.object(alerts, "planned_now", return_value={service.pk}) as planned:
        (alert,) = raise_alerts(rule=rule, found=found([finding(service_id=service.pk)]))
        (other,) = raise_alerts(rule=rule, found=found([finding("ak_live_b")]))
        assert (alert.quiet, other.quiet) == (True, False)
        with later(86_400):
            raise_alerts(rule=rule, found=found([finding(service_id=service.pk, value=500)]))
            escalate_due()
        assert planned.call_args_list[0].args == ({service.pk},)
    assert events(alert) == []
    with later(90_000):
        raise_alerts(rule=rule, found=found([finding(service_id=service.pk)]))
        alert.refresh_from_db()
        assert (alert.quiet, events(alert)) == (False, [News.OPENED])
    with patch.object(alerts, "planned_now", return_value={service.pk}), later(200_000):
        # It is on again: nobody is hurried, the time begins anew.
        assert escalate_due() == 2
        alert.refresh_from_db()
        assert alert.level == 0


def test_signs_that_are_gone_close_it(rule: AlertRule) -> None:
    AlertRule.objects.update(close_minutes=30)
    rule.refresh_from_db()
    (alert,) = raise_alerts(rule=rule, found=found([finding()]))
    (other,) = raise_alerts(rule=rule, found=found([finding("ak_live_b")]))
    assert settle_alert(rule=rule, kind=SubjectKind.KEY, subject_id="ak_live_b", reason="Đã hết") == other
    assert settle_alert(rule=rule, kind=SubjectKind.KEY, subject_id="ak_live_b", reason="Đã hết") is None
    with later(29 * 60):
        assert settle_old(rule=rule) == 0
    with later(31 * 60):
        assert settle_old(rule=rule) == 1
    assert events(alert) == events(other) == [News.OPENED, News.CLOSED]
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by, alert.close_reason) == (AlertState.CLOSED, None, "Không còn dấu hiệu mới")


def test_an_incident_is_opened_once_where_the_rule_says(rule: AlertRule) -> None:
    AlertRule.objects.update(opens_incident=Severity.HIGH)
    rule.refresh_from_db()
    with patch.object(alerts, "open_from_alert") as opened:
        (alert,) = raise_alerts(rule=rule, found=found([finding()]))
        opened.assert_not_called()
        for value in (100, 50, 200):
            with later(value):
                raise_alerts(rule=rule, found=found([finding(value=value)]))
    opened.assert_called_once_with(alert=alert)


def test_windows_follow_each_other_and_an_absence_is_caught_up_with(rule: AlertRule) -> None:
    now = clock.now()
    second = timedelta(seconds=1)
    assert pause_of(rule) == timedelta(minutes=1)
    assert pause_of(AlertRule(window_minutes=1440)) == timedelta(minutes=15)
    assert next_look(rule, now - 30 * second, now) is None
    assert next_look(rule, now - 61 * second, now) == now - 2 * second
    # Behind: windows of five minutes that overlap by half, from where the mark was.
    assert next_look(rule, now - 3600 * second, now) == now - 3450 * second
    assert next_look(rule, now - timedelta(days=9), now) == now - FURTHEST + 148 * second
    # The clock was wrong: what it said of the future holds nothing up.
    assert next_look(rule, now + timedelta(days=400), now) == now - 2 * second


def test_each_window_is_looked_at_once_and_a_rule_that_fails_stops_no_other(rule: AlertRule) -> None:
    other = AlertRule.objects.create(**{**RULE, "code": "khac", "detector": Detector.SCOPE})
    AlertRule.objects.create(**{**RULE, "code": "tat", "enabled": False})
    looks: list[tuple[str, datetime]] = []

    def look(at: Any) -> Found:
        looks.append((at.rule.code, at.until))
        if at.rule.code == "thu":
            with connection.cursor() as cursor:
                cursor.execute("select nothing from nowhere")
        return found([finding(at=at.until)])

    with patch.object(detecting, "look", look):
        assert detect() == 1
        assert detect() == 0
        with later(1800):
            assert detect() == 0
    assert sorted({code for code, _until in looks}) == ["khac", "thu"]
    untils = [until for code, until in looks if code == "khac"]
    assert len(untils) == len(set(untils)) == 13
    assert max(after - before for before, after in pairwise(untils)) <= timedelta(minutes=2.5)
    assert DetectionMark.objects.get(rule=rule).fault == "ProgrammingError"
    assert (DetectionMark.objects.get(rule=other).fault, Alert.objects.get().count) == ("", 13)


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_and_one_that_dies_raise_each_thing_once() -> None:
    AlertRule.objects.create(**RULE)
    gate = threading.Barrier(3)

    def look(at: Any) -> Found:
        return found([finding(at=at.until)])

    def work() -> None:
        try:
            gate.wait(5)
            detect()
        finally:
            connection.close()

    dies = patch.object(alerts, "tell", side_effect=KeyboardInterrupt)
    with patch.object(detecting, "look", look):
        # Killed after the alert was written, before the mark moved: nothing of it stays.
        with dies, pytest.raises(KeyboardInterrupt):
            detect()
        assert (Alert.objects.count(), DetectionMark.objects.count()) == (0, 0)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert list(Alert.objects.values_list("count", flat=True)) == [1]
    assert AlertNews.objects.count() == 1


def test_the_job_is_often_enough_to_tell_within_two_minutes(upstream: Callable[..., Upstream]) -> None:
    job = CELERY_BEAT_SCHEDULE["look-for-alerts"]
    assert job["task"] == "incidents.tasks.look_for_alerts"
    assert 0 < job["schedule"] <= 60
    assert JOB.may("alert.manage")
    tasks.look_for_alerts()
