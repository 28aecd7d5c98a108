"""Campaigns and statements in the API: the rights of the pages, declared beside logged, few queries (QC15.5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from reports.campaign_choices import StatementState
from reports.models import Statement
from reports.services.campaign_merging import merge_campaign
from reports.services.campaigns import close_campaign
from reports.services.statement_steps import accept_statement, return_statement
from tests.reports.campaigning import ANSWERS, FIRST, OPERATOR, SECOND, Round, at, campaigning

__all__ = ["campaigning"]
pytestmark = pytest.mark.clause("QC15.5")
CAMPAIGNS, STATEMENTS = "/api/v1/campaigns", "/api/v1/campaign-statements"
Open = Callable[[str, str], Client]


@pytest.fixture
def opened(campaigning: Round, signed_in: Callable[..., Client]) -> Open:
    """Sign somebody of the round in, by role and code of the agency."""
    return lambda role, code=OPERATOR: signed_in(campaigning.users[role, code])


def test_progress_late_ones_and_the_result(opened: Open, campaigning: Round) -> None:
    campaign = campaigning.issue(title="Quý trước")
    campaigning.draft(title="Còn soạn")
    campaigning.campaign = campaign
    campaigning.hand_in(FIRST, declared={"xa-phuong": 30}, said="Gồm lượt thử lại")
    staff = opened("report_officer", OPERATOR)
    [draft, issued] = staff.get(f"{CAMPAIGNS}?sort=-made").json()["data"]
    assert (draft["title"], draft["state"], draft["progress"]["asked"], draft["due_at"]) == (
        "Còn soạn",
        "draft",
        0,
        None,
    )
    counted = {"asked": 2, "not_begun": 1, "draft": 0, "submitted": 1, "returned": 0, "accepted": 0, "late": 0}
    assert issued["progress"] == counted
    whole = staff.get(f"{CAMPAIGNS}/{campaign.code}").json()
    assert {name: whole[name] for name in issued} == issued
    assert [item["code"] for item in whole["questions"]] == [*ANSWERS, "kien-nghi"]
    assert (whole["late_statements"], whole["result"]) == ([], None)
    with at(campaign.due_at + timedelta(days=1)):  # type: ignore[operator]
        late = opened("report_officer", OPERATOR).get(f"{CAMPAIGNS}/{campaign.code}").json()
    assert late["progress"] == {**counted, "late": 1}
    owing = campaigning.statement(SECOND)
    assert late["late_statements"] == [
        {
            "statement": owing.code,
            "agency": SECOND,
            "agency_name": "Sở Tư pháp",
            "state": "not_begun",
            "first_submitted_at": None,
        }
    ]
    accept_statement(actor=campaigning.staff, statement=campaigning.statement(FIRST))
    close_campaign(actor=campaigning.staff, campaign=campaign)
    merged = merge_campaign(actor=campaigning.staff, campaign=campaign)
    result = staff.get(f"{CAMPAIGNS}/{campaign.code}").json()["result"]
    assert (result["accepted"], result["logged"], result["declared"]) == (1, 23, 33)
    assert result["sha256"] == merged.result_sha256
    assert [(row["service"], row["logged"], row["declared"]) for row in result["by_service"]] == [
        ("ho-tich", 3, 3),
        ("xa-phuong", 20, 30),
    ]


def test_declared_beside_logged_and_a_draft_is_the_agencys_own(opened: Open, campaigning: Round) -> None:
    campaigning.issue()
    campaigning.fill(FIRST, declared={"xa-phuong": 30}, said="Gồm lượt thử lại")
    code = campaigning.statement(FIRST).code
    staff, officer = opened("report_officer", OPERATOR), opened("agency_officer", FIRST)
    kept, unseen = (reader.get(f"{STATEMENTS}/{code}").json() for reader in (officer, staff))
    row = {"service": "xa-phuong", "logged": 20, "declared": 30, "difference": 10, "explanation": "Gồm lượt thử lại"}
    assert kept["shows"] == "kept"
    assert kept["rows"][1].items() >= row.items()
    assert {item["code"]: item["answer"] for item in kept["answers"]} == {**ANSWERS, "kien-nghi": ""}
    assert kept["page"] == f"/bao-cao-khai-thac/{code}/"
    assert (unseen["shows"], unseen["versions"]) == ("none", [])
    assert unseen["rows"][1].items() >= {**row, "declared": None, "difference": None, "explanation": ""}.items()
    assert {item["answer"] for item in unseen["answers"]} == {""}
    made = campaigning.submit(FIRST)
    handed_in = staff.get(f"{STATEMENTS}/{code}").json()
    assert (handed_in["shows"], handed_in["rows"], handed_in["answers"]) == (
        "handed_in",
        kept["rows"],
        kept["answers"],
    )
    assert [item["code"] for item in handed_in["versions"]] == [made.code]
    assert handed_in["versions"][0]["content_hash"] == made.content_hash
    return_statement(actor=campaigning.staff, statement=campaigning.statement(FIRST), reason="Xem lại tháng trước")
    campaigning.fill(FIRST, declared={"xa-phuong": 21})
    assert staff.get(f"{STATEMENTS}/{code}").json()["rows"] == kept["rows"]
    mended = officer.get(f"{STATEMENTS}/{code}").json()
    assert (mended["return_reason"], mended["rows"][1]["declared"]) == ("Xem lại tháng trước", 21)


def test_nobody_reads_more_than_on_the_pages(
    opened: Open, campaigning: Round, person: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    campaign = campaigning.issue()
    [mine, other] = (campaigning.statement(code).code for code in (FIRST, SECOND))
    for role, code in campaigning.users:
        reader, inside = opened(role, code), code == OPERATOR
        assert reader.get(CAMPAIGNS).status_code == (200 if inside else 403)
        assert reader.get(f"{CAMPAIGNS}/{campaign.code}").status_code == (200 if inside else 403)
        seen = {row["code"] for row in reader.get(STATEMENTS).json()["data"]}
        wanted = {mine, other} if inside else {mine if code == FIRST else other}
        assert seen == wanted
        for each in (mine, other):
            assert reader.get(f"{STATEMENTS}/{each}").status_code == (200 if each in wanted else 404)
    leader = signed_in(person("lanh-dao@lgsp.example", campaigning.bodies[OPERATOR], "province_leader"))
    for address in (CAMPAIGNS, STATEMENTS):
        assert leader.get(address).json()["data"] == []
    for address in (f"{CAMPAIGNS}/{campaign.code}", f"{STATEMENTS}/{mine}"):
        assert leader.get(address).status_code == 404
        assert Client().get(address).status_code == 401
    technician = signed_in(person("ky-thuat@lgsp.example", campaigning.bodies[FIRST], "technician"))
    for address in (CAMPAIGNS, STATEMENTS, f"{STATEMENTS}/{mine}"):
        assert technician.get(address).status_code == 403
    for method in ("post", "put", "patch", "delete"):
        assert getattr(opened("report_officer", OPERATOR), method)(f"{STATEMENTS}/{mine}").status_code == 405
    assert set(Statement.objects.values_list("state", flat=True)) == {StatementState.NOT_BEGUN}


def test_lists_are_narrowed_and_a_wrong_value_is_named(opened: Open, campaigning: Round) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in(SECOND)
    staff, year = opened("report_officer", OPERATOR), campaign.period_end.year
    for query, found in (
        (f"year={year}", 1),
        (f"year={year - 1 if year > 2024 else 2100}", 0),
        ("state=issued", 1),
        ("state=merged", 0),
        (f"agency={FIRST}", 1),
        (f"agency={OPERATOR}", 0),
        (f"year={year}&state=issued&agency={SECOND}", 1),
    ):
        rows = staff.get(f"{CAMPAIGNS}?{query}").json()["data"]
        assert len(rows) == found, query
        assert all(row["progress"]["asked"] == 2 for row in rows)
    for query, found in (
        (f"campaign={campaign.code}", 2),
        ("campaign=DBC-1", 0),
        (f"year={year}&state=submitted", 1),
        (f"agency={SECOND}", 1),
        ("late=true", 0),
        ("late=false", 2),
    ):
        assert len(staff.get(f"{STATEMENTS}?{query}").json()["data"]) == found, query
    with at(clock.now() + timedelta(days=60)):
        for wanted, code in (("true", FIRST), ("false", SECOND)):
            rows = opened("report_officer", OPERATOR).get(f"{STATEMENTS}?late={wanted}").json()["data"]
            assert [(row["agency"], row["late"]) for row in rows] == [(code, wanted == "true")]
    for address in (CAMPAIGNS, STATEMENTS):
        for query in ("year=2023", "year=x", "year=", "state=late", "agency=", "limit=0", "cursor=x", "nam=2026"):
            refused = staff.get(f"{address}?{query}")
            assert refused.status_code == 400, query
            assert refused["Content-Type"].startswith("application/problem+json")
            assert [item["parameter"] for item in refused.json()["errors"]] == [query.split("=")[0]]
    assert staff.get(f"{STATEMENTS}?late=1").status_code == 400
    assert staff.get(f"{CAMPAIGNS}/x%00y").status_code == 400
    for address in (f"{CAMPAIGNS}/DBC", f"{STATEMENTS}/{campaign.code}", f"{STATEMENTS}/%F0"):
        assert staff.get(address).status_code == 404, address


def test_one_and_many_take_the_same_queries(
    opened: Open, campaigning: Round, django_assert_max_num_queries: Any
) -> None:
    first = campaigning.issue()
    campaigning.hand_in(FIRST, declared={"xa-phuong": 30}, said="Gồm lượt thử lại")
    for number in range(3):
        campaigning.issue(title=f"Đợt {number}")
    staff, officer = opened("report_officer", OPERATOR), opened("agency_officer", FIRST)
    handed_in = Statement.objects.get(campaign=first, agency__code=FIRST).code
    for reader, address, most, rows in (
        (staff, CAMPAIGNS, 5, 4),
        (staff, f"{CAMPAIGNS}/{first.code}", 6, 0),
        (staff, STATEMENTS, 5, 8),
        (officer, STATEMENTS, 6, 4),
        (staff, f"{STATEMENTS}/{handed_in}", 7, 0),
        (officer, f"{STATEMENTS}/{handed_in}", 9, 0),
    ):
        reader.get(address)
        with django_assert_max_num_queries(most):
            answer = reader.get(address)
        assert answer.status_code == 200
        assert rows == 0 or len(answer.json()["data"]) == rows
