"""What lists of evidence share: counts that stop, and filters by day and by person."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, TextFilter

from core import clock
from core.text import fold

# Beyond this many rows nobody turns pages: filters lead there.
COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts no further than :data:`COUNTED`, so that a list over millions of rows opens as fast as a short one."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most :data:`COUNTED`."""
        return int(self.object_list[:COUNTED].count())  # type: ignore[union-attr]


class DayRangeFilter(RangeDateFilter):
    """From one day to another, both whole, by the Vietnamese clock; days are read as the portal reads them."""

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep rows of the days asked for; what is not a day asks for nothing."""
        since, until = (self._day(end) for end in ("from", "to"))
        if since is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": clock.start_of(since)})
        if until is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": clock.start_of(until, after=True)})
        return queryset

    def _day(self, end: str) -> Any:
        try:
            return forms.DateField(required=False).clean(self.used_parameters.get(f"{self.parameter_name}_{end}"))
        except forms.ValidationError:
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
