"""Entries of this floor in the navigation (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.web.boards import Entry
from reports import campaign_guards
from reports.guards import DRAFT, VIEW
from reports.models import feedback, funding, reviews, training


def entries(actor: Actor) -> list[Entry]:
    """Return what the actor may open here; the developer's guide is everybody's."""
    found: list[Entry] = [(_("Nhà phát triển"), reverse("developer_guides"), 95)]
    if actor.may(VIEW):
        found.append((_("Điều hành"), reverse("leadership"), 12))
    if actor.may(VIEW) or actor.may(DRAFT):
        found.append((_("Báo cáo"), reverse("reports"), 40))
    if actor.may(campaign_guards.DRAFT) or actor.may(campaign_guards.SEND):
        found.append((_("Báo cáo khai thác"), reverse("statements"), 41))
    if actor.may(funding.VIEW):
        found.append((_("Kinh phí"), reverse("budget_years"), 41))
    if actor.is_person and actor.may(training.VIEW):
        found.append((_("Tập huấn"), reverse("training"), 49))
    if actor.is_person and (actor.may(feedback.FILE) or actor.may(feedback.SEE_ALL)):
        found.append((_("Vướng mắc, đề xuất"), reverse("feedback_list"), 50))
    if any(map(actor.may, (reviews.READ, reviews.DRAFT, reviews.APPROVE))):
        found.append((_("Rà soát quy chế"), reverse("reviews"), 42))
    return found
