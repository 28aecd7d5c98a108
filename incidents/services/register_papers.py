"""Papers of the registers: issued as the case stands, numbered by the clerk, which meets the clocks (P10, QC14.3)."""

from collections.abc import Callable, Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from connections.models.trials import content_hash
from connections.printouts.letterheads import body_of, operating_body
from connections.services.paper_numbers import number_errors
from core import clock
from core.actor import Actor
from core.documents.frozen import freeze
from core.documents.layout import Document
from core.files import Upload, stored_fields
from core.ids import spoken_code
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from incidents.guards.incidents import MANAGE
from incidents.guards.violations import OPEN
from incidents.models import Incident, RegisterPaper, RegisterSignedFile, Violation
from incidents.printouts import incidents, violations
from incidents.printouts.sheet import Sheet
from incidents.register_choices import Audience, EntryKind, IncidentState, PaperKind, Said
from incidents.selectors.papers import may_number
from incidents.services.incident_deadlines import FIRST_WORD, PERSONAL_DATA, REPORT, meet
from incidents.services.incident_moves import add_entry, lock_incident, touch_incident
from incidents.services.register_templates import template_of
from incidents.services.violation_moves import add_said, lock_violation, touch_violation

COMPOSERS: Mapping[str, Callable[[Sheet], Document]] = {**incidents.COMPOSERS, **violations.COMPOSERS}
#: Kinds that stand side by side; a later paper of any other kind replaces the one before.
MANY = frozenset({PaperKind.PROGRESS})
CODE_LENGTH = 20


@transaction.atomic
def issue_report(*, actor: Actor, incident: Incident, kind: str, revision: int | None = None) -> RegisterPaper:
    """Issue a report of an incident as it stands now. The first one says which clocks its number will meet.

    Raises PermissionRefused, StateRefused for a final report of what is not mended, GuardRefused while the register
    names no operating body, InvalidInput for an unknown kind.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Lập báo cáo sự cố thuộc vai trò Cán bộ vận hành, Cán bộ an toàn thông tin."))
    stored = lock_incident(incident, revision=revision)
    if kind not in incidents.COMPOSERS:
        raise InvalidInput({"kind": [_("Chọn loại báo cáo")]})
    if kind == PaperKind.FINAL and stored.state not in (IncidentState.RESOLVED, IncidentState.CLOSED):
        raise StateRefused(_("Báo cáo kết thúc lập khi sự cố đã khắc phục."))
    meets = []
    if kind == PaperKind.FIRST:
        meets = [REPORT, *FIRST_WORD.values(), *([PERSONAL_DATA] if stored.personal_data else [])]
    made = _issue(actor, stored, kind, meets)
    add_entry(actor, stored, EntryKind.PAPER, Audience.INTERNAL, _("Lập %(paper)s") % {"paper": str(made).lower()})
    touch_incident(stored)
    return made


@transaction.atomic
def issue_record(*, actor: Actor, violation: Violation, revision: int | None = None) -> RegisterPaper:
    """Issue the record of a violation as it stands now. Raises PermissionRefused, GuardRefused."""
    if not actor.may(OPEN):
        raise PermissionRefused(_("Lập biên bản thuộc vai trò Cán bộ vận hành, Cán bộ an toàn thông tin."))
    stored = lock_violation(violation, revision=revision)
    made = _issue(actor, stored, PaperKind.RECORD, [])
    add_said(actor, stored, Said.EVIDENCE, _("Lập %(paper)s") % {"paper": str(made).lower()}, inner=True)
    touch_violation(stored)
    return made


def _issue(actor: Actor, case: Incident | Violation, kind: str, meets: list[str]) -> RegisterPaper:
    issuer = operating_body()
    if issuer is None:
        raise GuardRefused(_("Danh bạ chưa có cơ quan quản lý, vận hành nền tảng; không lập được văn bản."))
    template, code, now = template_of(kind), spoken_code(CODE_LENGTH), clock.now()
    content = freeze(COMPOSERS[kind](Sheet(case, template, body_of(issuer), actor, code, now)))
    about = {"incident": case} if isinstance(case, Incident) else {"violation": case}
    if kind not in MANY:
        for before in RegisterPaper.objects.select_for_update().filter(kind=kind, superseded_at=None, **about):
            before.superseded_at = now
            before.save()
    made = RegisterPaper.objects.create(
        kind=kind,
        issuer=issuer,
        code=code,
        content=content,
        sha256=content_hash(content),
        template_version=template.version,
        meets=meets,
        issued_at=now,
        issued_by_id=actor.user_id,
        **about,
    )
    after = {"kind": kind, "sha256": made.sha256}
    record_fact(actor=actor, deed="register_paper.issued", subject=case, after=after, clause=_clause(case))
    return made


def _clause(case: Incident | Violation) -> str:
    return case.clause if isinstance(case, Violation) else "QC14.3"


@transaction.atomic
def register_paper(
    *,
    actor: Actor,
    paper: RegisterPaper,
    number: str,
    number_date: date | None,
    upload: Upload | None = None,
    reason: str = "",
) -> RegisterPaper:
    """Record number, date and, where there is one, the file as signed; a first report then meets its clocks.

    What is recorded already is corrected with a *reason*. Raises PermissionRefused, StateRefused for a paper that was
    replaced, InvalidInput.
    """
    if not may_number(actor):
        raise PermissionRefused(_("Vào số văn bản thuộc Cán bộ tiếp nhận, Cán bộ vận hành, Cán bộ an toàn thông tin."))
    incident = lock_incident(paper.incident) if paper.incident else None
    found = RegisterPaper.objects.select_for_update(of=("self",)).select_related("issuer", "incident", "violation")
    stored = found.get(pk=paper.pk)
    if stored.superseded_at is not None:
        raise StateRefused(_("Văn bản này đã được thay bằng bản lập sau; vào số cho bản mới."))
    number, reason = tidy(number), tidy(reason)
    errors = number_errors(stored.issued_at, number, number_date)
    fixes = bool(stored.number) and (stored.number, stored.number_date) != (number, number_date)
    if not reason and (fixes or (upload is not None and stored.signed_files.exists())):
        errors["reason"] = [_("Văn bản đã vào số hoặc đã có bản ký; nhập lý do sửa")]
    if errors:
        raise InvalidInput(errors)
    _number(actor, stored, number, number_date, reason)
    if upload is not None:
        _keep(actor, stored, upload, reason)
    if incident is not None and stored.meets:
        meet(incident, set(stored.meets), _("%(paper)s số %(number)s") % {"paper": stored, "number": number})
    return stored


def _number(actor: Actor, stored: RegisterPaper, number: str, day: date | None, reason: str) -> None:
    old, new = changed(
        {"number": stored.number, "number_date": stored.number_date}, {"number": number, "number_date": day}
    )
    if not new:
        return
    stored.number, stored.number_date = number, day
    stored.numbered_by_id, stored.numbered_at = actor.user_id, clock.now()
    try:
        with transaction.atomic():
            stored.save()
    except IntegrityError as error:
        if "register_paper_number_once_a_year" not in str(error):
            raise
        text = _("Số %(number)s đã dùng cho văn bản khác trong năm; kiểm tra lại sổ văn bản")
        raise InvalidInput({"number": [text % {"number": number}]}) from error
    after = {"kind": stored.kind, **new}
    record_fact(
        actor=actor, deed="register_paper.numbered", subject=stored.case, before=old, after=after, reason=reason
    )


def _keep(actor: Actor, stored: RegisterPaper, upload: Upload, reason: str) -> None:
    made = RegisterSignedFile.objects.create(paper=stored, kept_by_id=actor.user_id, **stored_fields(upload))
    after = {"kind": stored.kind, "name": made.name, "sha256": made.sha256}
    record_fact(actor=actor, deed="register_paper.signed_kept", subject=stored.case, after=after, reason=reason)
