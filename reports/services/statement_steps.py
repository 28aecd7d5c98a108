"""A statement is handed in with a receipt, then accepted or returned by SKHCN (QC15.5)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from accounts.selectors.people import holders_of
from audit.record import record_fact
from catalog.services.judging import require_fresh
from connections.models.trials import content_hash
from connections.printouts.letterheads import body_of, operating_body
from core import clock
from core.actor import Actor
from core.documents.frozen import freeze
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry
from reports.campaign_choices import CampaignState, StatementState
from reports.campaign_guards import MANAGE, SEND
from reports.documents.statements import Stated, compose_statement
from reports.models import Campaign, Statement, StatementRow, StatementVersion
from reports.services.campaign_letters import tell_agency, tell_staff
from reports.services.campaigns import lock_campaign
from reports.services.statements import lock_statement, missing_of, touch_statement

CLAUSE = "QC15.5"


@transaction.atomic
def submit_statement(
    *, actor: Actor, statement: Statement, committed: bool, revision: int | None = None
) -> StatementVersion:
    """Hand a complete statement in; what was stated is frozen under a receipt code and the agency's paper is made.

    The last officer who wrote in it does not hand it in where the agency has another representative. *committed*:
    the representative answers for the figures. Raises PermissionRefused, StateRefused (handed in already, campaign
    closed, changed meanwhile), GuardRefused past a deadline that is kept strictly, InvalidInput by field.
    """
    campaign = lock_campaign(statement.campaign)
    stored = lock_statement(statement)
    stored.campaign = campaign
    carry(stored, "submit", actor)
    _require_open(stored)
    require_fresh(stored, revision)
    others = holders_of(SEND, actor.agency_id).exclude(pk=stored.drafted_by_id or 0)
    if actor.user_id == stored.drafted_by_id and others.exists():
        raise GuardRefused(_("Bạn là người khai báo cáo này; báo cáo phải do đại diện khác của cơ quan nộp."))
    rows = list(stored.rows.select_related("service").order_by("service__code"))
    errors = missing_of(stored, rows)
    if not committed:
        errors["committed"] = [_("Đánh dấu để xác nhận cơ quan chịu trách nhiệm về số liệu")]
    if errors:
        raise InvalidInput(errors)
    stored.submitted_at, stored.submitted_by_id = clock.now(), actor.user_id
    stored.first_submitted_at = stored.first_submitted_at or stored.submitted_at
    stored.return_reason = ""
    made = _freeze(actor, stored, rows)
    touch_statement(stored)
    after = {"receipt": made.code, "content_hash": made.content_hash, "late": stored.is_late}
    record_fact(actor=actor, deed="statement.submitted", subject=stored, after=after, clause=CLAUSE)
    tell_staff(stored, "statement.submitted", _("Đã nộp báo cáo khai thác: %(agency)s, %(title)s"))
    return made


@transaction.atomic
def accept_statement(*, actor: Actor, statement: Statement, revision: int | None = None) -> Statement:
    """Let a statement count in the result. Raises PermissionRefused, StateRefused (also: another than was seen)."""
    campaign = lock_campaign(statement.campaign)
    stored = lock_statement(statement)
    stored.campaign = campaign
    _require_not_merged(stored)
    require_fresh(stored, revision)
    return _accept(actor, stored)


@transaction.atomic
def accept_matching(*, actor: Actor, campaign: Campaign) -> int:
    """Accept every statement handed in whose figures lie within the campaign's tolerance; return how many.

    Raises PermissionRefused.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    locked = lock_campaign(campaign)
    waiting = Statement.objects.select_for_update(of=("self",)).filter(campaign=locked, state=StatementState.SUBMITTED)
    found = list(waiting.select_related("agency", "campaign").prefetch_related("rows").order_by("pk"))
    matching = [one for one in found if not any(row.differs(locked.tolerance_percent) for row in one.rows.all())]
    for one in matching:
        _require_not_merged(one)
        _accept(actor, one)
    return len(matching)


@transaction.atomic
def return_statement(*, actor: Actor, statement: Statement, reason: str, revision: int | None = None) -> Statement:
    """Send a statement back with a *reason*; while the campaign takes statements the agency mends it.

    Raises PermissionRefused, StateRefused (once merged, or another than was seen), InvalidInput without a reason.
    """
    campaign = lock_campaign(statement.campaign)
    stored = lock_statement(statement)
    stored.campaign = campaign
    _require_not_merged(stored)
    require_fresh(stored, revision)
    carry(stored, "send_back", actor, reason=reason)
    stored.return_reason, stored.judged_at, stored.judged_by_id = tidy(reason)[:1000], clock.now(), actor.user_id
    touch_statement(stored)
    record_fact(actor=actor, deed="statement.returned", subject=stored, reason=tidy(reason), clause=CLAUSE)
    subject = _("Báo cáo khai thác được trả lại để sửa: %(title)s")
    if campaign.state == CampaignState.CLOSED:
        subject = _("Báo cáo khai thác không được đưa vào kết quả: %(title)s")
    tell_agency(stored, "statement.returned", subject, _("Lý do: %(reason)s") % {"reason": stored.return_reason})
    return stored


def _accept(actor: Actor, stored: Statement) -> Statement:
    carry(stored, "accept", actor)
    stored.judged_at, stored.judged_by_id = clock.now(), actor.user_id
    touch_statement(stored)
    record_fact(actor=actor, deed="statement.accepted", subject=stored, clause=CLAUSE)
    tell_agency(stored, "statement.accepted", _("Báo cáo khai thác đã được chấp nhận: %(title)s"))
    return stored


def _require_open(stored: Statement) -> None:
    campaign = stored.campaign
    if campaign.state != CampaignState.ISSUED:
        raise StateRefused(_("Đợt báo cáo đã đóng, không nhận thêm báo cáo. Nội dung đã khai vẫn được giữ."))
    first = stored.first_submitted_at is None
    if first and campaign.is_past_due and not campaign.accepts_late and campaign.due_at is not None:
        when = f"{campaign.due_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
        text = _(
            "Đã quá hạn nộp %(when)s, đợt này không nhận báo cáo muộn. Đề nghị Sở gia hạn; nội dung vẫn được giữ."
        )
        raise GuardRefused(text % {"when": when})


def _require_not_merged(stored: Statement) -> None:
    if stored.campaign.state == CampaignState.MERGED:
        raise StateRefused(_("Đợt báo cáo đã tổng hợp, kết quả không đổi được nữa."))


def _freeze(actor: Actor, stored: Statement, rows: list[StatementRow]) -> StatementVersion:
    number = stored.versions.count() + 1
    code = f"{stored.code}-L{number}"
    files = [{"name": file.name, "sha256": file.sha256} for file in stored.files.current()]
    at = stored.submitted_at or clock.now()
    content = {"rows": [_row(row) for row in rows], "answers": _answers(stored), "files": files}
    body = Agency.objects.select_related("parent").get(pk=actor.agency_id or stored.agency_id)
    operator = operating_body()
    stated = Stated(
        code=code,
        body=body_of(body),
        agency_name=stored.agency.name,
        addressee=operator.name if operator else _("Sở Khoa học và Công nghệ"),
        campaign=stored.campaign,
        rows=tuple(rows),
        answers=tuple((item["text"], item["answer"]) for item in content["answers"]),
        files=tuple(file["name"] for file in files),
        at=at,
    )
    return StatementVersion.objects.create(
        statement=stored,
        number=number,
        code=code,
        agency=body,
        submitted_by_id=actor.user_id or 0,
        submitted_at=at,
        content=content,
        content_hash=content_hash(content),
        paper=freeze(compose_statement(stated)),
    )


def _row(row: StatementRow) -> dict[str, Any]:
    return {
        "service": row.service.code,
        "title": row.service.title,
        "logged": row.logged,
        "declared": row.declared,
        "explanation": row.explanation,
    }


def _answers(stored: Statement) -> list[dict[str, str]]:
    return [
        {"code": item["code"], "text": item["text"], "answer": stored.answers.get(item["code"], "")}
        for item in stored.campaign.questions
    ]
