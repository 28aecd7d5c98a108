"""Letters: nothing lost while the mail server is down, nothing kept once sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from accounts.models import Letter
from accounts.services.delivery import PAUSES, deliver_due_letters
from accounts.services.letters import send_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the clock to so long after the test began."""
    began = datetime.now(tz=UTC)
    return lambda after: monkeypatch.setattr("core.clock.now", lambda: began + after)


def test_a_letter_is_sent_once_and_its_body_emptied() -> None:
    send_letter(to="a@so-a.example", subject="Tiêu đề", body="Nội dung mật")
    assert deliver_due_letters() == 1
    assert deliver_due_letters() == 0
    assert [(sent.to, sent.body) for sent in mail.outbox] == [(["a@so-a.example"], "Nội dung mật")]
    letter = Letter.objects.get()
    assert letter.sent_at is not None
    assert letter.body == ""


def test_a_letter_falls_with_its_deed() -> None:
    def deed() -> None:
        with transaction.atomic():
            send_letter(to="a@so-a.example", subject="Tiêu đề", body="Nội dung")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed()
    assert not Letter.objects.exists()


def test_pauses_grow_to_two_hours_and_a_silent_server_never_costs_a_letter(at: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_letters.Down"
    at(timedelta())
    letter = send_letter(to="a@so-a.example", subject="Tiêu đề", body="Nội dung")
    waited, pauses = timedelta(), []
    while waited < timedelta(days=10):
        at(waited)
        assert deliver_due_letters() == 0
        letter.refresh_from_db()
        pauses.append(PAUSES[min(letter.tries, len(PAUSES)) - 1])
        at(waited + pauses[-1] - timedelta(seconds=1))
        assert deliver_due_letters() == 0
        assert Letter.objects.get().tries == letter.tries
        waited += pauses[-1]
    assert letter.given_up_at is None
    assert pauses == sorted(pauses)
    assert [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)] == PAUSES
    assert "ConnectionRefusedError" in letter.last_error


def test_one_bad_letter_does_not_hold_up_the_others() -> None:
    send_letter(to="a@so-a.example", subject="Hai\ndòng", body="Nội dung")
    send_letter(to="b@so-a.example", subject="Một dòng", body="Nội dung")
    assert deliver_due_letters() == 1
    assert [sent.to for sent in mail.outbox] == [["b@so-a.example"]]


class Down(BaseEmailBackend):
    """A mail server that is not there."""

    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionRefusedError
