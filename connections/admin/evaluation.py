"""The page of an evaluation: what the dossier says on one side, the criteria on the other (ux.md B3)."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from connections.admin.judging import press, profiles_in_force
from connections.admin.judging_forms import LineForm, Row, line_forms, posted_marks, row_of
from connections.admin.pages import dossier_of, staff_page
from connections.admin.steps import WORKING_PAGE
from connections.choices import AttachmentKind, CriterionGroup
from connections.models import ConnectionRequest, Evaluation
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.desk import hindrance
from connections.selectors.evidence import looks_of
from connections.selectors.standards import standards_by_criterion
from connections.services import evaluation as deeds
from connections.services.lines import decide_lines
from core import clock
from core.admin import BaseAdmin, acting
from core.problems import DomainError, InvalidInput
from core.text import nfc


def evaluate_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Judge criterion by criterion; the conclusion is computed from what is kept."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    refusal, status = hindrance(actor, dossier, "evaluate"), 200
    if request.method != "POST" and refusal is not None:
        raise refusal
    lines = line_forms(dossier, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        refusal, place = _save(request, dossier, lines) if refusal is None else (refusal, None)
        if refusal is None and not any(form.texts for form in lines):
            return _saved(request, dossier, place)
        status = refusal.problem.status if refusal else 422
    return staff_page(
        admin,
        request,
        "admin/connections/evaluate.html",
        status=status,
        **_context(request, dossier, lines, refusal),
    )


def autosave_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Keep one criterion or one decision while the person goes on; answers JSON for the page's script."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    if request.method != "POST":
        return redirect("admin:connections_request_evaluate", dossier.pk)
    refusal = hindrance(actor, dossier, "evaluate")
    lines = [form for form in line_forms(dossier, request.POST) if form.is_bound]
    refusal = refusal or _keep(request, dossier, lines)
    wrong = [text for form in lines for text in form.texts]
    if isinstance(refusal, InvalidInput):
        wrong += [str(text) for texts in refusal.errors.values() for text in texts]
    if refusal is not None or wrong:
        detail = " ".join(wrong) if wrong else str(refusal.detail if refusal else "")
        status = refusal.problem.status if refusal else 422
        return JsonResponse({"detail": detail, "seen": _seen(dossier)}, status=status)
    current = _current(dossier)
    hindering = deeds.hindering(current) if current else []
    return JsonResponse(
        {
            "text": _("Đã lưu lúc %(time)s") % {"time": f"{clock.now().astimezone(clock.VIETNAM):%H:%M:%S}"},
            "seen": _seen(dossier),
            "left": [mark.criterion.code for mark in hindering],
        }
    )


def _save(
    request: HttpRequest, dossier: ConnectionRequest, lines: list[LineForm]
) -> tuple[DomainError | None, str | None]:
    """Keep what was typed, then do what the button asks; return what was refused and where to go on the page."""
    refusal = _keep(request, dossier, [form for form in lines if form.is_bound])
    if refusal is not None or any(form.texts for form in lines):
        return refusal, None
    try:
        return None, press(request, dossier)
    except DomainError as error:
        return error, None


def _keep(request: HttpRequest, dossier: ConnectionRequest, lines: list[LineForm]) -> DomainError | None:
    if not all(form.is_valid() for form in lines):
        return None  # the fields say what is wrong; nothing is kept by halves
    version, (marks, saw) = request.POST.get("version", ""), posted_marks(request)
    decisions = {form.view.line.pk: form.decision() for form in lines}
    try:
        with transaction.atomic():
            deeds.mark(
                actor=acting(request),
                request=dossier,
                marks=marks,
                summary=nfc(request.POST["summary"]) if "summary" in request.POST else None,
                version=int(version) if version.isdecimal() and len(version) < 10 else None,
                seen_before=saw,
            )
            decide_lines(actor=acting(request), request=dossier, decisions=decisions)
    except InvalidInput as refusal:
        _put(lines, refusal)
        return refusal
    except DomainError as refusal:
        return refusal
    return None


def _put(lines: Iterable[LineForm], refusal: InvalidInput) -> None:
    """Lay what the deed refused about a line beside that line."""
    for form in lines:
        form.refused += [str(text) for text in refusal.errors.get(f"line-{form.view.line.pk}", [])]


def _saved(request: HttpRequest, dossier: ConnectionRequest, place: str | None) -> HttpResponse:
    """Say how far the evaluation is; stay on it while criteria are open, or where a button was pressed."""
    current = _current(dossier)
    left = current.marks.filter(result="").count() if current else 0
    page = redirect("admin:connections_request_evaluate", dossier.pk)
    if place:
        return redirect(f"{page.url}#{place}")
    if left:
        messages.success(request, _("Đã lưu. Còn %(n)d tiêu chí chưa đánh giá.") % {"n": left})
        return page
    messages.success(request, _("Đã lưu. Tất cả tiêu chí đã được đánh giá."))
    return redirect(WORKING_PAGE, dossier.pk)


def _context(
    request: HttpRequest, dossier: ConnectionRequest, lines: list[LineForm], refusal: DomainError | None
) -> dict[str, Any]:
    current, looks = _current(dossier), looks_of(dossier)
    hindering = deeds.hindering(current) if current else []
    errors: Any = refusal.errors if isinstance(refusal, InvalidInput) else {}
    summary = current.summary if current else ""
    return {
        "title": _("Đánh giá theo tiêu chí"),
        "dossier": dossier,
        "version": ConnectionRequest.objects.values_list("version", flat=True).get(pk=dossier.pk),
        "evaluation": current,
        "groups": _groups(request, current, errors, looks),
        "line_forms": lines,
        "summary": request.POST.get("summary", summary),
        "refusal": None if isinstance(refusal, InvalidInput) else refusal,
        "errors": {name: texts for name, texts in errors.items() if name in EXTRA},
        "conclusion": (not hindering, hindering),
        "looks": looks,
        "address": request.POST.get("target", _last_address(looks)),
        "description_url": request.POST.get("description_url", ""),
        "profiles": profiles_in_force() if dossier.national_database else (),
        "samples": dossier.samples.filter(removed_at__isnull=True).select_related("added_by"),
        "files": dossier.attachments.current().filter(kind=AttachmentKind.MESSAGE_SAMPLE),
        "parts": parts_of(dossier),
        "lines": lines_of(dossier),
    }


# Fields of the page that belong to no criterion and no line.
EXTRA = ("target", "probe", "profile", "sample_name", "sample_text")


def _last_address(looks: Any) -> str:
    look = looks.get("address")
    return look.run.target if look else ""


def _current(dossier: ConnectionRequest) -> Evaluation | None:
    found: Evaluation | None = dossier.evaluations.select_related("checklist").order_by("-round").first()
    return found


def _seen(dossier: ConnectionRequest) -> dict[str, str]:
    current = _current(dossier)
    marks = current.marks.select_related("criterion") if current else ()
    return {mark.criterion.code: deeds.seen(mark) for mark in marks}


def _groups(
    request: HttpRequest, current: Evaluation | None, errors: Any, looks: Any
) -> list[tuple[CriterionGroup, list[Row]]]:
    marks = list(current.marks.select_related("criterion", "marked_by")) if current else []
    cited = standards_by_criterion(mark.criterion.code for mark in marks)
    rows = [
        row_of(request, mark, [str(text) for text in errors.get(mark.criterion.code, [])], looks, cited)
        for mark in marks
    ]
    found = [(group, [row for row in rows if row.mark.criterion.group == group]) for group in CriterionGroup]
    return [(group, members) for group, members in found if members]
