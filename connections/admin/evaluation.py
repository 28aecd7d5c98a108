"""The page of an evaluation: what the dossier says on one side, the criteria on the other (ux.md B3)."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from connections.admin.pages import dossier_of, staff_page
from connections.admin.steps import WORKING_PAGE
from connections.choices import CriterionGroup, Mark
from connections.models import ConnectionRequest, CriterionMark, Evaluation
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.desk import hindrance
from connections.services import evaluation as deeds
from core.admin import BaseAdmin, acting
from core.problems import DomainError, InvalidInput
from core.text import nfc

ASKED = ("result", "remark", "evidence")


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion with its mark as it is or was just typed, and what is wrong with it."""

    mark: CriterionMark
    result: str
    remark: str
    evidence: str
    options: list[tuple[str, str]]
    errors: list[str]


def evaluate_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Judge criterion by criterion; the conclusion is computed from what is kept."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    current = dossier.evaluations.select_related("checklist").order_by("-round").first()
    refusal, status = hindrance(actor, dossier, "evaluate"), 200
    if request.method != "POST" and refusal is not None:
        raise refusal
    if request.method == "POST":
        refusal = refusal or _keep(request, dossier)
        if refusal is None:
            return _kept(request, dossier, current)
        status = refusal.problem.status
    shown = ConnectionRequest.objects.values_list("version", flat=True).get(pk=dossier.pk)
    return staff_page(
        admin,
        request,
        "admin/connections/evaluate.html",
        status=status,
        title=_("Đánh giá theo tiêu chí"),
        dossier=dossier,
        version=shown,
        evaluation=current,
        groups=_groups(request, current, refusal),
        summary=request.POST.get("summary", current.summary if current else ""),
        refusal=None if isinstance(refusal, InvalidInput) else refusal,
        conclusion=deeds.conclusion_of(current) if current else None,
        parts=parts_of(dossier),
        lines=lines_of(dossier),
    )


def _keep(request: HttpRequest, dossier: ConnectionRequest) -> DomainError | None:
    version = request.POST.get("version", "")
    codes = [name.removeprefix("result-") for name in request.POST if name.startswith("result-")]
    codes += [name.removeprefix("remark-") for name in request.POST if name.startswith("remark-")]
    marks = {code: tuple(_typed(request, name, code) for name in ASKED) for code in codes}
    try:
        deeds.mark(
            actor=acting(request),
            request=dossier,
            marks=marks,  # type: ignore[arg-type]
            summary=nfc(request.POST["summary"]) if "summary" in request.POST else None,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
    except DomainError as refusal:
        return refusal
    return None


def _kept(request: HttpRequest, dossier: ConnectionRequest, current: Evaluation | None) -> HttpResponse:
    """Say how far the evaluation is; stay on it while criteria are open."""
    left = current.marks.filter(result="").count() if current else 0
    if left:
        messages.success(request, _("Đã lưu. Còn %(n)d tiêu chí chưa đánh giá.") % {"n": left})
        return redirect("admin:connections_request_evaluate", dossier.pk)
    messages.success(request, _("Đã lưu. Tất cả tiêu chí đã được đánh giá."))
    return redirect(WORKING_PAGE, dossier.pk)


def _typed(request: HttpRequest, name: str, code: str) -> str:
    return nfc(request.POST.get(f"{name}-{code}", ""))


def _groups(
    request: HttpRequest, current: Evaluation | None, refusal: DomainError | None
) -> list[tuple[CriterionGroup, list[Row]]]:
    marks = list(current.marks.select_related("criterion")) if current else []
    errors: Any = refusal.errors if isinstance(refusal, InvalidInput) else {}
    rows = [_row(request, mark, [str(text) for text in errors.get(mark.criterion.code, [])]) for mark in marks]
    found = [(group, [row for row in rows if row.mark.criterion.group == group]) for group in CriterionGroup]
    return [(group, members) for group, members in found if members]


def _row(request: HttpRequest, mark: CriterionMark, errors: list[str]) -> Row:
    code, skippable = mark.criterion.code, mark.criterion.may_not_apply and not mark.criterion.national_only
    typed = request.method == "POST"
    values = {name: _typed(request, name, code) if typed else getattr(mark, name) for name in ASKED}
    options = [(str(value), str(Mark(value).label)) for value in Mark if skippable or value != Mark.NOT_APPLICABLE]
    return Row(mark, values["result"], values["remark"], values["evidence"], options, errors)
