"""The apology, the control slip and the register of a period (ux.md P9)."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Letter
from connections.choices import PrintoutKind
from connections.models import Printout
from connections.selectors.register import entry_of, sent_between
from connections.services.apology import apologise, write_control_slip
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.papers import docx_text, pdf_text, text_of
from tests.connections.refusing import refused
from tests.connections.test_printouts import REASON, make_late


def ahead(days: int = 5) -> Any:
    """Return a day so many days from today."""
    return clock.today() + timedelta(days=days)


def test_an_apology_needs_something_late_a_reason_and_a_day_ahead(chain: Chain) -> None:
    chain.receive()
    given = {"request": chain.request, "reason": REASON, "new_day": ahead()}
    head = chain.actors["division_head"]
    refused(GuardRefused, lambda: apologise(actor=head, **given))
    make_late(chain, "evaluation")
    refused(PermissionRefused, lambda: apologise(actor=chain.actors["evaluator"], **given))
    refused(PermissionRefused, lambda: apologise(actor=chain.actors["agency_representative"], **given))
    text = refused(InvalidInput, lambda: apologise(actor=head, **{**given, "reason": " ", "new_day": clock.today()}))
    assert set(text.errors) == {"reason", "new_day"}
    letters = Letter.objects.count()
    made = apologise(actor=head, **given)
    assert REASON in text_of(made, "pdf")
    assert Letter.objects.count() > letters


def test_lateness_of_the_agency_is_no_cause_for_an_apology(chain: Chain) -> None:
    chain.ask()
    make_late(chain, "completion")
    given = {"request": chain.request, "reason": REASON, "new_day": ahead()}
    refused(GuardRefused, lambda: apologise(actor=chain.actors["division_head"], **given))


def test_the_apology_goes_through_its_page(chain: Chain, desk: Desk) -> None:
    chain.receive()
    address = reverse("admin:connections_request_apologise", args=[chain.request.pk])
    staff = reverse("admin:connections_connectionrequest_change", args=[chain.request.pk])
    assert address not in desk("division_head").get(staff).content.decode()
    make_late(chain, "evaluation")
    assert address in desk("division_head").get(staff).content.decode()
    assert address not in desk("evaluator").get(staff).content.decode()
    assert desk("division_head").get(address).status_code == 200
    wrong = desk("division_head").post(address, {"reason": REASON, "new_day": "31/02/2027"})
    assert wrong.status_code == 422
    assert REASON in wrong.content.decode()
    denied = desk("evaluator").post(address, {"reason": REASON, "new_day": f"{ahead():%d/%m/%Y}"})
    assert denied.status_code == 403
    assert not Printout.objects.filter(kind=PrintoutKind.APOLOGY).exists()
    done = desk("division_head").post(address, {"reason": REASON, "new_day": f"{ahead():%d/%m/%Y}"})
    assert done.status_code == 302
    assert Printout.objects.filter(kind=PrintoutKind.APOLOGY).count() == 1


def test_the_control_slip_tells_every_stay_and_stays_inside(chain: Chain, desk: Desk) -> None:
    chain.propose()
    address = reverse("admin:connections_request_control_slip", args=[chain.request.pk])
    assert desk("evaluator").get(address).status_code == 409
    assert desk("security_officer").post(address).status_code == 403
    assert not Printout.objects.filter(kind=PrintoutKind.CONTROL).exists()
    assert desk("evaluator").post(address).status_code == 302
    slip = Printout.objects.get(kind=PrintoutKind.CONTROL)
    said = text_of(slip, "docx")
    for wanted in ("Gửi đề nghị", "Tiếp nhận", "Trình phê duyệt", "Đang ở tình trạng «Chờ phê duyệt»", "0 giờ 0 phút"):
        assert wanted in said, wanted
    assert slip.internal
    assert desk("agency_representative").get(reverse("printout_file", args=[slip.pk, "pdf"])).status_code == 404
    assert desk("evaluator").post(address).status_code == 302
    assert Printout.objects.filter(kind=PrintoutKind.CONTROL).count() == 2


def test_a_draft_has_no_control_slip(chain: Chain) -> None:
    chain.draft()
    refused(StateRefused, lambda: write_control_slip(actor=chain.actors["evaluator"], request=chain.request))


def test_the_register_lists_what_was_sent_in_a_period(
    chain: Chain, desk: Desk, django_assert_num_queries: Any
) -> None:
    chain.draft()
    chain.receive()
    today = clock.today()
    with django_assert_num_queries(2):
        entries = [entry_of(item) for item in sent_between(chain.actors["evaluator"], today, today)]
    assert [entry.number for entry in entries] == [chain.request.number]
    assert entries[0].result == "Đang giải quyết"
    assert list(sent_between(chain.actors["evaluator"], today - timedelta(days=9), today - timedelta(days=1))) == []
    assert list(sent_between(chain.actors["technician"], today, today)) == [chain.request]
    address = reverse("admin:connections_request_register")
    assert desk("agency_officer").get(address).status_code in (302, 403, 404)
    period = {"since": f"{today:%d/%m/%Y}", "until": f"{today:%d/%m/%Y}"}
    assert chain.request.number in desk("evaluator").get(address).content.decode()
    assert chain.request.number in desk("evaluator").get(address, period).content.decode()
    for ending, read in (("pdf", pdf_text), ("docx", docx_text)):
        answer = desk("evaluator").get(address, {**period, "ending": ending})
        said = read(answer.content)
        assert "SỔ THEO DÕI HỒ SƠ KẾT NỐI" in said
        assert chain.request.number in said.replace("\u200b", "").replace("- ", "-")
        assert "Sổ có 1 hồ sơ./." in said
        assert f'.{ending}"' in answer["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(desk("evaluator").get(address, {**period, "ending": "xlsx"}).content)).active
    rows = list(sheet.values)
    assert rows[0][0] == "Mã hồ sơ"
    assert rows[1][0] == chain.request.number


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("31/02/2026", "01/03/2026", "Ngày phải theo dạng"),
        ("02/03/2026", "01/03/2026", "Ngày kết thúc phải từ ngày bắt đầu trở đi (02/03/2026)"),
        ("01/01/2025", "02/01/2026", "không quá 366 ngày"),
        ("", "01/03/2026", "Nhập từ ngày"),
    ],
)
def test_a_period_that_is_none_is_told_so(chain: Chain, desk: Desk, since: str, until: str, said: str) -> None:
    answer = desk("evaluator").get(
        reverse("admin:connections_request_register"), {"since": since, "until": until, "ending": "pdf"}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_an_empty_period_says_so_on_the_page_and_on_paper(chain: Chain, desk: Desk) -> None:
    address = reverse("admin:connections_request_register")
    period = {"since": "01/03/2026", "until": "31/03/2026"}
    text = "Không có hồ sơ nào được gửi trong thời gian này."
    assert text in desk("evaluator").get(address, period).content.decode()
    assert text in pdf_text(desk("evaluator").get(address, {**period, "ending": "pdf"}).content)
