"""Answering a completion request point by point (QC10.2, ux.md A3)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Fact
from connections.choices import Mark, State
from connections.models import Attachment, CompletionPoint
from connections.services import drafts, evaluation
from connections.services.answering import answer_points
from connections.services.sending import answer_completion
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.test_portal import fields_of, fill
from tests.core.file_makers import pdf_bytes


def ask(chain: Chain, *remedies: str) -> list[CompletionPoint]:
    """Ask for one completion a remedy, each about the operation plan."""
    chain.receive()
    criterion = chain.request.evaluations.get().marks.get(criterion__code="operation-plan").criterion
    points = [{"what": "Thiếu người trực thay", "remedy": text, "criterion": criterion} for text in remedies]
    chain.request = evaluation.request_completion(
        actor=chain.actors["evaluator"], request=chain.request, points=points
    )
    return list(chain.request.points.order_by("number"))


def page_of(chain: Chain) -> str:
    return reverse("answer_completion", args=[chain.request.pk])


@pytest.mark.clause("QC10.2")
def test_each_point_says_criterion_fault_remedy_clause_and_where_to_mend(chain: Chain, desk: Desk) -> None:
    (point,) = ask(chain, "Bổ sung người trực")
    page = desk("agency_officer").get(page_of(chain)).content.decode()
    assert point.criterion is not None
    for words in (point.what, point.remedy, str(point.criterion), "khoản 5 Điều 9"):
        assert words in page
    assert reverse("request_part", args=[chain.request.pk, "phuong-an"]) in page
    assert "Phần hồ sơ đã sửa cho nội dung này" not in page


@pytest.mark.clause("QC10.2")
def test_points_are_answered_by_text_by_file_and_by_the_changed_part(chain: Chain, desk: Desk) -> None:
    by_text, by_file, by_part, empty = ask(chain, "Một", "Hai", "Ba", "Bốn")
    drafts.save_part(
        actor=chain.actors["agency_officer"],
        request=chain.request,
        part="plans",
        operation_plan="Trực giờ hành chính, có hai người thay",
        security_plan="Khóa giữ trong kho bí mật",
    )
    sender = desk("agency_representative")
    given: dict[str, Any] = {
        f"point-{by_text.pk}": "Đã bổ sung hai người",
        f"file-{by_file.pk}": SimpleUploadedFile("Lịch trực.pdf", pdf_bytes()),
        f"part-{by_part.pk}": "plans",
    }
    refused = fill(sender, page_of(chain), send="1", **given).content.decode()
    assert f'<a href="#id_point-{empty.pk}">Trả lời nội dung số 4</a>' in refused
    assert "Trả lời nội dung số 1" not in refused
    assert "Lịch trực.pdf" in refused
    assert "Đã bổ sung hai người</textarea>" in refused
    assert chain.fresh().state == State.COMPLETION_REQUESTED
    assert Attachment.objects.get().point_id == by_file.pk
    again = {name: value for name, value in given.items() if not name.startswith("file")}
    hidden = fields_of(refused)
    sent = sender.post(page_of(chain), {**hidden, **again, f"point-{empty.pk}": "Đã xong", "send": "1"})
    assert sent.status_code == 302
    assert chain.fresh().state == State.EVALUATING
    answers = dict(chain.request.points.values_list("number", "answer"))
    assert answers == {
        1: "Đã bổ sung hai người",
        2: "Xem tệp đính kèm: Lịch trực.pdf",
        3: "Đã sửa phần «Phương án vận hành, an toàn»",
        4: "Đã xong",
    }
    assert chain.request.points.get(number=3).changed_part == "plans"
    twice = sender.post(page_of(chain), {**hidden, **again, "send": "1"}, follow=True).content.decode()
    assert "Câu trả lời đã được gửi trước đó" in twice
    assert Fact.objects.filter(deed="request.answer_completion").count() == 1


def test_answers_are_kept_while_typed_and_then_sent_from_the_same_page(chain: Chain, desk: Desk) -> None:
    (point,) = ask(chain, "Một")
    sender, name = desk("agency_representative"), f"point-{point.pk}"
    hidden = fields_of(sender.get(page_of(chain)).content.decode())
    kept = sender.post(page_of(chain), {**hidden, name: "Đang gõ", "autosave": "1"}).content.decode()
    assert "Đã lưu lúc" in kept
    assert chain.request.points.get().answer == "Đang gõ"
    assert sender.post(page_of(chain), {**hidden, name: "Đang gõ xong", "send": "1"}).status_code == 302
    assert chain.fresh().state == State.EVALUATING


def test_the_sender_learns_that_a_colleague_changed_the_dossier(chain: Chain, desk: Desk) -> None:
    (point,) = ask(chain, "Một")
    sender, name = desk("agency_representative"), f"point-{point.pk}"
    hidden = fields_of(sender.get(page_of(chain)).content.decode())
    fill(desk("agency_officer"), page_of(chain), **{name: "Của cán bộ"})
    late = sender.post(page_of(chain), {**hidden, name: "Của đại diện", "send": "1"}).content.decode()
    assert "vừa thay đổi hồ sơ lúc" in late
    assert "Của đại diện</textarea>" in late
    assert (chain.fresh().state, chain.request.points.get().answer) == (State.COMPLETION_REQUESTED, "Của cán bộ")


def test_wrong_files_and_long_texts_are_told_at_their_point(chain: Chain, desk: Desk) -> None:
    (point,) = ask(chain, "Một")
    given = {f"file-{point.pk}": SimpleUploadedFile("a.exe", b"MZ"), f"point-{point.pk}": "Chữ"}
    page = fill(desk("agency_officer"), page_of(chain), **given).content.decode()
    assert f'<a href="#id_file-{point.pk}">Tệp «a.exe» không được hỗ trợ' in page
    assert "Chữ</textarea>" in page
    with pytest.raises(InvalidInput) as refused:
        answer_points(actor=chain.actors["agency_officer"], request=chain.request, answers={point.pk: "x" * 4001})
    assert list(refused.value.errors) == [f"point-{point.pk}"]
    assert chain.request.points.get().answer == ""


def test_a_file_of_an_answer_is_taken_out_on_the_same_page(chain: Chain, desk: Desk) -> None:
    (point,) = ask(chain, "Một")
    fill(desk("agency_officer"), page_of(chain), **{f"file-{point.pk}": SimpleUploadedFile("a.pdf", pdf_bytes())})
    kept = Attachment.objects.get()
    done = fill(desk("agency_officer"), page_of(chain), remove=str(kept.pk), **{f"point-{point.pk}": "Giữ chữ"})
    assert done["Location"] == page_of(chain)
    assert not Attachment.objects.current().exists()
    assert chain.request.points.get().answer == "Giữ chữ"


def test_only_the_agency_answers_and_only_while_asked(chain: Chain) -> None:
    (point,) = ask(chain, "Một")
    for role in ("evaluator", "technician"):
        with pytest.raises(PermissionRefused):
            answer_points(actor=chain.actors[role], request=chain.request, answers={point.pk: "Hộ"})
    with pytest.raises(PermissionRefused):
        answer_completion(actor=chain.actors["agency_officer"], request=chain.request, answers={point.pk: "Tự gửi"})
    assert chain.request.points.get().answer == ""
    chain.answer()
    with pytest.raises(StateRefused):
        answer_points(actor=chain.actors["agency_officer"], request=chain.request, answers={point.pk: "Muộn"})
    assert chain.request.evaluations.order_by("-round")[0].marks.exclude(result=Mark.FAIL).exists()


def test_the_page_asks_the_database_as_often_for_many_points_as_for_one(
    chain: Chain, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    ask(chain, *"123456789")
    officer = desk("agency_officer")
    officer.get(page_of(chain))
    with django_assert_max_num_queries(18):
        officer.get(page_of(chain))
