"""A draft waits so many days: its people are reminded, then it is put away and stays readable (ux.md A1)."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from accounts.models import DeadlinePolicy, Letter
from accounts.services.calendar import set_deadline
from audit.models import Fact
from connections.choices import State
from connections.services import draft_life, drafts
from connections.tasks import care_for_drafts
from core import clock
from core.actor import system_actor
from tests.connections.conftest import Chain, Desk


def policies() -> None:
    for code, amount in ((draft_life.KEEP, 90), (draft_life.REMIND, 10)):
        set_deadline(
            actor=system_actor("Kiểm thử"),
            code=code,
            name=code,
            valid_from=clock.today().replace(month=1, day=1),
            amount=amount,
            unit="calendar_day",
            statutory=False,
            basis="Hạn nội bộ",
            clause="",
        )


def age(chain: Chain, days: int, reminded: int | None = None) -> None:
    draft = chain.fresh()
    draft.changed_at = clock.now() - timedelta(days=days)
    draft.reminded_at = clock.now() - timedelta(days=reminded) if reminded is not None else None
    draft.save()


def test_a_draft_is_reminded_of_then_put_away_and_stays_readable(chain: Chain, desk: Desk) -> None:
    chain.draft()
    assert (draft_life.care_for_drafts(), draft_life.kept_until(chain.request)) == ((0, 0), None)
    policies()
    until = draft_life.kept_until(chain.fresh())
    assert until is not None
    assert (until - chain.fresh().changed_at).days == 90
    age(chain, 79)
    assert draft_life.care_for_drafts() == (0, 0)
    age(chain, 80)
    assert draft_life.care_for_drafts() == (1, 0)
    assert draft_life.care_for_drafts() == (0, 0)
    assert Letter.objects.filter(subject__contains="sẽ được cất đi ngày").exists()
    assert Fact.objects.filter(deed="request.draft_reminded").count() == 1
    age(chain, 91, reminded=9)
    assert draft_life.care_for_drafts() == (0, 0)
    age(chain, 91, reminded=11)
    care_for_drafts()
    gone = chain.fresh()
    assert (gone.state, "quá 90 ngày" in gone.end_reason) == (State.WITHDRAWN, True)
    assert gone.operation_plan == "Trực giờ hành chính"
    assert "quá 90 ngày" in desk("agency_officer").get(reverse("request", args=[gone.pk])).content.decode()


def test_a_draft_taken_up_again_after_the_reminder_waits_anew(chain: Chain) -> None:
    chain.draft()
    policies()
    age(chain, 91, reminded=95)
    assert draft_life.care_for_drafts() == (1, 0)
    drafts.save_part(actor=chain.actors["agency_officer"], request=chain.fresh(), part="plans", operation_plan="Mới")
    assert draft_life.care_for_drafts() == (0, 0)
    assert chain.fresh().state == State.DRAFT


def test_the_number_of_days_is_data(chain: Chain) -> None:
    chain.draft()
    policies()
    row = DeadlinePolicy.objects.get(code=draft_life.KEEP)
    row.amount = 30
    row.save()
    age(chain, 31, reminded=11)
    assert draft_life.care_for_drafts() == (0, 1)


def test_caring_for_many_drafts_asks_once_for_each_kind(chain: Chain, django_assert_max_num_queries: Any) -> None:
    policies()
    for _place in range(5):
        drafts.begin_request(actor=chain.actors["agency_officer"])
    with django_assert_max_num_queries(3):
        assert draft_life.care_for_drafts() == (0, 0)
