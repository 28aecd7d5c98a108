"""Coming to the platform: what must connect, how ready it is, by when, and who declared nothing."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import ConnectionPlan, InformationSystem, ReadinessCriterion
from catalog.selectors.readiness import readiness_of
from catalog.services.readiness import (
    assess,
    change_plan,
    drop_plan,
    enter_plan,
    mark_connected,
    mark_filed,
    revise_day,
)
from catalog.services.readiness_criteria import load_criteria, set_criterion
from catalog.services.systems import retire_system
from core import clock
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB

Systems = Callable[..., InformationSystem]
Clients = Callable[..., Client]
SOON = timedelta(days=30)


@pytest.fixture
def officer(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Clients:
    """A signed-in person of a role at an agency, the same one each time."""
    known: dict[tuple[str, str], Client] = {}

    def make(role: str = "agency_officer", code: str = "H60.90") -> Client:
        if (role, code) not in known:
            body = agency(code, is_operator=code == "H60.02")
            known[role, code] = signed_in(person(f"{role.replace('_', '-')}.{code.lower()}@lgsp.example", body, role))
        return known[role, code]

    return make


@pytest.fixture
def plan(agency: Callable[..., Agency]) -> Callable[..., ConnectionPlan]:
    """An entry of the plan of an agency."""

    def make(code: str = "H60.90", **fields: Any) -> ConnectionPlan:
        values = {"name": "Hộ tịch điện tử", "basis": "Kế hoạch của tỉnh", **fields}
        return enter_plan(actor=JOB, agency=agency(code), **values)

    return make


def past(found: ConnectionPlan, days: int = 10) -> ConnectionPlan:
    """Let the planned day be past, as time does."""
    found.planned_on = clock.today() - timedelta(days=days)
    found.save()
    return found


@pytest.mark.clause("QC15.1")
def test_an_agency_enters_assesses_and_puts_off_on_pages(officer: Clients, system: Systems) -> None:
    load_criteria(actor=JOB)
    client, known = officer(), system("H60.90")
    assert "chưa kê khai hệ thống nào" in client.get("/ke-hoach-ket-noi/").content.decode()
    day = clock.today() + SOON
    typed = {"system": known.pk, "name": "", "basis": "Kế hoạch 2026", "planned_on": f"{day:%d/%m/%Y}"}
    wrong = client.post("/ke-hoach-ket-noi/moi/", {**typed, "planned_on": "31/02/2026"})
    assert "Ngày phải theo dạng" in wrong.content.decode()
    wrong = client.post("/ke-hoach-ket-noi/moi/", {**typed, "planned_on": "01/01/2020"})
    assert "không thể trước hôm nay" in wrong.content.decode()
    assert 'value="01/01/2020"' in wrong.content.decode()
    assert not ConnectionPlan.objects.exists()
    assert client.post("/ke-hoach-ket-noi/moi/", typed).status_code == 302
    made = ConnectionPlan.objects.get()
    assert (made.name, made.state, made.planned_on) == ("Hệ thống thử", "not_started", day)
    address = f"/ke-hoach-ket-noi/{made.pk}/"
    first, *others = ReadinessCriterion.objects.all()
    answers = {f"criterion-{first.pk}": "no", f"note-{first.pk}": "", "revision": made.revision}
    answers |= {f"criterion-{item.pk}": "yes" for item in others[:3]}
    assert "Ghi còn thiếu gì" in client.post(f"{address}danh-gia/", answers).content.decode()
    assert ConnectionPlan.objects.get().assessed_on is None
    answers[f"note-{first.pk}"] = "Chưa có máy chủ"
    assert client.post(f"{address}danh-gia/", answers).status_code == 302
    text = client.get(address).content.decode()
    assert "3 trên 8" in text
    assert "Chưa có máy chủ" in text
    assert ConnectionPlan.objects.get().state == "preparing"
    later, revision = day + SOON, ConnectionPlan.objects.get().revision
    put_off = {"revised_on": f"{later:%d/%m/%Y}", "reason": "", "revision": revision}
    assert "Nhập lý do" in client.post(f"{address}doi-ngay/", put_off).content.decode()
    assert client.post(f"{address}doi-ngay/", {**put_off, "reason": "Chờ kinh phí"}).status_code == 302
    stored = ConnectionPlan.objects.get()
    assert (stored.planned_on, stored.revised_on, stored.revise_reason) == (day, later, "Chờ kinh phí")
    assert "Chờ kinh phí" in client.get(address).content.decode()
    assert "3 / 8 tiêu chí" in client.get("/ke-hoach-ket-noi/").content.decode()
    deeds = set(Fact.objects.filter(subject_type="catalog.connectionplan").values_list("deed", flat=True))
    assert deeds == {"plan.entered", "plan.assessed", "plan.revised"}


@pytest.mark.clause("Q50-16.1")
def test_staff_see_every_agency_the_overdue_and_those_that_declared_nothing(
    officer: Clients, plan: Callable[..., ConnectionPlan], agency: Callable[..., Agency]
) -> None:
    for code in ("H60.90", "H60.91", "H60.93"):
        agency(code, may_file=True)
    past(plan("H60.90", planned_on=clock.today() + SOON))
    plan("H60.91", name="Đất đai")
    staff = officer("evaluator", "H60.02")

    def names(**query: Any) -> set[str]:
        return {item.name for item in staff.get("/ke-hoach-ket-noi/", query).context["page"]}

    assert names() == {"Hộ tịch điện tử", "Đất đai"}
    assert names(overdue="1") == {"Hộ tịch điện tử"}
    assert names(q="dat dai") == names(agency="H60.91") == {"Đất đai"}
    assert names(state="connected") == set()
    assert "Quá ngày dự kiến" in staff.get("/ke-hoach-ket-noi/").content.decode()
    silent = staff.get("/ke-hoach-ket-noi/chua-khai/").content.decode()
    assert "Cơ quan thử H60.93" in silent
    assert "Cơ quan thử H60.90" not in silent
    assert officer().get("/ke-hoach-ket-noi/chua-khai/").status_code == 403
    sheet: Any = load_workbook(io.BytesIO(staff.get("/ke-hoach-ket-noi/xuat/", {"overdue": "1"}).content)).active
    assert [(row[0].value, row[12].value) for row in sheet.iter_rows(min_row=2)] == [("H60.90", "Có")]
    sheet = load_workbook(io.BytesIO(officer("technician", "H60.91").get("/ke-hoach-ket-noi/xuat/").content)).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["H60.91"]


@pytest.mark.clause("QC8.2")
@pytest.mark.parametrize(
    ("role", "code", "reads", "writes"),
    [
        ("agency_officer", "H60.90", True, True),
        ("technician", "H60.90", True, False),
        ("provider_officer", "H60.90", False, False),
        ("agency_officer", "H60.91", False, False),
        ("evaluator", "H60.02", True, False),
        ("operator", "H60.02", True, True),
    ],
)
def test_who_may_open_and_change_an_entry(
    officer: Clients, plan: Callable[..., ConnectionPlan], role: str, code: str, reads: bool, writes: bool
) -> None:
    load_criteria(actor=JOB)
    found, client = plan("H60.90"), officer(role, code)
    address, facts = f"/ke-hoach-ket-noi/{found.pk}/", Fact.objects.count()
    page = client.get(address)
    assert page.status_code == 200 if reads else page.status_code in (403, 404)
    for part in ("sua/", "doi-ngay/", "danh-gia/", "bo/"):
        assert (client.get(f"{address}{part}").status_code == 200) == writes
    dropped = client.post(f"{address}bo/", {"reason": "Sáp nhập hệ thống"})
    if writes:
        assert dropped.status_code == 302
        assert ConnectionPlan.objects.get().state == "dropped"
    else:
        assert dropped.status_code in (403, 404)
        assert (Fact.objects.count(), ConnectionPlan.objects.get().state) == (facts, "not_started")


def test_refusals_change_nothing(plan: Callable[..., ConnectionPlan], system: Systems, people: Any) -> None:
    found, other, mine = plan(), system("H60.91"), system("H60.90")
    plan("H60.91", system=other, name="")
    gone = retire_system(actor=JOB, system=system("H60.90", name="Cũ"), reason="Hết dùng")
    facts = Fact.objects.count()
    agency = found.agency
    today = clock.today()
    cases: list[tuple[Any, str]] = [
        (
            lambda: enter_plan(actor=JOB, agency=agency, name=" ", basis="x"),
            "Chọn hệ thống trong danh mục hoặc nhập tên",
        ),
        (lambda: enter_plan(actor=JOB, agency=agency, name="x", basis=""), "basis"),
        (lambda: enter_plan(actor=JOB, agency=agency, system=other, basis="x"), "của chính cơ quan này"),
        (lambda: enter_plan(actor=JOB, agency=agency, system=gone, basis="x"), "đã ngừng sử dụng"),
        (lambda: enter_plan(actor=JOB, agency=other.owner, system=other, basis="x"), "đã có trong kế hoạch"),
        (lambda: revise_day(actor=JOB, plan=found, revised_on=today, reason="x"), "chưa có ngày dự kiến"),
        (lambda: assess(actor=JOB, plan=found, answers={999: (True, "")}), "không còn áp dụng"),
        (lambda: drop_plan(actor=JOB, plan=found, reason=" "), "Nhập lý do"),
        (lambda: change_plan(actor=JOB, plan=found, revision=99, name="Khác"), "vừa thay đổi nội dung này"),
    ]
    for deed, text in cases:
        with pytest.raises((InvalidInput, StateRefused)) as refused:
            deed()
        told = str(getattr(refused.value, "errors", "")) + str(refused.value.detail)
        assert text in told
    with pytest.raises(PermissionRefused):
        enter_plan(actor=people("agency_officer", "H60.91"), agency=agency, name="x", basis="x")
    assert Fact.objects.count() == facts
    assert mine.plans.count() == 0


def test_a_planned_day_moves_only_with_a_reason_and_forward(plan: Callable[..., ConnectionPlan]) -> None:
    day = clock.today() + SOON
    found = change_plan(actor=JOB, plan=plan(), planned_on=day)
    for deed in (
        lambda: change_plan(actor=JOB, plan=found, planned_on=day + SOON),
        lambda: revise_day(actor=JOB, plan=found, revised_on=day, reason="x"),
        lambda: revise_day(actor=JOB, plan=found, revised_on=date(2020, 1, 1), reason="x"),
    ):
        with pytest.raises(InvalidInput):
            deed()
    assert ConnectionPlan.objects.get().due == day


@pytest.mark.clause("Q50-16.2")
@pytest.mark.clause("QC15.1")
def test_filing_and_going_live_move_the_entry_and_it_is_overdue_no_more(
    plan: Callable[..., ConnectionPlan], system: Systems
) -> None:
    known = system("H60.90")
    found = past(plan(system=known, planned_on=clock.today() + SOON))
    mark_filed(actor=JOB, system_id=known.pk)
    mark_filed(actor=JOB, system_id=known.pk)
    assert ConnectionPlan.objects.overdue(clock.today()).get().state == "filed"
    mark_connected(actor=JOB, system_id=known.pk)
    mark_filed(actor=JOB, system_id=known.pk)
    assert ConnectionPlan.objects.get().state == "connected"
    assert not ConnectionPlan.objects.overdue(clock.today()).exists()
    assert Fact.objects.filter(deed__in=("plan.filed", "plan.connected")).count() == 2
    with pytest.raises(StateRefused):
        drop_plan(actor=JOB, plan=found, reason="x")
    with pytest.raises(StateRefused):
        revise_day(actor=JOB, plan=found, revised_on=clock.today() + SOON, reason="x")


def test_readiness_counts_the_questions_asked_today(plan: Callable[..., ConnectionPlan]) -> None:
    one = set_criterion(actor=JOB, code="one", title="Một", source="x", place=1)
    two = set_criterion(actor=JOB, code="two", title="Hai", source="x", place=2)
    found = assess(actor=JOB, plan=plan(), answers={one.pk: (True, ""), two.pk: (False, "Chưa mua")})
    ready = readiness_of(found)
    assert (ready.ready, ready.asked, [item.note for item in ready.lacking]) == (1, 2, ["Chưa mua"])
    set_criterion(actor=JOB, criterion=two, active=False)
    three = set_criterion(actor=JOB, code="three", title="Ba", source="x", place=3)
    ready = readiness_of(found)
    assert (ready.ready, ready.asked, ready.open) == (1, 2, [three])


def test_questions_are_data_with_a_source_and_loaded_once(people: Any) -> None:
    assert load_criteria(actor=JOB) == 8
    assert load_criteria(actor=JOB) == 0
    found = ReadinessCriterion.objects.get(code="network")
    assert found.is_default
    changed = set_criterion(actor=JOB, criterion=found, title="Đường truyền")
    assert not changed.is_default
    with pytest.raises(InvalidInput):
        set_criterion(actor=JOB, criterion=found, code="mang")
    with pytest.raises(PermissionRefused):
        set_criterion(actor=people("agency_officer"), code="x", title="x", source="x")
    assert ReadinessCriterion.objects.count() == 8


def test_the_list_takes_the_same_queries_for_many(
    officer: Clients, plan: Callable[..., ConnectionPlan], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    load_criteria(actor=JOB)
    asked = {item.pk: (True, "") for item in ReadinessCriterion.objects.all()}
    for number in range(12):
        assess(actor=JOB, plan=plan(name=f"Hệ thống {number}"), answers=asked)
    client = officer("evaluator", "H60.02")
    with django_assert_max_num_queries(14):
        page = client.get("/ke-hoach-ket-noi/")
    assert [item.ready_count for item in page.context["page"]] == [8] * 12
