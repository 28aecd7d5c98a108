"""An agency fills in its statement: saved as it stands at any time, checked and handed in by its representative."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.services.judging import Errors, require_fresh
from core import clock
from core.actor import Actor
from core.files import check_upload, stored_fields
from core.files.uploads import Given
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import nfc
from core.transitions import carry
from reports import campaign_guards as guards
from reports.campaign_choices import CampaignState, StatementState
from reports.models import Statement, StatementFile, StatementRow
from reports.succession import answers_for

CLAUSE = "QC15.5"
#: Largest number of calls that is taken; ours, far above what the platform can carry in a year.
MOST_CALLS = 999_999_999_999
LONG_ANSWER, LONG_EXPLANATION = 4000, 1000
# Files of one statement at a time. Ours, not the law's.
MAX_FILES = 10
#: Row id -> (declared calls, explanation).
Rows = Mapping[int, tuple[int | None, str]]


@transaction.atomic
def save_statement(
    *, actor: Actor, statement: Statement, rows: Rows, answers: Mapping[str, str], revision: int | None = None
) -> Statement:
    """Keep what is there so far; gaps are allowed, what is not *given* stays. The same saved twice is saved once.

    Raises PermissionRefused, StateRefused (handed in or closed meanwhile, or a colleague was faster), InvalidInput
    with fields ``declared-<row>``, ``explanation-<row>``, ``answer-<code>``.
    """
    stored = lock_statement(statement)
    _require_writable(actor, stored)
    given = {row.pk: row for row in stored.rows.select_for_update() if row.pk in rows}
    asked = {question["code"] for question in stored.campaign.questions}
    new_answers = {**stored.answers, **{code: _text(text) for code, text in answers.items() if code in asked}}
    _old, new = _compared(stored, given, rows, new_answers)
    if not new:
        return stored
    require_fresh(stored, revision)
    if errors := _shape_errors(rows, new_answers):
        raise InvalidInput(errors)
    for pk, row in given.items():
        row.declared, row.explanation = rows[pk][0], _text(rows[pk][1])
        row.save(update_fields=["declared", "explanation"])
    stored.answers = new_answers
    stored.drafted_by_id = actor.user_id
    if stored.state == StatementState.NOT_BEGUN:
        carry(stored, "begin", actor)
    touch_statement(stored)
    # How many answers changed, not what they say: a draft is the agency's own until it is handed in.
    after = {"answers": len(new)}
    record_fact(actor=actor, deed="statement.saved", subject=stored, after=after, clause=CLAUSE)
    return stored


def attach_file(*, actor: Actor, statement: Statement, file: Given, field: str = "files") -> StatementFile:
    """Put a file beside the statement, judged before anything is locked; the same file is there once.

    Raises InvalidInput on *field*, PermissionRefused, StateRefused.
    """
    _require_writable(actor, statement)
    return _put_file(actor, statement, stored_fields(check_upload(file, field=field)), field)


@transaction.atomic
def _put_file(actor: Actor, statement: Statement, values: dict[str, Any], field: str) -> StatementFile:
    stored = lock_statement(statement)
    _require_writable(actor, stored)
    current = stored.files.current()
    same = current.filter(sha256=values["sha256"], name=values["name"]).first()
    if same is not None:
        return same
    if current.count() >= MAX_FILES:
        raise InvalidInput({field: [_("Một báo cáo đính kèm tối đa %(n)s tệp (hạn nội bộ)") % {"n": MAX_FILES}]})
    made = StatementFile.objects.create(statement=stored, added_by_id=actor.user_id or 0, **values)
    _begin(actor, stored)
    after = {"file": made.name, "sha256": made.sha256, "size": made.size}
    record_fact(actor=actor, deed="statement.file_added", subject=stored, after=after, clause=CLAUSE)
    return made


@transaction.atomic
def remove_file(*, actor: Actor, file: StatementFile) -> StatementFile:
    """Take a file out of a statement that may be written in; row and content stay. Twice is once."""
    statement = lock_statement(file.statement)
    _require_writable(actor, statement)
    stored = StatementFile.objects.select_for_update().get(pk=file.pk)
    if stored.removed_at is not None:
        return stored
    stored.removed_at, stored.removed_by_id = clock.now(), actor.user_id
    stored.save()
    _begin(actor, statement)
    before = {"file": stored.name, "sha256": stored.sha256}
    record_fact(actor=actor, deed="statement.file_removed", subject=statement, before=before, clause=CLAUSE)
    return stored


def missing_of(statement: Statement, rows: list[StatementRow]) -> Errors:
    """Return what a statement still needs before it is handed in, by the field of the form that mends it."""
    errors: Errors = {}
    percent = statement.campaign.tolerance_percent
    for row in rows:
        named = {"service": row.service.title, "percent": percent}
        if row.declared is None:
            errors[f"declared-{row.pk}"] = [_("Nhập số lượt khai thác của dịch vụ «%(service)s»") % named]
        elif row.differs(percent) and not row.explanation:
            text = _("Giải trình chênh lệch của dịch vụ «%(service)s»: số khai lệch quá %(percent)s%% so với nhật ký")
            errors[f"explanation-{row.pk}"] = [text % named]
    for question in statement.campaign.questions:
        if question["required"] and not statement.answers.get(question["code"]):
            errors[f"answer-{question['code']}"] = [_("Trả lời câu hỏi «%(text)s»") % {"text": question["text"]}]
    return errors


def lock_statement(statement: Statement) -> Statement:
    """Return *statement* as it is now with its campaign, held until the transaction ends."""
    locked = Statement.objects.select_for_update(of=("self",)).select_related("campaign", "agency")
    return locked.get(pk=statement.pk)


def touch_statement(stored: Statement) -> None:
    """Save *stored* as changed now."""
    stored.revision += 1
    stored.changed_at = clock.now()
    stored.save()


def _begin(actor: Actor, stored: Statement) -> None:
    if stored.state == StatementState.NOT_BEGUN:
        carry(stored, "begin", actor)
    stored.drafted_by_id = actor.user_id
    touch_statement(stored)


def _require_writable(actor: Actor, statement: Statement) -> None:
    if not actor.may(guards.DRAFT) or statement.agency_id not in answers_for(actor.agency_id):
        raise PermissionRefused(_("Khai báo cáo thuộc vai trò Cán bộ cơ quan của %(a)s.") % {"a": statement.agency})
    if statement.campaign.state != CampaignState.ISSUED:
        raise StateRefused(_("Đợt báo cáo đã đóng, không khai thêm được."))
    if not statement.is_open:
        text = _("Báo cáo đang ở tình trạng «%(state)s», không sửa được. Cần sửa thì đề nghị Sở trả lại.")
        raise StateRefused(text % {"state": statement.get_state_display()})


def _compared(
    stored: Statement, given: Mapping[int, StatementRow], rows: Rows, answers: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {f"answer-{code}": stored.answers.get(code, "") for code in answers}
    after: dict[str, Any] = {f"answer-{code}": text for code, text in answers.items()}
    for pk, row in given.items():
        before[f"declared-{pk}"], after[f"declared-{pk}"] = row.declared, rows[pk][0]
        before[f"explanation-{pk}"], after[f"explanation-{pk}"] = row.explanation, _text(rows[pk][1])
    return changed(before, after)


def _text(text: str) -> str:
    lines = nfc(text).replace("\x00", " ").replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _shape_errors(rows: Rows, answers: Mapping[str, str]) -> Errors:
    errors: Errors = {}
    for pk, (declared, explanation) in rows.items():
        if declared is not None and not 0 <= declared <= MOST_CALLS:
            errors[f"declared-{pk}"] = [_("Nhập số nguyên từ 0 đến 999.999.999.999")]
        if len(_text(explanation)) > LONG_EXPLANATION:
            errors[f"explanation-{pk}"] = [_("Viết tối đa %(n)s ký tự") % {"n": LONG_EXPLANATION}]
    for code, text in answers.items():
        if len(text) > LONG_ANSWER:
            errors[f"answer-{code}"] = [_("Viết tối đa %(n)s ký tự") % {"n": LONG_ANSWER}]
    return errors
