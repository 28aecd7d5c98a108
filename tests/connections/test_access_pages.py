"""Asking for use on the pages: basket, opinion, decision, grant; other agencies see nothing (ux.md A5, A6, B6)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from catalog.models import DataElement
from connections.choices import AccessState
from connections.models import AccessRequest, Grant
from connections.services.baskets import send_basket
from core import clock
from tests.connections.asking import Asking
from tests.connections.conftest import Desk

pytestmark = pytest.mark.clause("QC4.6", "QC11.3")
SignedIn = Callable[[User], Client]


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def test_from_the_catalogue_to_a_grant_through_every_page(asking: Asking, signed_in: SignedIn, desk: Desk) -> None:
    chain, service = asking.chain, asking.service
    officer, sender = signed_in(chain.users["agency_officer"]), signed_in(chain.users["agency_representative"])
    add = reverse("basket_add", args=[service.code])
    assert "Thêm vào giỏ đề nghị" in text(officer.get(add))
    answer = officer.post(add, {"system": chain.system.code})
    found = AccessRequest.objects.get()
    assert answer["Location"] == reverse("access_line", args=[found.pk, service.code])
    line = {"operations": ["list"], "fields_wanted": ["code"], "daily_quota": "1.200"}
    assert officer.post(answer["Location"], line).status_code == 302
    page = reverse("access", args=[found.pk])
    details = {
        "purpose": chain.purpose.pk,
        "purpose_text": "Điền sẵn thửa đất",
        "legal_basis": "Khoản 4 Điều 4 Quy chế",
        "frequency": "Mỗi hồ sơ",
        "networks": "10.20.30.40",
        "wanted_until": f"31/12/{clock.today().year + 1}",
        "version": AccessRequest.objects.get().version,
    }
    kept = text(officer.post(page, {**details, "networks": "10.20", "do": "save"}))
    assert "chưa phải địa chỉ IP" in kept
    assert "Điền sẵn thửa đất" in kept
    assert officer.post(page, {**details, "do": "save"}).status_code == 302
    assert "Lưu và xem trước khi gửi" not in text(officer.get(page))
    assert officer.get(reverse("access_send", args=[found.pk])).status_code == 403
    send = reverse("access_send", args=[found.pk])
    assert "Gửi đề nghị" in text(sender.get(send))
    assert sender.post(send, {"version": AccessRequest.objects.get().version}).status_code == 302
    advisor = signed_in(asking.advising)
    assert "Cho ý kiến" in text(advisor.get(page))
    opinion = reverse("access_opinion", args=[found.pk, service.code])
    assert "Nhập lý do" in text(advisor.post(opinion, {"opinion": "object", "text": ""}))
    assert advisor.post(opinion, {"opinion": "agree", "text": ""}).status_code == 302
    weigh = reverse("admin:connections_accessrequest_weigh", args=[found.pk])
    pk = asking.line(found).pk
    refusing = {f"line-{pk}-outcome": "refused", "do": "propose"}
    assert "căn cứ pháp lý" in text(desk("evaluator").post(weigh, refusing), 422)
    decision: dict[str, Any] = {
        f"line-{pk}-outcome": "approved",
        f"line-{pk}-operations": ["list"],
        f"line-{pk}-fields_kept": ["code"],
        f"line-{pk}-daily_quota": "1200",
        "do": "propose",
    }
    assert desk("evaluator").post(weigh, decision).status_code == 302
    assert desk("evaluator").post(weigh, {"do": "decide"}).status_code == 403
    assert "Duyệt quyết định" in text(desk("department_leader").get(weigh))
    assert desk("department_leader").post(weigh, {"do": "decide"}).status_code == 302
    grant = Grant.objects.get(service=service, environment="live")
    assert (grant.daily_quota, grant.operations, grant.fields) == (1200, ["list"], ["code"])
    shown = text(officer.get(reverse("grant", args=[grant.code])))
    assert "Sổ đăng ký và bộ trung gian" in shown
    assert "Lệch" not in shown
    assert "Chưa có khóa nào đang dùng" in shown
    assert grant.code in text(advisor.get(reverse("grants")))


def test_another_agency_finds_nothing_of_it(
    asking: Asking, agency: Callable[..., Agency], person: Callable[..., User], signed_in: SignedIn
) -> None:
    found = asking.sent()
    grant = Grant.objects.get(environment="live")
    other = agency("H60.11", name="Sở Y tế")
    roles = ("agency_officer", "agency_representative", "technician", "provider_officer")
    client = signed_in(person("nguoi-khac@lgsp.example", other, *roles))
    for name, args in (
        ("access", [found.pk]),
        ("access_send", [found.pk]),
        ("access_withdraw", [found.pk]),
        ("access_line", [found.pk, asking.service.code]),
        ("access_opinion", [found.pk, asking.service.code]),
        ("grant", [grant.code]),
        ("revoke_every_key", [asking.chain.system.code]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404, name
    for name, args in (
        ("access_drop", [found.pk, asking.service.code]),
        ("renew_grant", [grant.code]),
        ("access", [found.pk]),
    ):
        assert client.post(reverse(name, args=args)).status_code == 404, name
    add = reverse("basket_add", args=[asking.service.code])
    assert client.post(add, {"system": asking.chain.system.code}).status_code == 404
    for name in ("grants", "accesses"):
        page = text(client.get(reverse(name), {"q": "mot cua"}))
        assert found.code not in page
        assert grant.code not in page
    assert AccessRequest.objects.get().state == AccessState.SENT


def test_a_provider_reads_its_own_services_only(
    asking: Asking, person: Callable[..., User], signed_in: SignedIn
) -> None:
    basket = asking.basket()
    asking.basket(asking.chain.service)
    sent = send_basket(actor=asking.sender, access=basket)
    page = text(signed_in(asking.advising).get(reverse("access", args=[sent.pk])))
    assert asking.service.code in page
    assert asking.chain.service.code not in page
    other = reverse("access_opinion", args=[sent.pk, asking.chain.service.code])
    assert signed_in(asking.advising).get(other).status_code == 404


def test_lists_narrow_by_folded_words_and_cost_the_same(
    asking: Asking, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    asking.decided()
    client = signed_in(asking.chain.users["agency_officer"])
    for words in ("mot cua", "Một cửa", "Mo\u0302\u0323t cu\u031b\u0309a"):
        assert "4 quyền" in text(client.get(reverse("grants"), {"q": words}))
    assert "0 quyền" in text(client.get(reverse("grants"), {"standing": "revoked"}))
    assert "2 quyền" in text(client.get(reverse("grants"), {"environment": "live"}))
    assert "Không tìm thấy quyền nào" in text(client.get(reverse("grants"), {"q": "không có"}))
    with django_assert_max_num_queries(12):
        client.get(reverse("grants"))
    with django_assert_max_num_queries(12):
        client.get(reverse("accesses"))


def test_the_operator_narrows_and_revokes_on_the_staff_page(asking: Asking, desk: Desk) -> None:
    grant = Grant.objects.get(environment="live")
    narrow = f"/quan-tri/connections/grant/{grant.pk}/thu-hep/"
    given = {
        "operations": ["one"],
        "fields_kept": ["code", "name"],
        "networks": "10.20.30.0/24",
        "daily_quota": "900",
        "rate_per_second": "10",
        "valid_to": "",
        "reason": "",
    }
    assert desk("operator").get(narrow).status_code == 200
    assert "Lý do" in text(desk("operator").post(narrow, given), 422)
    assert desk("operator").post(narrow, {**given, "reason": "Chỉ tra cứu"}).status_code == 302
    grant.refresh_from_db()
    assert (grant.operations, grant.daily_quota) == (["one"], 900)
    revoke = f"/quan-tri/connections/grant/{grant.pk}/thu-hoi/"
    assert desk("evaluator").get(revoke).status_code == 403
    assert desk("operator").post(revoke, {"reason": "Sai mục đích", "legal_basis": ""}).status_code == 422
    assert desk("operator").post(revoke, {"reason": "Sai mục đích", "legal_basis": "Điều 5"}).status_code == 302
    grant.refresh_from_db()
    assert grant.revoked_at is not None


def test_renewing_from_the_page_of_the_grant_fills_the_basket(asking: Asking, signed_in: SignedIn) -> None:
    grant = Grant.objects.get(environment="live")
    client = signed_in(asking.chain.users["agency_officer"])
    answer = client.post(reverse("renew_grant", args=[grant.code]))
    basket = AccessRequest.objects.get()
    assert answer["Location"] == reverse("access", args=[basket.pk])
    line = basket.lines.get()
    assert (line.renews, line.operations, line.daily_quota) == (grant, grant.operations, grant.daily_quota)
    client.post(reverse("access_drop", args=[basket.pk, asking.chain.service.code]))
    assert not basket.lines.exists()


@pytest.mark.clause("QC4.4")
def test_fields_the_system_receives_already_are_pointed_to(asking: Asking, signed_in: SignedIn) -> None:
    """While filing, in a basket as in a dossier, a field that another service of the system gives is named."""
    basket = asking.basket()
    officer = signed_in(asking.chain.users["agency_officer"])
    page = text(officer.get(reverse("access_line", args=[basket.pk, asking.service.code])))
    assert "Dữ liệu hệ thống đã có hoặc đang đề nghị" in page
    assert reverse("data_service", args=[asking.chain.service.code]) in page
    DataElement.objects.filter(operation__version__service=asking.chain.service).delete()
    page = text(officer.get(reverse("access_line", args=[basket.pk, asking.service.code])))
    assert "Dữ liệu hệ thống đã có hoặc đang đề nghị" not in page
