"""Staff pages of technical documents: enter, change, publish, withdraw, and add files (QC14.6, QC14.7)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from catalog.admin.seen import SeenForm
from catalog.duty_choices import DocumentState
from catalog.guards import SERVICE_MANAGE
from catalog.models import DocumentVersion, TechnicalDocument
from catalog.services import documents as deeds
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm
from core.admin_steps import StepsAdmin

READ = "service.view_all"
MOST = 20


class DocumentForm(SeenForm):
    """A document; why its level changes."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do đổi mức"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Bắt buộc khi đổi mức của tài liệu đã công bố; mức mới có hiệu lực ngay."),
    )


@admin.register(TechnicalDocument)
class TechnicalDocumentAdmin(StepsAdmin):
    """The library of technical documents."""

    form = DocumentForm
    view_permission = READ
    manage_permission = SERVICE_MANAGE
    list_display = ("title", "service", "level", "state", "owner_side", "published_at")
    list_filter = ("level", "state", "owner_side")
    list_select_related = ("service",)
    search_fields = ("title",)
    search_help_text = gettext_lazy("Tên tài liệu; gõ không dấu cũng được")
    change_form_outer_after_template = "catalog/admin_document.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Ask for the reason where a level may change."""
        names = ["title", "summary", "service", "owner_side", "level"]
        if obj is None:
            return names
        asked = ["reason", "seen"] if self.has_change_permission(request, obj) else []
        return [*names, *asked, "state", "published_at", "withdrawn_at", "withdraw_reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What it is about stays."""
        kept = ("service", "owner_side", "state", "published_at", "withdrawn_at", "withdraw_reason")
        return kept if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was withdrawn stays as it was."""
        withdrawn = obj is not None and obj.state == DocumentState.WITHDRAWN
        return super().has_change_permission(request, obj) and not withdrawn

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded title."""
        return queryset.matching(search_term), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show files, releases and downloads below the form, with the ways to add."""
        found = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        if found is not None:
            downloads = reverse("admin:catalog_documentdownload_changelist")
            more = {
                "versions": list(found.versions.all()),
                "releases": list(found.releases.open().select_related("agency")[:MOST]),
                "personal": list(found.personal_releases.in_force().select_related("person")[:MOST]),
                "ways": self._ways(request, found),
                "downloads_url": f"{downloads}?version__document={found.pk}",
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def _ways(self, request: HttpRequest, found: TechnicalDocument) -> list[tuple[str, str]]:
        if not self.has_change_permission(request, found):
            return []
        ways = [("documentversion", _("Thêm phiên bản"))]
        if found.state == DocumentState.PUBLISHED and found.level == "restricted":
            ways.append(("documentrelease", _("Cung cấp cho cơ quan")))
            ways.append(("personalrelease", _("Cung cấp cho một người")))
        return [(text, f"{reverse(f'admin:catalog_{name}_add')}?document={found.pk}") for name, text in ways]

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter the document, or change its texts and its level."""
        reason = data.pop("reason", "")
        if not change:
            return deeds.enter_document(actor=actor, **data)
        level = data.pop("level")
        deeds.change_document(actor=actor, document=obj, **data)
        return deeds.change_level(actor=actor, document=obj, level=level, reason=reason)

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Publish or withdraw."""
        deeds.move_document(actor=actor, document=obj, step=step, reason=reason)

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say who reads it from then on."""
        if step == "withdraw":
            return [
                _("Không ai ngoài Sở Khoa học và Công nghệ tìm thấy, tải được tài liệu nữa."),
                _("Lượt tải đã ghi được giữ."),
            ]
        texts = {
            "public": _("Ai cũng tìm thấy và tải được tài liệu."),
            "restricted": _("Cơ quan cung cấp dữ liệu và các cơ quan đã được chấp thuận kết nối đọc được tài liệu."),
            "internal": _("Chỉ người của Sở Khoa học và Công nghệ đọc được tài liệu."),
        }
        return [texts[obj.level]]


class VersionForm(DeedForm):
    """A file with its label."""

    file = forms.FileField(
        label=gettext_lazy("Tệp"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("Tệp PDF, DOCX hoặc XLSX."),
    )

    class Meta:
        model = DocumentVersion
        fields = ("document", "label", "changes")


@admin.register(DocumentVersion)
class DocumentVersionAdmin(BaseAdmin):
    """Files of documents: added, never changed."""

    form = VersionForm
    view_permission = READ
    manage_permission = SERVICE_MANAGE
    list_display = ("document", "label", "name", "stored_at", "published_at")
    list_select_related = ("document",)
    search_fields = ("document__search", "label")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A file stays; another text is another version."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Ask for the file, later tell of it."""
        if obj is None:
            return ["document", "label", "changes", "file"]
        return ["document", "label", "changes", "name", "sha256", "size", "stored_at", "published_at", "added_by"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Show a kept version without the field that takes a file."""
        if obj is not None:
            kwargs["form"] = DeedForm
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer documents that go on."""
        if db_field.name == "document":
            kwargs["queryset"] = TechnicalDocument.objects.exclude(state=DocumentState.WITHDRAWN)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Add the file."""
        return deeds.add_document_version(actor=actor, **data)
