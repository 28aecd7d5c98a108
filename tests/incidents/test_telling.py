"""What is told of alerts: to both sides, many together, each once, nothing lost when workers die; outages at once."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Letter, Notice, User
from accounts.services.delivery import CLAIM, deliver_due_letters
from audit.models import Fact
from catalog.models import Upstream
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import publish_version
from connections.models import Grant
from core import clock
from core.actor import Actor
from incidents import tasks
from incidents.alert_choices import AlertState, Detector, News, Owner, Severity, SubjectKind
from incidents.models import Alert, AlertNews, AlertRule, Incident, Outage, UpstreamHealth
from incidents.register_choices import IncidentState, Origin
from incidents.selectors.alert_policy import alert_policy
from incidents.selectors.detection.findings import Finding, Found, found
from incidents.services import alert_telling
from incidents.services.alert_rules import load_rules, save_rule
from incidents.services.alert_telling import tell_news
from incidents.services.alerts import close_alert, escalate_due, raise_alerts
from incidents.services.health import check_upstream
from lgsp.settings import CELERY_BEAT_SCHEDULE
from tests.catalog.conftest import JOB
from tests.connections.conftest import Chain, chain
from tests.incidents.conftest import Source
from tests.incidents.test_alerts import RULE, acting, later
from tests.incidents.test_outages import dead

__all__ = ["chain"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC14.3")]


def finding(subject: str = "ak_live_a", value: float = 10, **fields: Any) -> Finding:
    now = clock.now()
    values = {"label": subject, "summary": f"{value:.0f} lượt", "first_at": now, "last_at": now, **fields}
    return Finding(SubjectKind.KEY, subject, value=value, **values)


@pytest.fixture
def rule() -> AlertRule:
    return AlertRule.objects.create(**{**RULE, "tells_consumer": True, "owner": Owner.CONSUMER})


@pytest.fixture
def body(agency: Callable[..., Agency]) -> Agency:
    return agency("H60.07", shared_mailbox="chung@co-quan.example")


@pytest.fixture
def people(person: Callable[..., User], agency: Callable[..., Agency], body: Agency) -> dict[str, User]:
    operator = agency("H60.02", is_operator=True)
    return {
        "operator": person("van-hanh@lgsp.example", operator, "operator"),
        "leader": person("lanh-dao@lgsp.example", operator, "division_head"),
        "technician": person("ky-thuat@lgsp.example", body, "technician"),
        "representative": person("dai-dien@lgsp.example", body, "agency_representative"),
        "stranger": person("nguoi-la@lgsp.example", agency("H60.08"), "technician"),
    }


def told(name: str, people: dict[str, User]) -> list[str]:
    rows = Notice.objects.filter(recipient=people[name]).order_by("pk")
    return list(rows.values_list("subject", flat=True))


def test_both_sides_on_duty_are_told_once_and_their_heads_when_nobody_acts(
    rule: AlertRule, people: dict[str, User], body: Agency, actor: Callable[[User], Actor]
) -> None:
    (alert,) = raise_alerts(rule=rule, found=found([finding(agency_id=body.pk)]))
    assert (tell_news(), tell_news()) == (1, 0)
    opened = "Quy tắc thử – ak_live_a"
    assert told("operator", people) == told("technician", people) == [opened]
    assert told("representative", people) == told("leader", people) == told("stranger", people) == []
    assert Notice.objects.get(mailbox=body.shared_mailbox).link == reverse("alert", args=[alert.pk])
    own = Notice.objects.get(recipient=people["technician"])
    assert (own.link, own.topic) == (reverse("alert", args=[alert.pk]), "alert")
    assert own.letter is not None
    assert "10 lượt" in own.body
    staff = Notice.objects.get(recipient=people["operator"])
    assert staff.link == reverse("admin:incidents_alert_change", args=[alert.pk])
    waits = f"Chưa có người nhận xử lý: {opened}"
    with later(3601):
        escalate_due()
        tell_news()
        assert told("representative", people) == [waits]
        assert told("leader", people) == []
    with later(7205):
        escalate_due()
        tell_news()
    assert told("leader", people) == [waits]
    assert told("operator", people) == told("technician", people) == [opened, waits, waits]
    close_alert(actor=actor(people["technician"]), alert=alert, reason="Đã sửa chương trình")
    tell_news()
    assert told("operator", people)[-1] == f"Đã hết: {opened}"
    # Who closed it knows; the mailbox of their agency is told.
    assert len(told("technician", people)) == 3
    assert Notice.objects.filter(mailbox=body.shared_mailbox, subject=f"Đã hết: {opened}").exists()


def test_what_opens_and_ends_between_two_tellings_is_told_as_ended(rule: AlertRule, people: dict[str, User]) -> None:
    (first,) = raise_alerts(rule=rule, found=found([finding()]))
    raise_alerts(rule=rule, found=found([finding("ak_live_b", 500)]))
    close_alert(actor=acting(people["operator"]), alert=first, reason="Nhầm")
    assert tell_news() == 3
    assert told("operator", people) == ["2 cảnh báo: 1 nghiêm trọng, 1 đã hết"]
    body = Notice.objects.get(recipient=people["operator"]).body
    assert body.splitlines() == ["- Quy tắc thử – ak_live_b (500 lượt)", "- Đã hết: Quy tắc thử – ak_live_a (10 lượt)"]


def many_alike(rules: list[int]) -> list[int]:
    """Copy the only alert 9,999 times, about a key each, under *rules* in turn; return the ids of all, in order.

    One statement of the database, which does not write down each row for itself: how they came is not what is tested.
    """
    columns = [field.column for field in Alert._meta.concrete_fields if field.name != "id"]
    told = {
        "key": "'r|' || n",
        "subject_id": "'k' || n",
        "label": "'k' || n",
        "rule_id": "(%s::bigint[])[n %% 50 + 1]",
    }
    chosen = ", ".join(told.get(name, f"alert.{name}") for name in columns)
    copied = f"insert into incidents_alert ({', '.join(columns)}) select {chosen} from incidents_alert alert,"
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(f"{copied} generate_series(1, 9999) n", [rules])
        cursor.execute("set local session_replication_role = origin")
    return list(Alert.objects.order_by("pk").values_list("pk", flat=True))


def test_ten_thousand_alerts_in_a_minute_are_few_notices(
    people: dict[str, User], body: Agency, signed_in: Callable[[User], Client], django_assert_max_num_queries: Any
) -> None:
    """The queue is drained, nobody gets more than ten, and the list answers in half a second."""
    rules = [
        AlertRule.objects.create(**{**RULE, "code": f"r{number}", "tells_consumer": True, "most_subjects": 200})
        for number in range(50)
    ]
    now = clock.now()
    at = {"first_at": now, "last_at": now, "opened_at": now, "value": 10, "summary": "10 lượt"}
    what = {"key": "r0|0", "subject_kind": SubjectKind.KEY, "subject_id": "k0", "label": "k0"}
    Alert.objects.create(rule=rules[0], severity=Severity.WARNING, consumer_agency=body, **at, **what)
    alerts = many_alike([rule.pk for rule in rules])
    assert len(alerts) == 10_000
    for step in range(5):
        # A fifth of them each twelve seconds, and somebody who tells.
        fifth = alerts[step * 2000 : (step + 1) * 2000]
        AlertNews.objects.bulk_create(AlertNews(alert_id=pk, event=News.OPENED, at=now) for pk in fifth)
        with later(12 * step), django_assert_max_num_queries(70):
            tell_news()
    with later(12 * 4 + 301):
        tell_news()
    assert not AlertNews.objects.filter(told_at=None).exists()
    assert (
        told("operator", people)
        == told("technician", people)
        == ["2.000 cảnh báo: 2.000 cảnh báo", "8.000 cảnh báo: 8.000 cảnh báo"]
    )
    assert Notice.objects.count() == 6
    client, staff = signed_in(people["technician"]), signed_in(people["operator"])
    for address in (reverse("alerts"), reverse("alerts") + "?tab=tat-ca&q=k77&page=3", reverse("workbench")):
        assert quickest(client, address) < 0.5, address
    assert quickest(staff, reverse("admin:incidents_alert_changelist")) < 0.5


def quickest(client: Client, address: str) -> float:
    """Return the seconds of the quickest of three looks: the page's own, not those of what else the machine does."""
    took = []
    for _turn in range(3):
        began = time.monotonic()
        assert client.get(address).status_code == 200
        took.append(time.monotonic() - began)
    return min(took)


@pytest.mark.django_db(transaction=True)
def test_worker_beat_and_mail_may_die_in_turn(settings: Any) -> None:
    """Whoever dies has told nobody; the next tells all, once. A letter whose carrier dies goes out later, once."""
    settings.EMAIL_CONFIGURED = True
    rule = AlertRule.objects.create(**RULE)
    body = Agency.objects.create(
        code="H60.02", name="Sở (mẫu)", kind="department", source="kiểm thử", is_operator=True
    )
    operator = User.objects.create_user("van-hanh@lgsp.example", "x", full_name="Cán bộ (mẫu)")
    operator.memberships.create(agency=body, role="operator", valid_from=clock.today())
    for number in range(3):
        raise_alerts(rule=rule, found=found([finding(f"ak_live_{number}")]))
    dies = patch.object(
        alert_telling.AlertNews.objects, "filter", side_effect=[AlertNews.objects.all(), KeyboardInterrupt]
    )
    with dies, pytest.raises(KeyboardInterrupt):
        tell_news()
    assert (Notice.objects.count(), Letter.objects.count()) == (0, 0)
    gate = threading.Barrier(3)

    def work() -> None:
        try:
            gate.wait(5)
            tasks.tell_of_alerts()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Beat was away, or ran twice: the same.
    tasks.tell_of_alerts()
    assert list(Notice.objects.values_list("subject", flat=True)) == ["3 cảnh báo: 3 cảnh báo"]
    # The carrier is killed between its claim and the letter; its claim runs out, the next one sends it.
    with patch("accounts.services.delivery._send", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        deliver_due_letters()
    assert (deliver_due_letters(), len(mail.outbox)) == (0, 0)
    with later(CLAIM.total_seconds() + 1):
        assert (deliver_due_letters(), deliver_due_letters(), len(mail.outbox)) == (1, 0, 1)


def test_the_job_tells_within_half_a_minute_and_a_clock_put_back_holds_nothing_up(
    rule: AlertRule, people: dict[str, User]
) -> None:
    job = CELERY_BEAT_SCHEDULE["tell-of-alerts"]
    assert (job["task"], job["schedule"]) == ("incidents.tasks.tell_of_alerts", 30.0)
    many = alert_policy().gather_from
    AlertRule.objects.update(most_subjects=200)
    rule.refresh_from_db()
    with later(86_400):
        raise_alerts(rule=rule, found=found([finding(f"k{number}") for number in range(many)]))
        assert tell_news() == many
        raise_alerts(rule=rule, found=found([finding("k-later")]))
        assert tell_news() == 0
    assert tell_news() == 1


def only_address(chain: Chain, url: str) -> Upstream:
    """Bring the connection to life; the live address of its service is *url* and no other."""
    chain.live()
    grant = Grant.objects.get(connection=chain.connection(), environment="live")
    old = Upstream.objects.filter(version__service=grant.service, environment="live", active=True)
    for item in old[1:]:
        set_upstream(actor=JOB, version=item.version, upstream=item, active=False)
    return set_upstream(actor=JOB, version=old[0].version, upstream=old[0], base_url=url)


@pytest.mark.clause("QC7.5", "Q50-7.6")
def test_a_provider_that_stops_is_told_to_all_sides_at_once_and_recovery_closes_it(
    chain: Chain, source: Source, settings: Any, person: Callable[..., User]
) -> None:
    """Both checks, the sweep and the telling: within two intervals of the check; once; closed by itself.

    What the caller is answered meanwhile is the broker's: tests/broker/test_providers.py.
    """
    settings.LOOPBACK_UPSTREAMS = True
    load_rules(actor=JOB)
    upstream = only_address(chain, source.url)
    chain.users["provider_officer"] = person("cung-cap@lgsp.example", chain.provider, "provider_officer")
    check_upstream(upstream_id=upstream.pk)
    tasks.watch_outages()
    assert not Alert.objects.exists()
    source.stop()
    began = clock.now()
    check_upstream(upstream_id=upstream.pk)
    due = UpstreamHealth.objects.get(upstream=upstream).due_at
    with patch("core.clock.now", return_value=due):
        check_upstream(upstream_id=upstream.pk)
        tasks.watch_outages()
        tasks.watch_outages()
        tasks.look_for_alerts()
    # The first check comes an interval after the stop at most, the second soon after, the sweep within 20 seconds.
    assert due - began + timedelta(seconds=60 + 20) <= timedelta(seconds=2 * 60)
    alert = Alert.objects.get()
    assert (alert.rule.detector, alert.service_id, alert.severity) == (
        Detector.OUTAGE,
        upstream.version.service_id,
        Severity.HIGH,
    )
    tasks.follow_incidents()
    incident = Incident.objects.get()
    assert incident.origin == Origin.OUTAGE
    assert sorted(incident.sources.values_list("kind", flat=True)) == sorted((Origin.ALERT, Origin.OUTAGE))
    for role in ("provider_officer", "operator"):
        notice = Notice.objects.get(recipient=chain.users[role], event="outage.opened")
        assert notice.subject.startswith("Mất kết nối hệ thống nguồn – ")
        assert upstream.base_url not in notice.body
    consumers = ("technician", "agency_officer")
    assert [heard(chain.users[role]) for role in consumers] == [["incident.told"]] * 2
    assert set(Incident.objects.visible_to(chain.actors["technician"])) == {incident}
    source.start()
    with patch("core.clock.now", return_value=due + timedelta(seconds=61)):
        check_upstream(upstream_id=upstream.pk)
        tasks.watch_outages()
    with patch("core.clock.now", return_value=due + timedelta(seconds=125)):
        check_upstream(upstream_id=upstream.pk)
        tasks.watch_outages()
        tasks.watch_outages()
        tasks.follow_incidents()
        tasks.look_for_alerts()
    alert.refresh_from_db()
    assert (alert.state, Outage.objects.open().count(), Alert.objects.count()) == (AlertState.CLOSED, 0, 1)
    with patch("core.clock.now", return_value=due + timedelta(days=2)):
        tasks.follow_incidents()
    assert Incident.objects.get().state == IncidentState.CLOSED
    # Of the whole outage: who uses the service hears that it began and that it is over; who acts hears of both.
    assert [heard(chain.users[role]) for role in consumers] == [["incident.told", "incident.resolved"]] * 2
    both = ["outage.opened", "incident.told", "incident.resolved", "outage.closed"]
    assert sorted(heard(chain.users["provider_officer"])) == sorted(both)
    assert Counter(heard(chain.users["operator"])).most_common(1)[0][1] == 1
    assert set(heard(chain.users["operator"])) >= {"outage.opened", "outage.closed", "incident.opened"}


def heard(user: User) -> list[str]:
    """Return of what outage, alert and incident *user* was told, in order."""
    about = Q(event__startswith="outage.") | Q(event__startswith="alert.") | Q(event__startswith="incident.")
    return list(Notice.objects.filter(about, recipient=user).order_by("pk").values_list("event", flat=True))


def test_an_installation_that_never_changed_the_rule_of_outages_tells_consumers_once(people: dict[str, User]) -> None:
    tell_once = import_module("incidents.migrations.0009_letters_and_grants").tell_consumers_once
    load_rules(actor=JOB)
    rule = AlertRule.objects.get(code="source-unreachable")
    assert not rule.tells_consumer

    def upgraded() -> bool:
        AlertRule.objects.filter(pk=rule.pk).update(tells_consumer=True)
        tell_once(apps, None)
        rule.refresh_from_db()
        return not rule.tells_consumer

    assert upgraded()
    assert Fact.objects.filter(subject_id=rule.pk, deed="alert_rule.saved", actor_name="Nâng cấp phiên bản").exists()
    save_rule(actor=acting(people["operator"]), rule=rule, reason="Chờ lâu hơn", escalate_minutes=45)
    assert not upgraded()


def test_one_that_keeps_coming_back_is_told_again_only_when_it_lasts(upstream: Any) -> None:
    made = upstream(dead())
    operation = {"code": "c", "title": "C", "method": "GET", "template": "/c", "elements": [("a", "A", "", "public")]}
    set_operation(actor=JOB, version=made.version, **operation)
    publish_version(actor=JOB, version=made.version)
    load_rules(actor=JOB)
    # Half an hour of windows is caught up with: of this rule only.
    AlertRule.objects.exclude(detector=Detector.OUTAGE).update(enabled=False)
    check_upstream(upstream_id=made.pk)
    check_upstream(upstream_id=made.pk)
    tasks.watch_outages()
    (alert,) = Alert.objects.all()
    outage = Outage.objects.get()
    Outage.objects.update(reopened=1)
    close_alert(actor=JOB, alert=alert, reason="Trả lời lại")
    with later(120):
        tasks.look_for_alerts()
        assert Alert.objects.lasting().filter(rule=alert.rule).count() == 0
    with later(1900):
        tasks.look_for_alerts()
        assert Alert.objects.lasting().filter(rule=alert.rule).count() == 1
    assert outage.closed_at is None
    assert Found() == found([])
