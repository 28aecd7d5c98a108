"""The yearly declaration of a live connection, and the statements it asks for (QC8.7, QC15.4)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from connections.models import Connection, Declaration, DeclarationPoint
from connections.selectors.declarations import points_asked
from connections.selectors.people import holders_of
from connections.services.staff_rows import save_row
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

DECLARE, MANAGE = "connection.declare", "checklist.manage"
SEED = Path(__file__).resolve().parents[1] / "seeds" / "declarations.yaml"
FIELDS = ("code", "text", "basis", "active", "place")
LONG = 2000
YES, NO = "yes", "no"
#: Code of a statement -> (yes or no, what the agency says to it).
Answers = Mapping[str, tuple[str, str]]


@transaction.atomic
def load_declaration_points(*, actor: Actor) -> int:
    """Enter the statements of the seed that are not known yet; what staff changed stays. Return how many."""
    document = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    known = set(DeclarationPoint.objects.values_list("code", flat=True))
    rows = [
        {**row, "place": place} for place, row in enumerate(document["points"], start=1) if row["code"] not in known
    ]
    for row in rows:
        save_point(actor=actor, point=DeclarationPoint(), **row)
    return len(rows)


@transaction.atomic
def save_point(*, actor: Actor, point: DeclarationPoint, reason: str = "", **fields: Any) -> DeclarationPoint:
    """Add a statement or change one; its code stays. Changing one needs a *reason*; declarations made keep its text.

    Raises PermissionRefused, InvalidInput naming each wrong field.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Nội dung cam kết hằng năm thuộc quyền của Trưởng phòng."))
    return save_row(
        actor=actor,
        row=point,
        names=FIELDS,
        given=fields,
        reason=reason,
        deed="declaration_point.saved",
        clause="QC15.4",
        kept=("code",),
    )


@transaction.atomic
def declare_security(*, actor: Actor, connection: Connection, answers: Answers, remark: str = "") -> Declaration:
    """Declare for this year how the agency keeps *connection* safe; every statement is answered, a no is explained.

    Raises PermissionRefused for anybody but the representative of the agency the system belongs to, StateRefused for
    a connection that is not in operation or was declared this year, GuardRefused while no statement is asked,
    InvalidInput with field ``answer-<code>`` or ``said-<code>``.
    """
    stored = _lock(connection)
    _judge(actor, stored)
    points, year = points_asked(), clock.today().year
    _judge_state(stored, year)
    if not points:
        raise GuardRefused(_("Chưa có nội dung cam kết nào đang áp dụng; Trưởng phòng nhập trước."))
    given, remark = _read(points, answers, remark)
    made = Declaration.objects.create(
        connection=stored,
        year=year,
        agency_id=stored.system.owner_id,
        declared_by_id=actor.user_id or 0,
        declared_at=clock.now(),
        answers=given,
        complete=all(row["answer"] == YES for row in given),
        remark=remark,
    )
    after = {"year": year, **{row["code"]: row["answer"] for row in given}}
    record_fact(
        actor=actor, deed="connection.declared", subject=stored, after=after, reason=made.remark, clause="QC15.4"
    )
    if not made.complete:
        _tell_gaps(made)
    return made


def _lock(connection: Connection) -> Connection:
    found = Connection.objects.select_for_update(of=("self",)).select_related("system__owner", "request")
    return found.get(pk=connection.pk)


def _judge(actor: Actor, connection: Connection) -> None:
    if not actor.may(DECLARE) or actor.agency_id != connection.system.owner_id:
        text = _("Cam kết hằng năm do Đại diện của %(agency)s thực hiện.")
        raise PermissionRefused(text % {"agency": connection.system.owner})


def _judge_state(connection: Connection, year: int) -> None:
    if connection.live_at is None or connection.closed_at is not None:
        raise StateRefused(_("Kết nối không vận hành nên không cần cam kết hằng năm."))
    made = connection.declarations.filter(year=year).select_related("agency").first()
    if made is not None:
        when = f"{made.declared_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
        text = _("%(agency)s đã cam kết năm %(year)s lúc %(when)s; cam kết kỳ sau vào năm tới.")
        raise StateRefused(text % {"agency": made.agency, "year": year, "when": when})


def _read(points: Sequence[DeclarationPoint], answers: Answers, remark: str) -> tuple[list[dict[str, str]], str]:
    """Return each statement with its answer as it is kept, and the remark. Raises InvalidInput."""
    errors: dict[str, list[str]] = {}
    given, remark = [], tidy(remark)
    for number, point in enumerate(points, start=1):
        answer, said = answers.get(point.code, ("", ""))
        said = tidy(said)
        if answer not in (YES, NO):
            errors[f"answer-{point.code}"] = [_("Nội dung %(n)s: chọn «Có» hoặc «Chưa»") % {"n": number}]
        elif answer == NO and not said:
            text = _("Nội dung %(n)s: nêu lý do chưa thực hiện và ngày hoàn thành")
            errors[f"said-{point.code}"] = [text % {"n": number}]
        if len(said) > LONG:
            errors[f"said-{point.code}"] = [_("Viết tối đa %(n)s ký tự") % {"n": LONG}]
        given.append({"code": point.code, "text": point.text, "basis": point.basis, "answer": answer, "said": said})
    if len(remark) > LONG:
        errors["remark"] = [_("Viết tối đa %(n)s ký tự") % {"n": LONG}]
    if errors:
        raise InvalidInput(errors)
    return given, remark


def _tell_gaps(made: Declaration) -> None:
    """Tell those who inspect connections that the agency does not do all of it; what exactly stands on the page."""
    gaps = sum(row["answer"] == NO for row in made.answers)
    values = {"agency": made.agency, "system": made.connection.system, "year": made.year, "n": gaps}
    message = Message(
        event="connection.declared",
        topic=Topic.WORK,
        subject=_("Cam kết năm %(year)s còn %(n)s nội dung chưa thực hiện – %(system)s") % values,
        body=_("%(agency)s cam kết năm %(year)s cho %(system)s, còn %(n)s nội dung chưa thực hiện.") % values,
        link=reverse("admin:connections_declaration_change", args=[made.pk]),
        number=made.connection.request.number,
    )
    post_notices(message=message, agency=None, people=holders_of("connection.inspect"))
