"""Staff pages of campaigns: drafting, who is asked, issuing, comparing, who is late, the result (QC15.5)."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import Fact
from audit.services.rollups import roll_up
from core import clock
from core.sheets import XLSX
from reports.campaign_choices import CampaignState, StatementState
from reports.models import Campaign, CampaignQuestion
from reports.services.campaign_merging import merge_campaign
from reports.services.campaigns import close_campaign
from reports.services.statement_steps import accept_statement
from reports.services.statements import attach_file
from tests.core.file_makers import pdf_bytes
from tests.reports.campaigning import FIRST, OPERATOR, SECOND, Round, campaigning, in_days, last_month

__all__ = ["campaigning"]
pytestmark = pytest.mark.clause("QC15.5")
LIST = "admin:reports_campaign_changelist"


def page_of(name: str, *args: Any) -> str:
    return reverse(f"admin:reports_{name}", args=args)


@pytest.fixture
def desk(campaigning: Round, signed_in: Callable[..., Client]) -> Client:
    return signed_in(campaigning.users["report_officer", OPERATOR])


def typed(**fields: str) -> dict[str, str]:
    start, end = last_month()
    given = {"title": "Tháng trước", "period_start": f"{start:%d/%m/%Y}", "period_end": f"{end:%d/%m/%Y}"}
    return {**given, "everyone": "on", "tolerance_percent": "5", "accepts_late": "on", **fields}


def test_a_campaign_is_drafted_looked_at_and_issued(desk: Client, campaigning: Round) -> None:
    wrong = desk.post(page_of("campaign_add"), typed(title="", tolerance_percent="=1", instructions="Đã gõ"))
    page = wrong.content.decode()
    assert "Nhập tên đợt báo cáo" in page
    assert "Nhập một số nguyên" in page
    assert "Đã gõ" in page
    assert desk.post(page_of("campaign_add"), typed()).status_code == 302
    found = Campaign.objects.get()
    form = desk.get(page_of("campaign_change", found.pk)).content.decode()
    assert "Phát hành đợt báo cáo" in form
    assert "Tính khi phát hành" in form
    changed = typed(title="Tên mới", seen=str(found.revision))
    assert desk.post(page_of("campaign_change", found.pk), changed).status_code == 302
    stale = desk.post(page_of("campaign_change", found.pk), typed(title="Cũ", seen=str(found.revision)))
    assert "vừa thay đổi nội dung này" in stale.content.decode()
    roll_up()
    asked = desk.get(page_of("campaign_audience", found.pk)).content.decode()
    assert "Sở Nông nghiệp và Môi trường" in asked
    assert "Có 2 cơ quan" in asked
    step = page_of("campaign_step", found.pk, "issue")
    assert "2 cơ quan được đề nghị báo cáo" in desk.get(step).content.decode()
    assert desk.post(step).status_code == 302
    assert Campaign.objects.get().state == CampaignState.ISSUED
    again = desk.post(step)
    assert again.status_code == 409
    assert "«Đang thu báo cáo»" in again.content.decode()
    assert "Tên mới" in desk.get(reverse(LIST)).content.decode()
    assert "0 / 2" in desk.get(reverse(LIST)).content.decode()
    assert "Gia hạn nộp" in desk.get(page_of("campaign_change", found.pk)).content.decode()


def test_statements_are_judged_compared_and_listed(desk: Client, campaigning: Round) -> None:
    campaign = campaigning.issue()
    campaigning.fill(declared={"xa-phuong": 30}, said="Đếm <i>cả</i> lượt thử lại")
    found = campaigning.statement()
    kept = attach_file(actor=campaigning.officer(), statement=found, file=SimpleUploadedFile("bang.pdf", pdf_bytes()))
    address = page_of("statement_change", found.pk)
    unseen = desk.get(address).content.decode()
    assert "Cơ quan chưa nộp" in unseen
    assert "lượt thử lại" not in unseen
    assert desk.get(page_of("statement_file", found.pk, kept.pk)).status_code == 404
    assert desk.get(page_of("statement_history", found.pk)).status_code == 404
    assert "lượt thử lại" not in str(list(Fact.objects.values_list("after", flat=True)))
    campaigning.submit()
    assert desk.get(page_of("statement_history", found.pk)).status_code == 200
    page = desk.get(address).content.decode()
    assert "Đếm &lt;i&gt;cả&lt;/i&gt; lượt thử lại" in page
    assert desk.get(page_of("statement_file", found.pk, kept.pk)).content.startswith(b"%PDF")
    assert desk.get(page_of("statement_paper", found.pk, 1, "docx")).content.startswith(b"PK")
    queue = desk.get(page_of("statement_changelist") + "?state__exact=submitted").content.decode()
    assert found.code in queue
    assert campaigning.statement(SECOND).code not in queue
    table = desk.get(page_of("campaign_compare", campaign.pk) + "?only=giai-trinh").content.decode()
    assert "Quá mức" in table
    assert "Có 1 dòng" in table
    book = desk.get(page_of("campaign_compare", campaign.pk) + "?ending=xlsx")
    assert book["Content-Type"] == XLSX
    rows = list(load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True))
    assert rows[1][5:8] == (20, 30, 10)
    assert desk.get(page_of("campaign_compare", campaign.pk) + "?ending=exe").status_code == 404
    back = page_of("statement_step", found.pk, "send_back")
    assert "Nhập lý do" in desk.post(back, {"reason": " "}).content.decode()
    assert desk.post(back, {"reason": "Chưa rõ"}).status_code == 302
    assert campaigning.statement().state == StatementState.RETURNED
    assert desk.post(page_of("statement_step", found.pk, "accept")).status_code == 409
    # Handed in again meanwhile: who still has the first one open accepts nothing, and is shown what is there now.
    campaigning.submit()
    fresh = campaigning.statement()
    accept = page_of("statement_step", found.pk, "accept")
    stale = desk.post(accept, {"seen": str(found.revision)})
    assert stale.status_code == 409
    assert f'name="seen" value="{fresh.revision}"' in stale.content.decode()
    assert campaigning.statement().state == StatementState.SUBMITTED
    assert desk.post(accept, {"seen": str(fresh.revision)}).status_code == 302
    assert campaigning.statement().state == StatementState.ACCEPTED
    assert "Không có cơ quan nào nộp muộn" in desk.get(page_of("campaign_late", campaign.pk)).content.decode()
    campaign.due_at = clock.now() - timedelta(hours=1)
    campaign.save()
    late = desk.get(page_of("campaign_late", campaign.pk)).content.decode()
    assert "Sở Tư pháp" in late
    assert "Sở Tư pháp" in desk.get(page_of("campaign_late", campaign.pk) + "?ending=csv").content.decode("utf-8-sig")
    assert campaigning.statement(SECOND).code in desk.get(page_of("statement_changelist") + "?muon=1").content.decode()


def test_more_time_and_the_result(desk: Client, campaigning: Round) -> None:
    campaign = campaigning.issue()
    extend = page_of("campaign_extend", campaign.pk)
    assert "Chọn ngày sau ngày" in desk.post(extend, {"due_on": "01/01/2020", "reason": "Bão"}).content.decode()
    wrong = desk.post(extend, {"due_on": "mai", "reason": "Giữ lại chữ này"}).content.decode()
    assert "Ngày phải theo dạng" in wrong
    assert "Giữ lại chữ này" in wrong
    day = campaign.due_at + timedelta(days=9)  # type: ignore[operator]
    assert desk.post(extend, {"due_on": f"{day:%d/%m/%Y}", "reason": "Bão"}).status_code == 302
    assert desk.get(page_of("campaign_result", campaign.pk)).status_code == 404
    campaigning.hand_in()
    close_campaign(actor=campaigning.staff, campaign=campaign)
    merge = page_of("campaign_step", campaign.pk, "merge")
    assert "Còn 1 báo cáo đã nộp" in desk.get(merge).content.decode()
    assert desk.post(merge).status_code == 422
    accept_statement(actor=campaigning.staff, statement=campaigning.statement())
    assert desk.post(merge).status_code == 302
    page = desk.get(page_of("campaign_result", campaign.pk)).content.decode()
    assert "Chấp nhận 1 trên 2" in page
    first, second = (desk.get(page_of("campaign_result", campaign.pk) + "?ending=xlsx").content for _ in "ab")
    assert first == second
    assert first.startswith(b"PK")


def test_who_opens_the_staff_pages(campaigning: Round, signed_in: Callable[..., Client]) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in()
    addresses = [page_of(f"campaign_{name}", campaign.pk) for name in ("change", "audience", "compare", "late")]
    addresses += [page_of("statement_change", campaigning.statement().pk), page_of("campaignquestion_changelist")]
    inspector = signed_in(campaigning.users["inspector", OPERATOR])
    officer = signed_in(campaigning.users["agency_officer", FIRST])
    for address in addresses:
        assert inspector.get(address).status_code == 200, address
        assert officer.get(address).status_code in (302, 404), address
    assert inspector.get(page_of("campaign_extend", campaign.pk)).status_code == 403
    assert inspector.post(page_of("campaign_step", campaign.pk, "close")).status_code == 403
    assert Campaign.objects.get().state == CampaignState.ISSUED
    question = CampaignQuestion.objects.get(code="ket-qua")
    assert "Lý do" not in inspector.get(page_of("campaignquestion_change", question.pk)).content.decode()


def test_staff_pages_read_few_times(
    desk: Client, campaigning: Round, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in()
    found = campaigning.statement()
    addresses = [reverse(LIST), page_of("campaign_change", campaign.pk), page_of("campaign_audience", campaign.pk)]
    addresses += [page_of("campaign_compare", campaign.pk), page_of("campaign_late", campaign.pk)]
    addresses += [page_of("statement_changelist"), page_of("statement_change", found.pk)]
    with in_days(0):
        for address in addresses:
            desk.get(address)
            with django_assert_max_num_queries(15):
                desk.get(address)


def test_a_merged_campaign_offers_no_step(desk: Client, campaigning: Round) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in()
    accept_statement(actor=campaigning.staff, statement=campaigning.statement())
    close_campaign(actor=campaigning.staff, campaign=campaign)
    merge_campaign(actor=campaigning.staff, campaign=campaign)
    assert "Việc có thể thực hiện" not in desk.get(page_of("campaign_change", campaign.pk)).content.decode()
    assert desk.post(page_of("campaign_step", campaign.pk, "accept_matching")).status_code == 302
