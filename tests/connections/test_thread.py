"""The thread of a dossier: both sides write, nobody edits, each person knows what is new (issue: following)."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Letter, User
from audit.models import Fact
from connections.choices import Side
from connections.models import MessageFile, ThreadMark, ThreadMessage
from connections.selectors.thread import thread_of, unread_dossiers, unread_in
from connections.selectors.workbench import tasks_for
from connections.services.sending import withdraw
from connections.services.thread import mark_read, post_message
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.test_at_once import at_once
from tests.connections.test_portal import fields_of
from tests.core.file_makers import docx_bytes

SignIn = Callable[[User], Client]
DOCX = docx_bytes()
HELLO = "Cơ quan cho biết thời điểm bảo trì.\nCảm ơn."


def write(chain: Chain, role: str, text: str = HELLO, **more: Any) -> ThreadMessage:
    given = {"form_token": uuid4(), **more}
    return post_message(actor=chain.actors[role], request=chain.request, text=text, **given)


def page_of(chain: Chain, client: Client, *, desk: bool = False, query: str = "") -> str:
    name = "admin:connections_request_thread" if desk else "request_thread"
    answer = client.get(reverse(name, args=[chain.request.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def send(chain: Chain, client: Client, *, desk: bool = False, **values: Any) -> Any:
    name = "admin:connections_request_thread" if desk else "request_thread"
    token = fields_of(page_of(chain, client, desk=desk))["form_token"]
    return client.post(reverse(name, args=[chain.request.pk]), {"form_token": token, **values})


@pytest.mark.clause("QC10.2")
def test_both_sides_write_and_read_each_other(chain: Chain, desk: Desk) -> None:
    chain.ask()
    point = chain.request.points.get()
    assert "Chưa có trao đổi nào" in page_of(chain, desk("agency_officer"))
    asked = send(chain, desk("evaluator"), desk=True, text=HELLO, point=point.pk)
    assert asked.status_code == 302
    answered = send(chain, desk("agency_officer"), text="Thứ bảy hằng tuần")
    assert answered.status_code == 302
    seen = page_of(chain, desk("agency_representative"))
    assert "Về nội dung 1, lần 1: Thiếu phương án dự phòng" in seen
    assert "Cơ quan cho biết thời điểm bảo trì.<br>Cảm ơn." in seen
    assert seen.index("thời điểm bảo trì") < seen.index("Thứ bảy hằng tuần")
    # A person is named to their own side, the body to the other.
    assert chain.users["agency_officer"].full_name in seen
    assert chain.users["evaluator"].full_name not in seen
    assert "Sở Khoa học và Công nghệ" in seen
    assert chain.users["agency_officer"].full_name in page_of(chain, desk("evaluator"), desk=True)
    first, second = ThreadMessage.objects.all()
    assert (first.side, first.point, second.side) == (Side.OPERATOR, point, Side.AGENCY)
    facts = Fact.objects.filter(deed="request.message_written").order_by("id")
    assert [fact.after["message"] for fact in facts] == [first.pk, second.pk]


def test_the_other_side_is_told_without_the_words(chain: Chain) -> None:
    chain.receive()
    Letter.objects.all().delete()
    write(chain, "evaluator")
    told = Letter.objects.filter(to=chain.users["agency_representative"].email).get()
    assert chain.request.number in told.subject
    assert "bảo trì" not in told.body
    Letter.objects.all().delete()
    write(chain, "agency_officer")
    assert [letter.to for letter in Letter.objects.all()] == [chain.users["evaluator"].email]
    assert mail.outbox == []


def test_each_person_knows_what_is_new_to_them(chain: Chain, desk: Desk) -> None:
    chain.receive()
    officer, representative = chain.actors["agency_officer"], chain.actors["agency_representative"]
    write(chain, "evaluator")
    assert (unread_in(chain.request, officer), unread_in(chain.request, representative)) == (1, 1)
    assert unread_in(chain.request, chain.actors["evaluator"]) == 0
    work = desk("agency_officer").get(reverse("workbench")).content.decode()
    assert f"Đọc trao đổi của hồ sơ {chain.request.number}" in work
    assert "1 trao đổi chưa đọc" in work
    first = page_of(chain, desk("agency_officer"))
    assert re.search(r'tag tag-yours">.*?Mới', first, re.DOTALL)
    assert "tag-yours" not in page_of(chain, desk("agency_officer")).split('class="thread"')[1]
    assert (unread_in(chain.request, officer), unread_in(chain.request, representative)) == (0, 1)
    assert "Đọc trao đổi" not in desk("agency_officer").get(reverse("workbench")).content.decode()
    summary = desk("agency_representative").get(reverse("request", args=[chain.request.pk])).content.decode()
    assert '1<span class="visually-hidden"> chưa đọc</span>' in summary


def test_at_the_desk_only_who_follows_a_dossier_is_called(chain: Chain) -> None:
    chain.receive()
    write(chain, "agency_officer")
    titles = {role: [str(task.title) for task in tasks_for(chain.actors[role])] for role in chain.actors}
    wanted = f"Đọc trao đổi của hồ sơ {chain.request.number}"
    assert [role for role in titles if wanted in titles[role]] == ["evaluator"]
    assert unread_dossiers(chain.actors["evaluator"]).get().unread == 1
    mark_read(actor=chain.actors["evaluator"], request=chain.request, up_to=ThreadMessage.objects.get().pk)
    assert not unread_dossiers(chain.actors["evaluator"]).exists()


def test_a_mark_never_goes_back(chain: Chain) -> None:
    chain.receive()
    first, last = write(chain, "evaluator"), write(chain, "evaluator")
    officer = chain.actors["agency_officer"]
    mark_read(actor=officer, request=chain.request, up_to=first.pk)
    assert unread_in(chain.request, officer) == 1
    mark_read(actor=officer, request=chain.request, up_to=last.pk)
    mark_read(actor=officer, request=chain.request, up_to=first.pk)
    assert (ThreadMark.objects.get().read_to, unread_in(chain.request, officer)) == (last.pk, 0)


def test_a_form_sent_twice_writes_once(chain: Chain, desk: Desk) -> None:
    chain.receive()
    officer, address = desk("agency_officer"), reverse("request_thread", args=[chain.request.pk])
    token = fields_of(page_of(chain, officer))["form_token"]
    for _place in range(2):
        assert officer.post(address, {"form_token": token, "text": HELLO}).status_code == 302
    assert ThreadMessage.objects.count() == 1
    assert Fact.objects.filter(deed="request.message_written").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_writes_once(chain: Chain) -> None:
    chain.receive()
    token = uuid4()
    found = at_once(*[lambda: write(chain, "agency_officer", form_token=token)] * 3)
    assert len({message.pk for message in found}) == 1
    assert ThreadMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": ""}, "Nhập nội dung trao đổi"),
        ({"text": " \r\n "}, "Nhập nội dung trao đổi"),
        ({"text": "a" * 4001}, "4000"),
        ({"text": HELLO, "point": "999999"}, "Chọn một mục trong danh sách"),
        ({"text": HELLO, "form_token": "x"}, "Biểu mẫu đã cũ; tải lại trang rồi gửi lại"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    chain: Chain, desk: Desk, values: dict[str, str], said: str
) -> None:
    chain.ask()
    page = send(chain, desk("agency_officer"), **values).content.decode()
    assert said in page
    assert "Lỗi: " in page
    if values["text"] == HELLO:
        assert f"{HELLO.splitlines()[0]}" in page.split("<textarea")[1]
    assert not ThreadMessage.objects.exists()


def test_a_file_comes_along_and_only_who_sees_the_dossier_gets_it(
    chain: Chain, desk: Desk, settings: Any, tmp_path: Any, agency: Any, person: Any, signed_in: SignIn
) -> None:
    settings.MEDIA_ROOT = tmp_path
    chain.receive()
    file = SimpleUploadedFile("Lịch bảo trì.docx", DOCX, content_type="application/msword")
    assert send(chain, desk("agency_officer"), text=HELLO, file=file).status_code == 302
    kept = MessageFile.objects.get()
    address = reverse("request_thread_file", args=[chain.request.pk, kept.pk])
    assert address in page_of(chain, desk("agency_representative"))
    given = desk("agency_representative").get(address)
    assert (given.content, "attachment" in given["Content-Disposition"]) == (DOCX, True)
    staff = reverse("admin:connections_request_thread_file", args=[chain.request.pk, kept.pk])
    assert desk("evaluator").get(staff).content == DOCX
    stranger = signed_in(person("la@lgsp.example", agency("H60.11"), "agency_officer"))
    assert stranger.get(address).status_code == 404
    assert desk("agency_officer").get(staff).status_code == 302  # to sign in, where they learn that nothing is here


def test_a_file_that_is_not_taken_is_said_and_nothing_is_written(chain: Chain, desk: Desk) -> None:
    chain.receive()
    bad = SimpleUploadedFile("chay.exe", b"MZ", content_type="application/octet-stream")
    page = send(chain, desk("agency_officer"), text=HELLO, file=bad).content.decode()
    assert "Chỉ nhận PDF, DOCX, XLSX" in page
    assert not ThreadMessage.objects.exists()


@pytest.mark.parametrize("way", ["draft", "ended"])
def test_a_thread_that_is_closed_takes_nothing_by_hand(chain: Chain, desk: Desk, way: str) -> None:
    """U3."""
    if way == "draft":
        chain.draft()
    else:
        withdraw(actor=chain.actors["agency_representative"], request=chain.submit(), reason="Đổi kế hoạch")
    officer, address = desk("agency_officer"), reverse("request_thread", args=[chain.request.pk])
    facts = Fact.objects.count()
    answer = officer.post(address, {"form_token": str(uuid4()), "text": HELLO})
    assert answer.status_code == 409
    assert HELLO.splitlines()[0] in answer.content.decode()
    assert "Viết trao đổi" not in page_of(chain, officer)
    with pytest.raises(StateRefused):
        write(chain, "agency_officer")
    assert (ThreadMessage.objects.count(), Fact.objects.count()) == (0, facts)


def test_who_only_reads_does_not_write(chain: Chain, desk: Desk) -> None:
    chain.receive()
    address = reverse("admin:connections_request_thread", args=[chain.request.pk])
    page = desk("security_officer").get(address).content.decode()
    assert "Vai trò của bạn chỉ đọc trao đổi, không viết." in page
    answer = desk("security_officer").post(address, {"form_token": str(uuid4()), "text": HELLO})
    assert answer.status_code == 403
    with pytest.raises(PermissionRefused):
        write(chain, "security_officer")
    assert not ThreadMessage.objects.exists()


def test_another_dossiers_point_is_refused(chain: Chain, actor: Callable[..., Actor]) -> None:
    chain.ask()
    point = chain.request.points.get()
    point.request_id = 0
    with pytest.raises(InvalidInput, match="Chọn một nội dung của hồ sơ này"):
        write(chain, "agency_officer", point=point)


def test_another_agency_finds_no_thread(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User], signed_in: SignIn, actor: Any
) -> None:
    chain.receive()
    write(chain, "evaluator")
    other = person("la@lgsp.example", agency("H60.11"), "agency_officer")
    address = reverse("request_thread", args=[chain.request.pk])
    assert signed_in(other).get(address).status_code == 404
    assert signed_in(other).post(address, {"text": HELLO}).status_code == 404
    assert not ThreadMessage.objects.visible_to(actor(other)).exists()
    assert not unread_dossiers(actor(other)).exists()


def test_the_database_keeps_a_message_as_it_is(chain: Chain) -> None:
    chain.receive()
    said = write(chain, "evaluator")
    said.text = "Khác"
    with pytest.raises(DatabaseError, match="stays as it was sent"), transaction.atomic():
        said.save()
    with pytest.raises(DatabaseError, match="stays as it was sent"), transaction.atomic():
        said.delete()


def test_a_thread_asks_the_database_as_often_for_many_as_for_one(
    chain: Chain, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    chain.receive()
    write(chain, "evaluator")
    officer = desk("agency_officer")
    page_of(chain, officer)
    with django_assert_max_num_queries(40) as seen:
        page_of(chain, officer)
    some = len(seen)
    for _place in range(10):
        write(chain, "agency_representative")
    with django_assert_max_num_queries(some + 2):  # the mark moves on
        page_of(chain, officer)
    assert len(thread_of(chain.request, chain.actors["agency_officer"])) == 11
