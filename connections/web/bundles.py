"""Evidence to take away: of one call, of what the log is narrowed to, or of a dossier's grants (issue: evidence)."""

from typing import Any, cast

from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from audit.evidence.plan import NothingThere, NotSealed, Plan, TooMany, plan
from audit.evidence.question import Question
from audit.models import Intent
from audit.selectors.call_pages import Wanted
from audit.services.bundles import make_bundle
from connections.models import ConnectionRequest
from connections.selectors.call_reach import Reach, dossier_seen, grants_of_dossier, reach_of
from connections.selectors.call_story import VIEW_ALL, VIEW_OWN
from connections.web.call_forms import BundleForm, CallsForm
from connections.web.calls import body_of
from core.web.downloads import stream_download

ZIP = "application/zip"
REFUSALS = (NotSealed, NothingThere, TooMany)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(VIEW_OWN, VIEW_ALL)
def bundle(request: Any) -> HttpResponse:
    """Say what the bundle will hold, and on POST make it; what is not sealed yet or too much is said, not failed."""
    reach = reach_of(request.actor)
    asked = CallsForm(request.GET, reach)
    if not asked.is_valid():
        return redirect(f"{reverse('calls')}?{request.GET.urlencode()}")
    question, subject = _question(request, reach, asked)
    form = BundleForm(request.POST or None) if reach.watching else None
    context = {"question": question, "covered": list(question.told()), "form": form, "back": request.GET.urlencode()}
    try:
        if request.method == "POST" and (form is None or form.is_valid()):
            reason = form.cleaned_data["reason"] if form else ""
            made = make_bundle(actor=request.actor, question=question, subject=subject, reason=reason)
            answer: Any = stream_download(made.file, f"goi-bang-chung-{made.digest[:12]}.zip", ZIP)
            return cast(HttpResponse, answer)
        planned: Plan = plan(question)
    except REFUSALS as refusal:
        if isinstance(refusal, NothingThere) and question.wanted.call_id is not None:
            raise Http404 from None
        context |= {"refusal": refusal, "again": isinstance(refusal, NotSealed)}
        status = refusal.problem.status if request.method == "POST" else 200
        return render(request, "developer/bundle.html", context, status=status)
    return render(request, "developer/bundle.html", {**context, "plan": planned, "outcomes": planned.count("outcome")})


def _question(request: Any, reach: Reach, asked: CallsForm) -> tuple[Question, Model]:
    """Return what is asked for and whose history tells of it. Raises Http404 for a dossier that is not to be seen."""
    number = request.GET.get("dossier", "")
    scope: dict[str, Any] = {"bodies": reach.bodies, "proven": not reach.watching}
    if number:
        dossier = _dossier(request, number)
        title = _("Hồ sơ %s: mọi cuộc gọi theo các quyền khai thác của kết nối") % dossier
        grants = tuple(grants_of_dossier(dossier))
        return Question(title, Wanted(system_id=dossier.system_id), grants=grants, **scope), dossier
    call_id = asked.cleaned_data["q"]
    if call_id is not None:
        return Question(_("Cuộc gọi %s") % call_id, Wanted(call_id=call_id), **scope), Intent(call_id=call_id)
    body = body_of(request, asked)
    title = _("Nhật ký cuộc gọi của %s") % body.code
    if reach.watching and not asked.cleaned_data["agency"]:
        title = _("Nhật ký cuộc gọi của mọi cơ quan")
    return Question(title, asked.wanted(), **{**scope, "bodies": asked.bodies()}), body


def _dossier(request: Any, number: str) -> ConnectionRequest:
    known = number.isascii() and number.isdecimal() and len(number) < 10
    found = dossier_seen(request.actor, int(number)) if known else None
    if found is None:
        raise Http404
    return found
