"""Who answers for a system, its official code, its papers, its history; and the list on the portal."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Agency, Membership, User
from accounts.services.memberships import end_membership
from audit.models import Fact
from catalog.models import InformationSystem, SecurityDossier, SystemContact
from catalog.services.system_codes import replace_system_code
from catalog.services.system_people import end_contact, name_contact
from catalog.services.systems import change_system, register_system, retire_system
from core import clock
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB, SYSTEM
from tests.core.file_makers import pdf_bytes

Systems = Callable[..., InformationSystem]
Clients = Callable[..., Client]
Persons = Callable[..., User]


@pytest.fixture
def officer(agency: Callable[..., Agency], person: Persons, signed_in: Callable[[User], Client]) -> Clients:
    """A signed-in person of a role at an agency, the same one each time."""
    known: dict[tuple[str, str], Client] = {}

    def make(role: str = "agency_officer", code: str = "H60.90") -> Client:
        if (role, code) not in known:
            body = agency(code, is_operator=code == "H60.02")
            known[role, code] = signed_in(person(f"{role.replace('_', '-')}.{code.lower()}@lgsp.example", body, role))
        return known[role, code]

    return make


@pytest.fixture
def technician(agency: Callable[..., Agency], person: Persons) -> User:
    """A technician of H60.90."""
    return person("ky-thuat@lgsp.example", agency("H60.90"), "technician")


@pytest.mark.clause("QC3.2")
def test_the_owner_s_people_name_a_contact_on_a_form_and_end_it_with_a_reason(
    officer: Clients, system: Systems, technician: User
) -> None:
    found, client = system(), officer()
    address = f"/he-thong/{found.code}/dau-moi/owner/moi/"
    assert technician.full_name in client.get(address).content.decode()
    wrong = client.post(address, {"person": technician.pk, "duty": " "})
    assert wrong.status_code == 200
    assert not SystemContact.objects.exists()
    assert client.post(address, {"person": technician.pk, "duty": "Giao diện lập trình"}).status_code == 302
    contact = SystemContact.objects.get()
    assert (contact.since, contact.until) == (clock.today(), None)
    text = client.get(f"/he-thong/{found.code}/").content.decode()
    assert "Giao diện lập trình" in text
    assert "Đang phụ trách" in text
    again = client.post(address, {"person": technician.pk, "duty": "Khác"})
    assert "đang là đầu mối" in again.content.decode()
    end = f"/he-thong/{found.code}/dau-moi/{contact.pk}/thoi/"
    assert "Nhập lý do" in client.post(end, {"reason": ""}).content.decode()
    assert client.post(end, {"reason": "Chuyển công tác"}).status_code == 302
    assert "Chuyển công tác" in client.get(f"/he-thong/{found.code}/").content.decode()
    assert client.post(end, {"reason": "Lần nữa"}).status_code == 200
    assert SystemContact.objects.get().end_reason == "Chuyển công tác"
    deeds = list(Fact.objects.filter(deed__startswith="system.contact").values_list("deed", flat=True))
    assert sorted(deeds) == ["system.contact_ended", "system.contact_named"]


@pytest.mark.clause("QC12.3")
def test_a_leaver_is_shown_as_left_and_reads_nothing_more_at_once(
    officer: Clients,
    system: Systems,
    technician: User,
    signed_in: Callable[[User], Client],
    people: Callable[..., Any],
) -> None:
    found = system()
    name_contact(actor=JOB, system=found, side="owner", person=technician, duty="Máy chủ")
    theirs = signed_in(technician)
    assert theirs.get(f"/he-thong/{found.code}/").status_code == 200
    admin = people("agency_admin")
    end_membership(actor=admin, membership=Membership.objects.get(user=technician), reason="Thôi việc")
    assert theirs.get(f"/he-thong/{found.code}/").status_code in (302, 403)
    text = officer().get(f"/he-thong/{found.code}/").content.decode()
    assert "Không còn vai trò tại cơ quan" in text
    assert "Máy chủ" in text


def test_only_people_with_a_role_on_that_side_are_contacts(system: Systems, person: Persons, technician: User) -> None:
    found = system()
    stranger = person("nguoi-la@lgsp.example", technician.memberships.get().agency)
    facts = Fact.objects.count()
    for side, who in (("owner", stranger), ("operator", technician), ("owner", None)):
        with pytest.raises(InvalidInput, match="Chọn người đang giữ vai trò"):
            name_contact(actor=JOB, system=found, side=side, person=who, duty="Việc")
    with pytest.raises(InvalidInput, match="Chọn bên"):
        name_contact(actor=JOB, system=found, side="both", person=technician, duty="Việc")
    retire_system(actor=JOB, system=found, reason="Hết dùng")
    with pytest.raises(StateRefused):
        name_contact(actor=JOB, system=found, side="owner", person=technician, duty="Việc")
    assert (SystemContact.objects.count(), Fact.objects.count()) == (0, facts + 1)


def test_the_operator_s_contact_is_named_by_the_operator_only(
    officer: Clients, system: Systems, people: Callable[..., Any], person: Persons, agency: Callable[..., Agency]
) -> None:
    found = system()
    on_duty = person("truc@lgsp.example", agency("H60.02", is_operator=True), "operator")
    with pytest.raises(PermissionRefused):
        name_contact(actor=people("technician"), system=found, side="operator", person=on_duty, duty="Trực")
    address = f"/he-thong/{found.code}/dau-moi/operator/moi/"
    assert officer("agency_officer").post(address, {"person": on_duty.pk, "duty": "Trực"}).status_code == 404
    assert officer("operator", "H60.02").post(address, {"person": on_duty.pk, "duty": "Trực"}).status_code == 302
    contact = SystemContact.objects.get()
    with pytest.raises(PermissionRefused):
        end_contact(actor=people("agency_representative"), contact=contact, reason="x")
    assert SystemContact.objects.get().until is None


@pytest.mark.clause("QC8.2")
@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("agency_officer", "H60.91"),
        ("technician", "H60.91"),
        ("provider_officer", "H60.91"),
        ("province_leader", "H60.92"),
    ],
)
def test_a_foreign_agency_finds_none_of_the_pages(
    officer: Clients, system: Systems, technician: User, role: str, code: str
) -> None:
    found, client = system("H60.90"), officer(role, code)
    contact = name_contact(actor=JOB, system=found, side="owner", person=technician, duty="Máy chủ")
    kept = SecurityDossier.objects.create(
        system=found, name="a.pdf", sha256="0" * 64, size=1, media_kind="application/pdf", stored_at=clock.now()
    )
    facts = Fact.objects.count()
    pages = (
        "lich-su/",
        "dau-moi/owner/moi/",
        f"dau-moi/{contact.pk}/thoi/",
        "ho-so-cap-do/",
        f"ho-so-cap-do/{kept.pk}/",
    )
    for page in pages:
        address = f"/he-thong/{found.code}/{page}"
        assert client.get(address).status_code in (403, 404)
        assert client.post(address, {"reason": "x", "person": technician.pk, "duty": "x"}).status_code in (
            403,
            404,
            405,
        )
    assert Fact.objects.count() == facts
    assert SystemContact.objects.get().until is None


@pytest.mark.clause("QC9.4")
def test_papers_of_the_security_level_are_kept_and_read_with_a_note(officer: Clients, system: Systems) -> None:
    found, client = system(), officer()
    address = f"/he-thong/{found.code}/ho-so-cap-do/"
    refused = client.post(address, {"file": SimpleUploadedFile("a.exe", b"MZ")})
    assert "không được hỗ trợ" in refused.content.decode()
    assert not SecurityDossier.objects.exists()
    content = pdf_bytes()
    for _twice in range(2):
        assert client.post(address, {"file": SimpleUploadedFile("quyet-dinh.pdf", content)}).status_code == 302
    kept = SecurityDossier.objects.get()
    assert "quyet-dinh.pdf" in client.get(f"/he-thong/{found.code}/").content.decode()
    assert client.get(f"{address}{kept.pk}/").content == content
    assert not Fact.objects.filter(deed="system.dossier_read").exists()
    assert officer("evaluator", "H60.02").get(f"{address}{kept.pk}/").content == content
    assert Fact.objects.filter(deed="system.dossier_read").count() == 1
    assert officer("technician").post(address, {"file": SimpleUploadedFile("b.pdf", content)}).status_code == 403


@pytest.mark.clause("QC7.6")
def test_an_official_code_replaces_the_sample_one_which_still_leads_there(
    officer: Clients, system: Systems, people: Callable[..., Any]
) -> None:
    found, client = system(), officer("operator", "H60.02")
    page = f"/quan-tri/catalog/informationsystem/{found.pk}/thay-ma/"
    assert "Điều gì sẽ xảy ra" in client.get(page).content.decode()
    form = {"code": "H60.90.TT9", "basis": "", "revision": found.revision}
    assert "Nhập căn cứ" in client.post(page, form).content.decode()
    assert "chữ in hoa" in client.post(page, {**form, "code": "a b", "basis": "x"}).content.decode()
    assert InformationSystem.objects.get().code == "H60.90.HT01"
    assert client.post(page, {**form, "basis": "Văn bản 9"}).status_code == 302
    stored = InformationSystem.objects.get()
    assert (stored.code, stored.code_is_official, stored.code_basis) == ("H60.90.TT9", True, "Văn bản 9")
    moved = officer().get("/he-thong/H60.90.HT01/")
    assert (moved.status_code, moved["Location"]) == (302, "/he-thong/H60.90.TT9/")
    assert officer().get("/he-thong/", {"q": "ht01"}).context["page"].paginator.count == 1
    slower = client.post(page, {**form, "basis": "Văn bản 9"})
    assert "vừa thay đổi nội dung này" in slower.content.decode()
    with pytest.raises(PermissionRefused):
        replace_system_code(actor=people("technician"), system=stored, code="H60.1", basis="x")


def test_a_code_that_was_ever_used_is_not_given_again(system: Systems) -> None:
    first, second = system(), system(name="Hai")
    replace_system_code(actor=JOB, system=first, code="H60.90.HT03", basis="Văn bản 1")
    for code in ("H60.90.HT03", "H60.90.HT01"):
        with pytest.raises(InvalidInput, match="không bao giờ dùng lại"):
            replace_system_code(actor=JOB, system=second, code=code, basis="x")
    third = register_system(actor=JOB, owner=first.owner, name="Ba", **SYSTEM)
    assert third.code == "H60.90.HT04"
    assert second.code == "H60.90.HT02"


@pytest.mark.clause("QC4.7")
def test_history_shows_each_field_before_and_after(officer: Clients, system: Systems) -> None:
    found = system(supplier="Nhà thầu A")
    change_system(actor=JOB, system=found, supplier="Nhà thầu B", technologies=["Java"])
    text = officer().get(f"/he-thong/{found.code}/lich-su/").content.decode()
    assert "<del>Nhà thầu A</del>" in text
    assert "Nhà thầu B" in text
    assert "Sửa thông tin hệ thống" in text
    assert "Thử nghiệm, Chính thức" in text
    assert officer("evaluator", "H60.02").get(f"/he-thong/{found.code}/lich-su/").status_code == 200


@pytest.mark.clause("QC3.2")
def test_the_list_is_narrowed_by_what_the_address_says(officer: Clients, system: Systems) -> None:
    system("H60.90", name="Đất đai", kind="database", security_level=3)
    system("H60.90", name="Một cửa", environments=["live"])
    decided = {"security_decision": "1/QĐ", "security_decided_on": clock.today() - timedelta(days=1)}
    system("H60.91", name="Hộ tịch", **decided)
    staff, own = officer("evaluator", "H60.02"), officer()

    def names(client: Client, **query: Any) -> set[str]:
        return {item.name for item in client.get("/he-thong/", query).context["page"]}

    assert names(staff) == {"Đất đai", "Một cửa", "Hộ tịch"}
    assert names(own) == {"Đất đai", "Một cửa"}
    assert names(staff, q="dat dai") == {"Đất đai"}
    assert names(staff, level=["3", "none"]) == {"Đất đai"}
    assert names(staff, kind="database") == {"Đất đai"}
    assert names(staff, environment="sandbox") == {"Đất đai", "Hộ tịch"}
    assert names(staff, decision="none", owner="H60.90") == {"Đất đai", "Một cửa"}
    assert names(staff, owner="H60.91") == {"Hộ tịch"}
    assert names(own, owner="H60.91") == set()
    assert names(staff, level="9", state="x") == {"Đất đai", "Một cửa", "Hộ tịch"}
    facets = {facet["name"] for facet in own.get("/he-thong/").context["facets"]}
    assert facets == {"state", "kind", "level", "environment", "decision"}
    assert "Hộ tịch" not in own.get("/he-thong/").content.decode()


def test_an_export_holds_what_the_list_shows_and_nothing_foreign(officer: Clients, system: Systems) -> None:
    system("H60.90", name="Đất đai", security_level=3)
    system("H60.90", name="Một cửa")
    system("H60.91", name="Hộ tịch")
    page = officer().get("/he-thong/xuat/", {"level": "3"})
    sheet: Any = load_workbook(io.BytesIO(page.content)).active
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["Đất đai"]
    sheet = load_workbook(io.BytesIO(officer().get("/he-thong/xuat/").content)).active
    assert {row[1].value for row in sheet.iter_rows(min_row=2)} == {"Đất đai", "Một cửa"}


def test_the_page_of_a_system_takes_the_same_queries_for_many_contacts(
    officer: Clients, system: Systems, person: Persons, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    found, client = system(), officer()
    for number in range(8):
        user = person(f"nguoi-{number}@lgsp.example", found.owner, "technician")
        name_contact(actor=JOB, system=found, side="owner", person=user, duty="Việc")
    with django_assert_max_num_queries(17):
        assert client.get(f"/he-thong/{found.code}/").status_code == 200
