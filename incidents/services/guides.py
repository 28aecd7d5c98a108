"""Publishing an answer for everybody, changing it, taking it off the page (QC14.2)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.services.judging import Errors, judge, tidied
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused
from core.text import fold, tidy
from incidents.models import GuideAnswer
from incidents.models.help import PUBLISH

FIELDS = ("question", "answer", "topic", "source", "published")


@transaction.atomic
def save_guide(*, actor: Actor, guide: GuideAnswer, reason: str = "", **fields: Any) -> GuideAnswer:
    """Publish a question with its answer, or change one with a *reason*; unpublished it is read by staff only.

    Raises PermissionRefused, InvalidInput; a text that names the agency which asked is refused.
    """
    if not actor.may(PUBLISH):
        raise PermissionRefused(_("Công bố mục hỏi đáp thuộc vai trò Cán bộ vận hành, Trưởng phòng."))
    fresh = guide.pk is None
    stored = GuideAnswer() if fresh else GuideAnswer.objects.select_for_update().get(pk=guide.pk)
    before = {} if fresh else {name: getattr(stored, name) for name in FIELDS}
    for name, value in tidied(GuideAnswer, fields, FIELDS).items():
        setattr(stored, name, value)
    errors = _naming_who_asked(stored)
    if not fresh and not tidy(reason):
        errors["reason"] = [_("Nhập lý do thay đổi")]
    stored.changed_at, stored.changed_by_id = clock.now(), actor.user_id
    stored.search = fold(f"{stored.question} {stored.answer}")
    judge(stored, errors)
    old, new = changed(before, {name: getattr(stored, name) for name in FIELDS})
    if new:
        stored.save()
        deed = "guide.published" if fresh else "guide.changed"
        record_fact(
            actor=actor, deed=deed, subject=stored, before=old, after=new, reason=tidy(reason), clause="QC14.2"
        )
    return stored


def _naming_who_asked(guide: GuideAnswer) -> Errors:
    if guide.source is None or not guide.published:
        return {}
    agency, asker = guide.source.agency, guide.source.asker
    text = fold(f"{guide.question} {guide.answer}")
    for name in (agency.name, asker.full_name.removesuffix(" (mẫu)")):
        if fold(name) in text:
            said = _("Nội dung công bố nêu tên «%(name)s» của bên hỏi; viết lại không nêu tên")
            return {"answer": [said % {"name": name}]}
    return {}
