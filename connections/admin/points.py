"""Pages that ask an agency to complete its dossier: numbered points, prefilled from what was not met (QC10.2)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from connections.admin.consequences import of_asking
from connections.admin.pages import dossier_of, keep_with, staff_page
from connections.admin.step_forms import PointRows, StepForm
from connections.admin.steps import take, taken
from connections.choices import Mark
from connections.models import ConnectionRequest, Criterion
from connections.selectors.desk import hindrance, label_of
from connections.services import evaluation, intake
from core.actor import Actor
from core.admin import BaseAdmin, acting

Points = list[dict[str, Any]]
MORE_ROWS = 3


def _return(actor: Actor, dossier: ConnectionRequest, points: Points, _version: int | None) -> object:
    return intake.return_parts(actor=actor, request=dossier, points=points)


def _request(actor: Actor, dossier: ConnectionRequest, points: Points, version: int | None) -> object:
    return evaluation.request_completion(actor=actor, request=dossier, points=points, version=version)


DEEDS: dict[str, tuple[str, Callable[[Actor, ConnectionRequest, Points, int | None], object]]] = {
    "return_parts": ("tra-lai", _return),
    "request_completion": ("yeu-cau-hoan-thien", _request),
}


def points_view(admin: BaseAdmin, request: HttpRequest, object_id: int, action: str) -> HttpResponse:
    """Write the points and send them; a refusal comes back with all of them."""
    dossier, actor, (_place, deed) = dossier_of(request, object_id), acting(request), DEEDS[action]
    posted = request.POST if request.method == "POST" else None
    form = StepForm(actor, dossier, posted)
    rows = _rows(request, dossier, action)
    refusal, status = hindrance(actor, dossier, action), 200
    if posted is None and refusal is not None:
        raise refusal
    if posted is not None and "more" not in posted:
        fit = rows.is_valid()
        if refusal is None and fit:
            points = _points(rows)
            refusal = take(form, lambda: deed(actor, dossier, points, form.cleaned_data["version"]))
            if refusal is None and form.is_valid():
                return taken(request, dossier, label_of(action))
        status = keep_with(form, dossier, refusal) if refusal else 422
    return staff_page(
        admin,
        request,
        "admin/connections/points.html",
        status=status,
        title=label_of(action),
        dossier=dossier,
        form=form,
        rows=rows,
        consequences=of_asking(dossier),
    )


def _rows(request: HttpRequest, dossier: ConnectionRequest, action: str) -> Any:
    if request.method != "POST":
        return PointRows(
            prefix="points", initial=_failed(dossier) if action == "request_completion" else _missing(dossier)
        )
    data = request.POST.copy()
    total = str(data.get("points-TOTAL_FORMS", ""))
    if "more" in data and total.isdecimal() and len(total) < 4:
        data["points-TOTAL_FORMS"] = str(int(total) + MORE_ROWS)
    return PointRows(data, prefix="points")


def _failed(dossier: ConnectionRequest) -> Points:
    """Return a row for each criterion that is not met, what was remarked filled in."""
    current = dossier.evaluations.order_by("-round").first()
    failed = current.marks.filter(result=Mark.FAIL).select_related("criterion") if current else ()
    return [
        {
            "criterion": row.criterion.code,
            "what": row.remark,
            "clause": row.criterion.clause,
            "text": row.criterion.text,
        }
        for row in failed
    ]


def _missing(dossier: ConnectionRequest) -> Points:
    """Return a row for each part that intake found missing, with the way to mend it filled in."""
    return [
        {
            "what": "; ".join(filter(None, (_("Thiếu thành phần: %(part)s") % {"part": row.text}, row.remark))),
            "remedy": row.part.guidance,
            "clause": row.part.clause,
        }
        for row in dossier.part_checks.filter(present=False).select_related("part")
    ]


def _points(rows: Any) -> Points:
    given = [row.cleaned_data for row in rows if row.cleaned_data.get("what")]
    codes = {row["criterion"] for row in given if row.get("criterion")}
    known = {item.code: item for item in Criterion.objects.filter(code__in=codes).order_by("checklist__number")}
    return [{**row, "criterion": known.get(row.get("criterion", ""))} for row in given]
