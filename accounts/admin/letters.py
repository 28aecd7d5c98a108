"""The outbox for staff: which letters wait or failed, and why; never what they say."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin.agency_pages import staff_page
from accounts.models import Letter
from accounts.services import delivery
from core.admin import BaseAdmin, acting
from core.problems import PermissionRefused, StateRefused


class SentFilter(admin.SimpleListFilter):
    """How a letter stands."""

    title = gettext_lazy("Tình trạng")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the three ways a letter stands."""
        return [("waiting", _("Đang chờ gửi")), ("given_up", _("Thôi gửi")), ("sent", _("Đã gửi"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow to what was chosen."""
        match self.value():
            case "waiting":
                return queryset.filter(sent_at__isnull=True, given_up_at__isnull=True)
            case "given_up":
                return queryset.filter(given_up_at__isnull=False)
            case "sent":
                return queryset.filter(sent_at__isnull=False)
        return queryset


@admin.register(Letter)
class LetterAdmin(BaseAdmin):
    """Letters without their texts, which may open something."""

    view_permission = delivery.MANAGE
    list_display = ("subject", "to", "created_at", "tries", "next_try_at", "sent_at", "given_up_at", "last_error")
    list_filter = (SentFilter,)
    search_fields = ("to", "subject")
    fields = (
        *("subject", "to", "created_at", "tries", "refusals", "next_try_at", "expires_at"),
        *("sent_at", "given_up_at", "last_error"),
    )
    actions_detail = ("resend",)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer to send again what was not sent."""
        letter = self.get_object(request, str(object_id))
        return [] if letter is None or letter.sent_at else list(super().get_actions_detail(request, object_id))

    @action(description=gettext_lazy("Gửi lại ngay"), url_path="gui-lai", permissions=["view"], icon="send")
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Confirm, then put the letter at the head of the outbox."""
        letter: Letter | None = self.get_object(request, object_id)
        if letter is None:
            raise Http404
        refusal = None
        if request.method == "POST":
            try:
                delivery.try_again(actor=acting(request), letter=letter)
            except (StateRefused, PermissionRefused) as error:
                refusal = error
            else:
                messages.success(request, _("Thư sẽ được gửi trong ít phút."))
                return redirect("admin:accounts_letter_change", letter.pk)
        missing = [_("Thư này đã gửi rồi.")] if letter.sent_at else []
        return staff_page(
            self,
            request,
            "admin/step.html",
            title=_("Gửi lại «%(subject)s»") % {"subject": letter.subject},
            refusal=refusal,
            consequences=[
                _("Thư tới %(to)s được gửi trong ít phút, với cùng mã thư như lần trước.") % {"to": letter.to}
            ],
            offer={"label": _("Gửi lại thư"), "missing": missing},
            back_url="../",
        )
