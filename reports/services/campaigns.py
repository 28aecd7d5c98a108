"""Making a campaign: drafting, issuing, extending, closing (QC15.5)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import changed, record_fact
from audit.selectors.rollups import summed_until
from audit.services.rollups import roll_up
from catalog.selectors.terms import due_from, policy_of
from catalog.services.judging import Errors, judge, require_fresh, tidied
from core import clock
from core.actor import Actor
from core.documents.wording import short_date
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry
from core.workdays import END_OF_DAY
from incidents.services.codes import next_code
from reports.campaign_choices import CampaignState
from reports.campaign_guards import MANAGE
from reports.models import Campaign, CampaignQuestion, Statement, StatementRow
from reports.selectors.campaign_audience import Asked, audience_of

CLAUSE, TERM = "QC15.5", "campaign.statement"
TELL_TASK = "reports.tasks.tell_of_campaigns"
FIELDS = (
    "title",
    "period_start",
    "period_end",
    "everyone",
    "instructions",
    "extra_questions",
    "tolerance_percent",
    "accepts_late",
    "due_on",
    "due_basis",
)
MOST_EXTRA, LONGEST_QUESTION = 10, 300


@transaction.atomic
def save_campaign(
    *, actor: Actor, campaign: Campaign, agencies: Iterable[Agency], revision: int | None = None, **fields: Any
) -> Campaign:
    """Draft a campaign or change a draft. *agencies* count where not everyone is asked.

    Raises PermissionRefused, StateRefused once it is issued or when a colleague was faster, InvalidInput.
    """
    _require(actor)
    fresh = campaign.pk is None
    stored = Campaign(created_at=clock.now(), created_by_id=actor.user_id) if fresh else lock_campaign(campaign)
    if stored.state != CampaignState.DRAFT:
        raise StateRefused(_("Đợt báo cáo đã phát hành, nội dung không sửa được nữa. Hạn nộp thì gia hạn được."))
    if not fresh:
        require_fresh(stored, revision)
    values = tidied(Campaign, fields, FIELDS)
    chosen = sorted(set(agencies), key=lambda body: body.pk)
    old, new = changed({name: getattr(stored, name) for name in values}, values)
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored, _errors(stored, chosen), besides=("code", "created_by"))
    before = [] if fresh else list(stored.agencies.order_by("pk"))
    if before != chosen:
        old["agencies"], new["agencies"] = _codes(before), _codes(chosen)
    if not fresh and not new:
        return stored
    if fresh:
        stored.code = next_code(Campaign, "DBC")
    else:
        stored.revision += 1
    stored.save()
    stored.agencies.set(chosen)
    record_fact(actor=actor, deed="campaign.saved", subject=stored, before=old, after=new, clause=CLAUSE)
    return stored


def issue_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Ask every agency of the campaign: each gets a statement with the log's figures in it, and is told once.

    Telling is the work of a job that goes on where another died. Raises PermissionRefused, StateRefused when it was
    issued already, GuardRefused while the period still runs or its calls are being summed, when nobody would be asked,
    or for a deadline that has passed, InvalidInput where no deadline is known.
    """
    _require(actor)
    roll_up()
    return _issue(actor, campaign)


@transaction.atomic
def _issue(actor: Actor, campaign: Campaign) -> Campaign:
    stored = lock_campaign(campaign)
    carry(stored, "issue", actor)
    if stored.period_end >= clock.today():
        text = _("Kỳ số liệu đến hết ngày %(day)s chưa kết thúc; phát hành từ ngày sau đó để số liệu nhật ký đủ kỳ.")
        raise GuardRefused(text % {"day": short_date(stored.period_end)})
    read_to = summed_until()
    if read_to is None or read_to < clock.start_of(stored.period_end, after=True):
        raise GuardRefused(_("Số liệu nhật ký của kỳ đang được cộng; thực hiện lại sau ít phút."))
    audience = audience_of(stored)
    if not audience.asked:
        raise GuardRefused(_("Không có cơ quan nào để hỏi: trong kỳ không ai có quyền khai thác hoặc lượt gọi."))
    stored.issued_at = clock.now()
    stored.questions = _questions(stored)
    _set_deadline(stored)
    stored.revision += 1
    stored.save()
    _ask(stored, audience.asked)
    after = {"due_at": stored.due_at, "agencies": len(audience.asked)}
    record_fact(actor=actor, deed="campaign.issued", subject=stored, after=after, clause=CLAUSE)
    tell_soon()
    return stored


@transaction.atomic
def extend_deadline(*, actor: Actor, campaign: Campaign, due_on: date | None, reason: str) -> Campaign:
    """Give the agencies until the end of *due_on*; those that have not handed in are told once.

    Raises PermissionRefused, StateRefused unless statements are being handed in, InvalidInput for a day that is no
    extension or without a reason.
    """
    _require(actor)
    stored = lock_campaign(campaign)
    if stored.state != CampaignState.ISSUED or stored.due_at is None:
        text = _("Chỉ gia hạn khi đợt đang thu báo cáo; đợt này ở tình trạng «%(state)s».")
        raise StateRefused(text % {"state": stored.get_state_display()})
    errors: Errors = {}
    until = None if due_on is None else _end_of(due_on)
    if until is None or until <= max(stored.due_at, clock.now()):
        last = max(stored.due_at.astimezone(clock.VIETNAM).date(), clock.today() - timedelta(days=1))
        errors["due_on"] = [_("Chọn ngày sau ngày %(day)s") % {"day": short_date(last)}]
    if not tidy(reason):
        errors["reason"] = [_("Nhập lý do")]
    if errors:
        raise InvalidInput(errors)
    before = {"due_at": stored.due_at}
    stored.due_at, stored.due_on, stored.extension_reason = until, due_on, tidy(reason)[:300]
    stored.revision += 1
    stored.save()
    record_fact(
        actor=actor,
        deed="campaign.extended",
        subject=stored,
        before=before,
        after={"due_at": until},
        reason=tidy(reason),
        clause=CLAUSE,
    )
    tell_soon()
    return stored


@transaction.atomic
def close_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Take in nothing more. Raises PermissionRefused, StateRefused when it is closed already."""
    stored = lock_campaign(campaign)
    carry(stored, "close", actor)
    stored.closed_at = clock.now()
    stored.revision += 1
    stored.save()
    missing = stored.statements.filter(submitted_at__isnull=True).count()
    record_fact(actor=actor, deed="campaign.closed", subject=stored, after={"missing": missing}, clause=CLAUSE)
    return stored


def lock_campaign(campaign: Campaign) -> Campaign:
    """Return *campaign* as it is now, held until the transaction ends; always taken before its statements."""
    return Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)


def tell_soon() -> None:
    """Hand the telling to a worker once this is committed; the schedule does it where that is lost."""
    transaction.on_commit(lambda: current_app.send_task(TELL_TASK), robust=True)


def deadline_of(campaign: Campaign) -> tuple[datetime | None, str]:
    """Return when statements would be due if *campaign* were issued now, and on which basis ("": ours)."""
    if campaign.due_on is not None:
        return _end_of(campaign.due_on), campaign.due_basis
    until, statutory = due_from(clock.now(), TERM)
    policy = policy_of(TERM)
    return until, campaign.due_basis or (policy.basis if policy and statutory else "")


def _require(actor: Actor) -> None:
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, tzinfo=clock.VIETNAM)


def _codes(bodies: Iterable[Agency]) -> str:
    return ", ".join(body.code for body in bodies)


def _errors(stored: Campaign, chosen: list[Agency]) -> Errors:
    errors: Errors = {}
    if not stored.everyone and not chosen:
        errors["agencies"] = [_("Chọn ít nhất một cơ quan, hoặc đánh dấu hỏi mọi cơ quan")]
    if len(stored.extra) > MOST_EXTRA:
        errors["extra_questions"] = [_("Tối đa %(n)s câu hỏi thêm") % {"n": MOST_EXTRA}]
    elif any(len(line) > LONGEST_QUESTION for line in stored.extra):
        errors["extra_questions"] = [_("Mỗi câu hỏi tối đa %(n)s ký tự") % {"n": LONGEST_QUESTION}]
    if stored.due_on is not None and stored.due_on < clock.today():
        errors["due_on"] = [_("Hạn nộp phải từ hôm nay (%(day)s) trở đi") % {"day": short_date(clock.today())}]
    return errors


def _questions(stored: Campaign) -> list[dict[str, Any]]:
    standing = [
        {"code": row.code, "text": row.text, "hint": row.hint, "required": row.required}
        for row in CampaignQuestion.objects.filter(active=True)
    ]
    extra = [
        {"code": f"them-{place}", "text": text, "hint": "", "required": True}
        for place, text in enumerate(stored.extra, start=1)
    ]
    return standing + extra


def _set_deadline(stored: Campaign) -> None:
    until, basis = deadline_of(stored)
    if until is None:
        raise InvalidInput({"due_on": [_("Chưa có thời hạn nào đang áp dụng; chọn hạn nộp")]})
    if until <= clock.now():
        raise GuardRefused(_("Hạn nộp %(day)s đã qua; sửa hạn nộp rồi phát hành.") % {"day": f"{until:%d/%m/%Y}"})
    stored.due_at, stored.due_basis = until, basis


def _ask(stored: Campaign, asked: Iterable[Asked]) -> None:
    """Make a statement for each agency and a row for each of its services; three statements in all."""
    found = list(asked)
    statements = Statement.objects.bulk_create(
        Statement(campaign=stored, agency=one.agency, code=f"{stored.code}-{place:03d}")
        for place, one in enumerate(found, start=1)
    )
    StatementRow.objects.bulk_create(
        StatementRow(statement=statement, service=line.service, logged=line.logged, logged_success=line.success)
        for statement, one in zip(statements, found, strict=True)
        for line in one.rows
    )
