"""How long the call log is kept, and which months lie in the archive."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from audit.admin.lists import EvidenceAdmin, counted, in_cell
from audit.models import Retention, Tombstone
from audit.services import retention as deeds
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm, acting


class RetentionForm(DeedForm):
    """The rule with the reason of its change."""

    reason = forms.CharField(label=gettext_lazy("Lý do thay đổi"), max_length=300, widget=UnfoldAdminTextInputWidget)


@admin.register(Retention)
class RetentionAdmin(BaseAdmin):
    """The rule: one row, changed as data, with whose number it is."""

    form = RetentionForm
    manage_permission = deeds.MANAGE
    list_display = ("__str__", "months", "source")
    fields = ("months", "source", "reason")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the reason of a change out for those who only look: it is no part of the row."""
        fields = super().get_fields(request, obj)
        may = self.has_change_permission(request, obj)
        return fields if may else [name for name in fields if name != "reason"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One row is enough."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Change the rule."""
        return deeds.set_retention(actor=actor, **data)


@admin.register(Tombstone)
class TombstoneAdmin(EvidenceAdmin):
    """Months in the archive, newest first, each with its file and what it holds."""

    list_display = ("shown_month", "at", "asked", "answered", "leaves", "file_of", "digest", "basis_of")
    fields = ("shown_month", "at", "asked", "answered", "leaves", "file", "volume", "sha256", "basis")
    readonly_fields = ("shown_month", "asked", "answered", "leaves", "volume")
    ordering = ("-month",)
    asked = counted("intents", gettext_lazy("Số yêu cầu"))
    answered = counted("outcomes", gettext_lazy("Số kết quả"))
    volume = counted("size", gettext_lazy("Dung lượng tệp, byte"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the actor sees the whole call log or all facts."""
        actor = acting(request)
        return actor.may("calllog.view_all") or actor.may("facts.view")

    @admin.display(description=gettext_lazy("Tháng"), ordering="month")
    def shown_month(self, obj: Tombstone) -> str:
        """Name the month."""
        return obj.shown

    @admin.display(description=gettext_lazy("Lá trong cây niêm phong"), ordering="first_leaf")
    def leaves(self, obj: Tombstone) -> str:
        """Say which leaves the rows are."""
        ends = {"first": obj.first_leaf, "last": obj.last_leaf}
        return _("%(first)s đến %(last)s") % {
            name: number_format(leaf, force_grouping=True) for name, leaf in ends.items()
        }

    @admin.display(description=gettext_lazy("Tệp lưu trữ"))
    def file_of(self, obj: Tombstone) -> str:
        """Name the file."""
        return in_cell(obj.file)

    @admin.display(description=gettext_lazy("SHA-256 của tệp"))
    def digest(self, obj: Tombstone) -> str:
        """Show the digest whole, so that it can be compared."""
        return in_cell(obj.sha256)

    @admin.display(description=gettext_lazy("Thời hạn và căn cứ"))
    def basis_of(self, obj: Tombstone) -> str:
        """Say by which rule it was archived."""
        return in_cell(obj.basis)
