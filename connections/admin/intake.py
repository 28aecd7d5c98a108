"""The page of intake: what the dossier holds on one side, its parts to tick on the other (ux.md B2)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from connections.admin.consequences import of_receiving
from connections.admin.pages import dossier_of, keep_with, staff_page
from connections.admin.step_forms import ReceiveForm
from connections.admin.steps import take, taken
from connections.models import ConnectionRequest, RequiredPart
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.desk import hindrance, label_of
from connections.services import intake, parts
from core.actor import Actor
from core.admin import BaseAdmin, acting

REMARK = 1000


class IntakeForm(ReceiveForm):
    """Which parts are there, and who evaluates."""

    def __init__(self, actor: Actor, dossier: ConnectionRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, dossier, *args, **kwargs)
        known = {row.part_id: row for row in dossier.part_checks.all()}
        self.asked: list[RequiredPart] = list(dossier.parts_asked())
        for part in self.asked:
            row = known.get(part.pk)
            self.fields[f"part-{part.code}"] = forms.BooleanField(
                label=part.text, required=False, initial=bool(row and row.present)
            )
            self.fields[f"remark-{part.code}"] = forms.CharField(
                label=_("Ghi chú"), required=False, max_length=REMARK, initial=row.remark if row else ""
            )

    def ticks(self) -> dict[str, tuple[bool, str]]:
        """Return what was ticked, by the code of the part."""
        given = self.cleaned_data
        return {part.code: (given[f"part-{part.code}"], given[f"remark-{part.code}"]) for part in self.asked}

    def rows(self) -> list[tuple[RequiredPart, Any, Any]]:
        """Return each part with its two fields."""
        return [(part, self[f"part-{part.code}"], self[f"remark-{part.code}"]) for part in self.asked]


def receive_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Tick the parts; then receive the dossier, or go on to return it for the missing ones."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    posted = request.POST if request.method == "POST" else None
    form = IntakeForm(actor, dossier, posted)
    refusal, status = hindrance(actor, dossier, "receive"), 200
    if posted is None and refusal is not None:
        raise refusal
    if posted is not None:
        missing = posted.get("do") == "missing"
        refusal = refusal or take(form, lambda: _deed(actor, dossier, form, missing=missing))
        if refusal is None and form.is_valid():
            if missing:
                return redirect("admin:connections_request_return_parts", dossier.pk)
            return taken(request, dossier, label_of("receive"))
        status = keep_with(form, dossier, refusal) if refusal else 422
    return staff_page(
        admin,
        request,
        "admin/connections/receive.html",
        status=status,
        title=label_of("receive"),
        dossier=dossier,
        form=form,
        consequences=of_receiving(dossier),
        parts=parts_of(dossier),
        lines=lines_of(dossier),
    )


def _deed(actor: Actor, dossier: ConnectionRequest, form: IntakeForm, *, missing: bool) -> object:
    if missing:
        return parts.check_parts(actor=actor, request=dossier, ticks=form.ticks())
    given = form.cleaned_data
    return intake.receive(
        actor=actor, request=dossier, evaluator=given["evaluator"], ticks=form.ticks(), version=given["version"]
    )
