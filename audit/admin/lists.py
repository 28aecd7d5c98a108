"""What lists of evidence share: counts that stop, and filters by day and by person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, TextFilter

from core import clock
from core.admin import BaseAdmin
from core.text import fold

# Beyond this many rows nobody turns pages: filters lead there.
COUNTED = 10_000


def in_cell(text: str, *, wide: bool = False) -> SafeString:
    """Return *text* for a cell that breaks its lines; unfold's cells otherwise stretch the list past the screen."""
    width = "min-width:14rem;max-width:28rem" if wide else "min-width:8rem;max-width:16rem"
    return format_html('<div style="{};white-space:normal;overflow-wrap:anywhere">{}</div>', width, text)


def counted(name: str, title: StrOrPromise) -> Callable[..., str]:
    """Return a column that shows the number in the field *name* with its thousands told apart."""

    @admin.display(description=title, ordering=name)
    def shown(_admin: Any, row: Any) -> str:
        value = getattr(row, name)
        return "–" if value is None else number_format(value, force_grouping=True)

    return shown


class BoundedPaginator(Paginator):
    """Counts no further than :data:`COUNTED`, so that a list over millions of rows opens as fast as a short one."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most :data:`COUNTED`."""
        return int(self.object_list[:COUNTED].count())  # type: ignore[attr-defined]


class DayRangeFilter(RangeDateFilter):
    """From one day to another, both whole, by the Vietnamese clock; days are read as the portal reads them."""

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep rows of the days asked for; what is not a day asks for nothing."""
        since, until = self._bound("from"), self._bound("to", after=True)
        if since is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": since})
        if until is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": until})
        return queryset

    def _bound(self, end: str, *, after: bool = False) -> datetime | None:
        try:
            day = forms.DateField(required=False).clean(self.used_parameters.get(f"{self.parameter_name}_{end}"))
            return clock.start_of(day, after=after) if day else None
        except (forms.ValidationError, OverflowError):
            return None


class PersonFilter(TextFilter):
    """Part of the name or address of who acted, found without diacritics too."""

    title = _("người thực hiện")
    parameter_name = "nguoi"

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep rows of the people found."""
        words = fold(self.value() or "").replace("\x00", "").split()
        if not words:
            return queryset
        found = get_user_model()._default_manager.all()
        for word in words:
            found = found.filter(search__contains=word)
        return queryset.filter(actor_id__in=found.values("pk"))


class ChosenFilter(DropdownFilter):
    """One value of a column, out of a list that is known beforehand: nothing is counted to offer it."""

    column = ""

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep rows with the value chosen."""
        known = {str(value) for value, _label in self.lookup_choices}
        return queryset.filter(**{self.column: self.value()}) if self.value() in known else queryset


class EvidenceAdmin(BaseAdmin):
    """Base of lists of evidence: counted within bounds, without a history of their own."""

    paginator = BoundedPaginator

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the row without the way to its history: it has none, it is one."""
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "show_history": False})

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Say that nothing is here."""
        raise Http404
