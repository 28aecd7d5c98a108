"""Connections, grants, keys and holds: to read; a key may be ended. Secrets are not read at all."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from connections.admin import succession
from connections.admin.pages import staff_page
from connections.admin.steps import take
from connections.models import Connection, Credential, EndingRequest, Hold
from connections.selectors.succession import HAND_OVER
from connections.services.keys import revoke_key
from core.admin import BaseAdmin, acting
from core.forms import PortalForm, show_refusal
from core.text import fold

REVOKE = "environment.manage"


class RevokeForm(PortalForm):
    """Why a key ends."""

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Được ghi vào nhật ký; cơ quan nhận thư báo khóa đã bị thu hồi."),
    )


class RecordAdmin(BaseAdmin):
    """Read only; found by the system's name or code, without diacritics."""

    view_permission = "request.view_all"
    search_fields: tuple[str, ...] = ("system__search__contains",)
    search_help_text = _("Tên hoặc mã hệ thống; gõ không dấu cũng được")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text of the system, or the record's own code."""
        return super().get_search_results(request, queryset, fold(search_term))

    @admin.display(description=_("Hồ sơ"))
    def dossier(self, obj: Any) -> str:
        """Lead to the dossier; a grant that was made for a trial has none."""
        if obj.request_id is None:
            return gettext("Tự mở để thử, không có hồ sơ")
        address = reverse("admin:connections_connectionrequest_change", args=[obj.request_id])
        return format_html('<a href="{}">{}</a>', address, obj.request)


@admin.register(Connection)
class ConnectionAdmin(RecordAdmin):
    """One connection a system, with who answers for it."""

    list_display = ("system", "dossier", "live_at", "closed_at", "technical_contact", "duty_contact")
    list_filter = ("live_at", "closed_at")
    list_select_related = ("system", "request", "technical_contact", "duty_contact")
    fields = ("system", "dossier", "technical_contact", "duty_contact", "opened_at", "live_at", "closed_at")
    readonly_fields = ("dossier",)
    actions_list = ("handovers",)

    def has_handovers_permission(self, request: HttpRequest) -> bool:
        """Return whether the actor hands over what ended bodies hold."""
        return acting(request).may(HAND_OVER)

    @action(description=_("Bàn giao"), url_path="ban-giao", permissions=["handovers"], icon="swap_horiz")
    def handovers(self, request: HttpRequest) -> HttpResponse:
        """List the ended bodies that still hold something."""
        return succession.list_page(self, request)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that hands over what one ended body holds."""
        one = self.admin_site.admin_view(partial(succession.hand_over_page, self))
        return [path("ban-giao/<int:agency_id>/", one, name="connections_hand_over"), *super().get_urls()]


@admin.register(Credential)
class CredentialAdmin(RecordAdmin):
    """Keys by their public half."""

    list_display = (
        "access_key",
        "system",
        "environment",
        "made_by",
        "made_at",
        "activated_at",
        "valid_to",
        "revoked_at",
    )
    list_filter = ("environment", "algorithm", "revoked_at")
    list_select_related = ("system", "made_by")
    search_fields = ("access_key", "system__search__contains")
    fields = (
        "access_key",
        "system",
        "environment",
        "name",
        "algorithm",
        "public_key",
        "networks",
        "replaces",
        "activated_at",
        "made_by",
        "made_at",
        "valid_to",
        "revoked_at",
        "revoked_by",
        "revoke_reason",
    )

    actions_detail = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Return whether the actor may end keys of any system."""
        return acting(request).may(REVOKE)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer the end of a key that has none."""
        key = self.get_object(request, str(object_id))
        return [] if key is None or key.revoked_at else super().get_actions_detail(request, object_id)

    @action(description=_("Thu hồi khóa"), url_path="thu-hoi", permissions=["revoke"], icon="key_off")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a key at once."""
        key = self.get_object(request, object_id)
        if key is None:
            raise Http404
        form, status = RevokeForm(request.POST if request.method == "POST" else None), 200
        if form.is_bound:
            refusal = take(form, lambda: revoke_key(actor=acting(request), credential=key, **form.cleaned_data))
            if refusal is None and form.is_valid():
                messages.success(request, gettext("Đã thu hồi khóa %(key)s.") % {"key": key})
                return redirect("admin:connections_credential_change", key.pk)
            status = refusal.problem.status if refusal else 422
            if refusal is not None:
                show_refusal(form, refusal)
        return staff_page(
            self,
            request,
            "admin/connections/key.html",
            status=status,
            title=gettext("Thu hồi khóa"),
            credential=key,
            form=form,
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the sealed secret where it is."""
        return super().get_queryset(request).defer("sealed_secret")


@admin.register(Hold)
class HoldAdmin(RecordAdmin):
    """Suspensions, each with who put and who lifted it."""

    list_display = ("connection", "side", "agency", "placed_at", "placed_by", "lifted_at")
    list_filter = ("side", "lifted_at")
    list_select_related = ("connection__system", "agency", "placed_by")
    search_fields = ("connection__system__search__contains",)
    fields = (
        "connection",
        "side",
        "agency",
        "reason",
        "placed_by",
        "placed_at",
        "lifted_by",
        "lifted_at",
        "lift_reason",
    )


@admin.register(EndingRequest)
class EndingRequestAdmin(RecordAdmin):
    """What agencies asked about the end of connections, each with its answer."""

    list_display = ("connection", "agency", "asked_at", "wanted_day", "outcome", "answered_at")
    list_filter = ("accepted", "asked_at")
    list_select_related = ("connection__system", "agency")
    search_fields = ("connection__system__search__contains",)
    fields = (
        "connection",
        "agency",
        "asked_by",
        "asked_at",
        "reason",
        "wanted_day",
        "answered_by",
        "answered_at",
        "accepted",
        "answer",
        "withdrawn_by",
        "withdrawn_at",
    )

    @admin.display(description=_("Kết quả"))
    def outcome(self, obj: EndingRequest) -> str:
        """Say what became of it."""
        return obj.outcome
