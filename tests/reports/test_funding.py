"""Funding (QC13, Q50-14): lines, adjustments by decision, spending within what is left, years that close."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import ROLES
from audit.models import Fact
from core import clock
from core.actor import Actor
from core.files.uploads import check_upload
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.sheets import read_sheet, write_csv
from reports.content.funding import funding
from reports.models import BudgetAdjustment, BudgetLine, BudgetTerm, BudgetYear, Spending, SpendingFile
from reports.queries.funding import funding_figures
from reports.queries.window import Window
from reports.selectors.funding import year_sums
from reports.selectors.yearly_tasks import tasks_for
from reports.services import funding as deeds
from reports.services import funding_import
from reports.services.funding_entries import adjust_line, record_spending, void_spending
from tests.catalog.conftest import JOB, holder, people
from tests.catalog.test_registries_at_once import twice
from tests.core.file_makers import pdf_bytes

__all__ = ["people"]
People = Callable[..., Actor]
NOW = clock.today().year
DAY = date(NOW, 1, 1)


def opened(number: int = NOW) -> BudgetYear:
    """Return the year, opened when first asked for."""
    if not BudgetTerm.objects.exists():
        deeds.load_terms(actor=JOB)
    found = BudgetYear.objects.filter(year=number).first()
    return found or deeds.open_year(actor=JOB, year=number, last_day=date(number + 1, 1, 31), last_day_basis="Nội bộ")


def line(code: str = "VH01", amount: int = 1_000_000, number: int = NOW, **fields: Any) -> BudgetLine:
    year = opened(number)
    kind, source = (BudgetTerm.objects.get(code=fields.pop(name, other)) for name, other in WORDS)
    values = {"title": "Thuê hạ tầng", "basis": "Quyết định 12/QĐ-UBND", **fields}
    return deeds.add_line(actor=JOB, year=year, code=code, kind=kind, source=source, amount=amount, **values)


WORDS = (("kind", "van-hanh"), ("source", "ngan-sach-tinh"))


def spend(found: BudgetLine, amount: int, actor: Actor = JOB, **fields: Any) -> Spending:
    values = {"spent_on": DAY, "document": "UNC 01", "form_token": uuid4(), **fields}
    return record_spending(actor=actor, line=found, amount=amount, **values)


def adjust(found: BudgetLine, amount: int, direction: str = "raise", actor: Actor = JOB, **fields: Any) -> Any:
    values = {"decision": "QĐ 99", "decided_on": DAY, "reason": "Bổ sung", "form_token": uuid4(), **fields}
    return adjust_line(actor=actor, line=found, amount=amount, direction=direction, **values)


def left(found: BudgetLine) -> int:
    return int(BudgetLine.objects.with_sums().get(pk=found.pk).left)  # type: ignore[attr-defined]


def refused(deed: Callable[[], Any], field: str) -> str:
    with pytest.raises(InvalidInput) as refusal:
        deed()
    return " ".join(map(str, refusal.value.errors[field]))


@pytest.mark.django_db
@pytest.mark.clause("QC13.2", "QC13.3", "Q50-14.5")
def test_spending_stays_within_what_is_left_unless_the_line_is_adjusted() -> None:
    found = line(amount=1_000_000)
    token = uuid4()
    upload = check_upload(SimpleUploadedFile("unc.pdf", pdf_bytes()))
    assert spend(found, 700_000, form_token=token, upload=upload) == spend(found, 700_000, form_token=token)
    assert (left(found), SpendingFile.objects.count()) == (300_000, 1)
    assert "Dòng này còn 300.000 đồng" in refused(lambda: spend(found, 300_001), "amount")
    assert Spending.objects.count() == 1
    token = uuid4()
    assert adjust(found, 200_000, form_token=token) == adjust(found, 200_000, form_token=token)
    spend(found, 500_000)
    assert left(found) == 0
    assert "tối đa 0 đồng" in refused(lambda: adjust(found, 1, "cut"), "amount")
    wrong = Spending.objects.get(amount=500_000)
    void_spending(actor=JOB, spending=wrong, reason="Ghi nhầm dòng")
    with pytest.raises(StateRefused):
        void_spending(actor=JOB, spending=wrong, reason="Lần nữa")
    adjust(found, 500_000, "cut", reason="Tiết kiệm")
    assert (left(found), found.amount) == (0, 1_000_000)
    told = list(Fact.objects.filter(deed__startswith="budget_line.").order_by("pk").values_list("deed", "after"))
    assert [deed for deed, _after in told] == ["budget_line.added", *["budget_line.adjusted"] * 2]
    assert [after["allowed"] for _deed, after in told[1:]] == [1_200_000, 700_000]


@pytest.mark.django_db
def test_days_and_amounts_out_of_place_are_refused() -> None:
    found = line()
    assert "Ngày chi phải từ" in refused(lambda: spend(found, 1, spent_on=date(NOW - 1, 12, 31)), "spent_on")
    assert "sau hôm nay" in refused(lambda: spend(found, 1, spent_on=clock.today() + timedelta(days=1)), "spent_on")
    assert refused(lambda: spend(found, 0), "amount")
    assert refused(lambda: spend(found, 1, document=" "), "document")
    assert refused(lambda: adjust(found, 0), "amount")
    assert refused(lambda: adjust(found, 5, reason=" "), "reason")
    assert refused(lambda: adjust(found, 5, direction="sideways"), "direction")
    assert "đã có dòng" in str(refused(line, ""))
    assert refused(lambda: line("X", kind="ngan-sach-tinh"), "kind")
    assert refused(lambda: deeds.open_year(actor=JOB, year=NOW, last_day=DAY, last_day_basis="x"), "last_day")
    assert (Spending.objects.count(), BudgetAdjustment.objects.count(), BudgetLine.objects.count()) == (0, 0, 1)


@pytest.mark.django_db
@pytest.mark.clause("QC13.3")
def test_a_closed_year_takes_nothing_until_it_is_reopened_with_a_reason(people: People) -> None:
    found, head = line(), people("division_head", "H60.02")
    entered = spend(found, 10)
    year = deeds.close_year(actor=head, year=found.year)
    for deed in (
        lambda: spend(found, 1),
        lambda: adjust(found, 1),
        lambda: line("VH02"),
        lambda: void_spending(actor=JOB, spending=entered, reason="x"),
        lambda: deeds.close_year(actor=head, year=year),
    ):
        with pytest.raises(StateRefused):
            deed()
    assert refused(lambda: deeds.reopen_year(actor=head, year=year, reason=" "), "reason")
    deeds.reopen_year(actor=head, year=year, reason="Kiểm toán yêu cầu bổ sung chứng từ")
    spend(found, 1)
    assert Fact.objects.get(deed="budget_year.reopened").reason == "Kiểm toán yêu cầu bổ sung chứng từ"


@pytest.mark.django_db
def test_each_role_keeps_closes_reads_or_nothing(people: People) -> None:
    found = line()
    for code, role in ROLES.items():
        actor = people(code, "H60.02" if role.side == "operator" else "H60.90")
        assert BudgetYear.objects.visible_to(actor).exists() == ("funding.view" in role.permissions)
        assert Spending.objects.visible_to(actor).count() in (Spending.objects.count(), 0)
        if "funding.manage" in role.permissions:
            spend(found, 1, actor)
        else:
            for deed in (spend, adjust):
                with pytest.raises(PermissionRefused):
                    deed(found, 1, actor=actor)
        if "funding.close" not in role.permissions:
            with pytest.raises(PermissionRefused):
                deeds.close_year(actor=actor, year=found.year)
    assert {code for code, role in ROLES.items() if "funding.manage" in role.permissions} == {"report_officer"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda: BudgetLine.objects.update(amount=2),
        lambda: BudgetAdjustment.objects.update(delta=2),
        lambda: BudgetAdjustment.objects.all().delete(),
        lambda: Spending.objects.update(amount=2),
        lambda: Spending.objects.filter(voided_at__isnull=False).update(voided_at=None),
        lambda: Spending.objects.filter(voided_at__isnull=False).delete(),
    ],
)
def test_the_database_refuses_to_change_what_was_entered(change: Callable[[], Any]) -> None:
    found = line()
    adjust(found, 5)
    spend(found, 1)
    void_spending(actor=JOB, spending=spend(found, 3), reason="Nhầm")
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_spend_more_than_is_left() -> None:
    found = line(amount=100)
    assert twice(lambda: spend(found, 60)) == [InvalidInput]
    assert left(found) == 40
    assert twice(lambda: spend(found, 40), lambda: adjust(found, 40, "cut")) == [InvalidInput]
    assert left(found) == 0
    year = BudgetYear.objects.get()
    refusals = twice(lambda: adjust(found, 5), lambda: deeds.close_year(actor=JOB, year=year))
    assert refusals in ([], [StateRefused])
    assert left(found) == 5 - 5 * len(refusals)


@pytest.mark.django_db
@pytest.mark.clause("QC13.1", "Q50-14.1", "Q50-14.3")
def test_sums_by_kind_and_source_beside_the_year_before(people: People, django_assert_num_queries: Any) -> None:
    first, second = line("A", 100), line("B", 50, kind="dao-tao", source="hop-phap-khac")
    before = line("A", 70, NOW - 1)
    spend(before, 30, spent_on=date(NOW - 1, 1, 1))
    spend(before, 7, spent_on=DAY)
    spend(first, 40)
    adjust(second, 10)
    void_spending(actor=JOB, spending=spend(second, 9), reason="Nhầm")
    with django_assert_num_queries(1):
        sums = year_sums(NOW)
    assert [(row.name, row.allowed, row.spent, row.before and row.before.spent) for row in sums.kinds] == [
        ("Vận hành, hạ tầng", 100, 40, 37),
        ("Đào tạo, tập huấn", 60, 0, None),
    ]
    assert [(row.name, row.left, row.share) for row in sums.sources] == [
        ("Ngân sách tỉnh", 60, 40.0),
        ("Nguồn hợp pháp khác", 60, 0.0),
    ]
    assert (sums.total.allowed, sums.total.spent) == (160, 40)
    opened(NOW - 2)
    titles = [task.title for task in tasks_for(people("division_head", "H60.02"))]
    assert f"Khóa sổ: Năm ngân sách {NOW - 2}" in titles
    figures = funding_figures(Window(clock.start_of(date(NOW, 1, 1)), clock.now()))
    assert (figures.total.allowed, figures.total.period, figures.total.spent, figures.total.before) == (
        160,
        40,
        40,
        30,
    )
    section = funding(figures)
    assert section.summary == f"Năm {NOW} được chi 160 đồng; đến hết kỳ đã chi 40 đồng."
    assert [row[0] for row in section.tables[0].rows] == ["Vận hành, hạ tầng", "Đào tạo, tập huấn"]
    unknown = funding(funding_figures(Window(clock.start_of(date(2021, 1, 1)), clock.start_of(date(2021, 2, 1)))))
    assert unknown.figures == ()
    assert "Chưa có số liệu kinh phí" in unknown.summary


HEADS = [str(column.header) for column in funding_import.COLUMNS]


def preview_of(rows: list[list[str]]) -> Any:
    content = write_csv(HEADS, rows)
    return funding_import.open_preview(opened(), actor=JOB, content=content, file_name="dt.csv", max_rows=50)


@pytest.mark.django_db
def test_a_file_is_previewed_row_by_row_and_done_whole_or_not_at_all() -> None:
    line("VH01", 1_000_000)
    good = ["BT01", "Bảo trì phần mềm", "Bảo trì, sửa chữa", "ngan-sach-tinh", "150.000.000", "QĐ 12"]
    same = ["VH01", "Thuê hạ tầng", "Vận hành, hạ tầng", "Ngân sách tỉnh", "1000000", "Quyết định 12/QĐ-UBND"]
    wrong = [
        ["VH01", "Thuê hạ tầng", "Vận hành, hạ tầng", "Ngân sách tỉnh", "2000000", "Quyết định 12/QĐ-UBND"],
        ["X1", "", "Không có", "Ngân sách tỉnh", "1,5", "QĐ"],
        ["X2", "Tên", "Chi khác", "Ngân sách tỉnh", "-5", "QĐ"],
    ]
    year, preview = opened(), preview_of([good, *wrong])
    plan, _moved = funding_import.show_preview(year, actor=JOB, preview=preview)
    assert plan.counts() == {"new": 1, "wrong": 3}
    said = {row.key: [item.header for item in row.wrong] for row in plan.of("wrong")}
    assert said["VH01"] == ["Dự toán ban đầu (đồng)"]
    assert set(said["X1"]) == {"Nội dung chi", "Loại chi", "Dự toán ban đầu (đồng)"}
    mark = preview.fingerprint
    with pytest.raises(InvalidInput):
        funding_import.import_lines(year, actor=JOB, preview=preview, fingerprint=mark, reason="QĐ")
    assert BudgetLine.objects.count() == 1
    preview = preview_of([good, same])
    funding_import.show_preview(year, actor=JOB, preview=preview)
    counts = funding_import.import_lines(
        year, actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="QĐ 12"
    )
    assert (counts["new"], counts["unchanged"]) == (1, 1)
    assert BudgetLine.objects.get(code="BT01").amount == 150_000_000
    exported = read_sheet(funding_import.export_lines(year)[1], max_rows=10)
    assert exported.rows[0][1][0] == "BT01"
    assert exported.rows[0][1][4] == 150_000_000
    again = funding_import.open_preview(
        year, actor=JOB, content=funding_import.export_lines(year)[1], file_name="x.xlsx", max_rows=10
    )
    assert funding_import.show_preview(year, actor=JOB, preview=again)[0].counts() == {"unchanged": 2}


@pytest.mark.django_db
def test_pages_of_readers_and_of_the_desk(
    agency: Callable[..., Any],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
    django_assert_max_num_queries: Any,
) -> None:
    found = line(amount=1_000_000)
    upload = check_upload(SimpleUploadedFile("unc.pdf", pdf_bytes()))
    made = spend(found, 250_000, upload=upload)
    leader = signed_in(holder("province_leader", "H60", agency, person))
    outsider = signed_in(holder("agency_officer", "H60.90", agency, person))
    places = [
        reverse("budget_year", args=[NOW]),
        reverse("budget_line", args=[found.pk]),
        reverse("spending_file", args=[found.pk, made.file.pk]),
    ]
    for place in places:
        with django_assert_max_num_queries(15):
            assert leader.get(place).status_code == 200
        assert outsider.get(place).status_code in (403, 404)
    assert "750.000 đồng" in leader.get(places[0]).content.decode()
    desk = signed_in(holder("report_officer", "H60.02", agency, person))
    page = reverse("admin:reports_budgetline_change", args=[found.pk])
    typed = {
        "do": "spend",
        "spent_on": f"01/01/{NOW}",
        "amount": "900.000",
        "document": "UNC 02",
        "form_token": uuid4(),
    }
    answer = desk.post(page, typed)
    assert answer.status_code == 422
    assert "Dòng này còn 750.000 đồng" in answer.content.decode()
    assert 'value="UNC 02"' in answer.content.decode()
    assert desk.post(page, {**typed, "amount": "700.000"}).status_code == 302
    assert left(found) == 50_000
    taken = desk.post(page, {"do": "void", "spending": made.pk, "reason": "Nhầm"})
    assert (taken.status_code, left(found)) == (302, 300_000)
    assert desk.get(reverse("admin:reports_budgetline_file", args=[found.pk, made.file.pk])).status_code == 200
    for name in ("lines_template", "export_lines", "spent", "import_lines"):
        address = reverse(f"admin:reports_budgetyear_{name}", args=[found.year_id])
        assert desk.get(address).status_code == 200
    added = desk.post(
        reverse("admin:reports_budgetline_add"),
        {
            "year": found.year_id,
            "code": "DT01",
            "title": "Tập huấn",
            "amount": "12.000.000",
            "basis": "QĐ 5",
            "kind": BudgetTerm.objects.get(code="dao-tao").pk,
            "source": found.source_id,
        },
    )
    assert (added.status_code, BudgetLine.objects.get(code="DT01").amount) == (302, 12_000_000)
    with django_assert_max_num_queries(15):
        assert desk.get(reverse("admin:reports_budgetline_changelist")).status_code == 200
    close = reverse("admin:reports_budgetyear_step", args=[found.year_id, "close"])
    assert desk.post(close).status_code == 403
    head = signed_in(holder("division_head", "H60.02", agency, person))
    assert "Không thêm dòng" in head.get(close).content.decode()
    assert (head.post(close).status_code, BudgetYear.objects.get().state) == (302, "closed")
    late = desk.post(page, {**typed, "amount": "1", "form_token": uuid4()})
    assert late.status_code == 409
    assert "đã khóa sổ" in late.content.decode()
