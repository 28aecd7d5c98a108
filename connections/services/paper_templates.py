"""What papers say and how bodies head them: first from the seed, then edited by staff."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import changed, record_fact
from connections.choices import LetterStyle, PrintoutKind
from connections.models import LetterheadRule, PrintoutTemplate
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused
from core.text import printable, tidy

SEED = Path(__file__).resolve().parents[1] / "seeds" / "printouts.yaml"
MANAGE = "paper.manage"
TEMPLATE_FIELDS = ("legal_bases", "terms", "recipients", "signer", "source")
LETTERHEAD_FIELDS = ("style", "superior", "issuer", "place", "signer", "source")
_LONGEST = 4000


def load_printouts(*, actor: Actor) -> int:
    """Fill the templates from the seed where a kind has none; return how many."""
    known = set(PrintoutTemplate.objects.values_list("kind", flat=True))
    missing = [kind for kind in PrintoutKind.values if kind not in known]
    for kind in missing:
        template_of(kind)
    return len(missing)


@transaction.atomic
def template_of(kind: str) -> PrintoutTemplate:
    """Return what papers of *kind* say; one that has no row yet gets it from the seed."""
    stored = PrintoutTemplate.objects.filter(kind=kind).first()
    if stored is not None:
        return stored  # the seed is long to read, and every paper comes by here
    found, fresh = PrintoutTemplate.objects.get_or_create(kind=kind, defaults=_seed()[kind])
    if fresh:
        after = {name: getattr(found, name) for name in TEMPLATE_FIELDS}
        record_fact(
            actor=system_actor(_("Nạp mẫu văn bản")), deed="printout_template.saved", subject=found, after=after
        )
    return found


def _seed() -> dict[str, dict[str, str]]:
    rows = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    return {row.pop("kind"): row for row in rows}


@transaction.atomic
def save_printout_template(*, actor: Actor, kind: str, **fields: Any) -> PrintoutTemplate:
    """Set what papers of *kind* say from now on; what was issued stays. Raises PermissionRefused, InvalidInput."""
    _judge(actor)
    template_of(kind)
    stored = PrintoutTemplate.objects.select_for_update().get(kind=kind)
    old, new = write_text(stored, fields, TEMPLATE_FIELDS)
    if not new:
        return stored
    stored.version += 1
    stored.save()
    after = {**new, "version": stored.version}
    record_fact(actor=actor, deed="printout_template.saved", subject=stored, before=old, after=after)
    return stored


@transaction.atomic
def save_letterhead(*, actor: Actor, agency: Agency, **fields: Any) -> LetterheadRule:
    """Set how *agency* heads its papers from now on. Raises PermissionRefused, InvalidInput."""
    _judge(actor)
    known = LetterheadRule.objects.select_for_update().filter(agency=agency).first()
    stored = known or LetterheadRule(agency=agency)
    old, new = write_text(stored, fields, LETTERHEAD_FIELDS)
    if stored.style not in LetterStyle.values:
        raise InvalidInput({"style": [_("Chọn kiểu tiêu đề")]})
    if known and not new:
        return stored
    stored.save()
    record_fact(actor=actor, deed="letterhead.saved", subject=stored, before=old, after=new)
    return stored


def _judge(actor: Actor) -> None:
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Sửa mẫu văn bản thuộc Cán bộ vận hành."))


def write_text(
    stored: Any, fields: dict[str, Any], names: tuple[str, ...] = TEMPLATE_FIELDS
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the texts *names* of a stored row, tidied; return both sides of what changed. Raises InvalidInput."""
    before = {name: getattr(stored, name) for name in names}
    errors: dict[str, list[str]] = {}
    for name in names:
        value = _lines(str(fields.get(name, before[name]) or ""))
        limit = stored._meta.get_field(name).max_length or _LONGEST
        if len(value) > limit:
            errors[name] = [_("Nội dung dài %(n)s ký tự, tối đa %(limit)s ký tự") % {"n": len(value), "limit": limit}]
        setattr(stored, name, value)
    if not stored.source:
        errors["source"] = [_("Nhập nguồn")]
    if errors:
        raise InvalidInput(errors)
    return changed(before, {name: getattr(stored, name) for name in names})


def _lines(value: str) -> str:
    """Return *value* tidied line by line, empty lines left out."""
    return "\n".join(filter(None, map(tidy, printable(value).splitlines())))
