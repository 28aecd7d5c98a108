"""Staff pages of the addresses of source systems."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from catalog.admin.upstream_login import TRY_LOGIN, login_page
from catalog.choices import ServiceState
from catalog.form_fields import ACCOUNT_HELP, CLIENT_KEY, CLIENT_SECRET, TLS_HELP, UnshownArea, ask_again
from catalog.guards import SERVICE_MANAGE
from catalog.models import ServiceVersion, Upstream
from catalog.services import upstreams as deeds
from core import clock
from core.actor import Actor
from core.admin import BaseAdmin, DeedForm, acting
from core.certificates import Shown
from core.text import fold

HELP = {
    "base_url": gettext_lazy("Ví dụ https://10.20.30.40:8443/api; không có tham số. Chỉ cán bộ vận hành xem được."),
    "timeout_ms": gettext_lazy("Tối đa 30.000 (30 giây)."),
    "health_path": gettext_lazy("Đường dẫn được hỏi định kỳ để biết hệ thống nguồn còn hoạt động, ví dụ /health"),
    **{name: text for name, text in TLS_HELP.items() if name != "client_key"},
    **{name: text for name, text in ACCOUNT_HELP.items() if name != "client_secret"},
}


class UnshownStaffArea(UnshownArea, UnfoldAdminTextareaWidget):
    """The box for a secret in the dress of the staff rooms."""


class UpstreamForm(DeedForm):
    """An address; private key and secret go in and never come out."""

    client_key = forms.CharField(
        label=CLIENT_KEY, required=False, widget=UnshownStaffArea, help_text=TLS_HELP["client_key"]
    )
    client_secret = forms.CharField(
        label=CLIENT_SECRET,
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=ACCOUNT_HELP["client_secret"],
    )

    def clean(self) -> dict[str, Any] | None:
        """Have secrets typed again where something else is to be mended."""
        cleaned = super().clean()
        ask_again(self)
        return cleaned


def said(found: Shown) -> str:
    """Return what is told of a certificate in one line."""
    last = found.not_after.astimezone(clock.VIETNAM)
    return _("%(subject)s; hết hạn %(day)s (%(left)s); SHA-256 %(fingerprint)s") % {
        "subject": found.subject,
        "day": f"{last:%d/%m/%Y}",
        "left": left(found),
        "fingerprint": found.fingerprint,
    }


def left(found: Shown) -> str:
    """Return how long a certificate is still good for."""
    days = found.days_left
    return _("còn %(n)s ngày") % {"n": days} if days >= 0 else _("đã hết hạn")


@admin.register(Upstream)
class UpstreamAdmin(BaseAdmin):
    """Addresses: also of published versions; the change reaches the broker at once."""

    form = UpstreamForm
    change_form_outer_before_template = "admin/steps.html"
    view_permission = "service.view_all"
    manage_permission = SERVICE_MANAGE
    list_display = ("version", "environment", "place", "base_url", "active", "client_left")
    list_filter = ("environment", "active", "version__state")
    list_select_related = ("version__service",)
    search_fields = ("version__service__search", "base_url")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show certificates as what they say; the boxes for them to those who may change them."""
        return [name for _title, names in self._parts(request, obj) for name in names]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Keep address, TLS, account and what the source system wants to hear apart."""
        return [(title, {"fields": names}) for title, names in self._parts(request, obj)]

    def _parts(self, request: HttpRequest, obj: Any) -> list[tuple[Any, list[str]]]:
        shown = ["authorities_shown", "client_shown"] if obj else []
        boxes = ["ca_pem", "client_certificate", "client_key"] if self._changes(request, obj) else []
        secret = ["client_secret"] if boxes else []
        return [
            (None, ["version", *deeds.ADDRESS]),
            (_("Kết nối TLS"), ["tls_name", *shown, *boxes]),
            (_("Tài khoản của nền tảng tại hệ thống nguồn"), ["token_url", "client_id", *secret, "token_scope"]),
            (_("Cho hệ thống nguồn biết ai hỏi, phục vụ thủ tục nào"), [*deeds.HEADERS]),
        ]

    def _changes(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address stays with its version and environment."""
        return ("version", "environment", "authorities_shown", "client_shown") if obj else ()

    @admin.display(description=gettext_lazy("Chứng thư gốc đang dùng"))
    def authorities_shown(self, obj: Upstream) -> str:
        """Say whom we trust there."""
        return "\n".join(map(said, obj.authorities)) or _("Các tổ chức được hệ điều hành tin cậy")

    @admin.display(description=gettext_lazy("Chứng thư của nền tảng đang dùng"))
    def client_shown(self, obj: Upstream) -> str:
        """Say what the platform shows of itself there."""
        return said(obj.client) if obj.client else _("Không dùng")

    @admin.display(description=gettext_lazy("Chứng thư của nền tảng"), ordering="client_valid_to")
    def client_left(self, obj: Upstream) -> str:
        """Say how long it is still good for."""
        return left(obj.client) if obj.client else "–"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was withdrawn stays as it was."""
        withdrawn = obj is not None and obj.version.state == ServiceState.WITHDRAWN
        return super().has_change_permission(request, obj) and not withdrawn

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer versions that are not withdrawn."""
        if db_field.name == "version":
            open_versions = ServiceVersion.objects.exclude(state=ServiceState.WITHDRAWN)
            kwargs["queryset"] = open_versions.select_related("service")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the fields what to enter."""
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    @method_decorator(sensitive_post_parameters("client_key", "client_secret"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Keep private key and secret out of reports of faults."""
        return super().changeform_view(request, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        """Add the page that tries the account."""
        page = self.admin_site.admin_view(partial(login_page, self))
        return [path("<int:pk>/dang-nhap/", page, name="catalog_upstream_login"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Offer above the form to try the account, where there is one."""
        found = self.get_object(request, object_id)
        steps = []
        if found is not None and found.token_url and acting(request).may(SERVICE_MANAGE):
            url = reverse("admin:catalog_upstream_login", args=[found.pk])
            steps = [{"offer": {"label": TRY_LOGIN}, "url": url}]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the address."""
        if change:
            return deeds.set_upstream(actor=actor, upstream=obj, version=obj.version, **data)
        return deeds.set_upstream(actor=actor, **data)
