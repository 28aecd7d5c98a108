"""Deeds on requests for help: ask, write, answer, take, close; telling that an answer is late (QC14.2)."""

import re
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors.people import holders_of
from audit.record import record_fact
from catalog.selectors.terms import due_from
from catalog.services.judging import Errors, judge, tidied
from core import clock
from core.actor import Actor, system_actor
from core.files import Upload, stored_fields
from core.problems import InvalidInput, PermissionRefused
from core.text import fold, nfc, tidy
from core.transitions import carry
from incidents.help_words import HelpSide, HelpState
from incidents.models import HelpEntry, HelpFile, HelpRequest
from incidents.models.help import ANSWER, ASK
from incidents.services.codes import next_code
from incidents.services.help_letters import tell_agency_of_help, tell_late, tell_staff_of_help

TERM, CLAUSE = "help.answer", "QC14.2"
FIELDS = ("subject", "page", "page_request")
LONG = 4000
# A page of the portal, without what was asked of it: that may name people.
PAGE = re.compile(r"/(?:[\w\-.][\w\-./]{0,298})?")
_JOB = system_actor("Theo dõi yêu cầu hỗ trợ")


@transaction.atomic
def ask_help(*, actor: Actor, text: str, form_token: UUID, upload: Upload | None = None, **fields: Any) -> HelpRequest:
    """Ask SKHCN for help in the name of the actor's agency; the term of the answer begins and staff are told.

    *page* and *page_request* say where the question arose. A form sent twice asks once. Raises PermissionRefused,
    InvalidInput.
    """
    if not actor.may(ASK) or actor.agency_id is None or actor.user_id is None:
        raise PermissionRefused(_("Yêu cầu hỗ trợ do người dùng của cơ quan gửi."))
    kept = stored_fields(upload) if upload else None
    code, now = next_code(HelpRequest, "HT"), clock.now()
    if had := HelpEntry.objects.filter(author=actor.user_id, form_token=form_token).select_related("request").first():
        return had.request
    due_at, statutory = due_from(now, TERM)
    values = {**tidied(HelpRequest, fields, FIELDS)}
    if not PAGE.fullmatch(values.get("page", "")):
        values["page"] = ""
    made = HelpRequest(
        code=code,
        agency_id=actor.agency_id,
        asker_id=actor.user_id,
        asked_at=now,
        due_at=due_at,
        statutory=statutory,
        **values,
    )
    made.search = fold(f"{code} {made.subject} {made.agency.name} {made.agency.code}")
    judge(made, _text_errors(text))
    made.save()
    _entry(actor, made, HelpSide.AGENCY, text, form_token, kept)
    after = {"page": made.page, "due_at": due_at}
    record_fact(actor=actor, deed="help.asked", subject=made, after=after, clause=CLAUSE)
    tell_staff_of_help(made, "help.asked", _("Yêu cầu hỗ trợ mới %(code)s: %(subject)s"))
    return made


@transaction.atomic
def write_more(
    *, actor: Actor, request: HelpRequest, text: str, form_token: UUID, upload: Upload | None = None
) -> HelpEntry:
    """Write for the agency; after an answer a new term begins.

    Raises StateRefused, PermissionRefused, InvalidInput.
    """
    kept = stored_fields(upload) if upload else None
    stored = _locked(request)
    if had := _had(actor, form_token):
        return had
    answered = stored.answered_at is not None and stored.state != HelpState.OPEN
    carry(stored, "write_more", actor)
    if errors := _text_errors(text):
        raise InvalidInput(errors)
    if answered:
        stored.due_at, stored.statutory = due_from(clock.now(), TERM)
    stored.save()
    made = _entry(actor, stored, HelpSide.AGENCY, text, form_token, kept)
    record_fact(actor=actor, deed="help.written", subject=stored, after={"entry": made.pk}, clause=CLAUSE)
    tell_staff_of_help(stored, "help.written", _("Cơ quan viết thêm trong yêu cầu hỗ trợ %(code)s: %(subject)s"))
    return made


@transaction.atomic
def answer_help(
    *, actor: Actor, request: HelpRequest, text: str, form_token: UUID, upload: Upload | None = None
) -> HelpEntry:
    """Answer for SKHCN; who answers what nobody owns, owns it.

    Raises StateRefused, PermissionRefused, InvalidInput.
    """
    kept = stored_fields(upload) if upload else None
    stored = _locked(request)
    if had := _had(actor, form_token):
        return had
    carry(stored, "answer_it", actor)
    if errors := _text_errors(text):
        raise InvalidInput(errors)
    stored.answered_at = clock.now()
    stored.owner_id = stored.owner_id or actor.user_id
    stored.save()
    made = _entry(actor, stored, HelpSide.OPERATOR, text, form_token, kept)
    record_fact(actor=actor, deed="help.answered", subject=stored, after={"entry": made.pk}, clause=CLAUSE)
    tell_agency_of_help(stored, "help.answered", _("Đã trả lời yêu cầu hỗ trợ %(code)s: %(subject)s"))
    return made


@transaction.atomic
def take_help(*, actor: Actor, request: HelpRequest, owner: User | None = None) -> HelpRequest:
    """Give a request to somebody of SKHCN who answers, the actor where nobody is named. Twice is once.

    Raises PermissionRefused, InvalidInput for who may not answer.
    """
    if not actor.may(ANSWER) or actor.user_id is None:
        raise PermissionRefused(_("Trả lời yêu cầu hỗ trợ thuộc cán bộ của Sở được giao việc này."))
    stored = _locked(request)
    wanted = owner.pk if owner else actor.user_id
    if owner is not None and not holders_of(ANSWER).filter(pk=owner.pk).exists():
        raise InvalidInput({"owner": [_("Người này không có vai trò trả lời yêu cầu hỗ trợ; chọn người khác")]})
    if stored.owner_id == wanted:
        return stored
    before = {"owner": stored.owner}
    stored.owner_id = wanted
    stored.save()
    after = {"owner": User.objects.get(pk=wanted)}
    record_fact(actor=actor, deed="help.taken", subject=stored, before=before, after=after, clause=CLAUSE)
    return stored


@transaction.atomic
def close_help(*, actor: Actor, request: HelpRequest) -> HelpRequest:
    """Close a request, for either side. Raises StateRefused, PermissionRefused."""
    stored = _locked(request)
    carry(stored, "close", actor)
    stored.closed_at = clock.now()
    stored.save()
    record_fact(actor=actor, deed="help.closed", subject=stored, clause=CLAUSE)
    if actor.agency_id != stored.agency_id:
        tell_agency_of_help(stored, "help.closed", _("Đã đóng yêu cầu hỗ trợ %(code)s: %(subject)s"))
    return stored


def tell_overdue() -> int:
    """Tell of answers that are late, each term once; return how many were told. Safe to run twice and at once."""
    late = HelpRequest.objects.overdue().exclude(late_told_for__isnull=False, late_told_for__gte=clock.now())
    return sum(_tell_late(pk) for pk in list(late.order_by("due_at").values_list("pk", flat=True)))


@transaction.atomic
def _tell_late(pk: int) -> int:
    stored = HelpRequest.objects.overdue().select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if stored is None or stored.late_told_for == stored.due_at:
        return 0
    stored.late_told_for = stored.due_at
    stored.save(update_fields=["late_told_for"])
    tell_late(stored)
    record_fact(actor=_JOB, deed="help.late", subject=stored, after={"due_at": stored.due_at}, clause=CLAUSE)
    return 1


def _locked(request: HelpRequest) -> HelpRequest:
    return (
        HelpRequest.objects.select_for_update(of=("self",))
        .select_related("agency", "owner", "asker")
        .get(pk=request.pk)
    )


def _had(actor: Actor, form_token: UUID) -> HelpEntry | None:
    return HelpEntry.objects.filter(author=actor.user_id or 0, form_token=form_token).first()


def _read(text: str) -> str:
    lines = nfc(text).replace("\x00", " ").replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _text_errors(text: str) -> Errors:
    if not tidy(text):
        return {"text": [_("Nhập nội dung")]}
    if len(_read(text)) > LONG:
        said = _("Nội dung dài %(n)s ký tự, tối đa %(limit)s ký tự")
        return {"text": [said % {"n": len(_read(text)), "limit": LONG}]}
    return {}


def _entry(
    actor: Actor,
    request: HelpRequest,
    side: HelpSide,
    text: str,
    form_token: UUID,
    kept: dict[str, Any] | None,
) -> HelpEntry:
    made = HelpEntry.objects.create(
        request=request,
        side=side,
        agency_id=actor.agency_id or 0,
        author_id=actor.user_id or 0,
        text=_read(text),
        at=clock.now(),
        form_token=form_token,
    )
    if kept:
        HelpFile.objects.create(entry=made, **kept)
    return made
