"""The outbox against a real mail server that is down, refuses, breaks off, and comes back (U21)."""

import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import Agency, Letter, Notice, User
from accounts.selectors.notices import outbox
from accounts.selectors.workbench import tasks_for
from accounts.services.delivery import CLAIM, MOST_REFUSALS, PAUSES, deliver_due_letters, try_again
from accounts.services.letters import send_letter
from audit.models import Fact
from core.actor import Actor
from core.problems import PermissionRefused, StateRefused
from tests.accounts.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the clock to so long after the test began."""
    began = datetime.now(tz=UTC)
    return lambda after: monkeypatch.setattr("core.clock.now", lambda: began + after)


@pytest.fixture
def mail_to(settings: Any) -> Callable[[int], None]:
    """Send by SMTP to a port of loopback."""

    def use(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5

    return use


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.clause("QC10.1")
def test_u21_a_server_that_is_down_then_refuses_then_accepts_loses_nothing(
    mail_to: Callable[[int], None], at: Callable[[timedelta], None]
) -> None:
    port, day = closed_port(), timedelta(days=1)
    mail_to(port)
    at(timedelta())
    letters = [send_letter(to=f"{n}@so-a.example", subject=f"Thư {n}", body=f"Nội dung {n}") for n in range(3)]
    assert deliver_due_letters() == 0
    assert sorted(Letter.objects.values_list("tries", flat=True)) == [0, 0, 1]
    with SmtpServer(port, greeting="421 Tạm ngừng phục vụ") as busy:
        for days in range(1, 9):  # a server silent over the whole of Tết
            at(days * day)
            assert deliver_due_letters() == 0
        assert busy.behaviour.connections == 8
    assert not Letter.objects.filter(given_up_at__isnull=False).exists()
    with SmtpServer(port) as server:
        at(9 * day)
        assert deliver_due_letters() == 3
        assert deliver_due_letters() == 0
    assert sorted(taken["To"] for taken in server.behaviour.taken) == [letter.to for letter in letters]
    assert {taken["Message-ID"] for taken in server.behaviour.taken} == {letter.message_id for letter in letters}
    assert not Letter.objects.exclude(body="").exists()


def test_a_letter_has_text_and_html_and_says_who_wrote_it(mail_to: Callable[[int], None]) -> None:
    letter = send_letter(
        to="a@so-a.example", subject="Cần hoàn thiện – ỷ", body="Xem <b> tại https://lgsp.example/thong-bao/1/ nhé"
    )
    with SmtpServer() as server:
        mail_to(server.port)
        assert deliver_due_letters() == 1
    (taken,) = server.behaviour.taken
    text, html = taken.get_body(("plain",)), taken.get_body(("html",))
    assert taken["Subject"] == "[LGSP] Cần hoàn thiện – ỷ"
    assert text is not None
    assert "Xem <b> tại https://lgsp.example/thong-bao/1/ nhé" in text.get_content()
    assert html is not None
    assert '<a href="https://lgsp.example/thong-bao/1/"' in html.get_content()
    assert "Xem &lt;b&gt;" in html.get_content()
    assert (taken["Message-ID"], taken["Auto-Submitted"]) == (letter.message_id, "auto-generated")


def test_a_worker_that_dies_after_the_server_took_the_letter_repeats_it_under_the_same_name(
    mail_to: Callable[[int], None], at: Callable[[timedelta], None]
) -> None:
    at(timedelta())
    letter = send_letter(to="a@so-a.example", subject="Thư", body="Nội dung")
    with SmtpServer(drop_after_data=True) as server:
        mail_to(server.port)
        assert deliver_due_letters() == 0
        server.behaviour.drop_after_data = False
        at(PAUSES[0])
        assert deliver_due_letters() == 1
    assert [taken["Message-ID"] for taken in server.behaviour.taken] == [letter.message_id] * 2


def test_a_claim_holds_others_off_until_it_runs_out(
    mail_to: Callable[[int], None], at: Callable[[timedelta], None]
) -> None:
    at(timedelta())
    letter = send_letter(to="a@so-a.example", subject="Thư", body="Nội dung")
    letter.claimed_until = datetime.now(tz=UTC) + CLAIM
    letter.save()
    with SmtpServer() as server:
        mail_to(server.port)
        assert deliver_due_letters() == 0
        at(CLAIM + timedelta(minutes=1))
        assert deliver_due_letters() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_side_by_side_send_every_letter_once(mail_to: Callable[[int], None]) -> None:
    for n in range(12):
        send_letter(to=f"{n}@so-a.example", subject=f"Thư {n}", body="Nội dung")
    ready, sent = threading.Barrier(3), []

    def work() -> None:
        ready.wait()
        sent.append(deliver_due_letters())
        connection.close()

    with SmtpServer() as server:
        mail_to(server.port)
        workers = [threading.Thread(target=work) for _n in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert sum(sent) == 12
    assert len({taken["Message-ID"] for taken in server.behaviour.taken}) == len(server.behaviour.taken) == 12


def test_an_address_refused_for_good_holds_nobody_up_and_is_left_to_staff_after_days(
    mail_to: Callable[[int], None], at: Callable[[timedelta], None]
) -> None:
    at(timedelta())
    letter, waited = send_letter(to="sai@so-a.example", subject="Thư", body="Nội dung"), timedelta()
    with SmtpServer(recipient="550 Không có hộp thư này") as server:
        mail_to(server.port)
        while letter.given_up_at is None:
            at(waited)
            deliver_due_letters()
            letter.refresh_from_db()
            waited = letter.next_try_at - datetime.now(tz=UTC) + timedelta(seconds=5)
        assert letter.refusals == MOST_REFUSALS + 1
        assert timedelta(days=3) <= waited <= timedelta(days=3, hours=6)
        assert "550" in letter.last_error
        assert letter.body == "Nội dung"
        server.behaviour.recipient = "451 Thử lại sau"
        other = send_letter(to="bận@so-a.example".replace("ậ", "a"), subject="Thư", body="Nội dung")
        deliver_due_letters()
        other.refresh_from_db()
    assert (other.refusals, other.given_up_at) == (0, None)


def test_a_letter_that_lost_its_point_is_not_sent(
    mail_to: Callable[[int], None], at: Callable[[timedelta], None]
) -> None:
    at(timedelta())
    hour = timedelta(hours=1)
    letter = send_letter(to="a@so-a.example", subject="Thư", body="x", expires_at=datetime.now(tz=UTC) + hour)
    with SmtpServer() as server:
        mail_to(server.port)
        at(2 * hour)
        assert deliver_due_letters() == 0
    letter.refresh_from_db()
    assert letter.given_up_at is not None
    assert server.behaviour.connections == 0
    assert not outbox().in_trouble


@pytest.fixture
def operator(agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]) -> Actor:
    return actor(person("vh@lgsp.example", agency("H60.02", is_operator=True), "operator"))


def test_staff_are_warned_while_letters_do_not_go_out_and_may_send_again(
    mail_to: Callable[[int], None], operator: Actor, person: Callable[..., User], actor: Callable[..., Actor]
) -> None:
    mail_to(closed_port())
    letter = send_letter(to="a@so-a.example", subject="Thư", body="x")
    assert not outbox().in_trouble
    deliver_due_letters()
    assert [task.title for task in tasks_for(operator)] == ["Kiểm tra thư không gửi được"]
    stranger = actor(person("b@so-a.example", Agency.objects.get(), "evaluator"))
    assert tasks_for(stranger) == []
    with pytest.raises(PermissionRefused):
        try_again(actor=stranger, letter=letter)
    letter.refresh_from_db()
    assert letter.next_try_at > datetime.now(tz=UTC)
    with SmtpServer() as server:
        mail_to(server.port)
        try_again(actor=operator, letter=letter)
        assert deliver_due_letters() == 1
    assert Fact.objects.get(deed="letter.resent").subject_id == str(letter.pk)
    assert tasks_for(operator) == []
    with pytest.raises(StateRefused):
        try_again(actor=operator, letter=letter)


def test_without_a_mail_server_letters_wait_and_staff_are_told(settings: Any, operator: Actor) -> None:
    settings.EMAIL_CONFIGURED = False
    send_letter(to="a@so-a.example", subject="Thư", body="x")
    assert deliver_due_letters() == 0
    assert Letter.objects.get().tries == 0
    assert "Chưa khai báo máy chủ thư" in tasks_for(operator)[0].hint
    assert not Notice.objects.exists()


def test_staff_see_the_outbox_without_texts_and_send_again(
    mail_to: Callable[[int], None], operator: Actor, signed_in: Callable[..., Any]
) -> None:
    mail_to(closed_port())
    letter = send_letter(to="a@so-a.example", subject="Thư mời", body="https://lgsp.example/moi/bi-mat")
    deliver_due_letters()
    client = signed_in(User.objects.get(pk=operator.user_id))
    page = client.get("/quan-tri/accounts/letter/?standing=waiting").content.decode()
    assert "Thư mời" in page
    assert "ConnectionRefusedError" in page
    page = client.get(f"/quan-tri/accounts/letter/{letter.pk}/change/").content.decode()
    assert "bi-mat" not in page
    address = f"/quan-tri/accounts/letter/{letter.pk}/gui-lai/"
    assert "Gửi lại thư" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    letter.refresh_from_db()
    assert letter.next_try_at <= datetime.now(tz=UTC)
