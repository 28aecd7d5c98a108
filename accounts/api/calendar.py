"""The calendar for systems: days off with make-up days apart, and the deadlines in force."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from accounts.models import DayOff, DeadlinePolicy, MakeUpDay
from accounts.selectors.calendar import FIRST_YEAR, LAST_YEAR, deadlines_in_force
from core import clock
from core.api.pages import Pages
from core.api.views import ListView

_DAY_OFF = {"date": "2026-09-02", "name": "Quốc khánh", "kind": "public_holiday", "source": "Bộ luật Lao động"}
_MAKE_UP_DAY = {"date": "2026-08-22", "name": "Làm bù cho ngày 31/08/2026", "source": "Thông báo của Bộ Nội vụ"}
_DEADLINE = {
    "code": "request.evaluation",
    "name": "Thẩm định kỹ thuật",
    "amount": 5,
    "unit": "working_day",
    "cutoff": "16:30:00",
    "statutory": False,
    "basis": "Hạn nội bộ – mặc định hệ thống, chưa phải quy định",
    "clause": "QC10.2",
    "valid_from": "2026-01-01",
}


class ByDate(Pages):
    """Pages in order of date."""

    sorts = {"date": ("date", "id")}


class ByCode(Pages):
    """Pages in order of code."""

    sorts = {"code": ("code", "id")}


class ByYear(filters.FilterSet):
    """Days of one year."""

    year = filters.NumberFilter(
        field_name="date",
        lookup_expr="year",
        decimal_places=0,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text=_("Chỉ lấy các ngày của năm này."),
    )


@extend_schema_serializer(
    component_name="DayOff",
    description=_("Ngày các cơ quan nhà nước không làm việc, ngoài ngày nghỉ hằng tuần."),
    examples=[OpenApiExample("day-off", summary="Ví dụ", value=_DAY_OFF, response_only=True)],
)
class DayOffSerializer(serializers.ModelSerializer[DayOff]):
    """A day off as systems see it."""

    class Meta:
        model = DayOff
        fields = read_only_fields = ("date", "name", "kind", "source")


@extend_schema_serializer(
    component_name="MakeUpDay",
    description=_("Ngày cuối tuần đi làm thay cho một ngày nghỉ."),
    examples=[OpenApiExample("make-up-day", summary="Ví dụ", value=_MAKE_UP_DAY, response_only=True)],
)
class MakeUpDaySerializer(serializers.ModelSerializer[MakeUpDay]):
    """A weekend day that is worked, as systems see it."""

    class Meta:
        model = MakeUpDay
        fields = read_only_fields = ("date", "name", "source")


@extend_schema_serializer(
    component_name="Deadline",
    description=_("Một thời hạn đang áp dụng."),
    examples=[OpenApiExample("deadline", summary="Ví dụ", value=_DEADLINE, response_only=True)],
)
class DeadlineSerializer(serializers.ModelSerializer[DeadlinePolicy]):
    """A deadline in force."""

    class Meta:
        model = DeadlinePolicy
        fields = read_only_fields = (
            "code",
            "name",
            "amount",
            "unit",
            "cutoff",
            "statutory",
            "basis",
            "clause",
            "valid_from",
        )


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách ngày nghỉ",
        description=_("Ngày nghỉ lễ, nghỉ bù và nghỉ hoán đổi; không gồm thứ Bảy, Chủ nhật thường."),
    )
)
class DaysOff(ListView[DayOff]):
    """Days on which public bodies do not work, besides weekends."""

    queryset = DayOff.objects.filter(active=True)
    serializer_class = DayOffSerializer
    pagination_class = ByDate
    filterset_class = ByYear


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách ngày làm bù",
        description=_("Ngày thứ Bảy, Chủ nhật đi làm để nghỉ hoán đổi."),
    )
)
class MakeUpDays(ListView[MakeUpDay]):
    """Weekend days worked in exchange for days off."""

    queryset = MakeUpDay.objects.filter(active=True)
    serializer_class = MakeUpDaySerializer
    pagination_class = ByDate
    filterset_class = ByYear


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách thời hạn",
        description=_("Thời hạn áp dụng hôm nay, gồm hạn do pháp luật quy định và hạn nội bộ."),
    )
)
class Deadlines(ListView[DeadlinePolicy]):
    """Deadlines in force today; ``statutory`` is true where the law gives the number."""

    serializer_class = DeadlineSerializer
    pagination_class = ByCode

    def get_queryset(self) -> Any:
        """Return the versions in force today."""
        return deadlines_in_force(clock.today())
