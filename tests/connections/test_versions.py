"""What was sent stays as it was sent, and two versions show what differs, field by field (issue: completion)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from audit.models import Fact
from connections.models import RequestVersion
from connections.selectors.requests import deadlines_of
from connections.selectors.versions import Piece, content_of, differences
from connections.services.attachments import attach
from connections.services.drafts import save_part
from connections.services.sending import answer_completion
from tests.connections.conftest import Chain, Desk
from tests.core.file_makers import docx_bytes

SignIn = Callable[[User], Client]
PLAN = "Trực giờ hành chính; ngoài giờ có hai người trực thay, điện thoại ghi ở phòng máy"


def completed(chain: Chain) -> None:
    """Ask for one completion; the agency mends the plan and answers."""
    chain.ask()
    plans = {"operation_plan": PLAN, "security_plan": "Khóa giữ trong kho bí mật"}
    save_part(actor=chain.actors["agency_officer"], request=chain.request, part="plans", **plans)
    point = chain.request.points.get()
    answers = {point.pk: "Đã bổ sung người trực thay"}
    answer_completion(actor=chain.actors["agency_representative"], request=chain.request, answers=answers)


@pytest.mark.clause("QC10.1")
def test_sending_freezes_what_the_dossier_says(chain: Chain) -> None:
    chain.submit()
    frozen = chain.request.versions.get()
    assert (frozen.number, frozen.sent_by) == (1, chain.users["agency_representative"])
    assert frozen.unchanged
    said = {fact["term"]: fact["value"] for part in frozen.content["parts"] for fact in part["facts"]}
    assert said["Số lượt dự kiến mỗi ngày"] == "5.000"
    assert frozen.content["lines"][0]["service"] == "administrative-units"
    fact = Fact.objects.get(deed="request.submit")
    assert (fact.after["version"], fact.after["content_hash"]) == (1, frozen.content_hash)


def test_a_draft_has_no_version_and_says_so(chain: Chain, desk: Desk) -> None:
    chain.draft()
    assert not RequestVersion.objects.exists()
    for name in ("request_versions", "request_documents"):
        page = desk("agency_officer").get(reverse(name, args=[chain.request.pk])).content.decode()
        assert "Hồ sơ chưa được gửi lần nào." in page


@pytest.mark.clause("QC10.2")
def test_an_answered_completion_is_a_second_version(chain: Chain) -> None:
    completed(chain)
    first, second = chain.request.versions.all()
    assert second.number == 2
    sections = differences(first.content, second.content)
    assert [section.title for section in sections] == ["Phương án vận hành, an toàn", "Trả lời yêu cầu hoàn thiện"]
    plan, answer = sections[0].changes[0], sections[1].changes[0]
    assert (plan.term, plan.kind) == ("Quản lý, vận hành", "changed")
    assert plan.old == [Piece("Trực giờ hành chính", "removed")]
    assert (answer.kind, answer.new) == ("added", [Piece("Đã bổ sung người trực thay", "added")])


def test_long_texts_mark_the_words_that_differ(chain: Chain) -> None:
    chain.draft()
    old, new = content_of(chain.request), content_of(chain.request)
    before = "Dữ liệu dùng để điền sẵn nơi cư trú vào hồ sơ của người dân"
    after = "Dữ liệu dùng để điền sẵn nơi thường trú vào hồ sơ của người dân"
    old["parts"][2]["facts"][1]["value"], new["parts"][2]["facts"][1]["value"] = before, after
    change = differences(old, new)[0].changes[0]
    assert [piece.text.strip() for piece in change.old if piece.mark] == ["cư"]
    assert [piece.text.strip() for piece in change.new if piece.mark] == ["thường"]
    assert "".join(piece.text for piece in change.new) == after


def test_a_service_no_longer_asked_for_is_a_difference(chain: Chain) -> None:
    chain.draft()
    old, new = content_of(chain.request), content_of(chain.request)
    new["lines"] = []
    changes = differences(old, new)[0].changes
    assert [change.kind for change in changes] == ["removed"] * 3
    assert changes[0].term == "Đơn vị hành chính: thao tác"


@pytest.mark.clause("QC10.2")
def test_the_page_shows_both_sides_in_words(chain: Chain, desk: Desk) -> None:
    completed(chain)
    page = desk("agency_officer").get(reverse("request_versions", args=[chain.request.pk])).content.decode()
    assert "[bỏ: </span>Trực giờ hành chính" in page
    assert "[thêm: </span>" in page
    staff = desk("evaluator").get(reverse("admin:connections_request_versions", args=[chain.request.pk]))
    assert staff.status_code == 200
    assert "hai người trực thay" in staff.content.decode()
    assert "Trực giờ hành chính" in staff.content.decode()


@pytest.mark.parametrize("query", ["?old=1&new=9", "?old=2&new=2", "?old=x&new=%00"])
def test_a_version_that_was_not_sent_is_told(chain: Chain, desk: Desk, query: str) -> None:
    completed(chain)
    answer = desk("agency_officer").get(reverse("request_versions", args=[chain.request.pk]) + query)
    assert answer.status_code == 200
    assert "Chọn hai lần gửi khác nhau, từ 1 đến 2." in answer.content.decode()


def test_the_database_keeps_a_version_as_it_is(chain: Chain) -> None:
    chain.submit()
    frozen = chain.request.versions.get()
    frozen.content = {**frozen.content, "parts": []}
    with pytest.raises(DatabaseError, match="stays as it was sent"), transaction.atomic():
        frozen.save()
    with pytest.raises(DatabaseError, match="stays as it was sent"), transaction.atomic():
        frozen.delete()
    assert RequestVersion.objects.get().unchanged


@pytest.mark.clause("QC10.2")
def test_the_clock_stands_still_while_the_agency_completes(chain: Chain, desk: Desk) -> None:
    chain.ask()
    own, paused = deadlines_of(chain.request)
    assert (own.label, own.days_left) == ("Cơ quan hoàn thiện hồ sơ", 5)
    assert (paused.label, paused.days_left, paused.paused_for) == ("Thẩm định kỹ thuật", None, "cơ quan hoàn thiện")
    page = desk("agency_officer").get(reverse("request", args=[chain.request.pk])).content.decode()
    assert "Tạm dừng tính hạn – chờ cơ quan hoàn thiện từ" in page
    assert "Còn 5 ngày làm việc" in page


def test_another_agency_sees_no_version(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User], signed_in: SignIn
) -> None:
    completed(chain)
    stranger = signed_in(person("la@lgsp.example", agency("H60.11"), "agency_officer"))
    for name in ("request_versions", "request_documents", "request_history"):
        assert stranger.get(reverse(name, args=[chain.request.pk])).status_code == 404


def test_a_file_that_was_exchanged_is_a_difference(chain: Chain, desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    chain.draft()
    officer = chain.actors["agency_officer"]
    docx = SimpleUploadedFile("Phương án.docx", docx_bytes(), content_type="application/msword")
    kept = attach(actor=officer, request=chain.request, file=docx, part="plans")
    old = content_of(chain.request)
    assert old["files"][0]["sha256"] == kept.sha256
    new = {**old, "files": [{**old["files"][0], "sha256": "0" * 64}]}
    section = differences(old, new)[0]
    assert (section.title, section.changes[0].kind) == ("Tệp đính kèm", "changed")
    assert section.changes[0].term == "Phương án vận hành, an toàn: Phương án.docx"
    page = desk("agency_officer").get(reverse("request_documents", args=[chain.request.pk])).content.decode()
    assert reverse("request_file", args=[chain.request.pk, kept.pk]) in page
