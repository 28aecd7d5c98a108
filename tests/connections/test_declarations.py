"""The yearly declaration: who makes it, what it needs, that it is made once; reminders and pages (QC8.7, QC15.4)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Agency, Notice, User
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from connections.models import Connection, Declaration, DeclarationPoint, DutyReminder
from connections.selectors.compliance import declaration_day
from connections.selectors.workbench import tasks_for
from connections.services.declarations import declare_security, load_declaration_points, save_point
from connections.services.duty_reminders import remind_of_duties
from connections.services.ending import terminate
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.duties import JOB, long_live, on
from tests.connections.refusing import refused

pytestmark = [pytest.mark.clause("QC15.4", "QC8.7"), pytest.mark.xdist_group("duties")]


def answers(**changed: tuple[str, str]) -> dict[str, tuple[str, str]]:
    codes = DeclarationPoint.objects.filter(active=True).values_list("code", flat=True)
    return {**dict.fromkeys(codes, ("yes", "")), **changed}


def declare(chain: Chain, role: str = "agency_representative", **fields: Any) -> Declaration:
    given = {"answers": answers(), **fields}
    return declare_security(actor=chain.actors[role], connection=chain.connection(), **given)


def test_the_representative_declares_once_a_year(chain: Chain) -> None:
    connection = long_live(chain)
    made = declare(chain, remark="Đã rà soát tháng 11")
    assert (made.year, made.agency, made.complete) == (clock.today().year, chain.agency, True)
    assert {row["code"] for row in made.answers} == set(answers())
    assert all(row["text"] and row["basis"] for row in made.answers)
    fact = Fact.objects.get(deed="connection.declared")
    assert (fact.subject_id, fact.after["keys"], fact.clause) == (str(connection.pk), "yes", "QC15.4")
    assert not Notice.objects.exists()
    assert "đã cam kết năm" in refused(StateRefused, lambda: declare(chain)).detail
    assert Declaration.objects.count() == 1


def test_everything_is_answered_and_a_no_is_explained(chain: Chain) -> None:
    long_live(chain)
    said = refused(InvalidInput, lambda: declare(chain, answers=answers(keys=("", ""), logs=("no", " "))))
    assert set(said.errors) == {"answer-keys", "said-logs"}
    said = refused(InvalidInput, lambda: declare(chain, answers={}))
    assert len(said.errors) == DeclarationPoint.objects.count()
    assert not Declaration.objects.exists()
    made = declare(chain, answers=answers(logs=("no", "Hoàn thành trong tháng 12")))
    assert made.complete is False
    told = {notice.recipient for notice in Notice.objects.all()}
    assert told == {chain.users["evaluator"], chain.users["security_officer"]}
    assert "Hoàn thành trong tháng 12" not in "".join(Notice.objects.values_list("body", flat=True))


def test_nobody_else_declares_and_only_what_operates(chain: Chain) -> None:
    long_live(chain)
    for role in chain.actors.keys() - {"agency_representative"}:
        refused(PermissionRefused, lambda role=role: declare(chain, role))
    DeclarationPoint.objects.update(active=False)
    refused(GuardRefused, lambda: declare(chain, answers={}))
    terminate(actor=chain.actors["operator"], request=chain.request, reason="Hết nhu cầu")
    refused(StateRefused, lambda: declare(chain))
    assert not Declaration.objects.exists()


def test_another_agency_declares_nothing_and_sees_nothing(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[..., Any]
) -> None:
    connection = long_live(chain)
    stranger = person("la@khac.example", agency("H60.55"), "agency_representative", "agency_officer")
    actor = actor_for(stranger, standings_of(stranger), agency_id=None)
    refused(
        PermissionRefused, lambda: declare_security(actor=actor, connection=connection, answers=answers(), remark="")
    )
    declare(chain)
    assert not Declaration.objects.visible_to(actor).exists()
    assert signed_in(stranger).get(reverse("declare_security", args=[connection.pk])).status_code == 404


def test_it_is_declared_on_its_page(chain: Chain, desk: Desk) -> None:
    connection = long_live(chain)
    address, client = reverse("declare_security", args=[connection.pk]), desk("agency_representative")
    DeclarationPoint.objects.filter(code="logs").update(basis="<b>Điều 8</b>")
    text = client.get(address).content.decode()
    assert "<b>Điều 8</b>" not in text
    assert "Chưa có cam kết năm nay" in text
    day = declaration_day(clock.today().year)
    assert f"có hạn {day:%d/%m/%Y} (hạn nội bộ)" in text
    assert "Gửi cam kết" not in desk("agency_officer").get(address).content.decode()
    fields = {f"answer-{code}": "yes" for code in answers()}
    answer = client.post(address, {**fields, "answer-keys": "no", "said-access": "Giữ lời đã gõ"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Nội dung 3: nêu lý do chưa thực hiện và ngày hoàn thành" in text
    assert "Giữ lời đã gõ" in text
    assert not Declaration.objects.exists()
    assert desk("agency_officer").post(address, fields).status_code == 403
    answer = client.post(address, {**fields, "answer-keys": "no", "said-keys": "Xong trong quý I"}, follow=True)
    text = answer.content.decode()
    assert "Đã ghi cam kết năm" in text
    assert "Giải trình: Xong trong quý I" in text
    assert "Gửi cam kết" not in text
    made = Declaration.objects.get()
    staff = desk("security_officer").get(reverse("admin:connections_declaration_change", args=[made.pk]))
    assert "Xong trong quý I" in staff.content.decode()
    assert address in client.get(reverse("request", args=[chain.request.pk])).content.decode()


def test_it_stands_on_the_workbench_until_it_is_made(chain: Chain, desk: Desk) -> None:
    connection = long_live(chain)

    def rows(role: str) -> list[str]:
        address = reverse("declare_security", args=[connection.pk])
        return [str(task.title) for task in tasks_for(chain.actors[role]) if task.url == address]

    owing = reverse("admin:connections_inspection_changelist") + "?tab=owing"
    assert str(chain.system) in desk("evaluator").get(owing).content.decode()
    assert rows("agency_representative") == [f"Cam kết an toàn thông tin năm {clock.today().year}"]
    assert rows("agency_officer") == rows("technician") == rows("evaluator") == []
    declare(chain)
    assert rows("agency_representative") == []
    assert "Mọi kết nối đến kỳ đã có cam kết năm nay" in desk("evaluator").get(owing).content.decode()


def test_what_went_live_this_year_owes_nothing_yet(chain: Chain) -> None:
    connection = long_live(chain)
    Connection.objects.filter(pk=connection.pk).update(live_at=on(clock.today().year, 1, 1, 0))
    assert [task for task in tasks_for(chain.actors["agency_representative"]) if "Cam kết" in str(task.title)] == []
    assert declare(chain).pk


def test_the_agency_is_reminded_before_and_after_the_day_once(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    long_live(chain)
    call_command("load_reminders", verbosity=0)
    chain.agency.shared_mailbox = "vanthu@so-a.example"
    chain.agency.save()

    def at(month: int, day: int, year: int = 2026) -> list[str]:
        monkeypatch.setattr("core.clock.now", lambda: on(year, month, day))
        Notice.objects.all().delete()
        remind_of_duties()
        remind_of_duties()
        found = Notice.objects.filter(event__startswith="duty.", link__contains="/cam-ket/").order_by("pk")
        return [f"{row.mailbox or row.recipient.email}: {row.subject}" for row in found]  # type: ignore[union-attr]

    who = ("agency_representative@lgsp.example", "vanthu@so-a.example")
    what = f"Cam kết an toàn thông tin hằng năm, {chain.system}"
    assert at(3, 23) == []
    assert at(3, 24) == [f"{one}: Hạn 31/03/2026 – {what}" for one in who]
    assert at(3, 25) == []
    assert at(3, 31) == [f"{one}: Hạn 31/03/2026 – {what}" for one in who]
    assert at(4, 4) == []  # a Saturday
    assert at(4, 1) == [f"{one}: Quá hạn từ 31/03/2026 – {what}" for one in who]
    monkeypatch.setattr("core.clock.now", lambda: on(2026, 4, 2))
    declare(chain)
    assert at(4, 7) == []
    assert DutyReminder.objects.filter(duty="declaration").count() == 3


def test_statements_are_data_with_a_reason(chain: Chain) -> None:
    assert load_declaration_points(actor=JOB) == 8
    assert load_declaration_points(actor=JOB) == 0
    point = DeclarationPoint.objects.get(code="keys")
    head = chain.actors["division_head"]
    refused(InvalidInput, lambda: save_point(actor=head, point=point, text="Khác"))
    refused(
        PermissionRefused, lambda: save_point(actor=chain.actors["operator"], point=point, text="Khác", reason="x")
    )
    assert list(refused(InvalidInput, lambda: save_point(actor=head, point=point, text=" ", reason="x")).errors) == [
        "text"
    ]
    save_point(actor=head, point=point, text="Khóa giữ trong thiết bị an toàn", reason="Rõ hơn")
    assert DeclarationPoint.objects.get(code="keys").text == "Khóa giữ trong thiết bị an toàn"
    assert Fact.objects.get(deed="declaration_point.saved", reason="Rõ hơn").before["text"] == point.text


def test_a_declaration_keeps_the_words_it_answered(chain: Chain) -> None:
    long_live(chain)
    made = declare(chain)
    head, point = chain.actors["division_head"], DeclarationPoint.objects.get(code="keys")
    save_point(actor=head, point=point, text="Lời mới", reason="Đổi lời")
    kept = {row["code"]: row["text"] for row in Declaration.objects.get(pk=made.pk).answers}
    assert kept["keys"] == point.text != "Lời mới"
