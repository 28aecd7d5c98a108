"""What the page of an evaluation sends: marks by criterion, a decision by line; shape only, the deeds judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connections.choices import LineOutcome, Mark, Probe
from connections.models import ConnectionRequest, CriterionMark
from connections.selectors.answers import LineView, lines_of
from connections.selectors.evidence import Look, serving
from connections.selectors.offered import codes_offered
from connections.selectors.standards import Cited
from connections.services.evaluation import ASKED, seen
from core.forms import HoursField, PortalForm
from core.text import nfc


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion with its mark as it is or was just typed, what is wrong with it, and what machines found."""

    mark: CriterionMark
    result: str
    remark: str
    evidence: str
    legal_basis: str
    options: list[tuple[str, str]]
    errors: list[str]
    seen: str
    looks: list[tuple[Probe, Look | None]]
    standards: Sequence[Cited] = ()


def posted_marks(request: HttpRequest) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return (marks by code, what the person saw by code) of the form that was sent."""
    codes = [name.partition("-")[2] for name in request.POST if name.startswith(("result-", "remark-"))]
    marks = {code: _given(request, code) for code in dict.fromkeys(codes)}
    saw = {code: request.POST[f"seen-{code}"] for code in marks if f"seen-{code}" in request.POST}
    return marks, saw


def _given(request: HttpRequest, code: str) -> tuple[str, ...]:
    names = ASKED if f"legal_basis-{code}" in request.POST else ASKED[:3]
    return tuple(typed(request, name, code) for name in names)


def typed(request: HttpRequest, name: str, code: str) -> str:
    """Return what was sent for one question of one criterion, in NFC."""
    return nfc(request.POST.get(f"{name}-{code}", ""))


def row_of(
    request: HttpRequest,
    mark: CriterionMark,
    errors: list[str],
    looks: dict[str, Look],
    standards: Mapping[str, Sequence[Cited]],
) -> Row:
    """Return a criterion as its fieldset shows it: what was typed when the form came back, what is kept otherwise."""
    code, skippable = mark.criterion.code, mark.criterion.may_not_apply and not mark.criterion.national_only
    back = request.method == "POST" and (f"remark-{code}" in request.POST or f"result-{code}" in request.POST)
    values = {name: typed(request, name, code) if back else getattr(mark, name) for name in ASKED}
    options = [(str(value), str(Mark(value).label)) for value in Mark if skippable or value != Mark.NOT_APPLICABLE]
    cited = standards.get(code, ())
    found = serving(mark, looks)
    return Row(mark, **values, options=options, errors=errors, seen=seen(mark), looks=found, standards=cited)


class LineForm(PortalForm):
    """What is decided about one service."""

    outcome = forms.ChoiceField(label=_("Quyết định"), choices=LineOutcome.choices)
    operations = forms.MultipleChoiceField(label=_("Giữ các thao tác"), required=False)
    fields_kept = forms.MultipleChoiceField(label=_("Giữ các trường dữ liệu"), required=False)
    daily_quota = forms.IntegerField(label=_("Hạn mức mỗi ngày"), required=False, min_value=1, max_value=10_000_000)
    valid_to = forms.DateField(label=_("Đến hết ngày"), required=False)
    hours = HoursField(label=_("Khung giờ"))
    reason = forms.CharField(label=_("Lý do"), required=False, max_length=4000)
    legal_basis = forms.CharField(label=_("Căn cứ pháp lý"), required=False, max_length=300)

    def __init__(self, view: LineView, named: set[str], posted: Any) -> None:
        line = view.line
        self.view = view
        self.refused: list[str] = []
        kept = line.decided
        prefix = f"line-{line.pk}"
        bound = posted if posted is not None and f"{prefix}-outcome" in posted else None
        initial = {
            "outcome": kept.outcome if kept else LineOutcome.APPROVED,
            "operations": line.granted_operations,
            "fields_kept": line.granted_fields or sorted(named),
            "daily_quota": line.granted_quota,
            "valid_to": kept.valid_to if kept else None,
            "hours": kept.hours if kept else [],
            "reason": kept.reason if kept else "",
            "legal_basis": kept.legal_basis if kept else "",
        }
        super().__init__(bound, prefix=prefix, initial=initial)
        self.fields["operations"].choices = list(zip(line.operations, view.operations, strict=True))  # type: ignore[attr-defined]
        asked = list(zip(line.fields, view.fields, strict=True)) or [(name, name) for name in sorted(named)]
        self.fields["fields_kept"].choices = asked  # type: ignore[attr-defined]

    def decision(self) -> dict[str, Any]:
        """Return the decision as the deed takes it; all fields kept means no narrowing of fields."""
        given = self.cleaned_data
        everything = {code for code, _label in self.fields["fields_kept"].choices}  # type: ignore[attr-defined]
        kept = set(given["fields_kept"])
        quota = given["daily_quota"]
        return {
            **{name: given[name] for name in ("outcome", "operations", "valid_to", "hours", "reason", "legal_basis")},
            "fields": [] if kept == everything else sorted(kept),
            "daily_quota": None if quota == self.view.line.daily_quota else quota,
        }

    @property
    def texts(self) -> list[str]:
        """Return everything that is wrong with what was sent."""
        return [*self.refused, *(str(text) for texts in self.errors.values() for text in texts)]


def line_forms(dossier: ConnectionRequest, posted: Any) -> list[LineForm]:
    """Return the form of each service of a dossier, bound where it was sent."""
    views = lines_of(dossier)
    offered = codes_offered(view.line.service_id for view in views)
    return [LineForm(view, offered.get(view.line.service_id, (set(), set()))[1], posted) for view in views]
