"""Machines at the page of an evaluation: probes, message samples, conformance (ux.md B3); one deed for each button."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.models import MessageProfile
from connections.choices import Probe
from connections.models import ConnectionRequest, MessageSample
from connections.services import conformance, evidence
from core import clock
from core.admin import acting

Button = Callable[[HttpRequest, ConnectionRequest], str]


def press(request: HttpRequest, dossier: ConnectionRequest) -> str | None:
    """Do what the button that was pressed asks for; return where on the page to go, None for plain saving."""
    button = BUTTONS.get(request.POST.get("do", "").partition(":")[0])
    return button(request, dossier) if button else None


def _probe(probe: str) -> Button:
    def press_it(request: HttpRequest, dossier: ConnectionRequest) -> str:
        field = "description_url" if probe == Probe.DESCRIPTION else "target"
        run = evidence.run_probe(
            actor=acting(request),
            request=dossier,
            probe=probe,
            target=request.POST.get(field, ""),
            text=request.POST.get("description", ""),
        )
        _say(request, run)
        return "kiem-tra-tu-dong"

    return press_it


def _both(request: HttpRequest, dossier: ConnectionRequest) -> str:
    _probe(Probe.ADDRESS)(request, dossier)
    return _probe(Probe.CERTIFICATE)(request, dossier)


def _add(request: HttpRequest, dossier: ConnectionRequest) -> str:
    made = conformance.add_sample(
        actor=acting(request),
        request=dossier,
        name=request.POST.get("sample_name", ""),
        text=request.POST.get("sample_text", ""),
    )
    messages.success(request, _("Đã thêm mẫu «%(name)s».") % {"name": made})
    return "thong-diep"


def _run(request: HttpRequest, dossier: ConnectionRequest) -> str:
    pk = request.POST.get("profile", "")
    profile = MessageProfile.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 10 else None
    _say(request, conformance.run_messages(actor=acting(request), request=dossier, profile=profile))
    return "thong-diep"


def _drop(request: HttpRequest, dossier: ConnectionRequest) -> str:
    which = request.POST["do"].partition(":")[2]
    pk = int(which) if which.isdecimal() and len(which) < 16 else 0
    sample = MessageSample.objects.filter(request=dossier, pk=pk).select_related("request").first()
    if sample is not None:
        conformance.remove_sample(actor=acting(request), sample=sample)
        messages.success(request, _("Đã bỏ mẫu «%(name)s».") % {"name": sample})
    return "thong-diep"


def _say(request: HttpRequest, run: Any) -> None:
    tell = messages.success if run.passed else messages.warning
    tell(request, f"{run.get_probe_display()}: {run.summary}")


def profiles_in_force() -> Any:
    """Return the structures a run may be made against."""
    return MessageProfile.objects.in_force(clock.today())


BUTTONS: dict[str, Button] = {
    "address": _both,
    "description": _probe(Probe.DESCRIPTION),
    "add_sample": _add,
    "run_messages": _run,
    "drop": _drop,
}
