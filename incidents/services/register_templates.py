"""What papers of the registers say beside the case: seeded once, edited by staff (as for papers of dossiers)."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.services.paper_templates import MANAGE, TEMPLATE_FIELDS, write_text
from core.actor import Actor, system_actor
from core.problems import PermissionRefused
from incidents.models import RegisterPaperTemplate
from incidents.register_choices import PaperKind

SEED = Path(__file__).resolve().parents[1] / "seeds" / "papers.yaml"


def load_register_templates() -> int:
    """Fill the templates from the seed where a kind has none; return how many."""
    known = set(RegisterPaperTemplate.objects.values_list("kind", flat=True))
    missing = [kind for kind in PaperKind.values if kind not in known]
    for kind in missing:
        template_of(kind)
    return len(missing)


@transaction.atomic
def template_of(kind: str) -> RegisterPaperTemplate:
    """Return what papers of *kind* say; one that has no row yet gets it from the seed."""
    rows = {row.pop("kind"): row for row in yaml.safe_load(SEED.read_text(encoding="utf-8"))}
    found, fresh = RegisterPaperTemplate.objects.get_or_create(kind=kind, defaults=rows[kind])
    if fresh:
        after = {name: getattr(found, name) for name in TEMPLATE_FIELDS}
        job = system_actor(_("Nạp mẫu văn bản"))
        record_fact(actor=job, deed="register_template.saved", subject=found, after=after)
    return found


@transaction.atomic
def save_register_template(*, actor: Actor, kind: str, **fields: Any) -> RegisterPaperTemplate:
    """Set what papers of *kind* say from now on; what was issued stays. Raises PermissionRefused, InvalidInput."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Sửa mẫu văn bản thuộc Cán bộ vận hành."))
    template_of(kind)
    stored = RegisterPaperTemplate.objects.select_for_update().get(kind=kind)
    old, new = write_text(stored, fields)
    if new:
        stored.version += 1
        stored.save()
        after = {**new, "version": stored.version}
        record_fact(actor=actor, deed="register_template.saved", subject=stored, before=old, after=after)
    return stored
