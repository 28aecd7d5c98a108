"""Staff pages of released documents: to agencies, to single persons, and who took which file (QC14.7)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminEmailInputWidget

from catalog.duty_choices import DocumentLevel
from catalog.guards import SERVICE_MANAGE
from catalog.models import DocumentDownload, DocumentRelease, PersonalRelease, TechnicalDocument
from catalog.services import document_releases as deeds
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm
from core.admin_steps import StepsAdmin
from core.transitions import Offer

READ = "service.view_all"


class EndedByDeed(StepsAdmin):
    """Rows that are added, and ended by one step with a reason."""

    view_permission = READ
    manage_permission = SERVICE_MANAGE
    list_select_related = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was given stays as it was said."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer documents that can be released."""
        if db_field.name == "document":
            kwargs["queryset"] = TechnicalDocument.objects.published().filter(level=DocumentLevel.RESTRICTED)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def steps(self, obj: Any, actor: Actor) -> list[Offer]:
        """Offer to take back what is open."""
        if obj.ended_at is not None or not actor.may(SERVICE_MANAGE):
            return []
        return [Offer("end", gettext_lazy("Thu lại tài liệu"), "QC14.7", reason_required=True, missing=())]

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say what taking back does."""
        return [_("Từ lượt xem tiếp theo, người được cung cấp không tìm thấy và không tải được tài liệu.")]


@admin.register(DocumentRelease)
class DocumentReleaseAdmin(EndedByDeed):
    """Restricted documents of agencies."""

    list_display = ("document", "agency", "request_number", "released_at", "ended_at")
    search_fields = ("document__search", "agency__search", "request_number")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show by whom and until when."""
        names = ["document", "agency", "reason", "request_number"]
        told = ["released_at", "released_by", "ended_at", "ended_by", "end_reason"]
        return [*names, *(told if obj else [])]

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Release it."""
        return deeds.release_to_agency(actor=actor, **data)

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Take it back."""
        deeds.end_release(actor=actor, release=obj, reason=reason)


class PersonalForm(DeedForm):
    """A document for the person behind an address."""

    email = forms.EmailField(
        label=gettext_lazy("Thư điện tử công vụ của người được cung cấp"), widget=UnfoldAdminEmailInputWidget
    )

    class Meta:
        model = PersonalRelease
        fields = ("document", "until", "reason")


@admin.register(PersonalRelease)
class PersonalReleaseAdmin(EndedByDeed):
    """Restricted documents of single persons."""

    form = PersonalForm
    list_display = ("document", "person", "until", "released_at", "ended_at")
    search_fields = ("document__search", "person__search")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Ask for the address, later show the person."""
        if obj is None:
            return ["document", "email", "until", "reason"]
        return ["document", "person", "until", "reason", "released_at", "released_by", "ended_at", "end_reason"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Show a row without the field that asks for an address."""
        if obj is not None:
            kwargs["form"] = DeedForm
        return super().get_form(request, obj, change=change, **kwargs)

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Give it."""
        return deeds.release_document(actor=actor, **data)

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Take it back."""
        deeds.end_personal_release(actor=actor, release=obj, reason=reason)


@admin.register(DocumentDownload)
class DocumentDownloadAdmin(BaseAdmin):
    """Who took which file; read only."""

    view_permission = READ
    list_display = ("at", "version", "person_shown", "agency", "request_id")
    list_select_related = ("version__document", "person", "agency")
    list_filter = ("version__document__level",)
    search_fields = ("version__document__search", "person__search", "request_id")
    fields = ("at", "version", "person", "agency", "request_id")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let the page of a document lead to its own downloads."""
        return lookup == "version__document" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=gettext_lazy("Người tải"))
    def person_shown(self, obj: DocumentDownload) -> str:
        """Name the person, or say that it was a visitor."""
        return str(obj.person) if obj.person else _("Khách")
