"""Tests of a connection at the desk: measured in the log, or judged by hand with evidence (QC10.4)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from connections.admin.pages import dossier_of, keep_with, staff_page
from connections.admin.step_forms import CaseForm
from connections.admin.steps import WORKING_PAGE, take, taken
from connections.choices import Measure
from connections.models import ConnectionRequest, TrialCase
from connections.selectors.desk import hindrance, label_of
from connections.services import trials as deeds
from core.admin import BaseAdmin, acting
from core.problems import StateRefused


def measure_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Ask the log again; the page is the dossier's own."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    refusal = hindrance(actor, dossier, "measure")
    if refusal is not None:
        raise refusal
    if request.method == "POST":
        deeds.measure(actor=actor, trial=dossier.trials.order_by("-round")[0])
        return taken(request, dossier, label_of("measure"))
    return redirect(WORKING_PAGE, dossier.pk)


def case_view(admin: BaseAdmin, request: HttpRequest, object_id: int, case_id: int) -> HttpResponse:
    """Type the result of a case that people look at, with its evidence."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    case = _case(dossier, case_id)
    posted = request.POST if request.method == "POST" else None
    known = {"result": case.result, "actual": case.actual, "evidence": case.evidence}
    form = CaseForm(actor, dossier, posted, initial=known)
    refusal, status = hindrance(actor, dossier, "measure"), 200
    if case.measure == Measure.LOG:
        refusal = refusal or StateRefused(_("Ca này lấy kết quả từ nhật ký nền tảng thử nghiệm, không nhập tay."))
    if posted is None and refusal is not None:
        raise refusal
    if posted is not None:
        given = ("result", "actual", "evidence")
        refusal = refusal or take(
            form,
            lambda: deeds.judge_by_hand(actor=actor, case=case, **{name: form.cleaned_data[name] for name in given}),
        )
        if refusal is None and form.is_valid():
            return taken(request, dossier, case.title)
        status = keep_with(form, dossier, refusal) if refusal else 422
    return staff_page(
        admin,
        request,
        "admin/connections/case.html",
        status=status,
        title=_("Nhập kết quả ca kiểm thử"),
        dossier=dossier,
        case=case,
        form=form,
    )


def _case(dossier: ConnectionRequest, case_id: int) -> TrialCase:
    case = TrialCase.objects.select_related("trial__request").filter(trial__request=dossier, pk=case_id).first()
    if case is None:
        raise Http404
    return case
