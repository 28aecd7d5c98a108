"""Pages of alerts, of their rules, of what was declared: both sides, empty, with bad input."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Fact
from catalog.models import Upstream
from connections.models import Grant
from core import clock
from core.choices import Environment
from incidents.alert_choices import AlertState, Cadence, Detector
from incidents.choices import Health
from incidents.models import Alert, AlertPolicy, AlertRule, ExpectedUse, HealthCheck, HealthSetting, UpstreamHealth
from incidents.selectors.boards import boards_for
from incidents.selectors.detection.findings import found
from incidents.selectors.dry_run import MOST_LOOKS, dry_run
from incidents.services.alert_rules import load_rules
from incidents.services.alerts import raise_alerts
from tests.catalog.conftest import JOB
from tests.connections.conftest import Chain, chain
from tests.incidents.test_outages import UNREACHABLE, ended
from tests.incidents.test_telling import finding

__all__ = ["chain"]
pytestmark = pytest.mark.django_db
In = Callable[[User], Client]


def text(client: Client, address: str, status: int = 200) -> str:
    page = client.get(address)
    assert page.status_code == status, address
    return str(page.content.decode())


@pytest.fixture
def rules() -> dict[str, AlertRule]:
    load_rules(actor=JOB)
    return {rule.code: rule for rule in AlertRule.objects.all()}


@pytest.mark.clause("QC14.3")
def test_an_alert_is_taken_up_and_closed_on_both_sides(
    chain: Chain, rules: dict[str, AlertRule], signed_in: In, django_assert_max_num_queries: Any
) -> None:
    rule, service = rules["purpose-violations"], chain.service
    about = {"agency_id": chain.agency.pk, "service_id": service.pk, "system_id": chain.system.pk}
    (first,) = raise_alerts(
        rule=rule, found=found([finding(samples=("01a22aad-6f19-7ad3-8815-bcdc46af4b5e",), **about)])
    )
    (second,) = raise_alerts(rule=rule, found=found([finding("ak_live_b", **about)]))
    technician, operator = chain.users["technician"], chain.users["operator"]
    own, address = signed_in(technician), reverse("alert", args=[first.pk])
    board = next(board for board in boards_for(chain.actors["technician"]) if board.title == "Cảnh báo chưa đóng")
    assert [row.url for row in board.rows] == [reverse("alert", args=[second.pk]), address]
    with django_assert_max_num_queries(25):
        shown = text(own, reverse("alerts"))
    assert "2 cảnh báo" in shown
    assert "Không có cảnh báo nào khớp" in text(own, reverse("alerts") + "?q=khong-co")
    assert "2 cảnh báo" in text(own, reverse("alerts") + "?tab=tat-ca&q=ak_live")
    assert "Không có cảnh báo nào ở tình trạng này" in text(own, reverse("alerts") + "?tab=da-dong")
    page = text(own, address)
    assert "Hỏi cơ quan khai thác vì sao gọi với mục đích khác" in page
    assert "01a22aad-6f19-7ad3-8815-bcdc46af4b5e" in page
    assert own.post(address, {"do": "acknowledge"}).status_code == 302
    again = own.post(address, {"do": "acknowledge"}, follow=True).content.decode()
    assert "Cảnh báo đã có người nhận xử lý" in again
    wrong = own.post(address, {"do": "close", "reason": " "})
    assert (wrong.status_code, "Nhập lý do đóng" in wrong.content.decode()) == (422, True)
    assert own.post(address, {"do": "close", "reason": "Đã sửa mục đích"}).status_code == 302
    assert "Đã sửa mục đích" in text(own, address)
    # The representative reads, and does nothing.
    reads = text(signed_in(chain.users["agency_representative"]), reverse("alert", args=[second.pk]))
    assert "Nhận xử lý</button>" not in reads
    staff = signed_in(operator)
    listed = reverse("admin:incidents_alert_changelist")
    assert "ak_live_b" in text(staff, f"{listed}?standing=lasting")
    assert "ak_live_b" not in text(staff, f"{listed}?standing=closed")
    assert "ak_live_b" in text(staff, f"{listed}?q=ak_live_b")
    change = reverse("admin:incidents_alert_change", args=[second.pk])
    assert "Điều gì sẽ xảy ra" in text(staff, reverse("admin:incidents_alert_step", args=[second.pk, "close"]))
    for step, given in (("acknowledge", {}), ("close", {"reason": "Trùng"})):
        sent = staff.post(reverse("admin:incidents_alert_step", args=[second.pk, step]), given)
        assert sent.status_code == 302
    assert "Trùng" in text(staff, change)
    deeds = list(
        Fact.objects.filter(deed__in=("alert.acknowledged", "alert.closed")).values_list("actor_id", flat=True)
    )
    assert deeds.count(technician.pk) == deeds.count(operator.pk) == 2
    assert set(Alert.objects.values_list("state", flat=True)) == {AlertState.CLOSED}


@pytest.mark.clause("QC8.6")
def test_a_rule_is_tried_on_past_traffic_then_changed_with_a_reason(
    chain: Chain, rules: dict[str, AlertRule], signed_in: In, upstream: Any
) -> None:
    rule = rules["source-unreachable"]
    assert dry_run(AlertRule(**_figures(rules["cpu-above-75-percent"])), hours=700).looks <= MOST_LOOKS + 1
    run = dry_run(rules["checks-missed"], hours=700)
    assert (run.looks, run.would) == (1, {})
    ratio = rules["error-ratio-of-a-service"]
    made = upstream("http://127.0.0.1:9/", code="xet-thu")
    for number in range(3):
        ended(made, count=10, ago=3600 * number + 5, **UNREACHABLE)
    staff, address = signed_in(chain.users["operator"]), reverse("admin:incidents_alertrule_try", args=[ratio.pk])
    assert "Xét thử trên lượt gọi đã qua" in text(staff, reverse("admin:incidents_alertrule_change", args=[ratio.pk]))
    assert "không sửa quy tắc" in text(staff, address)
    assert "không lập cảnh báo nào" in text(staff, f"{address}?hours=5&least=500")
    assert "phải là số nguyên từ 1 đến 744" in text(staff, f"{address}?hours=9999")
    out = StringIO()
    call_command("dry_run_alert_rule", rule.code, "--hours", "5", stdout=out)
    assert "sẽ lập 0 cảnh báo" in out.getvalue()
    with pytest.raises(CommandError, match="Không có quy tắc mã khong-co"):
        call_command("dry_run_alert_rule", "khong-co")
    assert Alert.objects.count() == 0
    change = reverse("admin:incidents_alertrule_change", args=[rules["off-hours-use"].pk])
    given = {
        name: value
        for name, value in _figures(rules["off-hours-use"]).items()
        if name not in ("code", "detector", "hours") and value is not None and value is not False
    }
    bad = staff.post(change, {**given, "hours": "T9 8-9", "threshold": "50"}).content.decode()
    assert "Nhập lý do thay đổi" in bad or "chưa đọc được" in bad
    assert "chưa đọc được" in bad
    given |= {"hours": "T2-T6 07:00-17:30", "threshold": "50", "reason": "Theo giờ làm việc"}
    assert staff.post(change, given).status_code == 302
    stored = AlertRule.objects.get(code="off-hours-use")
    assert (stored.threshold, stored.hours) == (50, [{"days": [1, 2, 3, 4, 5], "from": "07:00", "to": "17:30"}])
    policy = reverse("admin:incidents_alertpolicy_change", args=[1])
    values = dict.fromkeys(("gather_from", "gather_minutes", "webhook_hours", "webhook_faults"), "7")
    answer = staff.post(policy, {**values, "webhook_keep_days": "7", "reason": "Thử"})
    assert (answer.status_code, AlertPolicy.objects.get().gather_minutes) == (302, 7)
    assert (
        staff.post(policy, {**values, "gather_from": "1", "webhook_keep_days": "7", "reason": "x"}).status_code == 200
    )


def _figures(rule: AlertRule) -> dict[str, Any]:
    return {field.name: getattr(rule, field.name) for field in rule._meta.fields if field.name != "id"}


@pytest.mark.clause("QC7.5")
def test_use_is_declared_unused_grants_lead_to_revocation_and_states_have_a_history(
    chain: Chain, rules: dict[str, AlertRule], signed_in: In, person: Callable[..., User]
) -> None:
    chain.live()
    grant = Grant.objects.get(connection=chain.connection(), environment=Environment.LIVE)
    officer = signed_in(chain.users["agency_officer"])
    page, address = reverse("grant", args=[grant.code]), reverse("expected_use", args=[grant.code])
    assert "Chưa khai báo" in text(officer, page)
    assert address in text(officer, page)
    bad = officer.post(address, {"cadence": "daily", "daily_calls": "nhiều"})
    assert (bad.status_code, ExpectedUse.objects.count()) == (422, 0)
    assert "nhiều" in bad.content.decode()
    assert officer.post(address, {"cadence": "daily", "daily_calls": "1.200"}).status_code == 302
    assert "Mỗi ngày làm việc; 1.200 lượt mỗi ngày" in text(officer, page)
    stranger = signed_in(person("la@lgsp.example", chain.provider, "agency_officer"))
    assert stranger.post(address, {"cadence": "none"}).status_code in (403, 404)
    assert ExpectedUse.objects.get().cadence == Cadence.DAILY
    staff = signed_in(chain.users["operator"])
    assert "Sửa khai báo trên cổng" in text(
        staff, reverse("admin:incidents_expecteduse_change", args=[ExpectedUse.objects.get().pk])
    )
    assert "Quyền khai thác không được dùng" in text(staff, reverse("admin:incidents_expecteduse_changelist"))
    unused = reverse("admin:incidents_unused_grants")
    assert "Mọi quyền chính thức đều có lượt gọi" in text(staff, unused)
    Grant.objects.filter(pk=grant.pk).update(opened_at=clock.now() - timedelta(days=40))
    shown = text(staff, unused)
    assert reverse("admin:connections_grant_revoke", args=[grant.pk]) in shown
    assert "Chưa dùng, cấp ngày" in shown
    assert grant.code not in text(staff, f"{unused}?days=60")
    source = Upstream.objects.filter(version__service=grant.service, environment="live", active=True)[0]
    now = clock.now()
    for minutes, state in ((9, Health.UP), (6, Health.UP), (3, Health.DOWN), (1, Health.UP)):
        HealthCheck.objects.create(upstream=source, at=now - timedelta(minutes=minutes), state=state)
    UpstreamHealth.objects.update_or_create(
        upstream=source, defaults={"state": Health.UP, "since": now, "checked_at": now, "due_at": now}
    )
    connection = reverse("connection", args=[chain.connection().pk])
    provider = signed_in(person("cung-cap@lgsp.example", chain.provider, "provider_officer"))
    for side in (officer, provider, staff):
        read = text(side, connection)
        assert "Lịch sử tình trạng" in read
        assert read.count("trước đó: đang hoạt động") == read.count("trước đó: không kết nối được") == 1


@pytest.mark.clause("QC7.5")
def test_staff_set_how_one_address_is_asked(chain: Chain, signed_in: In, upstream: Any) -> None:
    made = upstream("http://127.0.0.1:9/", code="hoi-rieng")
    staff, add = signed_in(chain.users["operator"]), reverse("admin:incidents_healthsetting_add")
    given = {"upstream": made.pk, "method": "HEAD", "interval_seconds": "120", "statuses": "200, 401", "contains": ""}
    bad = staff.post(add, {**given, "statuses": "ổn", "hours": "T9"}).content.decode()
    assert "Ghi mã trạng thái hoặc khoảng mã" in bad
    assert HealthSetting.objects.count() == 0
    assert staff.post(add, {**given, "hours": "T2-CN 06:00-22:00"}).status_code == 302
    row = HealthSetting.objects.get()
    assert (row.method, row.interval_seconds, row.hours[0]["from"]) == ("HEAD", 120, "06:00")
    change = reverse("admin:incidents_healthsetting_change", args=[row.pk])
    assert staff.post(change, {**given, "interval_seconds": "", "hours": ""}).status_code == 302
    row.refresh_from_db()
    assert (row.interval_seconds, row.hours) == (None, [])
    assert "HEAD" in text(staff, reverse("admin:incidents_healthsetting_changelist"))
    assert set(Fact.objects.filter(deed="health_setting.changed").values_list("actor_id", flat=True)) == {
        chain.users["operator"].pk
    }
    assert Detector.OUTAGE in Detector.values
