"""What the page of an inspection sends: results and remarks by criterion; shape only, the deed judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminTextInputWidget

from connections.choices import CriterionGroup, Mark
from connections.models import InspectionMark
from connections.selectors.standards import Cited, standards_by_criterion
from connections.services.inspections import ASKED, seen
from core.forms import PortalForm
from core.text import nfc


class SearchForm(PortalForm):
    """Which systems to show; it stands in the address."""

    q = forms.CharField(
        label=_("Tên hoặc mã hệ thống"),
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "search"}),
        help_text=_("Gõ không dấu cũng được."),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion with what was found or just typed, and what is wrong with it."""

    mark: InspectionMark
    result: str
    remark: str
    options: list[tuple[str, str]]
    errors: Sequence[StrOrPromise]
    seen: str
    standards: Sequence[Cited]


def posted(request: HttpRequest) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return (marks by code, what the person saw by code) of the form that was sent."""
    codes = [name.partition("-")[2] for name in request.POST if name.startswith(("result-", "remark-"))]
    marks = {code: tuple(_typed(request, name, code) for name in ASKED) for code in dict.fromkeys(codes)}
    return marks, {code: request.POST[f"seen-{code}"] for code in marks if f"seen-{code}" in request.POST}


def rows_of(
    request: HttpRequest, marks: Sequence[InspectionMark], errors: Mapping[str, Sequence[StrOrPromise]]
) -> list[tuple[CriterionGroup, list[Row]]]:
    """Return the criteria by group, with what was typed when the form came back."""
    cited = standards_by_criterion(mark.criterion.code for mark in marks)
    rows = [
        _row(request, mark, errors.get(mark.criterion.code, []), cited.get(mark.criterion.code, ())) for mark in marks
    ]
    groups = [(group, [row for row in rows if row.mark.criterion.group == group]) for group in CriterionGroup]
    return [(group, found) for group, found in groups if found]


def _row(
    request: HttpRequest, mark: InspectionMark, errors: Sequence[StrOrPromise], standards: Sequence[Cited]
) -> Row:
    code, skippable = mark.criterion.code, mark.criterion.may_not_apply and not mark.criterion.national_only
    back = f"remark-{code}" in request.POST
    values = {name: _typed(request, name, code) if back else getattr(mark, name) for name in ASKED}
    options = [(str(value), str(Mark(value).label)) for value in Mark if skippable or value != Mark.NOT_APPLICABLE]
    return Row(mark, **values, options=options, errors=errors, seen=seen(mark), standards=standards)


def _typed(request: HttpRequest, name: str, code: str) -> str:
    return nfc(request.POST.get(f"{name}-{code}", ""))
