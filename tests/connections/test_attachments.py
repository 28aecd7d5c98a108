"""Files of a dossier: put in, taken out, read by right (QC9.4, QC10.1, QC9.8)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from audit.models import Fact
from connections.choices import AttachmentKind
from connections.models import Attachment
from connections.services.attachments import MAX_FILES, attach, detach
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.core.file_makers import docx_bytes, pdf_bytes, pdf_encrypted

PDF = pdf_bytes()


def given(name: str = "Phương án.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def put(chain: Chain, role: str = "agency_officer", **fields: Any) -> Attachment:
    values = {"file": given(), "part": "plans", **fields}
    return attach(actor=chain.actors[role], request=chain.request, **values)


@pytest.mark.clause("QC9.4")
def test_a_file_is_put_into_a_part_and_the_same_file_once(chain: Chain) -> None:
    chain.draft()
    first, again = put(chain), put(chain, file=given())
    assert first.pk == again.pk
    assert (first.name, first.size, first.media_kind) == ("Phương án.pdf", len(PDF), "application/pdf")
    assert Fact.objects.get(deed="request.file_added").after["sha256"] == first.sha256
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(
            request=first.request,
            kind=first.kind,
            part=first.part,
            name=first.name,
            sha256=first.sha256,
            size=first.size,
            media_kind=first.media_kind,
            stored_at=first.stored_at,
            added_by=first.added_by,
        )


def test_a_refused_file_leaves_nothing(chain: Chain) -> None:
    chain.draft()
    before = chain.fresh().version
    with pytest.raises(InvalidInput) as refused:
        put(chain, file=given("khoa.pdf", pdf_encrypted()), field="plans")
    assert "mật khẩu" in refused.value.errors["plans"][0]
    assert (Attachment.objects.count(), chain.fresh().version) == (0, before)
    assert not Fact.objects.filter(deed="request.file_added").exists()


@pytest.mark.clause("QC9.8")
def test_a_message_sample_is_json_that_parses(chain: Chain) -> None:
    chain.draft()
    sample = {"kind": AttachmentKind.MESSAGE_SAMPLE, "part": "technical"}
    made = put(chain, file=given("mau.json", '{"họ tên": "Nguyễn Văn Mẫu"}'.encode()), **sample)
    assert made.media_kind == "application/json"
    for name, content, words in (
        ("mau.pdf", PDF, "Chỉ nhận JSON"),
        ("mau.json", b'{"a": 1,}', "dòng 1, cột 9"),
        ("mau.xml", b"<a>\n<b></a>", "XML ở dòng 2"),
        ("mau.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        ("mau.xml", b"<a>" * 100 + b"</a>" * 100, "lồng quá sâu"),
        ("mau.xml", b"<?xml version='1.0' encoding='utf-8'?><a>\xff</a>", "UTF-8"),
        ("mau.json", b"[" * 100_000, "lồng quá sâu"),
        ("mau.json", b'{"a": NaN}', "không phải số"),
        ("mau.json", b"\xff\xfe{}", "UTF-8"),
        ("mau.json", b'"' + b"a" * 1_048_577 + b'"', "tối đa 1 MB"),
    ):
        with pytest.raises(InvalidInput) as refused:
            put(chain, file=given(name, content), **sample)
        assert words in refused.value.errors["file"][0]


def test_a_dossier_takes_so_many_files(chain: Chain) -> None:
    chain.draft()
    for number in range(MAX_FILES):
        put(chain, file=given(f"{number}.pdf"))
    with pytest.raises(InvalidInput) as refused:
        put(chain, file=given("hon.pdf"))
    assert "tối đa 30 tệp (hạn nội bộ)" in refused.value.errors["file"][0]


def test_a_file_taken_out_stays_as_a_fact_and_may_come_back(chain: Chain) -> None:
    chain.draft()
    made, officer = put(chain), chain.actors["agency_officer"]
    for _turn in range(2):
        detach(actor=officer, attachment=made)
    stored = Attachment.objects.get(pk=made.pk)
    assert stored.removed_by_id == officer.user_id
    assert Fact.objects.get(deed="request.file_removed").before["file"] == "Phương án.pdf"
    assert not Attachment.objects.visible_to(officer).exists()
    assert put(chain).pk != made.pk


def test_others_and_sent_dossiers_take_no_file(chain: Chain, agency: Callable[..., Agency]) -> None:
    chain.draft()
    made = put(chain)
    for role in ("technician", "evaluator"):
        with pytest.raises(PermissionRefused):
            put(chain, role)
        with pytest.raises(PermissionRefused):
            detach(actor=chain.actors[role], attachment=made)
    put(chain, "agency_representative", kind=AttachmentKind.LETTER, part="")
    chain.receive_draft()
    with pytest.raises(StateRefused) as refused:
        put(chain, file=given("muon.pdf"))
    assert "vừa chuyển hồ sơ sang «Đang đánh giá» lúc" in str(refused.value.detail)
    with pytest.raises(StateRefused):
        detach(actor=chain.actors["agency_officer"], attachment=made)
    assert Attachment.objects.current().count() == 2


@pytest.mark.clause("QC10.2")
def test_a_point_takes_files_while_it_is_open(chain: Chain) -> None:
    chain.ask()
    point = chain.request.points.get()
    made = put(chain, "agency_representative", part="", point=point)
    assert made.point_id == point.pk
    chain.answer()
    for deed in (
        lambda: put(chain, part="", point=point),
        lambda: detach(actor=chain.actors["agency_officer"], attachment=made),
    ):
        with pytest.raises(StateRefused):
            deed()


def test_a_file_is_read_by_right_and_others_leave_a_fact(
    chain: Chain,
    desk: Desk,
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    chain.draft()
    made = put(chain, file=given("Phương án bảo vệ.docx", docx_bytes()))
    address = reverse("request_file", args=[chain.request.pk, made.pk])
    own = desk("agency_officer").get(address)
    assert own.content == docx_bytes() or len(own.content) == made.size
    assert "filename*=UTF-8''Ph%C6%B0%C6%A1ng%20%C3%A1n%20b%E1%BA%A3o%20v%E1%BB%87.docx" in own["Content-Disposition"]
    assert own["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in own["Cache-Control"]
    assert desk("evaluator").get(address).status_code == 404
    assert not Fact.objects.filter(deed="request.file_read").exists()
    stranger = signed_in(person("la@lgsp.example", agency("H60.11"), "agency_officer"))
    chain.receive_draft()
    assert stranger.get(address).status_code == 404
    assert stranger.get(reverse("request_file", args=[chain.request.pk + 1, made.pk])).status_code == 404
    assert Client().get(address).status_code == 302
    assert desk("evaluator").get(address).status_code == 200
    assert Fact.objects.get(deed="request.file_read").after["sha256"] == made.sha256
