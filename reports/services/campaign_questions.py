"""The questions every campaign asks: first from the seed, then edited by staff (QC15.5)."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from connections.services.staff_rows import save_row
from core.actor import Actor
from core.problems import PermissionRefused
from reports.campaign_guards import MANAGE
from reports.models import CampaignQuestion

SEED = Path(__file__).resolve().parents[1] / "seeds" / "campaign_questions.yaml"
FIELDS = ("code", "text", "hint", "required", "active", "place", "basis")


@transaction.atomic
def load_campaign_questions(*, actor: Actor) -> int:
    """Enter the questions of the seed that are not known yet; what staff changed stays. Return how many."""
    known = set(CampaignQuestion.objects.values_list("code", flat=True))
    rows = [row for row in yaml.safe_load(SEED.read_text(encoding="utf-8")) if row["code"] not in known]
    for row in rows:
        save_question(actor=actor, question=CampaignQuestion(), **row)
    return len(rows)


@transaction.atomic
def save_question(*, actor: Actor, question: CampaignQuestion, reason: str = "", **fields: Any) -> CampaignQuestion:
    """Add a question or change one; its code stays. Changing one needs a *reason*; campaigns issued keep its text.

    Raises PermissionRefused, InvalidInput naming each wrong field.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Câu hỏi của đợt báo cáo thuộc vai trò Cán bộ báo cáo."))
    return save_row(
        actor=actor,
        row=question,
        names=FIELDS,
        given=fields,
        reason=reason,
        deed="campaign_question.saved",
        clause="QC15.5",
        kept=("code",),
    )
