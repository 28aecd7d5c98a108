"""The calendar for systems: days off with make-up days apart, and the deadlines in force."""

from typing import Any

from django_filters import rest_framework as filters
from rest_framework import generics, serializers

from accounts.models import DayOff, DeadlinePolicy, MakeUpDay
from accounts.selectors.calendar import FIRST_YEAR, LAST_YEAR, deadlines_in_force
from core import clock
from core.api import Pages


class ByDate(Pages):
    """Pages in order of date."""

    ordering = ("date", "id")


class ByCode(Pages):
    """Pages in order of code."""

    ordering = ("code", "id")


class ByYear(filters.FilterSet):
    """Days of one year."""

    year = filters.NumberFilter(
        field_name="date", lookup_expr="year", decimal_places=0, min_value=FIRST_YEAR, max_value=LAST_YEAR
    )


class DayOffSerializer(serializers.ModelSerializer[DayOff]):
    """A day off as systems see it."""

    class Meta:
        model = DayOff
        fields = ("date", "name", "kind", "source")


class MakeUpDaySerializer(serializers.ModelSerializer[MakeUpDay]):
    """A weekend day that is worked, as systems see it."""

    class Meta:
        model = MakeUpDay
        fields = ("date", "name", "source")


class DeadlineSerializer(serializers.ModelSerializer[DeadlinePolicy]):
    """A deadline in force."""

    class Meta:
        model = DeadlinePolicy
        fields = ("code", "name", "amount", "unit", "statutory", "basis", "clause", "valid_from")


class DaysOff(generics.ListAPIView[DayOff]):
    """Days on which public bodies do not work, besides weekends."""

    queryset = DayOff.objects.filter(active=True)
    serializer_class = DayOffSerializer
    pagination_class = ByDate
    filterset_class = ByYear


class MakeUpDays(generics.ListAPIView[MakeUpDay]):
    """Weekend days worked in exchange for days off."""

    queryset = MakeUpDay.objects.filter(active=True)
    serializer_class = MakeUpDaySerializer
    pagination_class = ByDate
    filterset_class = ByYear


class Deadlines(generics.ListAPIView[DeadlinePolicy]):
    """Deadlines in force today; ``statutory`` is true where the law gives the number."""

    serializer_class = DeadlineSerializer
    pagination_class = ByCode

    def get_queryset(self) -> Any:
        """Return the versions in force today."""
        return deadlines_in_force(clock.today())
