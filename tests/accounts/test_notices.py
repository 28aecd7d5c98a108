"""The inbox, the bell, and who gets which letters (ux.md §4.1)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import MANDATORY, Topic
from accounts.models import Agency, Letter, MailChoice, Membership, Notice, User
from accounts.services.notices import Message, address_to, choose_letters, post_notices
from audit.models import Fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused

pytestmark = pytest.mark.django_db
MESSAGE = Message("request.x", Topic.WORK, "Hồ sơ chờ bạn", "Nội dung việc.", "/lich-lam-viec/", "H60.07-2026-0001")


@pytest.fixture
def reader(agency: Callable[..., Agency], person: Callable[..., User]) -> User:
    return person("a@so-a.example", agency(), "agency_officer")


def post(*people: User, **changes: object) -> list[Notice]:
    message = replace(
        MESSAGE, **{name: value for name, value in changes.items() if name not in ("mailboxes", "agency")}
    )
    return post_notices(
        message=message, agency=changes.get("agency"), people=people, mailboxes=changes.get("mailboxes", ())
    )


def test_a_notice_stands_in_the_inbox_and_its_letter_leads_there(reader: User, signed_in: Callable, settings) -> None:
    (notice,) = post(reader)
    letter = Letter.objects.get()
    assert notice.letter == letter
    assert (letter.to, letter.subject) == (reader.email, "Hồ sơ chờ bạn")
    assert f"{settings.PUBLIC_URL}/thong-bao/{notice.pk}/" in letter.body
    assert "H60.07-2026-0001" in letter.body
    assert f"{settings.PUBLIC_URL}/tai-khoan/" in letter.body
    client = signed_in(reader)
    page = client.get("/thong-bao/").content.decode()
    assert "Hồ sơ chờ bạn" in page
    assert "Chưa đọc" in page
    answer = client.get(f"/thong-bao/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/lich-lam-viec/")
    assert "Chưa đọc</span>" not in client.get("/thong-bao/").content.decode()
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_telling_many_takes_as_many_statements_as_telling_one(
    reader: User, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    many = [person(f"nhieu-{number}@so-a.example", agency(), "agency_officer") for number in range(20)]
    counts = []
    for people in ([reader], many):
        with CaptureQueriesContext(connection) as asked:
            told = post(*people, topic=Topic.CONFIRMATION, mailboxes=[f"vt-{len(people)}@so-a.example"])
        assert len(told) == len(people) + 1
        assert all(notice.letter is not None and notice.letter.to == address_to(notice) for notice in told)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert Letter.objects.count() == 23


def test_nothing_is_sent_or_told_when_the_deed_fails(reader: User) -> None:
    def deed() -> None:
        with transaction.atomic():
            post(reader)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed()
    assert not Notice.objects.exists()
    assert not Letter.objects.exists()


def test_each_reader_is_told_once_and_people_without_account_in_use_are_not(
    reader: User, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    gone = person("b@so-a.example", agency(), "agency_officer")
    gone.is_active = False
    gone.save()
    post(reader, reader, gone, mailboxes=["A@so-a.example", "vt@so-a.example", "vt@so-a.example", ""])
    assert sorted(Letter.objects.values_list("to", flat=True)) == ["a@so-a.example", "vt@so-a.example"]
    assert Notice.objects.get(mailbox="vt@so-a.example").recipient is None
    assert "/lich-lam-viec/" in Letter.objects.get(to="vt@so-a.example").body


def test_letters_of_a_topic_are_switched_off_but_never_the_notice_or_a_mandatory_letter(
    reader: User, actor: Callable[..., Actor]
) -> None:
    assert choose_letters(actor=actor(reader), wanted={"work": False, "progress": True}) == 1
    assert choose_letters(actor=actor(reader), wanted={"work": False}) == 0
    assert Fact.objects.get(deed="mail.chosen").after["letters"] == "Việc mới đến lượt bạn: không nhận"
    post(reader)
    post(reader, topic=Topic.PROCEDURE)
    assert Notice.objects.count() == 2
    assert Letter.objects.count() == 1
    assert Notice.objects.get(letter__isnull=False).mandatory
    assert "bắt buộc" in Letter.objects.get().body


@pytest.mark.parametrize("topic", ["procedure", "access", "violation", "khong-co"])
def test_mandatory_letters_cannot_be_switched_off(reader: User, actor: Callable[..., Actor], topic: str) -> None:
    with pytest.raises(InvalidInput):
        choose_letters(actor=actor(reader), wanted={"work": False, topic: False})
    assert not MailChoice.objects.exists()
    assert not Fact.objects.filter(deed="mail.chosen").exists()


def test_who_has_left_chooses_nothing(reader: User, actor: Callable[..., Actor]) -> None:
    for held in Membership.objects.all():
        held.ended_at = clock.now()
        held.save()
    with pytest.raises(PermissionRefused):
        choose_letters(actor=actor(reader), wanted={"work": False})
    assert not MailChoice.objects.exists()


def test_the_profile_page_keeps_the_choice_and_ignores_what_is_mandatory(reader: User, signed_in: Callable) -> None:
    client = signed_in(reader)
    page = client.get("/tai-khoan/").content.decode()
    assert page.count('name="topic"') == len(Topic)
    assert page.count("disabled") == len(MANDATORY)
    answer = client.post("/tai-khoan/nhan-thu/", {"topic": ["work", "deadlines", "khong-co"]})
    assert answer["Location"] == "/tai-khoan/#nhan-thu"
    off = set(MailChoice.objects.filter(wanted=False).values_list("topic", flat=True))
    assert off == set(Topic) - MANDATORY - {Topic.WORK, Topic.DEADLINES}


def test_the_inbox_is_ones_own(
    reader: User, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable
) -> None:
    (notice,) = post(reader)
    other = signed_in(person("c@so-a.example", agency(), "agency_officer"))
    assert "Hồ sơ chờ bạn" not in other.get("/thong-bao/").content.decode()
    assert other.get(f"/thong-bao/{notice.pk}/").status_code == 404
    other.post("/thong-bao/da-doc/", {"notice": notice.pk})
    other.post("/thong-bao/da-doc/")
    notice.refresh_from_db()
    assert notice.read_at is None
    assert Client().get("/thong-bao/").status_code == 302
    assert Client().post("/thong-bao/da-doc/").status_code == 302


def test_marking_one_and_all_and_all_of_one_dossier(reader: User, signed_in: Callable) -> None:
    client = signed_in(reader)
    for n in range(3):
        post(reader, number=f"HS-{n % 2}")
    first = Notice.objects.order_by("pk")[0]
    answer = client.post("/thong-bao/da-doc/", {"notice": first.pk, "next": "/thong-bao/?show=unread&page=2"})
    assert answer["Location"] == "/thong-bao/?show=unread&page=2"
    assert Notice.objects.unread().count() == 2
    client.post("/thong-bao/da-doc/", {"dossier": "HS-0"})
    assert list(Notice.objects.unread().values_list("number", flat=True)) == ["HS-1"]
    client.post("/thong-bao/da-doc/", {"next": "https://xau.example/thong-bao/"}, follow=True)
    assert not Notice.objects.unread().exists()


@pytest.mark.parametrize("given", ["0", "abc", "9" * 30, "-1", "\0"])
def test_an_odd_notice_number_marks_nothing(reader: User, signed_in: Callable, given: str) -> None:
    post(reader)
    assert signed_in(reader).post("/thong-bao/da-doc/", {"notice": given}).status_code == 302
    assert Notice.objects.unread().count() == 1


def test_the_inbox_is_narrowed_by_dossier_and_unread_and_keeps_its_pages(reader: User, signed_in: Callable) -> None:
    client = signed_in(reader)
    assert "Chưa có thông báo nào" in client.get("/thong-bao/").content.decode()
    for n in range(30):
        post(reader, subject=f"Thông báo số {n:02}", number="HS-1" if n else "HS-2")
    page = client.get("/thong-bao/").content.decode()
    assert "30 thông báo" in page
    assert "Thông báo số 29" in page
    assert "Thông báo số 04" not in page
    assert "Thông báo số 00" in client.get("/thong-bao/?page=2").content.decode()
    narrowed = client.get("/thong-bao/?dossier=HS-2").content.decode()
    assert "Thông báo số 00" in narrowed
    assert "Thông báo số 29" not in narrowed
    client.post("/thong-bao/da-doc/")
    assert "Không có thông báo nào khớp" in client.get("/thong-bao/?show=unread").content.decode()


def test_the_bell_counts_with_one_query_and_the_inbox_needs_no_more_for_many(
    reader: User, signed_in: Callable, django_assert_num_queries: Callable
) -> None:
    client = signed_in(reader)
    post(reader)
    client.get("/thong-bao/")
    with CaptureQueriesContext(connection) as few:
        client.get("/thong-bao/")
    for n in range(24):
        post(reader, number=f"HS-{n}")
    assert len(few) <= 10
    with django_assert_num_queries(len(few)):
        page = client.get("/thong-bao/").content.decode()
    assert '<span class="visually-hidden">Thông báo chưa đọc:</span> 25' in page
    counted = [row["sql"] for row in few if "COUNT(" in row["sql"] and '"read_at" IS NULL' in row["sql"]]
    assert len(counted) == 1


def test_staff_see_the_bell_in_their_rooms(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable
) -> None:
    officer = person("tn@lgsp.example", agency("H60.02", is_operator=True), "intake_officer")
    post(officer)
    page = signed_in(officer).get("/quan-tri/").content.decode()
    assert 'aria-label="Thông báo chưa đọc: 1"' in page


def test_opening_a_notice_of_another_of_ones_agencies_works_for_that_agency(
    reader: User, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable
) -> None:
    other = agency("H60.91", name="Cơ quan thứ hai")
    person(reader.email, other, "agency_officer")
    client = signed_in(reader)
    client.post("/co-quan/chuyen/", {"agency": agency().pk})
    (notice,) = post(reader, agency=other)
    page = client.get(f"/thong-bao/{notice.pk}/", follow=True).content.decode()
    assert "Bạn đang làm việc cho Cơ quan thứ hai" in page


def test_a_notice_is_for_a_person_or_a_mailbox_never_both(reader: User) -> None:
    values = {"event": "x", "topic": "work", "subject": "s", "body": "b", "link": "/", "created_at": clock.now()}
    for reader_fields in ({}, {"recipient": reader, "mailbox": "vt@so-a.example"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(**values, **reader_fields)
