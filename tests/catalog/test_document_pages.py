"""The library as people see it: list, search, page, file and address by role, and the record of downloads (QC14.7)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency
from catalog.models import DataService, DocumentDownload, DocumentRelease, PersonalRelease, TechnicalDocument
from catalog.services import document_releases as releases
from catalog.services import documents as deeds
from core import clock
from tests.catalog.conftest import JOB, upload
from tests.core.file_makers import pdf_bytes
from tests.shelf import SHELF

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC14.6", "QC14.7")]
Documents = Callable[..., TechnicalDocument]
Clients = Callable[..., Client]
ROOM = "/quan-tri/catalog"
LEVELS = ("public", "restricted", "internal")
READERS = [
    ("", "H60.90", {"public"}),
    ("agency_officer", "H60.90", {"public"}),
    ("agency_officer", "H60.91", {"public", "restricted"}),
    ("provider_officer", "H60.03", {"public", "restricted"}),
    ("evaluator", "H60.02", {"public", "restricted", "internal"}),
]


def addresses(found: TechnicalDocument) -> list[str]:
    version = found.versions.get()
    return [reverse("document", args=[found.pk]), reverse("document_file", args=[found.pk, version.pk])]


@pytest.mark.clause("Q50-9", "Q50-9.1", "Q50-9.2")
@pytest.mark.parametrize(("role", "code", "levels"), READERS)
def test_the_level_holds_on_list_search_page_file_and_address(
    role: str,
    code: str,
    levels: set[str],
    client_of: Clients,
    document: Documents,
    published: DataService,
    agency: Callable[..., Agency],
) -> None:
    def enter() -> dict[str, TechnicalDocument]:
        made = {level: document(f"Tài liệu {level}", level, service=published) for level in LEVELS}
        releases.release_to_agency(actor=JOB, document=made["restricted"], agency=agency("H60.91"), reason="thử")
        return made

    entered, client = SHELF.take("documents of each level", enter), client_of(role, code)

    def pages(*queries: str) -> dict[str, str]:
        return {query: client.get(f"/tai-lieu/{query}").content.decode() for query in queries}

    of_all = pages("", "?q=tai lieu", "?dich-vu=administrative-units")
    for level, found in entered.items():
        for query, text in (of_all | pages(f"?q={level}", f"?muc={level}")).items():
            assert (f"Tài liệu {level}" in text) is (level in levels), query
        for address in addresses(found):
            assert client.get(address).status_code == (200 if level in levels else 404), address


def test_each_download_is_recorded_and_given_safely(
    client_of: Clients, document: Documents, agency: Callable[..., Agency]
) -> None:
    found = document("Hướng dẫn tích hợp")
    version = found.versions.get()
    address = reverse("document_file", args=[found.pk, version.pk])
    answer = client_of("technician").get(address)
    assert answer.content == pdf_bytes()
    assert answer["Content-Disposition"].startswith('attachment; filename="huong-dan.pdf"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert Client().get(address).status_code == 200
    rows = list(DocumentDownload.objects.order_by("id"))
    assert [(row.version, row.agency, row.person and row.person.email) for row in rows] == [
        (version, agency("H60.90"), "technician.h60.90@lgsp.example"),
        (version, None, None),
    ]
    assert all(len(row.request_id) == 36 for row in rows)
    assert Client().head(address).status_code == 405
    other = document("Khác")
    assert Client().get(reverse("document_file", args=[other.pk, version.pk])).status_code == 404
    assert DocumentDownload.objects.count() == 2
    shown = client_of("evaluator", "H60.02").get(f"{ROOM}/documentdownload/").content.decode()
    for part in ("Khách", "Cán bộ technician", "Hướng dẫn tích hợp, 1.0"):
        assert part in shown
    staff, room = client_of("evaluator", "H60.02"), f"{ROOM}/documentdownload/?version__document="
    assert "Cán bộ technician" in staff.get(f"{room}{found.pk}").content.decode()
    assert "Cán bộ technician" not in staff.get(f"{room}{other.pk}").content.decode()


def test_readers_hear_of_what_they_may_not_see_and_visitors_do_not(client_of: Clients, document: Documents) -> None:
    for level in ("public", "restricted", "internal"):
        document(f"Tài liệu {level}", level)
    said = "Có 2 tài liệu ngoài phạm vi được xem của bạn"
    assert said in client_of("agency_officer").get("/tai-lieu/").content.decode()
    assert said in client_of("agency_officer").get("/tai-lieu/?q=khong co gi").content.decode()
    assert "ngoài phạm vi" not in client_of().get("/tai-lieu/").content.decode()
    assert "ngoài phạm vi" not in client_of("evaluator", "H60.02").get("/tai-lieu/").content.decode()


def test_the_list_says_when_it_is_empty(client_of: Clients) -> None:
    assert "Chưa có tài liệu nào" in client_of().get("/tai-lieu/").content.decode()
    assert "Không tìm thấy tài liệu" in client_of().get("/tai-lieu/?q=abc").content.decode()
    for odd in ("?q=%00", "?muc=%00", "?dich-vu=%00", "?page=x", "?page=-1", "?muc=secret"):
        assert client_of().get(f"/tai-lieu/{odd}").status_code in (200, 400)


def test_the_list_asks_as_often_for_many_as_for_one(
    client_of: Clients, document: Documents, published: DataService, django_assert_max_num_queries: Any
) -> None:
    client = client_of("agency_officer")
    document("Tài liệu 0", service=published)
    client.get("/tai-lieu/")
    with django_assert_max_num_queries(20) as one:
        client.get("/tai-lieu/")
    for number in range(1, 8):
        document(f"Tài liệu {number}", service=published)
    with django_assert_max_num_queries(len(one)):
        client.get("/tai-lieu/")


def test_the_page_of_a_service_leads_to_its_documents(
    client_of: Clients, document: Documents, published: DataService
) -> None:
    document("Công khai", service=published)
    document("Hạn chế", "restricted", service=published)
    text = client_of().get("/danh-muc/administrative-units/").content.decode()
    assert "1 tài liệu công khai" in text
    assert "/tai-lieu/?dich-vu=administrative-units" in text


def test_a_provider_enters_a_document_in_the_portal(client_of: Clients, published: DataService) -> None:
    client = client_of("provider_officer", "H60.03")
    given = {"title": "Mô tả trường", "service": published.pk, "level": "restricted", "label": "1.0", "summary": ""}
    wrong = client.post("/tai-lieu/moi/", {**given, "changes": "Bản đầu", "file": upload("a.exe", b"MZ")})
    text = wrong.content.decode()
    assert "không được hỗ trợ" in text
    assert "Mô tả trường" in text
    assert not TechnicalDocument.objects.exists()
    done = client.post("/tai-lieu/moi/", {**given, "changes": "Bản đầu", "file": upload()})
    made = TechnicalDocument.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/tai-lieu/{made.pk}/")
    assert "Bản nháp của cơ quan" in client.get("/tai-lieu/").content.decode()
    assert client_of("agency_officer").get(done["Location"]).status_code == 404
    more = {"label": "1.1", "changes": "Sửa", "file": upload(content=pdf_bytes(S="/Named"))}
    assert client.post(f"/tai-lieu/{made.pk}/phien-ban/", more).status_code == 302
    assert made.versions.count() == 2
    foreign = client_of("provider_officer", "H60.07")
    assert foreign.get(f"/tai-lieu/{made.pk}/phien-ban/").status_code == 404
    assert foreign.post("/tai-lieu/moi/", {**given, "changes": "x", "file": upload()}).status_code == 200
    assert TechnicalDocument.objects.count() == 1


def test_staff_do_everything_on_their_pages(client_of: Clients, agency: Callable[..., Agency]) -> None:
    client, body = client_of("operator", "H60.02"), agency("H60.90")
    client_of("technician")

    def send(page: str, **fields: Any) -> None:
        answer = client.post(f"{ROOM}/{page}", fields)
        assert answer.status_code == 302, answer.content.decode()

    entered = {"title": "Sổ tay tích hợp", "summary": "", "service": "", "owner_side": "operator"}
    send("technicaldocument/add/", **entered, level="public")
    found = TechnicalDocument.objects.get()
    place = f"technicaldocument/{found.pk}"
    assert "chưa có tệp" in client.get(f"{ROOM}/{place}/change/").content.decode()
    bad = client.post(
        f"{ROOM}/documentversion/add/",
        {"document": found.pk, "label": "1.0", "changes": "x", "file": upload("a.exe", b"MZ")},
    )
    assert "không được hỗ trợ" in bad.content.decode()
    send("documentversion/add/", document=found.pk, label="1.0", changes="Bản đầu", file=upload())
    assert "Ai cũng tìm thấy" in client.get(f"{ROOM}/{place}/viec/publish/").content.decode()
    send(f"{place}/viec/publish/")
    changed = {"title": "Sổ tay tích hợp", "summary": "Mới", "level": "restricted", "seen": found.revision + 1}
    missing = client.post(f"{ROOM}/{place}/change/", {**changed, "reason": ""})
    assert "Nhập lý do đổi mức" in missing.content.decode()
    found = TechnicalDocument.objects.get(pk=found.pk)
    assert (found.level, found.summary) == ("public", "")
    send(f"{place}/change/", **changed, reason="Có chi tiết mạng")
    found = TechnicalDocument.objects.get(pk=found.pk)
    assert (found.level, found.summary) == ("restricted", "Mới")
    send("documentrelease/add/", document=found.pk, agency=body.pk, reason="Đã chấp thuận", request_number="")
    until = f"{clock.today():%d/%m/%Y}"
    person = {"document": found.pk, "until": until, "reason": "Nhà thầu"}
    nobody = client.post(f"{ROOM}/personalrelease/add/", {**person, "email": "khong-co@lgsp.example"})
    assert "Không có tài khoản" in nobody.content.decode()
    send("personalrelease/add/", **person, email="technician.h60.90@lgsp.example")
    text = client.get(f"{ROOM}/{place}/change/").content.decode()
    for part in (body.name, "1.0", "Cán bộ technician", "Cung cấp cho một người"):
        assert part in text
    for name, model in (("documentrelease", DocumentRelease), ("personalrelease", PersonalRelease)):
        row: Any = model.objects.get()
        assert client.get(f"{ROOM}/{name}/{row.pk}/change/").status_code == 200
        send(f"{name}/{row.pk}/viec/end/", reason="Hết nhu cầu")
        assert model.objects.get().ended_at is not None
    assert client.get(f"{ROOM}/documentversion/{found.versions.get().pk}/change/").status_code == 200
    send(f"{place}/viec/withdraw/", reason="Thay mới")
    for name in ("technicaldocument", "documentversion", "documentrelease", "personalrelease"):
        assert client.get(f"{ROOM}/{name}/?q=so tay").status_code == 200


@pytest.mark.parametrize("role", ["evaluator", "department_leader"])
def test_staff_without_the_right_read_only(role: str, client_of: Clients, document: Documents) -> None:
    client, found = client_of(role, "H60.02"), document()
    assert client.get(f"{ROOM}/technicaldocument/{found.pk}/change/").status_code == 200
    for page in (f"technicaldocument/{found.pk}/viec/withdraw/", "documentrelease/add/", "documentversion/add/"):
        assert client.post(f"{ROOM}/{page}", {"reason": "thử"}).status_code in (403, 404)
    found = TechnicalDocument.objects.get(pk=found.pk)
    assert found.state == "published"


def test_a_withdrawn_file_is_gone_for_everyone_outside(client_of: Clients, document: Documents) -> None:
    found = document()
    pages = addresses(found)
    deeds.move_document(actor=JOB, document=found, step="withdraw", reason="cũ")
    for address in pages:
        assert client_of("agency_officer").get(address).status_code == 404
        assert client_of("evaluator", "H60.02").get(address).status_code == 200
