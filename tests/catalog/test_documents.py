"""Technical documents: entered, published, read by level, released and taken back, with every refusal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test.utils import override_settings

from accounts.models import Agency
from audit.deeds import named
from audit.models import Fact
from catalog.models import DataService, DocumentDownload, DocumentRelease, DocumentVersion, TechnicalDocument
from catalog.services import document_releases as releases
from catalog.services import documents as deeds
from core.actor import ANONYMOUS, Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB, upload
from tests.catalog.unchanged import refused
from tests.core.file_makers import pdf_bytes, pdf_encrypted

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC14.6", "QC14.7")]
People = Callable[..., Actor]
Documents = Callable[..., TechnicalDocument]


def seen(actor: Actor) -> set[str]:
    return set(TechnicalDocument.objects.visible_to(actor).values_list("title", flat=True))


def test_a_document_lives_from_draft_to_withdrawn(people: People) -> None:
    staff = people("operator", "H60.02")
    made = deeds.enter_document(actor=staff, title="  Quy trình   kết nối ", level="restricted", summary="Các bước")
    assert made.title == "Quy trình kết nối"
    refusal = refused(GuardRefused, lambda: deeds.move_document(actor=staff, document=made, step="publish"))
    assert "chưa có tệp" in str(refusal.detail)
    first = deeds.add_document_version(actor=staff, document=made, label="1.0", changes="Bản đầu", file=upload())
    assert first.published_at is None
    made = deeds.move_document(actor=staff, document=made, step="publish")
    first.refresh_from_db()
    assert made.published_at == first.published_at
    assert first.published_at is not None
    second = deeds.add_document_version(
        actor=staff, document=made, label="1.1", changes="Sửa lỗi", file=upload(content=pdf_bytes(S="/Named"))
    )
    assert second.published_at is not None
    deeds.change_document(actor=staff, document=made, title="Quy trình kết nối hệ thống")
    refused(InvalidInput, lambda: deeds.move_document(actor=staff, document=made, step="withdraw"))
    made = deeds.move_document(actor=staff, document=made, step="withdraw", reason="Thay bằng tài liệu mới")
    assert made.withdraw_reason == "Thay bằng tài liệu mới"
    for deed in (
        lambda: deeds.change_document(actor=staff, document=made, title="Khác"),
        lambda: deeds.change_level(actor=staff, document=made, level="public", reason="thử"),
        lambda: deeds.move_document(actor=staff, document=made, step="publish"),
        lambda: deeds.add_document_version(actor=staff, document=made, label="2", changes="x", file=upload()),
    ):
        refused(StateRefused, deed)
    known = list(Fact.objects.filter(subject_type="catalog.technicaldocument").values_list("deed", flat=True))
    assert set(known) == {
        "document.entered",
        "document.version_added",
        "document.published",
        "document.changed",
        "document.withdrawn",
    }
    assert all(named(deed) != deed for deed in known)


def test_each_level_is_read_by_its_readers_only(
    people: People, published: DataService, document: Documents, agency: Callable[..., Agency]
) -> None:
    for level in ("public", "restricted", "internal"):
        document(f"{level} platform", level)
        document(f"{level} service", level, service=published)
    document("draft", publish=False)
    withdrawn = document("withdrawn")
    deeds.move_document(actor=JOB, document=withdrawn, step="withdraw", reason="cũ")
    public = {"public platform", "public service"}
    assert seen(ANONYMOUS) == public
    assert seen(people("agency_officer")) == public
    assert seen(people("provider_officer", "H60.03")) == {*public, "restricted service"}
    assert seen(people("agency_officer", "H60.03")) == {*public, "restricted service"}
    for role in ("operator", "evaluator", "inspector"):
        assert len(seen(people(role, "H60.02"))) == 8
    released = [
        releases.release_to_agency(actor=JOB, document=item, agency=agency("H60.90"), reason="Đã chấp thuận")
        for item in TechnicalDocument.objects.filter(title="restricted platform")
    ]
    assert seen(people("technician")) == {*public, "restricted platform"}
    assert seen(people("technician", "H60.91")) == public
    releases.end_release(actor=JOB, release=released[0], reason="Hết nhu cầu")
    assert seen(people("agency_representative")) == public


def test_a_public_document_of_a_service_in_preparation_gives_nothing_away(
    people: People, service: Callable[..., DataService], document: Documents
) -> None:
    document("Dịch vụ sắp có", service=service())
    assert seen(ANONYMOUS) == seen(people("agency_officer")) == set()
    assert seen(people("provider_officer", "H60.03")) == {"Dịch vụ sắp có"}


def test_a_raised_level_holds_at_once_and_needs_a_reason(
    people: People, document: Documents, agency: Callable[..., Agency]
) -> None:
    staff, reader, found = people("operator", "H60.02"), people("agency_officer"), document()
    assert seen(reader) == {"Hướng dẫn"}
    raising: Callable[..., Any] = lambda **more: deeds.change_level(actor=staff, document=found, **more)  # noqa: E731
    refusal = refused(InvalidInput, lambda: raising(level="restricted", reason=" "))
    assert list(refusal.errors) == ["reason"]
    assert list(refused(InvalidInput, lambda: raising(level="secret", reason="x")).errors) == ["level"]
    raising(level="restricted", reason="Có chi tiết mạng nội bộ")
    assert seen(reader) == set()
    releases.release_to_agency(actor=staff, document=found, agency=agency("H60.90"), reason="Đã chấp thuận")
    assert seen(reader) == {"Hướng dẫn"}
    raising(level="internal", reason="Không cung cấp nữa")
    assert seen(reader) == set()
    facts = Fact.objects.filter(deed="document.level_changed").order_by("id")
    assert [(fact.before["level"], fact.after["level"]) for fact in facts] == [
        ("public", "restricted"),
        ("restricted", "internal"),
    ]
    count = Fact.objects.count()
    raising(level="internal", reason="lần nữa")
    assert Fact.objects.count() == count


@pytest.mark.parametrize("role", ["agency_officer", "agency_representative", "provider_officer", "evaluator"])
def test_who_does_not_keep_the_library_changes_nothing(
    role: str, people: People, document: Documents, agency: Callable[..., Agency], published: DataService
) -> None:
    other, found = people(role, "H60.02" if role == "evaluator" else "H60.90"), document(level="restricted")
    body, until = agency("H60.90"), None
    released = releases.release_to_agency(actor=JOB, document=found, agency=body, reason="thử")
    for deed in (
        lambda: deeds.enter_document(actor=other, title="x", level="public"),
        lambda: deeds.enter_document(actor=other, title="x", level="public", service=published, owner_side="provider"),
        lambda: deeds.change_document(actor=other, document=found, title="x"),
        lambda: deeds.change_level(actor=other, document=found, level="public", reason="x"),
        lambda: deeds.move_document(actor=other, document=found, step="withdraw", reason="x"),
        lambda: deeds.add_document_version(actor=other, document=found, label="2", changes="x", file=upload()),
        lambda: releases.release_to_agency(actor=other, document=found, agency=body, reason="x"),
        lambda: releases.release_documents(actor=other, agency=body, services=[], reason="x"),
        lambda: releases.end_release(actor=other, release=released, reason="x"),
        lambda: releases.release_document(actor=other, document=found, email="a@b.vn", until=until, reason="x"),
    ):
        refused(PermissionRefused, deed)


def test_a_provider_writes_about_its_own_service_until_it_is_published(
    people: People, published: DataService, service: Callable[..., DataService]
) -> None:
    officer = people("provider_officer", "H60.03")
    enter: Callable[..., Any] = lambda **more: deeds.enter_document(  # noqa: E731
        actor=officer, title="Mô tả trường dữ liệu", owner_side="provider", **{"level": "restricted", **more}
    )
    refused(PermissionRefused, lambda: enter(service=None))
    foreign = service("land-plots", "H60.07")
    refused(PermissionRefused, lambda: enter(service=foreign))
    assert list(refused(InvalidInput, lambda: enter(service=published, level="internal")).errors) == ["level"]
    made = enter(service=published)
    deeds.add_document_version(actor=officer, document=made, label="1.0", changes="Bản đầu", file=upload())
    assert seen(officer) == {"Mô tả trường dữ liệu"}
    assert seen(people("agency_officer", "H60.03")) == set()
    refused(PermissionRefused, lambda: deeds.move_document(actor=officer, document=made, step="publish"))
    deeds.move_document(actor=JOB, document=made, step="publish")
    refused(StateRefused, lambda: deeds.change_document(actor=officer, document=made, title="Khác"))
    refused(
        StateRefused,
        lambda: deeds.add_document_version(actor=officer, document=made, label="2", changes="x", file=upload()),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chay.exe", b"MZ" + b"\0" * 100),
        ("huong-dan.pdf", b"khong phai pdf"),
        ("huong-dan.pdf.exe", b"MZ"),
        ("rong.pdf", b""),
        ("mat-khau.pdf", pdf_encrypted()),
        ("tu-chay.pdf", pdf_bytes(S="/JavaScript", JS="app.alert(1)")),
        ("bang.csv", b"a,b"),
        ("../../etc/passwd", b"root"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_kept(name: str, content: bytes, document: Documents) -> None:
    found = document()
    refusal = refused(
        InvalidInput,
        lambda: deeds.add_document_version(
            actor=JOB, document=found, label="2.0", changes="x", file=SimpleUploadedFile(name, content)
        ),
    )
    assert list(refusal.errors) == ["file"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"label": ""}, "label"),
        ({"label": "phiên bản"}, "label"),
        ({"label": "1" * 21}, "label"),
        ({"label": "1.0"}, "label"),
        ({"changes": " "}, "changes"),
        ({"changes": "x" * 1001}, "changes"),
    ],
)
def test_bad_values_of_a_version_are_errors_of_their_field(
    fields: dict[str, str], place: str, document: Documents
) -> None:
    found = document()
    values = {"label": "2.0", "changes": "Sửa", "file": upload(content=pdf_bytes(S="/Named")), **fields}
    refusal = refused(InvalidInput, lambda: deeds.add_document_version(actor=JOB, document=found, **values))
    assert place in refusal.errors


@override_settings(UPLOAD_MAX_BYTES=100)
def test_a_large_file_is_refused_with_its_weight(document: Documents) -> None:
    with override_settings(UPLOAD_MAX_BYTES=1_000_000):
        found = document()
    refusal = refused(
        InvalidInput,
        lambda: deeds.add_document_version(actor=JOB, document=found, label="2", changes="x", file=upload()),
    )
    assert "tối đa" in str(refusal.errors["file"][0])


def test_the_same_file_under_the_same_label_is_there_once(document: Documents) -> None:
    found, count = document(), Fact.objects.count()
    again = deeds.add_document_version(actor=JOB, document=found, label="1.0", changes="Bản đầu", file=upload())
    assert again == DocumentVersion.objects.get()
    assert Fact.objects.count() == count


def test_texts_are_judged(document: Documents) -> None:
    found = document()
    for title in ("", "x" * 301):
        refusal = refused(
            InvalidInput, lambda title=title: deeds.change_document(actor=JOB, document=found, title=title)
        )
        assert list(refusal.errors) == ["title"]
        refused(InvalidInput, lambda title=title: deeds.enter_document(actor=JOB, title=title, level="public"))
    refused(StateRefused, lambda: deeds.change_document(actor=JOB, document=found, title="Mới", revision=999))


def test_a_release_is_for_published_restricted_documents_and_living_agencies(
    document: Documents, agency: Callable[..., Agency]
) -> None:
    body = agency("H60.90")
    for found in (document("a"), document("b", "internal"), document("c", "restricted", publish=False)):
        refused(
            StateRefused,
            lambda found=found: releases.release_to_agency(actor=JOB, document=found, agency=body, reason="thử"),
        )
    found = document("d", "restricted")
    ended = agency("H60.99", valid_to="2026-01-01")
    ended.refresh_from_db()
    for target, reason, place in ((ended, "thử", "agency"), (body, " ", "reason"), (body, "x" * 301, "reason")):
        refusal: Any = refused(
            InvalidInput,
            lambda target=target, reason=reason: releases.release_to_agency(
                actor=JOB, document=found, agency=target, reason=reason
            ),
        )
        assert list(refusal.errors) == [place]
    made = releases.release_to_agency(actor=JOB, document=found, agency=body, reason="thử", request_number="H-1")
    assert releases.release_to_agency(actor=JOB, document=found, agency=body, reason="lần nữa") == made
    assert DocumentRelease.objects.get().reason == "thử"
    releases.end_release(actor=JOB, release=made, reason="Hết")
    ended_at = releases.end_release(actor=JOB, release=made, reason="Hết lần nữa").ended_at
    assert DocumentRelease.objects.get().end_reason == "Hết"
    assert ended_at == DocumentRelease.objects.get().ended_at
    releases.release_to_agency(actor=JOB, document=found, agency=body, reason="Lại có nhu cầu")
    assert DocumentRelease.objects.open().count() == 1


def test_what_was_kept_stays_in_the_database(document: Documents) -> None:
    found = document()
    deeds.take_file(actor=JOB, version=found.versions.get())
    for change in (
        lambda: DocumentDownload.objects.all().delete(),
        lambda: DocumentDownload.objects.update(request_id="khác"),
        lambda: TechnicalDocument.objects.filter(pk=found.pk)._raw_delete("default"),
        lambda: DocumentVersion.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
