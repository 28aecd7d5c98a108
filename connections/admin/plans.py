"""Parts of a dossier, templates of test cases, terms of the environments: data, edited with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from connections.models import EnvironmentTerms, RequiredPart, TestTemplate
from connections.services import parts
from connections.services import templates as deeds
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm


class ReasonedForm(DeedForm):
    """A row with the reason of its change."""

    reason = forms.CharField(
        label=_("Lý do thay đổi"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Bắt buộc khi sửa dòng đã có."),
    )


class PlanAdmin(BaseAdmin):
    """Everyone in the staff rooms sees; operators change."""

    form = ReasonedForm
    view_permission = "request.view_all"
    manage_permission = deeds.MANAGE


@admin.register(TestTemplate)
class TestTemplateAdmin(PlanAdmin):
    """Test cases every plan begins with; plans already made keep theirs."""

    list_display = ("title", "group", "measure", "active", "place")
    list_filter = ("group", "measure", "active")
    fields = (*deeds.TEMPLATE_FIELDS, "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code once given stays."""
        return ("code",) if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the test case."""
        return deeds.save_template(actor=actor, template=obj, **data)


@admin.register(RequiredPart)
class RequiredPartAdmin(PlanAdmin):
    """Parts a dossier of each kind must have; the head of division changes them."""

    manage_permission = parts.MANAGE
    list_display = ("text", "kind", "clause", "national_only", "active", "place")
    list_filter = ("kind", "active")
    fields = (*parts.FIELDS, "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Kind and code once given stay."""
        return ("kind", "code") if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the part."""
        return parts.save_part_rule(actor=actor, rule=obj, **data)


@admin.register(EnvironmentTerms)
class EnvironmentTermsAdmin(PlanAdmin):
    """What grants and keys of an environment may have at most."""

    list_display = ("environment", "quota_limit", "rate_per_second", "key_calls", "key_days", "statutory", "basis")
    fields = ("environment", *deeds.TERMS_FIELDS, "reason")
    readonly_fields = ("environment",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Both environments have their row from the start."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Set the terms."""
        return deeds.save_terms(actor=actor, environment=obj.environment, **data)
