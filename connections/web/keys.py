"""Keys of one's own systems (ux.md C4): the secret is on the answer to one POST and never again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.models import InformationSystem
from connections.choices import Algorithm
from connections.models import Credential
from connections.selectors.call_story import VIEW_OWN
from connections.selectors.grants import grants_seen
from connections.selectors.keys import keys_seen, last_uses, replaceable_keys
from connections.selectors.old_versions import StillCalled, still_called
from connections.services.key_proof import activate_key
from connections.services.keys import EMERGENCY_OWN, MANAGE_OWN, make_key, revoke_in_emergency, revoke_key
from connections.web.part_forms import NetworksField
from connections.web.requests import READ
from connections.web.sending import ReasonForm
from core import clock
from core.choices import Environment
from core.forms import PortalForm, show_refusal
from core.problems import DomainError
from core.proofs import proof_text


class KeyForm(PortalForm):
    """What a key is for, and who makes the secret half of it."""

    environment = forms.ChoiceField(
        label=gettext_lazy("Môi trường"), choices=Environment.choices, widget=forms.RadioSelect
    )
    algorithm = forms.ChoiceField(
        label=gettext_lazy("Thuật toán ký"),
        choices=Algorithm.choices,
        initial=Algorithm.HMAC_SHA256,
        widget=forms.RadioSelect,
    )
    public_key = forms.CharField(
        label=gettext_lazy("Khóa công khai Ed25519"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("Chỉ khi chọn Ed25519: dán trọn khối khóa công khai PEM. Không dán khóa riêng."),
    )
    name = forms.CharField(
        label=gettext_lazy("Tên gợi nhớ"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Ví dụ: máy chủ chính"),
    )
    networks = NetworksField(
        label=gettext_lazy("Chỉ dùng từ các địa chỉ mạng"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("Để trống nếu theo địa chỉ của từng quyền; mỗi dòng một địa chỉ hoặc dải"),
    )
    replaces = forms.ModelChoiceField(
        Credential.objects.none(),
        label=gettext_lazy("Thay khóa đang dùng"),
        required=False,
        empty_label=gettext_lazy("Không thay khóa nào"),
        help_text=gettext_lazy("Khóa cũ còn dùng được một thời gian sau khi khóa mới kích hoạt (hạn nội bộ)"),
    )

    def __init__(self, replaceable: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaceable.exists():
            del self.fields["replaces"]
            return
        self.fields["replaces"].queryset = replaceable  # type: ignore[attr-defined]


class ProofForm(PortalForm):
    """The signature over the challenge."""

    proof = forms.CharField(
        label=gettext_lazy("Kết quả của lệnh"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Một dòng chữ và số, kết thúc bằng dấu ="),
    )


def _systems(request: Any) -> Any:
    own = InformationSystem.objects.visible_to(request.actor).filter(owner=request.actor.agency_id or 0)
    return own.filter(connection__isnull=False).order_by("sort_key", "pk")


@require_safe
@never_cache
@needs(*READ)
def developer(request: Any) -> HttpResponse:
    """Show the connected systems of the agency with their grants and keys."""
    systems = list(_systems(request)[:50])
    shown = list(keys_seen(request.actor).filter(system__in=systems))
    keys, used = _by_system(shown), last_uses(shown)
    grants = _by_system(grants_seen(request.actor).filter(system__in=systems))
    still: dict[int, list[StillCalled]] = _by_system(still_called([system.pk for system in systems]))
    rows = [
        (
            system,
            grants.get(system.pk, []),
            [(key, used.get(key.access_key)) for key in keys.get(system.pk, [])],
            still.get(system.pk, []),
        )
        for system in systems
    ]
    context = {
        "rows": rows,
        "today": clock.today(),
        "may_manage": request.actor.may(MANAGE_OWN),
        "may_stop": any(map(request.actor.may, EMERGENCY_OWN)),
        "may_read_calls": request.actor.may(VIEW_OWN),
    }
    return render(request, "developer/systems.html", context)


def _by_system(found: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for item in found:
        grouped.setdefault(item.system_id, []).append(item)
    return grouped


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def new_key(request: Any, code: str) -> HttpResponse:
    """Make a key; the answer to this POST shows a secret of ours the one time it is shown."""
    system = get_object_or_404(_systems(request), code=code)
    replaceable = replaceable_keys(system)
    form = KeyForm(replaceable, request.POST or None, initial=_begun(replaceable, request.GET.get("replaces", "")))
    if form.is_bound and form.is_valid():
        try:
            made = make_key(actor=request.actor, system=system, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            context = {"made": made, "system": system, "proof": _proof_of(made.credential), "form": ProofForm()}
            return render(request, "developer/key_made.html", context)
    return render(request, "developer/new_key.html", {"form": form, "system": system})


def _begun(replaceable: Any, asked: str) -> dict[str, Any]:
    """Return what the form begins with: the key *asked* to be replaced, when it may be, in its own environment."""
    old = replaceable.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 16 else None
    if old is None:
        return {"environment": Environment.SANDBOX}
    return {"environment": old.environment, "algorithm": old.algorithm, "networks": old.networks, "replaces": old}


def _proof_of(credential: Credential) -> str:
    return proof_text(credential.access_key, credential.challenge)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def activate(request: Any, pk: int) -> HttpResponse:
    """Activate a key by the proof that its holder has it; the secret is not shown again."""
    credential = get_object_or_404(_own_keys(request), pk=pk)
    if credential.activated_at is not None:
        messages.info(request, _("Khóa %(key)s đã kích hoạt.") % {"key": credential})
        return redirect("developer")
    form = ProofForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            activate_key(actor=request.actor, credential=credential, proof=form.cleaned_data["proof"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã kích hoạt khóa %(key)s.") % {"key": credential})
            return redirect("developer")
    context = {"credential": credential, "form": form, "proof": _proof_of(credential)}
    return render(request, "developer/activate_key.html", context)


def _own_keys(request: Any) -> Any:
    return keys_seen(request.actor).filter(system__owner=request.actor.agency_id or 0)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EMERGENCY_OWN)
def revoke_every(request: Any, code: str) -> HttpResponse:
    """End every key of a system at once, having said what stops."""
    system, form = get_object_or_404(_systems(request), code=code), ReasonForm(request.POST or None)
    keys = list(_own_keys(request).open().filter(system=system))
    if form.is_bound and form.is_valid():
        try:
            ended = revoke_in_emergency(actor=request.actor, system=system, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã thu hồi %(n)s khóa của hệ thống.") % {"n": len(ended)})
            return redirect("developer")
    return render(request, "developer/revoke_every.html", {"system": system, "form": form, "keys": keys})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def revoke(request: Any, pk: int) -> HttpResponse:
    """End a key after asking why."""
    credential, form = get_object_or_404(_own_keys(request), pk=pk), ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            revoke_key(actor=request.actor, credential=credential, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã thu hồi khóa %(key)s.") % {"key": credential})
            return redirect("developer")
    return render(request, "developer/revoke_key.html", {"form": form, "credential": credential})
