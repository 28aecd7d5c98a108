"""Webhooks of the own agency: the list, a new one, one with its log; a secret is shown once (QC14.3)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, InvalidInput, PermissionRefused
from incidents.alert_choices import Severity, WebhookState
from incidents.models import Webhook, WebhookDelivery
from incidents.models.webhooks import MANAGE_OWN
from incidents.selectors.webhooks import (
    END,
    KINDS,
    MANAGE,
    PAUSE,
    RESUME,
    TEST,
    deliveries_of,
    manages,
    own_webhooks,
    standing_of,
    webhook_offers,
)
from incidents.services import webhooks as deeds

PAGE_SIZE = 25
_HOURS = [(0, gettext_lazy("Không, khóa cũ đã lộ")), (24, gettext_lazy("24 giờ")), (168, gettext_lazy("7 ngày"))]


class WebhookForm(PortalForm):
    """Where, what."""

    name = forms.CharField(label=gettext_lazy("Tên gợi nhớ"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("Địa chỉ nhận"),
        max_length=300,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Ví dụ https://giam-sat.co-quan.example/canh-bao; không có tham số."),
    )
    floor = forms.ChoiceField(
        label=gettext_lazy("Nhận cảnh báo từ mức"), choices=Severity.choices, initial=Severity.WARNING
    )


class ReasonForm(PortalForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=300)


class SecretForm(PortalForm):
    """How long the old secret signs on."""

    overlap_hours = forms.TypedChoiceField(
        label=gettext_lazy("Khóa cũ còn ký song song trong"),
        choices=_HOURS,
        coerce=int,
        initial=24,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Trong thời gian này mỗi tin có hai chữ ký; nơi nhận chấp nhận chữ ký nào khớp."),
    )


@require_safe
@never_cache
@needs(MANAGE_OWN, MANAGE)
def webhooks(request: Any) -> HttpResponse:
    """List the webhooks of the own agency."""
    rows = [(item, KINDS[WebhookState(item.state)]) for item in own_webhooks(request.actor)]
    return render(request, "webhooks/webhooks.html", {"rows": rows, "most": deeds.MOST})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN, MANAGE)
def new_webhook(request: Any) -> HttpResponse:
    """Enter an address; the answer to this POST shows the secret the one time it is shown."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = deeds.add_webhook(actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return render(request, "webhooks/secret.html", {"made": made})
    return render(request, "webhooks/new.html", {"form": form}, status=422 if form.errors else 200)


def _found(request: Any, pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.visible_to(request.actor).select_related("agency"), pk=pk)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN, MANAGE)
def webhook(request: Any, pk: int) -> HttpResponse:
    """Show a webhook with its log; change it or carry out the step whose form was sent."""
    actor, found = request.actor, _found(request, pk)
    pressed = request.POST.get("do", "")[:8]
    initial = {"name": found.name, "url": found.url, "floor": found.floor}
    forms_ = {
        "change": WebhookForm(request.POST if pressed == "change" else None, initial=initial, prefix="change"),
        **{name: ReasonForm(request.POST if pressed == name else None, prefix=name) for name in (PAUSE, END)},
    }
    if request.method == "POST" and pressed in DEEDS and (pressed not in forms_ or forms_[pressed].is_valid()):
        given = forms_[pressed].cleaned_data if pressed in forms_ else {}
        deed, said = DEEDS[pressed]
        try:
            deed(actor=actor, webhook=found, **given)
        except InvalidInput as refusal:
            show_refusal(forms_[pressed], refusal)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            messages.info(request, str(refusal.detail))
            return redirect("webhook", pk=found.pk)
        else:
            messages.success(request, str(said))
            return redirect("webhooks" if pressed == END else "webhook", *([] if pressed == END else [found.pk]))
    page = Paginator(deliveries_of(found), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "webhook": found,
        "kind": KINDS[WebhookState(found.state)],
        "manages": manages(actor, found) and found.state != WebhookState.ENDED,
        "offers": {offer.name: offer for offer in webhook_offers(found, actor)},
        "forms": forms_,
        "page": page,
        "rows": [(item, *standing_of(item)) for item in page],
    }
    wrong = any(form.errors for form in forms_.values())
    return render(request, "webhooks/webhook.html", context, status=422 if wrong else 200)


DEEDS: dict[str, tuple[Callable[..., Any], Any]] = {
    "change": (deeds.change_webhook, gettext_lazy("Đã sửa điểm nhận tin; tin đang chờ cũng gửi tới địa chỉ mới.")),
    TEST: (deeds.send_test, gettext_lazy("Đã đưa tin thử vào hàng chờ; kết quả hiện ở nhật ký sau ít giây.")),
    PAUSE: (deeds.pause_webhook, gettext_lazy("Đã tạm dừng; cảnh báo mới không gửi tới đây.")),
    RESUME: (deeds.resume_webhook, gettext_lazy("Đã cho gửi lại.")),
    END: (deeds.end_webhook, gettext_lazy("Đã gỡ điểm nhận tin.")),
}


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN, MANAGE)
def new_secret(request: Any, pk: int) -> HttpResponse:
    """Replace the secret; the answer to this POST shows the new one the one time it is shown."""
    found = _found(request, pk)
    if not manages(request.actor, found):
        raise PermissionRefused(_("Đổi khóa bí mật thuộc Cán bộ kỹ thuật của cơ quan có điểm nhận tin."))
    form = SecretForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = deeds.rotate_secret(actor=request.actor, webhook=found, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return render(request, "webhooks/secret.html", {"made": made})
    context = {"webhook": found, "form": form}
    return render(request, "webhooks/rotate.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN, MANAGE)
def delivery(request: Any, pk: int, delivery: int) -> HttpResponse:
    """Show a message with its tries; send it again."""
    found = _found(request, pk)
    row = get_object_or_404(WebhookDelivery.objects.filter(webhook=found), pk=delivery)
    if request.method == "POST":
        try:
            deeds.replay(actor=request.actor, delivery=row)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            messages.info(request, str(refusal.detail))
        else:
            messages.success(request, _("Đã đưa tin vào hàng chờ gửi lại, mã tin giữ nguyên."))
        return redirect("webhook_delivery", pk=found.pk, delivery=row.pk)
    text, kind = standing_of(row)
    done = row.delivered_at is not None or row.given_up_at is not None
    context = {
        "webhook": found,
        "delivery": row,
        "standing": text,
        "kind": kind,
        "attempts": row.attempts.order_by("-id")[:50],
        "may_replay": done and found.state == WebhookState.ACTIVE,
    }
    return render(request, "webhooks/delivery.html", context)
