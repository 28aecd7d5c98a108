"""The weekly check for updates and maintenance (Q50-12.2b): recorded once, reminded once a week, gaps shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from audit.models import Fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from incidents.models import CheckItem, WeeklyCheck, WeeklyReminder
from incidents.selectors.weekly import gaps
from incidents.selectors.workbench import tasks_for
from incidents.services.maintenance import set_maintenance_policy
from incidents.services.weekly import Said, load_items, record_check, remind_of_check, save_item
from tests.catalog.conftest import JOB, people

__all__ = ["people"]
People = Callable[..., Actor]
pytestmark = pytest.mark.clause("Q50-12.2b")


@contextmanager
def at(text: str) -> Iterator[None]:
    """Let it be a moment on a Vietnamese clock."""
    moment = datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=clock.VIETNAM)
    with patch("core.clock.now", return_value=moment):
        yield


@pytest.fixture
def operator(people: People) -> Actor:
    """An operator of SKHCN; the points were entered on a Monday."""
    with at("02/11/2026 09:00"):
        assert load_items(actor=JOB) == CheckItem.objects.count() > 5
        assert load_items(actor=JOB) == 0
    return people("operator", "H60.02")


def good() -> dict[int, Said]:
    return {item.pk: Said("done") for item in CheckItem.objects.filter(active=True)}


def test_a_record_says_who_when_and_what_each_point_came_to(operator: Actor) -> None:
    said, token = good(), uuid4()
    first = CheckItem.objects.all()[0]
    said[first.pk] = Said("problem", "Còn hai bản vá; cài ngày 07/11")
    with at("05/11/2026 15:00"):
        made = record_check(actor=operator, said=said, note="Ghi chú", form_token=token)
        assert record_check(actor=operator, said=good(), form_token=token) == made
        assert tasks_for(operator) == []
    assert (f"{made.week:%d/%m/%Y}", made.problems, made.done_by_id) == ("02/11/2026", 1, operator.user_id)
    save_item(actor=operator, item=first, text="Lời khác", reason="Cho rõ")
    assert [line.remark for line in made.lines.filter(outcome="problem")] == ["Còn hai bản vá; cài ngày 07/11"]
    assert not made.lines.filter(text="Lời khác").exists()
    assert Fact.objects.get(deed="weekly_check.recorded").after == {"week": "2026-11-02", "problems": 1}


def test_what_is_left_out_is_told_by_field(operator: Actor, people: People) -> None:
    first, second, third = CheckItem.objects.all()[:3]
    said = good() | {first.pk: Said(""), second.pk: Said("problem", " "), third.pk: Said("done", "x" * 501)}
    with pytest.raises(InvalidInput) as refusal:
        record_check(actor=operator, said=said)
    assert set(refusal.value.errors) == {f"outcome-{first.pk}", f"remark-{second.pk}", f"remark-{third.pk}"}
    for actor in (people("evaluator", "H60.02"), JOB):
        with pytest.raises(PermissionRefused):
            record_check(actor=actor, said=good())
    CheckItem.objects.update(active=False)
    with pytest.raises(InvalidInput):
        record_check(actor=operator, said={})
    assert not WeeklyCheck.objects.exists()


def test_a_week_without_a_record_is_reminded_of_once(operator: Actor) -> None:
    told = []
    for moment in ("02/11/2026 10:00", "06/11/2026 06:00", "06/11/2026 08:00", "06/11/2026 08:30", "08/11/2026 23:00"):
        with at(moment):
            told.append(remind_of_check())
    assert told == [0, 0, 1, 0, 0]
    notice = Notice.objects.get(event="weekly_check.due")
    assert notice.recipient_id == operator.user_id
    assert notice.subject == "Chưa ghi kiểm tra, bảo trì hằng tuần: 02/11–08/11/2026"
    with at("10/11/2026 08:00"):
        assert [task.title for task in tasks_for(operator)] == ["Ghi kiểm tra, bảo trì hằng tuần"]
        record_check(actor=operator, said=good())
    with at("13/11/2026 09:00"):
        assert remind_of_check() == 0
    set_maintenance_policy(actor=operator, remind_weekday=2)
    with at("17/11/2026 08:00"):
        assert remind_of_check() == 1


def test_a_worker_that_was_away_for_weeks_reminds_of_all_of_them_in_one_notice(operator: Actor) -> None:
    with at("11/11/2026 09:00"):
        record_check(actor=operator, said=good())
    with at("25/11/2026 09:00"):
        assert remind_of_check() == 2
        assert remind_of_check() == 0
        assert [f"{week:%d/%m}" for week in gaps()] == ["16/11", "02/11"]
    assert Notice.objects.get(event="weekly_check.due").subject.endswith("02/11–08/11/2026, 16/11–22/11/2026")
    assert WeeklyReminder.objects.count() == 2


def test_the_form_keeps_what_was_typed(operator: Actor, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(User.objects.get(pk=operator.user_id))
    address, token = reverse("admin:incidents_weeklycheck_add"), str(uuid4())
    form = {f"outcome-{item.pk}": "done" for item in CheckItem.objects.all()} | {"form_token": token, "note": "Đã gõ"}
    first = CheckItem.objects.all()[0]
    page = client.post(address, form | {f"outcome-{first.pk}": "problem"}).content.decode()
    assert "Ghi vấn đề là gì, ai xử lý, đến khi nào" in page
    assert "Đã gõ" in page
    assert client.post(address, form).status_code == client.post(address, form).status_code == 302
    made = WeeklyCheck.objects.get()
    assert (
        "Đã làm, bình thường"
        in client.get(reverse("admin:incidents_weeklycheck_change", args=[made.pk])).content.decode()
    )
    assert "Bình thường" in client.get(reverse("admin:incidents_weeklycheck_changelist")).content.decode()
