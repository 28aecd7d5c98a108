"""Staff pages of message profiles: versions of the structures that messages follow (QC4.9, QC9.8)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from catalog.guards import SERVICE_MANAGE
from catalog.models import MessageProfile
from catalog.selectors.profiles import uses_of
from catalog.services import profiles as deeds
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm
from core.inspector import MOST_BYTES

SHOWN = ("code", "version", "title", "form")
REST = ("source", "clause", "illustration", "valid_from", "valid_to")


class ProfileForm(DeedForm):
    """A version of a structure; its content as text or as a file, which then stands in the box for text."""

    content = forms.CharField(
        label=_("Nội dung"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "Dán JSON Schema 2020-12 hoặc XSD 1.0, theo dạng đã chọn; không tham chiếu ra ngoài, không đệ quy. "
            "Đã lưu thì không sửa, thay đổi là phiên bản mới."
        ),
    )
    file = forms.FileField(
        label=_("Hoặc chọn tệp"),
        required=False,
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,.xsd,.xml"}),
        help_text=_("Tệp JSON hoặc XSD, mã hóa UTF-8, tối đa 1 MB. Có tệp thì nội dung trong ô trên được thay."),
    )

    class Meta:
        model = MessageProfile
        fields = (*SHOWN, *REST)
        help_texts = {
            "illustration": _("Đánh dấu khi nội dung không chép từ quy chuẩn đã công bố."),
            "clause": _("Ví dụ QC9.8"),
        }

    def clean_file(self) -> Any:
        """Put the text of the file into the box, where it stays when something is wrong."""
        given = self.cleaned_data.get("file")
        if not given:
            return None
        if given.size > MOST_BYTES:
            raise forms.ValidationError(_("Tệp lớn hơn 1 MB; rút gọn rồi chọn lại"))
        given.seek(0)
        try:
            text = given.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("Tệp không ở mã UTF-8; lưu lại ở dạng UTF-8 rồi chọn lại")) from None
        sent: Any = self.data
        kept = sent.copy()
        kept[self.add_prefix("content")] = text
        self.data = kept
        self.cleaned_data["content"] = text
        return None


@admin.register(MessageProfile)
class MessageProfileAdmin(BaseAdmin):
    """Everyone in the staff rooms sees; who keeps the catalogue enters."""

    form = ProfileForm
    manage_permission = SERVICE_MANAGE
    list_display = ("title", "code", "version", "form", "valid_from", "valid_to", "illustration", "source")
    list_filter = ("form", "illustration")
    search_fields = ("title", "code")
    change_form_outer_after_template = "catalog/admin_profile.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show the content as it stands once it is kept."""
        return [*SHOWN, *(["shown"] if obj else ["content", "file"]), *REST]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What evaluations and calls rest on stays."""
        return (*deeds.ENTERED, "shown") if obj else ()

    @admin.display(description=_("Nội dung"))
    def shown(self, obj: MessageProfile) -> str:
        """Return the content as it was written."""
        return format_html('<pre style="white-space: pre-wrap">{}</pre>', obj.content)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """List below the form where the structure is applied."""
        found = self.get_object(request, object_id)
        uses = [] if found is None else list(uses_of(found))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "uses": uses})

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the version."""
        given = {name: value for name, value in data.items() if name not in ("file", "content")}
        if change:
            return deeds.set_profile(actor=actor, profile=obj, **given)
        return deeds.set_profile(actor=actor, content=data.get("content", ""), **given)
