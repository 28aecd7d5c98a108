"""The portal's pages of information systems: forms, conflicts, foreign rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import InformationSystem
from catalog.services.systems import change_system, retire_system
from tests.catalog.conftest import JOB, SYSTEM

Systems = Callable[..., InformationSystem]


@pytest.fixture
def officer(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Callable[..., Client]:
    """A signed-in person of a role at an agency."""

    def make(role: str = "agency_officer", code: str = "H60.90") -> Client:
        body = agency(code, is_operator=code == "H60.02")
        return signed_in(person(f"{role.replace('_', '-')}.{code.lower()}@lgsp.example", body, role))

    return make


def form(agency: Agency, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Hệ thống một cửa",
        "operating_unit": agency.pk,
        "purpose": "Giải quyết thủ tục hành chính",
        "security_level": "2",
        "security_decision": "12/QĐ-UBND",
        "security_decided_on": "19/03/2026",
        "environments": ["sandbox", "live"],
        "networks": "10.20.30.40\r\n10.20.31.0/24\r\n",
        **fields,
    }


def test_an_officer_registers_through_the_form(officer: Callable[..., Client], agency: Callable[..., Agency]) -> None:
    client = officer()
    assert "Đăng ký hệ thống đầu tiên" in client.get("/he-thong/").content.decode()
    done = client.post("/he-thong/moi/", form(agency("H60.90")))
    assert (done.status_code, done["Location"]) == (302, "/he-thong/H60.90.HT01/")
    made = InformationSystem.objects.get()
    assert made.networks == ["10.20.30.40", "10.20.31.0/24"]
    assert made.state == "registered"
    text = client.get(done["Location"]).content.decode()
    for part in ("H60.90.HT01", "Quyết định 12/QĐ-UBND ngày 19/03/2026", "10.20.31.0/24", "Đăng ký hệ thống"):
        assert part in text


def test_errors_come_back_with_everything_that_was_typed(
    officer: Callable[..., Client], agency: Callable[..., Agency]
) -> None:
    wrong = form(agency("H60.90"), networks="10.0.0\nmay chu", purpose="", security_decided_on="31/02/2026")
    client = officer()
    page = client.post("/he-thong/moi/", wrong)
    text = page.content.decode()
    assert page.status_code == 200
    assert "<title>Lỗi: " in text
    for part in ("Hệ thống một cửa", "12/QĐ-UBND", "31/02/2026", "10.0.0", "Ngày phải theo dạng"):
        assert part in text
    assert not InformationSystem.objects.exists()
    page = client.post("/he-thong/moi/", {**wrong, "security_decided_on": "19/03/2026"})
    assert "«10.0.0» chưa phải địa chỉ IP" in page.content.decode()
    assert "Nhập mục đích sử dụng" in page.content.decode()
    assert not InformationSystem.objects.exists()


def test_a_draft_is_kept_with_gaps_and_registered_later(
    officer: Callable[..., Client], agency: Callable[..., Agency]
) -> None:
    client = officer()
    client.post("/he-thong/moi/", {"name": "Dở dang", "operating_unit": agency("H60.90").pk, "draft": "1"})
    page = client.get("/he-thong/H60.90.HT01/").content.decode()
    assert "Chưa thể thực hiện «Đăng ký hệ thống»" in page
    refused = client.post("/he-thong/H60.90.HT01/viec/register/")
    assert refused.status_code == 422
    assert InformationSystem.objects.get().state == "draft"
    revision = InformationSystem.objects.get().revision
    client.post("/he-thong/H60.90.HT01/sua/", form(agency("H60.90"), revision=revision))
    assert client.post("/he-thong/H60.90.HT01/viec/register/").status_code == 302
    assert InformationSystem.objects.get().state == "registered"


def test_the_slower_of_two_sees_the_conflict_keeps_their_text_and_may_send_again(
    officer: Callable[..., Client], system: Systems, agency: Callable[..., Agency]
) -> None:
    found, client = system(), officer()
    seen = found.revision
    change_system(actor=JOB, system=found, supplier="Nhà thầu A")
    typed = form(agency("H60.90"), supplier="Nhà thầu B", revision=seen)
    page = client.post(f"/he-thong/{found.code}/sua/", typed)
    text = page.content.decode()
    assert "vừa thay đổi nội dung này" in text
    assert "Nhà thầu A" in text
    assert 'value="Nhà thầu B"' in text
    assert InformationSystem.objects.get().supplier == "Nhà thầu A"
    fresh = page.context["form"]["revision"].value()
    assert client.post(f"/he-thong/{found.code}/sua/", {**typed, "revision": fresh}).status_code == 302
    assert InformationSystem.objects.get().supplier == "Nhà thầu B"


def test_retiring_asks_why_and_says_what_happens(officer: Callable[..., Client], system: Systems) -> None:
    found, client = system(), officer()
    address = f"/he-thong/{found.code}/viec/retire/"
    assert "không đăng ký lại được" in client.get(address).content.decode()
    assert "Nhập lý do" in client.post(address, {"reason": " "}).content.decode()
    assert InformationSystem.objects.get().state == "registered"
    assert client.post(address, {"reason": "Thay bằng hệ thống khác"}).status_code == 302
    assert client.get(address).status_code == 404
    assert client.post(address, {"reason": "Lần nữa"}).status_code == 409
    assert "Thay bằng hệ thống khác" in client.get(f"/he-thong/{found.code}/").content.decode()


@pytest.mark.clause("QC8.2")
@pytest.mark.parametrize(
    ("role", "code", "reads", "writes"),
    [
        ("agency_officer", "H60.90", True, True),
        ("agency_representative", "H60.90", True, False),
        ("technician", "H60.90", True, False),
        ("agency_officer", "H60.91", False, False),
        ("technician", "H60.91", False, False),
        ("provider_officer", "H60.90", False, False),
        ("evaluator", "H60.02", True, False),
        ("operator", "H60.02", True, True),
        ("inspector", "H60.02", True, False),
        ("province_leader", "H60.92", False, False),
    ],
)
def test_who_may_open_and_change_a_system(
    officer: Callable[..., Client],
    system: Systems,
    agency: Callable[..., Agency],
    role: str,
    code: str,
    reads: bool,
    writes: bool,
) -> None:
    found, client = system("H60.90"), officer(role, code)
    address = f"/he-thong/{found.code}/"
    page = client.get(address)
    assert page.status_code == 200 if reads else page.status_code in (403, 404)
    assert found.code in client.get("/he-thong/").content.decode() if reads else True
    facts = Fact.objects.count()
    sent = client.post(f"{address}sua/", form(agency("H60.90"), revision=found.revision))
    left = client.post(f"{address}viec/retire/", {"reason": "Lý do"})
    if writes:
        assert (sent.status_code, left.status_code) == (302, 302)
    else:
        assert {sent.status_code, left.status_code} <= {403, 404}
        assert Fact.objects.count() == facts
        assert InformationSystem.objects.get().state == "registered"


def test_another_agency_s_system_is_not_found_by_any_page(officer: Callable[..., Client], system: Systems) -> None:
    found, client = system("H60.91", name="Hệ thống kín"), officer()
    for page in ("", "sua/", "viec/retire/"):
        assert client.get(f"/he-thong/{found.code}/{page}").status_code == 404
    text = client.get("/he-thong/", {"q": "kin"}).content.decode()
    assert "Hệ thống kín" not in text
    assert found.code not in text


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    officer: Callable[..., Client], system: Systems, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = officer()
    for number in range(15):
        system("H60.90", name=f"Hệ thống {number}")
    retire_system(actor=JOB, system=InformationSystem.objects.first(), reason="Hết dùng")
    with django_assert_max_num_queries(10):
        page = client.get("/he-thong/")
    assert page.context["page"].paginator.count == 14
    assert client.get("/he-thong/", {"retired": "1"}).context["page"].paginator.count == 1
    assert SYSTEM["networks"]
