"""One grant in the staff rooms: narrowed or revoked, having seen what stops (ux.md B6)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from connections.admin.pages import staff_page
from connections.admin.records import RecordAdmin
from connections.admin.steps import take
from connections.models import Grant
from connections.models.grants import MOST_PER_MINUTE, MOST_PER_SECOND
from connections.selectors.offered import offered_by
from connections.services.grant_changes import MANAGE, narrow_grant, revoke_grant
from core.admin import acting
from core.forms import HoursField, PortalForm, QuantityField, show_refusal
from core.hours import said


class RevokeForm(PortalForm):
    """Why a grant ends, on which legal basis."""

    reason = forms.CharField(label=_("Lý do"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    legal_basis = forms.CharField(
        label=_("Căn cứ pháp lý"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Ví dụ khoản 6 Điều 4 Quy chế"),
    )


class NarrowForm(PortalForm):
    """What is kept of a grant; everything is ticked until somebody takes it away."""

    operations = forms.MultipleChoiceField(label=_("Giữ các thao tác"), widget=forms.CheckboxSelectMultiple)
    fields_kept = forms.MultipleChoiceField(
        label=_("Giữ các trường dữ liệu"), widget=forms.CheckboxSelectMultiple, required=False
    )
    networks = forms.CharField(
        label=_("Giữ các địa chỉ mạng"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
    daily_quota = QuantityField(label=_("Hạn mức mỗi ngày"), most=10_000_000, widget=UnfoldAdminTextInputWidget())
    rate_per_second = QuantityField(
        label=_("Số lượt tối đa mỗi giây"),
        most=MOST_PER_SECOND,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Tính gần đúng khi nền tảng chạy nhiều tiến trình; hạn mức mỗi ngày tính đúng từng lượt."),
    )
    rate_per_minute = QuantityField(
        label=_("Số lượt tối đa mỗi phút"), most=MOST_PER_MINUTE, required=False, widget=UnfoldAdminTextInputWidget()
    )
    hours = HoursField(label=_("Khung giờ"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    valid_to = forms.DateField(
        label=_("Đến hết ngày"), required=False, widget=UnfoldAdminTextInputWidget(), help_text=_("Ví dụ 31/12/2027")
    )
    reason = forms.CharField(label=_("Lý do"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    def __init__(self, grant: Grant, posted: Any) -> None:
        offered = offered_by(grant.service)
        operations, names = dict(offered.operations), dict(offered.fields)
        held = grant.fields or list(names)
        self.grant = grant
        initial = {
            "operations": grant.operations,
            "fields_kept": held,
            "networks": "\n".join(grant.networks),
            "daily_quota": grant.daily_quota,
            "rate_per_second": grant.rate_per_second,
            "rate_per_minute": grant.rate_per_minute,
            "hours": grant.hours,
            "valid_to": grant.valid_to,
        }
        super().__init__(posted, initial=initial)
        self.fields["operations"].choices = [(code, operations.get(code, code)) for code in grant.operations]  # type: ignore[attr-defined]
        self.fields["fields_kept"].choices = [(name, names.get(name, name)) for name in held]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse to take a limit away: an empty field would read as if it had been."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("rate_per_second", "rate_per_minute", "valid_to"):
            if self.initial[name] and name not in self.errors and not given.get(name):
                self.add_error(name, gettext("Không bỏ được giới hạn đang có; ghi mức đang có hoặc mức thấp hơn"))
        return given

    def kept(self) -> dict[str, Any]:
        """Return what the deed takes; what was left as it is is None."""
        given, was = self.cleaned_data, self.initial
        same = {
            "operations": sorted(given["operations"]) == sorted(was["operations"]),
            "fields": sorted(given["fields_kept"]) == sorted(was["fields_kept"]),
            "networks": given["networks"].split() == was["networks"].split(),
            **{name: given[name] == was[name] for name in PLAIN},
        }
        values = {**given, "fields": given["fields_kept"], "networks": given["networks"].split()}
        return {"reason": given["reason"], **{name: None if same[name] else values[name] for name in same}}


PLAIN = ("daily_quota", "rate_per_second", "rate_per_minute", "hours", "valid_to")


@admin.register(Grant)
class GrantAdmin(RecordAdmin):
    """What systems may call; made from what was approved, narrowed and revoked here."""

    list_display = ("code", "system", "service", "environment", "daily_quota", "valid_from", "valid_to", "revoked_at")
    list_filter = ("environment", "revoked_at")
    list_select_related = ("system", "service")
    search_fields = ("code", "system__search__contains", "service__search__contains")
    search_help_text = _("Hệ thống hoặc dịch vụ; gõ không dấu cũng được")
    fields = (
        "code",
        "dossier",
        "system",
        "service",
        "environment",
        "purpose",
        "operations_said",
        "fields_said",
        "daily_quota",
        "rate_per_second",
        "rate_per_minute",
        "hours_said",
        "networks_said",
        "valid_from",
        "valid_to",
        "opened_at",
        "narrowed_at",
        "narrow_reason",
        "revoked_at",
        "revoke_reason",
    )
    readonly_fields = ("dossier", "operations_said", "fields_said", "hours_said", "networks_said")
    actions_detail = ("narrow", "revoke")

    @admin.display(description=_("Thao tác"))
    def operations_said(self, obj: Grant) -> str:
        """Name what may be called."""
        return ", ".join(obj.operations)

    @admin.display(description=_("Trường dữ liệu"))
    def fields_said(self, obj: Grant) -> str:
        """Name the fields that may be read."""
        return ", ".join(obj.fields or ()) or gettext("Tất cả trường của dịch vụ")

    @admin.display(description=_("Địa chỉ mạng"))
    def networks_said(self, obj: Grant) -> str:
        """Name from where calls are let in."""
        return ", ".join(obj.networks) or gettext("Không giới hạn")

    @admin.display(description=_("Khung giờ"))
    def hours_said(self, obj: Grant) -> str:
        """Say the hours as people write them."""
        return "; ".join(said(obj.hours)) or gettext("Mọi lúc")

    def has_change_of_grant_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Return whether the actor narrows and revokes grants."""
        return acting(request).may(MANAGE)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer nothing for a grant that has ended."""
        grant = self.get_object(request, str(object_id))
        return [] if grant is None or grant.revoked_at else super().get_actions_detail(request, object_id)

    @action(description=_("Thu hẹp quyền"), url_path="thu-hep", permissions=["change_of_grant"], icon="compress")
    def narrow(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Keep less of a grant."""
        grant = self._grant(request, object_id)
        form = NarrowForm(grant, request.POST if request.method == "POST" else None)
        said = [
            gettext("Lượt gọi ngoài phạm vi còn lại bị từ chối ngay; hai bên nhận thư. Muốn mở rộng phải đề nghị lại.")
        ]
        deed = lambda: narrow_grant(actor=acting(request), grant=grant, **form.kept())  # noqa: E731
        return self._carry_out(request, grant, form, gettext("Thu hẹp quyền"), said, deed)

    @action(description=_("Thu hồi quyền"), url_path="thu-hoi", permissions=["change_of_grant"], icon="block")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a grant at once."""
        grant, form = self._grant(request, object_id), RevokeForm(request.POST if request.method == "POST" else None)
        said = [gettext("Mọi lượt gọi theo quyền này bị từ chối ngay. Không khôi phục được; hai bên nhận thư.")]
        deed = lambda: revoke_grant(actor=acting(request), grant=grant, **form.cleaned_data)  # noqa: E731
        return self._carry_out(request, grant, form, gettext("Thu hồi quyền"), said, deed)

    def _grant(self, request: HttpRequest, object_id: str) -> Grant:
        found: Grant | None = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found

    def _carry_out(
        self, request: HttpRequest, grant: Grant, form: Any, title: str, said: list[str], deed: Callable[[], Any]
    ) -> HttpResponse:
        status = 200
        if form.is_bound:
            refusal = take(form, deed)
            if refusal is None and form.is_valid():
                messages.success(request, gettext("Đã thực hiện: %(deed)s %(code)s.") % {"deed": title, "code": grant})
                return redirect("admin:connections_grant_change", grant.pk)
            status = refusal.problem.status if refusal else 422
            if refusal is not None:
                show_refusal(form, refusal)
        return staff_page(
            self,
            request,
            "admin/connections/grant_change.html",
            status=status,
            title=title,
            grant=grant,
            form=form,
            consequences=said,
        )
