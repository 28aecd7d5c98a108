"""Staff pages of message profiles: versions of the structures that messages follow (QC9.8)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.form_fields import JsonTextField
from catalog.guards import SERVICE_MANAGE
from catalog.models import MessageProfile
from catalog.services import profiles as deeds
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm


class ProfileForm(DeedForm):
    """A version of a structure; its schema as JSON text."""

    class Meta:
        model = MessageProfile
        fields = (*deeds.ENTERED, *deeds.CHANGEABLE)
        field_classes = {"schema": JsonTextField}
        widgets = {"schema": UnfoldAdminTextareaWidget(attrs={"rows": 18, "spellcheck": "false"})}
        help_texts = {
            "schema": _(
                "JSON Schema 2020-12, không tham chiếu ra ngoài; đã lưu thì không sửa, thay đổi là phiên bản mới."
            ),
            "illustration": _("Đánh dấu khi nội dung không chép từ quy chuẩn đã công bố."),
            "clause": _("Ví dụ QC9.8"),
        }
        error_messages = {"schema": {"invalid": _("Nội dung không phải JSON đúng cú pháp")}}


@admin.register(MessageProfile)
class MessageProfileAdmin(BaseAdmin):
    """Everyone in the staff rooms sees; who keeps the catalogue enters."""

    form = ProfileForm
    manage_permission = SERVICE_MANAGE
    list_display = ("title", "code", "version", "valid_from", "valid_to", "illustration", "source")
    list_filter = ("illustration",)
    search_fields = ("title", "code")
    fields = ("code", "version", "title", "schema", "source", "clause", "illustration", "valid_from", "valid_to")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What evaluations rest on stays."""
        return deeds.ENTERED if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the version."""
        return deeds.set_profile(actor=actor, profile=obj if change else None, **data)
