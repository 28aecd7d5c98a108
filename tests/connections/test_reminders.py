"""Reminders before, on and after the day, passed up when overdue; one letter a day; safe to run twice."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Digest, Letter, MailChoice, Notice
from accounts.services.delivery import deliver_due_letters
from accounts.services.digests import send_digests
from accounts.services.notices import address_to
from audit.models import Fact
from connections.choices import Chased
from connections.models import Clock, Reminder, ReminderRule
from connections.services import clocks
from connections.services.reminder_rules import load_rules, save_rule
from connections.services.reminders import remind_of_deadlines
from core.actor import system_actor
from core.clock import VIETNAM
from core.problems import InvalidInput, PermissionRefused
from tests.connections.conftest import Chain

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC10.2")]
JOB = system_actor("Kiểm thử")
Move = Callable[..., None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Set the clock to a day of November 2026, eight o'clock unless said otherwise."""

    def move(day: int, hour: int = 8, minute: int = 0, month: int = 11) -> None:
        now = datetime(2026, month, day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)
        monkeypatch.setattr("core.clock.now", lambda: now)

    return move


@pytest.fixture
def intake(chain: Chain, at: Move) -> Clock:
    """A dossier sent on Monday 2 November; ten working days for intake: due on Monday the 16th."""
    chain.submit()
    call_command("load_reminders", verbosity=0)
    Clock.objects.all().delete()
    Notice.objects.all().delete()
    Letter.objects.all().delete()
    at(2)
    made = Clock(request=chain.request, step="intake", amount=10, unit="working_day", statutory=False, basis="Nội bộ")
    made.started_at = datetime(2026, 11, 2, 9, tzinfo=VIETNAM)
    made.due_at = datetime(2026, 11, 16, 23, 59, 59, tzinfo=VIETNAM)
    made.save()
    return made


def told() -> list[tuple[str, str]]:
    """Return who was told what since last asked."""
    found = [
        (address_to(row).split("@")[0], row.subject)
        for row in Notice.objects.select_related("recipient").order_by("pk")
    ]
    Digest.objects.all().delete()
    Notice.objects.all().delete()
    return found


def test_the_holder_is_reminded_then_the_head_then_the_leader(intake: Clock, at: Move) -> None:
    number = intake.request.number
    expected = {
        9: [("intake_officer", f"Còn 5 ngày làm việc – Tiếp nhận hồ sơ, hồ sơ {number}")],
        12: [("intake_officer", f"Còn 2 ngày làm việc – Tiếp nhận hồ sơ, hồ sơ {number}")],
        16: [("intake_officer", f"Đến hạn hôm nay – Tiếp nhận hồ sơ, hồ sơ {number}")],
        17: [
            (role, f"Quá hạn 1 ngày làm việc – Tiếp nhận hồ sơ, hồ sơ {number}")
            for role in ("intake_officer", "division_head")
        ],
        19: [("department_leader", f"Quá hạn 3 ngày làm việc – Tiếp nhận hồ sơ, hồ sơ {number}")],
        23: [("intake_officer", f"Quá hạn 5 ngày làm việc – Tiếp nhận hồ sơ, hồ sơ {number}")],
    }
    for day in range(2, 28):
        at(day)
        remind_of_deadlines()
        remind_of_deadlines()
        assert sorted(told()) == sorted(expected.get(day, [])), day


def test_nothing_before_the_morning_hour_nor_on_days_off(intake: Clock, at: Move) -> None:
    at(16, 7, 29)
    assert remind_of_deadlines() == 0
    at(16, 7, 30)
    assert remind_of_deadlines() == 1
    at(21)  # a Saturday
    assert remind_of_deadlines() == 0


def test_after_days_without_a_worker_each_gets_one_reminder_that_says_how_it_stands_now(
    intake: Clock, at: Move
) -> None:
    at(20)
    assert remind_of_deadlines() == 3
    subjects = {subject for _who, subject in told()}
    assert subjects == {f"Quá hạn 4 ngày làm việc – Tiếp nhận hồ sơ, hồ sơ {intake.request.number}"}
    at(20, 9)
    assert remind_of_deadlines() == 0


def test_a_term_shorter_than_a_rule_is_not_reminded_at_once(intake: Clock, at: Move) -> None:
    intake.started_at = datetime(2026, 11, 13, 9, tzinfo=VIETNAM)
    intake.save()
    at(13)
    assert remind_of_deadlines() == 0
    at(16)
    assert remind_of_deadlines() == 1


def test_a_paused_or_finished_step_reminds_nobody_and_a_new_day_reminds_anew(intake: Clock, at: Move) -> None:
    at(12)
    assert remind_of_deadlines() == 1
    clocks.pause_clock(intake.request, intake.step, "Chờ cơ quan")
    at(16)
    assert remind_of_deadlines() == 0
    at(17)
    clocks.resume_clock(intake.request, intake.step)
    again = Clock.objects.get()
    assert again.due_at == datetime(2026, 11, 20, 23, 59, 59, tzinfo=VIETNAM)
    at(18)
    assert remind_of_deadlines() == 1
    clocks.stop_clock(intake.request, intake.step)
    at(25)
    assert remind_of_deadlines() == 0
    assert Reminder.objects.filter(offset=-2).count() == 2


def test_one_letter_a_day_gathers_them_and_respects_the_choice(intake: Clock, chain: Chain, at: Move) -> None:
    Clock.objects.create(
        request=intake.request,
        step="evaluation",
        **{name: getattr(intake, name) for name in ("amount", "unit", "statutory", "basis", "started_at", "due_at")},
    )
    chain.request.evaluator = chain.users["intake_officer"]
    chain.request.save()
    MailChoice.objects.create(user=chain.users["division_head"], topic="deadlines", wanted=False)
    at(16)
    assert remind_of_deadlines() == 2
    letter = Letter.objects.get()
    assert letter.subject == "2 việc đến hạn hôm nay"
    assert letter.body.count("/thong-bao/") == 2
    assert Digest.objects.get().letter == letter
    at(17)
    remind_of_deadlines()
    assert Letter.objects.filter(to=chain.users["division_head"].email).count() == 0
    assert Notice.objects.filter(recipient=chain.users["division_head"]).count() == 2
    last = Letter.objects.order_by("-pk")[0]
    assert (last.to, last.subject) == ("intake_officer@lgsp.example", "2 việc sắp đến hạn, đến hạn hoặc quá hạn")
    assert deliver_due_letters() == 2


def test_the_agency_and_its_mailbox_are_reminded_of_what_they_hold(intake: Clock, chain: Chain, at: Move) -> None:
    chain.agency.shared_mailbox = "vanthu@so-a.example"
    chain.agency.save()
    intake.step = "completion"
    intake.save()
    at(16)
    remind_of_deadlines()
    assert {who for who, _subject in told()} == {"agency_officer", "agency_representative", "vanthu"}
    letter = Letter.objects.get(to="vanthu@so-a.example")
    assert f"/ket-noi/{intake.request_id}/" in letter.body


def test_of_two_signers_only_the_one_who_has_not_signed_is_reminded(chain: Chain, at: Move) -> None:
    chain.finish()
    call_command("load_reminders", verbosity=0)
    chain.confirm_as("operator")
    Notice.objects.all().delete()
    running = Clock.objects.get(step="confirmation")
    running.started_at = datetime(2026, 11, 2, 9, tzinfo=VIETNAM)
    running.due_at = datetime(2026, 11, 9, 23, 59, 59, tzinfo=VIETNAM)
    running.save()
    at(9)
    remind_of_deadlines()
    assert {who for who, _subject in told()} == {"agency_representative"}


@pytest.mark.django_db(transaction=True)
def test_two_runs_side_by_side_remind_once_and_write_one_letter(intake: Clock, at: Move) -> None:
    at(16)
    ready, given = threading.Barrier(4), []

    def work() -> None:
        ready.wait()
        given.append(remind_of_deadlines())
        connection.close()

    runs = [threading.Thread(target=work) for _n in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sum(given) == 1
    assert Reminder.objects.count() == Notice.objects.count() == 1
    send_digests(day=datetime(2026, 11, 16, tzinfo=VIETNAM).date())
    assert Letter.objects.count() == Digest.objects.count() == 1


def test_a_reminder_too_old_for_a_letter_stays_in_the_inbox(intake: Clock, chain: Chain, at: Move) -> None:
    at(16)
    remind_of_deadlines()
    notice = Notice.objects.get()
    Digest.objects.all().delete()
    notice.letter = None
    notice.created_at -= timedelta(days=4)
    notice.save()
    Letter.objects.all().delete()
    at(17)
    assert send_digests(day=datetime(2026, 11, 17, tzinfo=VIETNAM).date()) == 0
    assert Notice.objects.unread().count() == 1


def test_many_deadlines_take_the_same_reads(
    intake: Clock, at: Move, django_assert_num_queries: Callable[..., object]
) -> None:
    at(16)
    remind_of_deadlines()
    with django_assert_num_queries(8):
        remind_of_deadlines()
    for step in ("evaluation", "result", "environment", "testing"):
        Clock.objects.create(
            request=intake.request,
            step=step,
            **{
                name: getattr(intake, name)
                for name in ("amount", "unit", "statutory", "basis", "started_at", "due_at")
            },
        )
    remind_of_deadlines()
    with django_assert_num_queries(8):
        remind_of_deadlines()


def test_rules_are_data_with_a_reason(chain: Chain) -> None:
    assert load_rules(actor=JOB) == 7
    assert load_rules(actor=JOB) == 0
    rule = ReminderRule.objects.get(offset=-5)
    before = Fact.objects.count()
    for fields, field in (
        ({"offset": -4}, "reason"),
        ({"offset": -2, "reason": "x"}, ""),
        ({"audience": Chased.HEAD, "reason": "x"}, ""),
        ({"offset": 99, "reason": "x"}, "offset"),
        ({"basis": " ", "reason": "x"}, "basis"),
    ):
        with pytest.raises(InvalidInput) as refused:
            save_rule(actor=JOB, rule=rule, **fields)
        assert list(refused.value.errors) == [field]
    with pytest.raises(PermissionRefused):
        save_rule(actor=chain.actors["division_head"], rule=rule, offset=-4, reason="x")
    assert Fact.objects.count() == before
    save_rule(actor=chain.actors["operator"], rule=rule, offset=-4, reason="Nhắc gần hơn")
    assert ReminderRule.objects.get(pk=rule.pk).offset == -4
    assert Fact.objects.get(deed="reminder_rule.saved", reason="Nhắc gần hơn").after == {"offset": -4}
