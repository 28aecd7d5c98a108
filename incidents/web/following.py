"""Asking for letters of the status page, confirming from the letter, ending with one press; for everybody."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from catalog.models import DataService
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, InvalidInput, NoLongerValid, TooMany
from core.web.addresses import client_address
from incidents.selectors.status import public_services
from incidents.services import followers as deeds


class FollowForm(PortalForm):
    """Where letters go, and about what."""

    email = forms.CharField(
        label=_("Địa chỉ thư"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Chỉ dùng để gửi tin trạng thái; thôi nhận thì bị xóa."),
    )
    service = forms.ModelChoiceField(
        queryset=DataService.objects.none(),
        label=_("Dịch vụ"),
        required=False,
        empty_label=_("Mọi dịch vụ công khai"),
        to_field_name="code",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = public_services()  # type: ignore[attr-defined]
        self.fields["service"].label_from_instance = lambda service: service.title  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@never_cache
def follow(request: Any) -> HttpResponse:
    """Take an address; the answer is the same whoever follows what already."""
    initial = {"service": request.GET.get("dich-vu", "")[:64]}
    form = FollowForm(request.POST if request.method == "POST" else None, initial=initial)
    closed: DomainError | None = None
    sent = False
    if form.is_bound and form.is_valid():
        try:
            deeds.ask_to_follow(**form.cleaned_data, address=client_address(request))
            sent = True
        except DomainError as refusal:
            show_refusal(form, refusal)
            closed = None if isinstance(refusal, InvalidInput) else refusal
    response = render(
        request, "status/follow.html", {"form": form, "sent": sent}, status=closed.problem.status if closed else 200
    )
    if isinstance(closed, TooMany):
        response["Retry-After"] = str(closed.retry_after)
    return response


@require_http_methods(["GET", "POST"])
@never_cache
def confirm(request: Any, token: str) -> HttpResponse:
    """Confirm by a press of the button; opening the link alone does nothing, because programs open links too."""
    done, refusal = False, None
    if request.method == "POST":
        try:
            deeds.confirm_following(token=token)
            done = True
        except NoLongerValid as found:
            refusal = found
    context = {"following": deeds.following(token), "done": done, "refusal": refusal}
    return _quiet(render(request, "status/confirm.html", context, status=410 if refusal else 200))


@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
def unfollow(request: Any, token: str) -> HttpResponse:
    """End letters by one press, here or in the reader's mail program (RFC 8058), which knows no token of ours."""
    if request.method == "POST":
        deeds.stop_following(token=token)
    context = {"following": deeds.following(token), "done": request.method == "POST"}
    return _quiet(render(request, "status/unfollow.html", context))


def _quiet(response: HttpResponse) -> HttpResponse:
    """Keep an address that opens something out of indexes and of other sites' logs."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
