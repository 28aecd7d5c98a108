"""Where hours and rates of a grant come from, how they become less, and where they are read (QC4.6, QC11.3)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.gates import gate_versions
from audit.models import Fact
from connections.choices import LineOutcome
from connections.models import Credential, EnvironmentTerms, Grant
from connections.projection import load_grants, load_keys
from connections.selectors.grant_chain import chain_of
from connections.services.grant_changes import narrow_grant
from connections.services.lines import decide_lines
from connections.services.templates import save_terms
from core import clock
from core.hours import WEEK, minute_of_week, spans_of
from core.problems import InvalidInput
from tests.connections.asking import Asking
from tests.connections.conftest import Chain, Desk
from tests.connections.proving import take_key
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC4.6", "QC11.3")
SignedIn = Callable[[User], Client]
OFFICE = [{"days": [1, 2, 3, 4, 5], "from": "07:00", "to": "17:30"}]
MORNING = [{"days": [1, 2], "from": "07:30", "to": "11:30"}]
LONGER = [{"days": [1, 2], "from": "07:30", "to": "18:00"}]


def live_grant() -> Grant:
    related = ("system__owner", "service__provider", "connection")
    return Grant.objects.select_related(*related).filter(environment="live").latest("pk")


def closed_now() -> list[dict[str, Any]]:
    """Return hours that are over now and for half an hour to come."""
    begin = (minute_of_week(clock.now()) + 30) % WEEK
    return spans_of(((begin, min(begin + 60, WEEK)),))


def test_the_peak_a_dossier_declares_is_the_rate_of_its_grants(chain: Chain) -> None:
    """Live as declared; the sandbox twice as much or our figure, for the trial shows that the peak is carried."""
    chain.live()
    rates = Grant.objects.values_list("environment", "rate_per_second", "rate_per_minute")
    assert set(rates) == {("sandbox", 100, None), ("live", 10, None)}
    row = next(item for item in load_grants() if item.environment == "live")
    assert (row.rate_per_second, row.rate_per_minute, row.hours, row.daily_quota) == (10, 0, (), 900)
    fact = Fact.objects.filter(deed="grant.opened").latest("id")
    assert (fact.after["rate_per_second"], fact.after["hours"]) == (10, [])


def test_what_declares_no_peak_gets_the_platforms_figure(asking: Asking) -> None:
    operator = asking.chain.actors["operator"]
    save_terms(actor=operator, environment="live", rate_per_second=7, rate_per_minute=99, reason="Hạ mức")
    grants = {grant.environment: grant for grant in asking.decided()}
    assert (grants["live"].rate_per_second, grants["live"].rate_per_minute) == (7, 99)
    assert "Mức của nền tảng" in str(EnvironmentTerms._meta.get_field("rate_per_second").help_text)


def test_a_decision_of_certain_hours_makes_a_grant_of_those(asking: Asking) -> None:
    kept = {"outcome": "narrowed", "operations": ["list", "one"], "hours": OFFICE, "reason": "Chỉ giờ hành chính"}
    grants = asking.decided(**kept)
    assert [grant.hours for grant in grants] == [OFFICE] * len(grants)
    row = next(item for item in load_grants() if item.code == grants[0].code)
    assert spans_of(row.hours) == OFFICE


def test_a_dossiers_line_may_be_kept_to_hours(chain: Chain) -> None:
    chain.receive()
    line = chain.request.lines.get()
    given = {
        "outcome": LineOutcome.NARROWED,
        "operations": line.operations,
        "hours": OFFICE,
        "reason": "Giờ hành chính",
    }
    decide_lines(actor=chain.actors["evaluator"], request=chain.request, decisions={line.pk: given})
    stored = chain.request.lines.select_related("decision").get()
    assert (stored.granted_hours, stored.granted_operations) == (OFFICE, line.operations)
    nothing = {**given, "hours": []}
    refusal = refused(
        InvalidInput,
        lambda: decide_lines(actor=chain.actors["evaluator"], request=chain.request, decisions={line.pk: nothing}),
    )
    assert "khung giờ" in refusal.errors[f"line-{line.pk}"][0]


@pytest.mark.clause("QC8.3")
def test_narrowing_hours_and_rates_bumps_the_gate(chain: Chain) -> None:
    chain.live()
    grant, operator = live_grant(), chain.actors["operator"]
    before = gate_versions([grant.gate_id])[grant.gate_id]
    narrow_grant(
        actor=operator, grant=grant, reason="Giờ hành chính", hours=OFFICE, rate_per_second=4, rate_per_minute=60
    )
    row = next(item for item in load_grants() if item.code == grant.code)
    assert (spans_of(row.hours), row.rate_per_second, row.rate_per_minute) == (OFFICE, 4, 60)
    assert row.gate_version == before + 1
    narrow_grant(actor=operator, grant=grant, reason="Buổi sáng", hours=MORNING)
    fact = Fact.objects.filter(deed="grant.narrowed").latest("id")
    assert (fact.before["hours"], fact.after["hours"]) == (OFFICE, MORNING)
    for wider in (LONGER, OFFICE, []):
        refusal = refused(
            InvalidInput, lambda wider=wider: narrow_grant(actor=operator, grant=grant, reason="Thêm", hours=wider)
        )
        assert list(refusal.errors) == ["hours"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rate_per_second": 11}, "rate_per_second"),
        ({"rate_per_second": 0}, "rate_per_second"),
        ({"rate_per_minute": 600_001}, "rate_per_minute"),
        ({"rate_per_second": 10}, ""),
        ({"hours": []}, ""),
    ],
)
def test_rates_are_not_raised_by_narrowing(chain: Chain, fields: dict[str, Any], field: str) -> None:
    chain.live()
    operator = chain.actors["operator"]
    refusal = refused(InvalidInput, lambda: narrow_grant(actor=operator, grant=live_grant(), reason="x", **fields))
    assert list(refusal.errors) == [field]


def test_hours_nobody_can_read_stop_that_grant_alone(chain: Chain) -> None:
    chain.live()
    Grant.objects.filter(environment="live").update(hours=[{"days": "all"}])
    told = {row.environment: (row.active, row.reason) for row in load_grants()}
    assert told == {"live": (False, "grant-suspended"), "sandbox": (True, "")}


def test_a_key_keeps_the_figure_its_environment_had(chain: Chain) -> None:
    chain.set_up()
    technician, operator = chain.actors["technician"], chain.actors["operator"]
    take_key(actor=technician, system=chain.system, environment="sandbox")
    save_terms(actor=operator, environment="sandbox", key_calls=3, reason="Hạ mức")
    take_key(actor=technician, system=chain.system, environment="sandbox")
    assert [row.calls_at_once for row in load_keys()] == [50, 3]
    assert list(Credential.objects.order_by("pk").values_list("calls_at_once", flat=True)) == [50, 3]


def test_the_chain_says_that_it_is_not_the_hour(chain: Chain) -> None:
    chain.live()
    grant = live_grant()
    assert "Khung giờ" not in [link.name for link in chain_of(grant)]
    grant.hours = closed_now()
    link = next(item for item in chain_of(grant) if item.name == "Khung giờ")
    assert (link.passes, "mở lại lúc" in link.why) == (False, True)
    minute = minute_of_week(clock.now())
    grant.hours = spans_of(((max(minute - 2, 0), min(minute + 2, WEEK)),))
    assert next(item for item in chain_of(grant) if item.name == "Khung giờ").passes


# Pages


def test_the_staff_page_narrows_hours_and_rates_and_names_what_is_wrong(chain: Chain, desk: Desk) -> None:
    chain.live()
    grant = live_grant()
    page = reverse("admin:connections_grant_narrow", args=[grant.pk])
    given = {
        "operations": grant.operations,
        "fields_kept": grant.fields,
        "networks": "\n".join(grant.networks),
        "daily_quota": "900",
        "rate_per_second": "10",
        "rate_per_minute": "",
        "hours": "",
        "valid_to": "",
        "reason": "Chỉ giờ hành chính",
    }
    operator = desk("operator")
    shown = operator.get(page).content.decode()
    assert 'value="10"' in shown
    for name, typed, said in (
        ("hours", "T2-T9 07:00-17:30", "«T2-T9 07:00-17:30» chưa đọc được"),
        ("rate_per_second", "", "Không bỏ được giới hạn đang có"),
        ("rate_per_second", "11", "Phải từ 1 đến mức đang có (10)"),
        ("rate_per_minute", "nhiều", "phải là số nguyên từ 1 đến 600.000"),
    ):
        answer = operator.post(page, {**given, name: typed})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert typed in answer.content.decode()
    grant.refresh_from_db()
    assert (grant.hours, grant.rate_per_second) == ([], 10)
    answer = operator.post(page, {**given, "hours": "T2-T6 7:00-17h30", "rate_per_minute": "1.200"})
    assert answer.status_code == 302
    grant.refresh_from_db()
    assert (grant.hours, grant.rate_per_second, grant.rate_per_minute) == (OFFICE, 10, 1200)
    shown = operator.get(reverse("admin:connections_grant_change", args=[grant.pk])).content.decode()
    assert "T2-T6 07:00-17:30" in shown
    assert "T2-T6 07:00-17:30" in operator.get(page).content.decode()


def test_both_sides_read_hours_and_rates_on_the_page_of_the_grant(chain: Chain, signed_in: SignedIn) -> None:
    chain.live()
    grant = live_grant()
    narrow_grant(actor=chain.actors["operator"], grant=grant, reason="Giờ hành chính", hours=OFFICE)
    page = signed_in(chain.users["agency_officer"]).get(reverse("grant", args=[grant.code])).content.decode()
    for text in ("T2-T6 07:00-17:30", "Tối đa 10 lượt mỗi giây", "Theo số lượt lúc cao điểm", "10.20.30.0/24"):
        assert text in page
    assert "Lệch" not in page


def test_the_evaluator_types_hours_on_the_page_of_the_decision(asking: Asking, desk: Desk) -> None:
    found = asking.heard()
    line = asking.line(found)
    page = reverse("admin:connections_accessrequest_weigh", args=[found.pk])
    name = f"line-{line.pk}"
    given = {
        "do": "propose",
        f"{name}-outcome": "narrowed",
        f"{name}-operations": line.operations,
        f"{name}-fields_kept": line.fields,
        f"{name}-daily_quota": "500",
        f"{name}-hours": "thứ 2 buổi sáng",
        f"{name}-reason": "Chỉ giờ hành chính",
    }
    answer = desk("evaluator").post(page, given)
    assert answer.status_code == 422
    assert "«thứ 2 buổi sáng» chưa đọc được" in answer.content.decode()
    assert desk("evaluator").post(page, {**given, f"{name}-hours": "T2-T6 7:00-17:30"}).status_code == 302
    line.refresh_from_db()
    assert line.kept_hours == OFFICE
    assert "T2-T6 07:00-17:30" in desk("department_leader").get(page).content.decode()


def test_systems_read_hours_and_rates_over_the_api(chain: Chain, signed_in: SignedIn) -> None:
    chain.live()
    grant = live_grant()
    narrow_grant(actor=chain.actors["operator"], grant=grant, reason="Giờ hành chính", hours=OFFICE)
    shown = signed_in(chain.users["agency_officer"]).get(f"/api/v1/grants/{grant.code}").json()
    assert (shown["hours"], shown["rate_per_second"], shown["rate_per_minute"]) == (OFFICE, 10, None)
