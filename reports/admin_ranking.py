"""Staff page of the weights by which agencies are ranked."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from core.admin import BaseAdmin
from reports.guards import DRAFT, VIEW
from reports.models import RankingPolicy
from reports.services.ranking import FIELDS, set_ranking_policy


@admin.register(RankingPolicy)
class RankingPolicyAdmin(BaseAdmin):
    """How agencies are ranked: ours, changed as data."""

    view_permission = VIEW
    manage_permission = DRAFT
    list_display = ("__str__", *FIELDS, "kind")
    fields = FIELDS

    @admin.display(description=gettext_lazy("Tính chất"))
    def kind(self, obj: RankingPolicy) -> str:
        """Say whose numbers these are."""
        return _("Cách tính nội bộ")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One row is enough; the first is made when somebody changes the defaults."""
        return super().has_add_permission(request, obj) and not RankingPolicy.objects.exists()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Change weights and basis."""
        return set_ranking_policy(actor=actor, **data)
