"""Documents, direct sharing, plans and reports of wrong data over the management API: each side its own."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, User
from accounts.services.calendar import load_calendar
from catalog.models import ConnectionPlan, DataErrorReport, DataService, ReadinessCriterion, TechnicalDocument
from catalog.services import documents as writing
from catalog.services.data_errors import answer_error, file_error
from catalog.services.document_releases import release_to_agency
from catalog.services.exceptions import end_sharing, enter_sharing
from catalog.services.readiness import assess, enter_plan
from catalog.services.readiness_criteria import load_criteria
from core import clock
from core.actor import Actor
from tests.catalog.conftest import JOB, holder, upload
from tests.catalog.unchanged import everything
from tests.shelf import SHELF

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
People = Callable[..., Actor]
REPORTS = "/api/v1/data-error-reports"
WRONG = {"service": "administrative-units", "wrong": "Tên xã cũ sau sắp xếp"}


def rows(client: Client, noun: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/{noun}", query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def cost(client: Client, address: str) -> int:
    client.get("/api/v1/me")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture(autouse=True)
def _calendar(db: None) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))


# -- documents ---------------------------------------------------------------------------------------
@pytest.mark.clause("QC14.7", "QC8.3")
def test_the_level_of_a_document_holds_in_the_list(
    document: Callable[..., TechnicalDocument],
    published: DataService,
    agency: Callable[..., Agency],
    client_of: Clients,
) -> None:
    made = {level: document(f"Tài liệu {level}", level, service=published) for level in ("public", "internal")}
    made["restricted"] = document("Tài liệu restricted", "restricted", service=published)
    draft = document("Bản nháp", "public", publish=False)
    release_to_agency(actor=JOB, document=made["restricted"], agency=agency("H60.91"), reason="Theo hồ sơ")
    for role, code, levels in (
        ("agency_officer", "H60.90", {"public"}),
        ("agency_officer", "H60.91", {"public", "restricted"}),
        ("provider_officer", "H60.03", {"public", "restricted"}),
        ("evaluator", "H60.02", {"public", "restricted", "internal"}),
    ):
        client = client_of(role, code)
        shown = rows(client, "documents")
        assert {row["level"] for row in shown if row["state"] == "published"} == levels, role
        titles = {row["title"] for row in shown}
        assert (draft.title in titles) is (code == "H60.02"), role
        assert rows(client, "documents", q="tai lieu internal") == [] or "internal" in levels


@pytest.mark.clause("QC14.6", "QC14.7")
def test_a_document_tells_its_versions_and_its_page_not_its_file(
    document: Callable[..., TechnicalDocument], client_of: Clients
) -> None:
    found = document()
    writing.add_document_version(actor=JOB, document=found, label="1.1", changes="Sửa lỗi", file=upload("b.pdf"))
    client = client_of("agency_officer")
    [shown] = rows(client, "documents")
    assert [row["label"] for row in shown["versions"]] == ["1.1", "1.0"]
    assert shown["versions"][0]["size"] > 0
    assert client.get(shown["page"]).status_code == 200
    one = cost(client, "/api/v1/documents")
    for n in range(3):
        document(f"Hướng dẫn {n}")
    assert cost(client, "/api/v1/documents") == one
    assert rows(client, "documents", level="restricted") == []
    assert rows(client, "documents", service="administrative-units") == []
    assert client.get("/api/v1/documents", {"level": "secret"}).status_code == 400
    assert Client().get("/api/v1/documents").status_code == 401


# -- direct sharing ----------------------------------------------------------------------------------
@pytest.mark.clause("QC11.8", "QC8.3")
def test_direct_sharing_is_read_by_both_sides_and_skhcn(agency: Callable[..., Agency], client_of: Clients) -> None:
    today = clock.today()
    values: dict[str, Any] = {
        "data": "Danh sách vị trí việc làm",
        "why": "Chưa có giao diện kết nối",
        "authority": "Ủy ban nhân dân tỉnh",
        "legal_basis": "Khoản 8 Điều 11 Quy chế",
        "decision_number": "01/QĐ-UBND",
        "decided_on": today - timedelta(days=30),
        "valid_from": today - timedelta(days=29),
        "valid_to": today + timedelta(days=300),
        "review_on": today + timedelta(days=100),
    }
    sides = {"provider": agency("H60.03"), "receiver": agency("H60.90")}
    first = enter_sharing(actor=JOB, **sides, **values)
    late = enter_sharing(actor=JOB, **sides, **{**values, "data": "Lịch công tác"})
    type(late).objects.filter(pk=late.pk).update(review_on=today - timedelta(days=1))
    for role, code in (("provider_officer", "H60.03"), ("agency_officer", "H60.90"), ("evaluator", "H60.02")):
        assert len(rows(client_of(role, code), "direct-sharing")) == 2, role
    client = client_of("agency_officer")
    shown = {row["id"]: row for row in rows(client, "direct-sharing")}
    assert (shown[first.pk]["provider"], shown[first.pk]["receiver"]) == ("H60.03", "H60.90")
    assert (shown[first.pk]["state"], shown[first.pk]["is_overdue"]) == ("in_force", False)
    assert [row["id"] for row in rows(client, "direct-sharing", overdue="true")] == [late.pk]
    assert [row["id"] for row in rows(client, "direct-sharing", q="vi tri viec lam")] == [first.pk]
    assert rows(client_of("agency_officer", "H60.91"), "direct-sharing") == []
    assert client_of("agency_admin").get("/api/v1/direct-sharing").status_code == 403
    assert cost(client, "/api/v1/direct-sharing") == cost(client, "/api/v1/direct-sharing?limit=1")
    end_sharing(actor=JOB, sharing=first, reason="Đã lên nền tảng")
    assert {row["id"]: row["state"] for row in rows(client, "direct-sharing")}[first.pk] == "ended"


# -- plans -------------------------------------------------------------------------------------------
@pytest.mark.clause("QC15.1", "Q50-16.1", "QC8.3")
def test_the_plan_of_coming_to_the_platform_by_right(agency: Callable[..., Agency], client_of: Clients) -> None:
    load_criteria(actor=JOB)
    asked = ReadinessCriterion.objects.filter(active=True)
    due = clock.today() + timedelta(days=40)
    values: dict[str, Any] = {"basis": "Kế hoạch của tỉnh", "planned_on": due}
    own = enter_plan(actor=JOB, agency=agency("H60.90"), name="Hộ tịch điện tử", **values)
    other = enter_plan(actor=JOB, agency=agency("H60.91"), name="Đất đai", **values)
    assess(actor=JOB, plan=own, answers={item.pk: (n > 0, "" if n else "Thiếu") for n, item in enumerate(asked)})
    client = client_of("agency_officer")
    [shown] = rows(client, "connection-plans")
    assert (shown["agency"], shown["system"], shown["due"]) == ("H60.90", None, due.isoformat())
    assert next((row["ready"], row["note"]) for row in shown["answers"]) == (False, "Thiếu")
    assert len(shown["answers"]) == asked.count()
    staff = client_of("evaluator", "H60.02")
    assert {row["agency"] for row in rows(staff, "connection-plans")} == {"H60.90", "H60.91"}
    assert [row["id"] for row in rows(staff, "connection-plans", q="dat dai")] == [other.pk]
    assert [row["id"] for row in rows(staff, "connection-plans", agency="H60.91")] == [other.pk]
    ConnectionPlan.objects.filter(pk=own.pk).update(planned_on=clock.today() - timedelta(days=1))
    assert [row["id"] for row in rows(staff, "connection-plans", overdue="true")] == [own.pk]
    assert [row["id"] for row in rows(staff, "connection-plans", overdue="false")] == [other.pk]
    assert staff.get("/api/v1/connection-plans", {"state": "x"}).status_code == 400
    assert client_of("provider_officer").get("/api/v1/connection-plans").status_code == 403
    assert cost(staff, "/api/v1/connection-plans") == cost(staff, "/api/v1/connection-plans?limit=1")


# -- reports of wrong data ---------------------------------------------------------------------------
def send(client: Client, body: Any, **headers: str) -> Any:
    return client.post(REPORTS, json.dumps(body), content_type="application/json", headers=headers)


@pytest.mark.clause("QC4.5", "QC11.4", "QC15.2")
def test_a_system_files_a_report_and_reads_the_answer(
    published: DataService, client_of: Clients, people: People
) -> None:
    client = client_of("technician")
    body = {**WRONG, "version": "v1", "operation": "communes", "fields": "name", "expected": "Tên mới"}
    made = send(client, {**body, "evidence": "Nghị quyết về sắp xếp\ndòng hai"})
    assert made.status_code == 201
    assert made["Location"] == f"{REPORTS}/SL-{clock.today():%y%m%d}-0001"
    assert made["Cache-Control"] == "no-store"
    assert "ETag" not in made
    shown = made.json()
    assert shown == client.get(made["Location"]).json()
    assert (shown["state"], shown["agency"], shown["statutory"]) == ("new", "H60.90", False)
    assert {name: shown[name] for name in body} == body
    stored = DataErrorReport.objects.get()
    assert stored.reporter_id == people("technician").user_id
    answer_error(actor=people("provider_officer", "H60.03"), report=stored, answer="more", text="Cần tên xã cụ thể")
    after = client.get(made["Location"]).json()
    assert after["state"] == "answered"
    assert [(row["kind"], row["agency"], row["text"]) for row in after["entries"]] == [
        ("answer", "H60.03", "Cần tên xã cụ thể")
    ]


@pytest.mark.clause("QC11.4", "QC8.3")
def test_reports_are_read_by_either_side_and_name_no_person(
    published: DataService, client_of: Clients, people: People, agency: Callable[..., Agency], person: Any
) -> None:
    made = file_error(actor=people("agency_officer"), service=published, wrong="Tên xã cũ")
    reporter: User = holder("agency_officer", "H60.90", agency, person)
    for role, code in (("agency_officer", "H60.90"), ("provider_officer", "H60.03"), ("evaluator", "H60.02")):
        client = client_of(role, code)
        assert [row["code"] for row in rows(client, "data-error-reports")] == [made.code]
        for address in (REPORTS, f"{REPORTS}/{made.code}"):
            page = client.get(address).content.decode()
            assert reporter.full_name not in page
            assert reporter.email not in page
    for role in ("agency_officer", "technician", "agency_representative", "provider_officer"):
        foreign = client_of(role, "H60.91")
        assert rows(foreign, "data-error-reports") == []
        assert foreign.get(f"{REPORTS}/{made.code}").status_code == 404
    assert client_of("agency_admin").get(REPORTS).status_code == 403
    staff = client_of("evaluator", "H60.02")
    DataErrorReport.objects.update(due_at=clock.now() - timedelta(days=1))
    assert [row["is_overdue"] for row in rows(staff, "data-error-reports", overdue="true")] == [True]
    assert rows(staff, "data-error-reports", state="closed") == []
    assert len(rows(staff, "data-error-reports", service="administrative-units")) == 1
    assert staff.get(REPORTS, {"q": "x"}).status_code == 400
    one = cost(staff, REPORTS)
    for n in range(3):
        file_error(actor=people("agency_officer"), service=published, wrong=f"Sai {n}")
    assert cost(staff, REPORTS) == one
    answer = staff.get(REPORTS, {"limit": 2})
    rest = staff.get(REPORTS, {"limit": 2, "cursor": answer.json()["next_cursor"]})
    assert len({row["code"] for row in answer.json()["data"] + rest.json()["data"]}) == 4
    assert staff.get(REPORTS, {"limit": 2}, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"wrong": None}, "/wrong", "null"),
        ({"wrong": " "}, "/wrong", "blank"),
        ({"wrong": 7}, "/wrong", "invalid"),
        ({"wrong": "a\u0000b"}, "/wrong", "unreadable"),
        ({"wrong": "\ud800"}, "/wrong", "unreadable"),
        ({"wrong": "x" * 2001}, "/wrong", "max-length"),
        ({"service": "khong-co"}, "/service", "invalid-value"),
        ({"service": ["administrative-units"]}, "/service", "invalid"),
        ({"version": "v1234"}, "/version", "max-length"),
        ({"call_id": "abc"}, "/call_id", "invalid"),
        ({"call_id": 5}, "/call_id", "invalid"),
        ({"call_id": "0190f3a2-7c1e-7d4b-9a55-3f2b8c6d1e90"}, "/call_id", "invalid-value"),
        ({"state": "closed"}, "/state", "unknown-field"),
        ({"a/b~": 1}, "/a~1b~0", "unknown-field"),
        ({"\ud800": 1}, "/\ufffd", "unknown-field"),
    ],
)
@pytest.mark.clause("QC11.4")
def test_a_wrong_field_is_named_and_nothing_is_filed(
    change: dict[str, Any], place: str, code: str, published: DataService, client_of: Clients
) -> None:
    client = client_of("agency_officer")
    before = everything()
    answer = send(client, {**WRONG, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (place, code)
    assert error["detail"]
    assert everything() == before


@pytest.mark.clause("QC11.4")
def test_who_may_not_file_and_whose_data_it_is_are_refused(
    published: DataService, service: Callable[..., DataService], client_of: Clients
) -> None:
    service("land-plots", "H60.07")
    known = [client_of("agency_officer", "H60.03"), client_of("agency_officer")]
    others = [("agency_representative", "H60.90"), ("evaluator", "H60.02"), ("agency_admin", "H60.90")]
    clients = [client_of(role, code) for role, code in others]
    before = everything()
    for client in clients:
        assert send(client, WRONG).json()["code"] == "permission-refused"
    assert send(Client(), WRONG).status_code == 401
    own = send(known[0], WRONG)
    assert (own.status_code, own.json()["errors"][0]["pointer"]) == (422, "/service")
    hidden, missing = (send(known[1], {**WRONG, "service": code}) for code in ("land-plots", "khong-co"))
    assert hidden.json()["errors"] == missing.json()["errors"]
    assert known[1].post(f"{REPORTS}?limit=1", WRONG, content_type="application/json").status_code == 400
    assert everything() == before


@pytest.mark.clause("QC11.4")
def test_the_session_alone_files_nothing(published: DataService, client_of: Clients) -> None:
    client = client_of("agency_officer")
    checking = Client(enforce_csrf_checks=True)
    checking.cookies = client.cookies
    before = everything()
    answer = send(checking, WRONG)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf-failed")
    assert everything() == before
    checking.get("/sai-lech-du-lieu/moi/")
    token = checking.cookies["csrftoken"].value
    assert send(checking, WRONG, **{"X-CSRFToken": token}).status_code == 201


@pytest.mark.clause("QC11.4")
def test_a_report_sent_again_with_its_key_is_one(published: DataService, client_of: Clients) -> None:
    client, other = client_of("agency_officer"), client_of("technician")
    key = {"Idempotency-Key": "lo-2026-11-29/17"}
    first = send(client, {**WRONG, "wrong": "  Tên xã cũ "}, **key)
    again = send(client, {**WRONG, "wrong": "Tên xã cũ"}, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    before = everything()
    for change in ({"wrong": "Khác"}, {"wrong": "Tên xã cũ", "expected": "Tên mới"}):
        refused = send(client, {**WRONG, **change}, **key)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "")
    for bad in ("", "hai từ", "x" * 201):
        answer = send(client, WRONG, **{"Idempotency-Key": bad.encode().decode("latin-1")})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "Idempotency-Key")
    assert everything() == before
    assert send(other, WRONG, **key).json()["code"] != first.json()["code"]
    assert send(client, WRONG).status_code == 201
    assert DataErrorReport.objects.count() == 3
