"""Periodic inspection: opened, marked, concluded, told; what is due, on which day, and on whose pages (QC14.6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import DeadlinePolicy, Notice
from audit.models import Fact
from connections.choices import Duty
from connections.models import Checklist, Connection, Inspection, InspectionMark
from connections.selectors.inspections import inspection_list
from connections.selectors.workbench import tasks_for
from connections.services import inspections as deeds
from connections.services.duty_reminders import remind_of_duties
from connections.services.ending import terminate
from connections.tasks import remind
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.duties import FIRST_INSPECTION, long_live, on
from tests.connections.refusing import refused
from tests.connections.test_desk_many import Several, several

__all__ = ["several"]
pytestmark = [pytest.mark.clause("QC14.6", "QC9.2"), pytest.mark.xdist_group("duties")]
LIST = "admin:connections_inspection_changelist"
FAILED = ("fail", "Chứng thư hết hạn, chưa thay")


def begin(chain: Chain, role: str = "evaluator") -> Inspection:
    return deeds.open_inspection(actor=chain.actors[role], connection=chain.connection())


def all_met(inspection: Inspection, **changed: tuple[str, str]) -> dict[str, tuple[str, str]]:
    codes = inspection.marks.values_list("criterion__code", flat=True)
    return {**dict.fromkeys(codes, ("pass", "")), **changed}


def first_code(inspection: Inspection) -> str:
    return str(inspection.marks.order_by("criterion__place").values_list("criterion__code", flat=True)[0])


def mark(chain: Chain, inspection: Inspection, marks: Any, role: str = "evaluator", **fields: Any) -> Inspection:
    return deeds.mark_inspection(actor=chain.actors[role], inspection=inspection, marks=marks, **fields)


def conclude(chain: Chain, inspection: Inspection, text: str = "Đạt", role: str = "evaluator") -> Inspection:
    return deeds.conclude_inspection(actor=chain.actors[role], inspection=inspection, conclusion=text)


def inspected_on(actor: Actor) -> Any:
    return inspection_list(actor).get().inspect_on


def test_it_asks_the_criteria_in_force_and_tells_the_agency(chain: Chain) -> None:
    long_live(chain)
    made = begin(chain)
    asked = made.checklist.criteria.filter(national_only=False).values_list("code", flat=True)
    assert set(all_met(made)) == set(asked)
    assert (made.due_on, made.checklist) == (FIRST_INSPECTION, Checklist.objects.order_by("-number")[0])
    told = {notice.recipient for notice in Notice.objects.all()}
    assert told == {chain.users["technician"], chain.users["agency_representative"]}
    assert Fact.objects.get(deed="inspection.opened").clause == "QC14.6"
    said = refused(StateRefused, lambda: begin(chain, "security_officer"))
    assert str(chain.users["evaluator"]) in said.detail
    assert Inspection.objects.count() == 1


def test_a_national_connection_is_asked_for_its_messages(chain: Chain) -> None:
    long_live(chain)
    chain.request.national_database = True
    chain.request.save()
    made = begin(chain)
    assert made.marks.count() == made.checklist.criteria.count()
    code = made.checklist.criteria.filter(national_only=True)[0].code
    refused(InvalidInput, lambda: mark(chain, made, {code: ("not_applicable", "Không dùng")}))


def test_only_inspectors_act_and_only_on_what_operates(chain: Chain) -> None:
    long_live(chain)
    inspectors = {"evaluator", "security_officer"}
    for role in chain.actors.keys() - inspectors:
        refused(PermissionRefused, lambda role=role: begin(chain, role))
    made = begin(chain, "security_officer")
    for role in chain.actors.keys() - inspectors:
        refused(PermissionRefused, lambda role=role: mark(chain, made, all_met(made), role))
        refused(PermissionRefused, lambda role=role: conclude(chain, made, role=role))
    assert not InspectionMark.objects.exclude(result="").exists()
    terminate(actor=chain.actors["operator"], request=chain.request, reason="Hết nhu cầu")
    mark(chain, made, all_met(made))
    conclude(chain, made)
    refused(StateRefused, lambda: begin(chain))


def test_a_mark_lacks_nothing(chain: Chain) -> None:
    long_live(chain)
    made = begin(chain)
    code = first_code(made)
    for given in (("fail", " "), ("maybe", ""), ("not_applicable", ""), ("pass", "x" * 4001)):
        said = refused(InvalidInput, lambda given=given: mark(chain, made, {code: given}))
        assert list(said.errors) == [code]
    assert list(refused(InvalidInput, lambda: mark(chain, made, {"la": ("pass", "")})).errors) == ["la"]
    assert not InspectionMark.objects.exclude(result="").exists()


def test_what_a_colleague_wrote_meanwhile_is_not_lost(chain: Chain) -> None:
    long_live(chain)
    made = begin(chain)
    code = first_code(made)
    row = made.marks.get(criterion__code=code)
    saw = {code: deeds.seen(row)}
    mark(chain, made, {code: FAILED}, "security_officer", seen_before=saw)
    said = refused(StateRefused, lambda: mark(chain, made, {code: ("pass", "Ổn")}, seen_before=saw))
    assert "Chứng thư hết hạn" in said.detail
    mark(chain, made, {code: ("", "")}, seen_before=saw)  # they touched nothing
    assert made.marks.get(criterion__code=code).result == "fail"
    facts = Fact.objects.filter(deed="inspection.marked")
    assert facts.count() == 1


def test_it_is_concluded_when_all_is_judged_and_names_the_next_day(chain: Chain) -> None:
    long_live(chain)
    made = begin(chain)
    said = refused(GuardRefused, lambda: conclude(chain, made))
    assert made.marks.select_related("criterion")[0].criterion.text in said.detail
    mark(chain, made, all_met(made))
    refused(InvalidInput, lambda: conclude(chain, made, " "))
    Notice.objects.all().delete()
    done = conclude(chain, made, "Kết nối tuân thủ")
    assert (done.met, done.next_due) == (True, clock.today() + timedelta(days=365))
    fact = Fact.objects.get(deed="inspection.concluded")
    assert (fact.after["failed"], fact.reason) == ([], "Kết nối tuân thủ")
    assert {notice.topic for notice in Notice.objects.all()} == {"progress"}
    refused(StateRefused, lambda: mark(chain, made, {first_code(made): FAILED}))
    refused(StateRefused, lambda: conclude(chain, made))
    assert inspected_on(chain.actors["evaluator"]) == done.next_due


def test_what_is_not_met_is_told_and_shown_to_the_agency(chain: Chain, desk: Desk) -> None:
    connection = long_live(chain)
    made = begin(chain)
    mark(chain, made, all_met(made, **{first_code(made): FAILED}))
    Notice.objects.all().delete()
    address = reverse("declare_security", args=[connection.pk])
    assert FAILED[1] not in desk("agency_officer").get(address).content.decode()
    done = conclude(chain, made, "Khắc phục chứng thư")
    assert done.met is False
    notice = Notice.objects.filter(recipient=chain.users["agency_representative"]).get()
    assert (notice.topic, notice.mandatory) == ("procedure", True)
    assert "1 tiêu chí không đạt" in notice.subject
    assert FAILED[1] not in notice.body
    text = desk("agency_officer").get(notice.link).content.decode()
    assert FAILED[1] in text
    assert "Khắc phục chứng thư" in text


def test_without_a_deadline_nothing_is_due_and_nothing_is_concluded(chain: Chain) -> None:
    long_live(chain)
    DeadlinePolicy.objects.filter(code=f"compliance.{Duty.INSPECTION}").delete()
    assert inspected_on(chain.actors["evaluator"]) is None
    made = begin(chain)
    mark(chain, made, all_met(made))
    refused(GuardRefused, lambda: conclude(chain, made))
    assert Inspection.objects.get().concluded_at is None


def test_the_list_has_what_is_overdue_on_top_in_the_same_number_of_queries(
    chain: Chain, several: Several, desk: Desk
) -> None:
    first, client = long_live(chain), desk("evaluator")
    client.get(reverse(LIST))
    with CaptureQueriesContext(database) as one:
        client.get(reverse(LIST))
    others = [Connection.objects.get(system_id=item.request.system_id) for item in several(3, "set_up")]
    for place, other in enumerate(others):
        Connection.objects.filter(pk=other.pk).update(live_at=on(2025, 1 + place, 5))
    with CaptureQueriesContext(database) as many:
        text = client.get(reverse(LIST)).content.decode()
    assert len(many) == len(one)
    found = list(inspection_list(chain.actors["evaluator"]))
    assert [item.pk for item in found] == [*(other.pk for other in others), first.pk]
    assert text.count("Mở đợt kiểm tra") == 4
    assert "Mở đợt kiểm tra" not in desk("operator").get(reverse(LIST)).content.decode()


def test_it_is_done_on_the_pages_of_the_desk(chain: Chain, desk: Desk) -> None:
    connection = long_live(chain)
    client, begin_at = desk("evaluator"), reverse("admin:connections_inspection_open", args=[connection.pk])
    assert "02/06/2026" in client.get(reverse(LIST) + "?tab=due").content.decode()
    assert client.get(begin_at).status_code == 405
    assert desk("operator").post(begin_at).status_code == 403
    assert not Inspection.objects.exists()
    client.post(begin_at)
    made = Inspection.objects.get()
    address = reverse("admin:connections_inspection_change", args=[made.pk])
    code = first_code(made)
    answer = client.post(address, {f"result-{code}": "fail", f"remark-{code}": "", "conclusion": "Lời giữ lại"})
    text = answer.content.decode()
    assert (answer.status_code, "Lời giữ lại" in text, "vì sao không đạt" in text) == (422, True, True)
    fields = {f"result-{key}": "pass" for key in all_met(made)} | {f"remark-{key}": "" for key in all_met(made)}
    assert desk("operator").post(address, fields).status_code == 403
    answer = client.post(address, {**fields, "do": "conclude", "conclusion": ""})
    assert answer.status_code == 422
    assert "Nhập kết luận" in answer.content.decode()
    answer = client.post(address, {**fields, "do": "conclude", "conclusion": "Tuân thủ"}, follow=True)
    assert "Đã kết luận đợt kiểm tra" in answer.content.decode()
    assert Inspection.objects.get().met is True
    assert "Tuân thủ" in desk("operator").get(address).content.decode()
    done = client.get(reverse(LIST) + "?tab=done").content.decode()
    assert address in done
    assert client.get(reverse("admin:connections_inspection_change", args=[0])).status_code == 404
    assert desk("agency_officer").get(address, follow=True).status_code == 404


def test_it_stands_on_the_workbench_of_inspectors(chain: Chain) -> None:
    long_live(chain)

    def rows(role: str) -> list[str]:
        titles = [str(task.title) for task in tasks_for(chain.actors[role])]
        return [title for title in titles if "kiểm tra định kỳ" in title.lower()]

    assert rows("evaluator") == rows("security_officer") == ["Kiểm tra định kỳ kết nối"]
    assert rows("operator") == rows("agency_representative") == []
    made = begin(chain)
    assert rows("evaluator") == ["Kết luận đợt kiểm tra định kỳ"]
    mark(chain, made, all_met(made))
    conclude(chain, made)
    assert rows("evaluator") == []


def test_inspectors_are_reminded_until_one_is_opened(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    long_live(chain)
    call_command("load_reminders", verbosity=0)

    def at(month: int, day: int) -> set[str]:
        monkeypatch.setattr("core.clock.now", lambda: on(2026, month, day))
        Notice.objects.all().delete()
        remind_of_duties()
        remind_of_duties()
        found = Notice.objects.filter(event__startswith="duty.", subject__contains="Kiểm tra định kỳ")
        assert {row.recipient for row in found} <= {chain.users["evaluator"], chain.users["security_officer"]}
        return {row.subject.partition(" – ")[0] for row in found}

    assert at(5, 25) == set()
    assert at(5, 26) == {"Hạn 02/06/2026"}
    assert at(6, 3) == {"Quá hạn từ 02/06/2026"}
    begin(chain)
    assert at(6, 9) == set()


def test_the_job_of_reminders_gives_them(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    long_live(chain)
    call_command("load_reminders", verbosity=0)
    Notice.objects.all().delete()
    monkeypatch.setattr("core.clock.now", lambda: on(2026, 6, 3))
    remind()
    assert Notice.objects.filter(event="duty.overdue").exists()


def test_many_connections_take_the_same_reads(
    chain: Chain, several: Several, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    long_live(chain)
    others = several(3, "set_up")
    call_command("load_reminders", verbosity=0)
    for item in others:
        Connection.objects.filter(system_id=item.request.system_id).update(live_at=on(2025, 6, 2))
    monkeypatch.setattr("core.clock.now", lambda: on(2026, 6, 3))
    remind_of_duties()
    with django_assert_max_num_queries(12):
        assert remind_of_duties() == 0
