"""The six figures of the leadership page for systems (ux.md D1)."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.rules import OneOf
from core.api.views import PortalView
from reports.guards import VIEW
from reports.selectors.leadership import Situation, situation
from reports.selectors.leadership_periods import CODES

#: Periods by their English names, in the order of the page.
PERIODS = dict(zip(("this_month", "last_month", "this_quarter", "this_year"), CODES, strict=True))
_FIGURE = {"code": "connections", "value": 41, "previous": 38, "unit": ""}
_SAMPLE = {
    "period": "this_month",
    "since": "2026-11-01T00:00:00+07:00",
    "until": "2026-12-01T00:00:00+07:00",
    "previous_since": "2026-10-01T00:00:00+07:00",
    "previous_until": "2026-10-30T07:00:00+07:00",
    "data_until": "2026-11-30T07:12:00+07:00",
    "figures": [_FIGURE],
}
_PERIOD = OneOf(*PERIODS, default="this_month")


@extend_schema_serializer(component_name="LeadershipFigure", description=_("Một chỉ tiêu của trang Điều hành."))
class FigureSerializer(serializers.Serializer[Any]):
    """A figure with the one of the period before; null is no data, which is not zero."""

    code = serializers.CharField(read_only=True, help_text=_("Mã chỉ tiêu."))
    value = serializers.FloatField(read_only=True, allow_null=True, help_text=_("Số liệu kỳ này; trống là chưa có."))
    previous = serializers.FloatField(
        source="before", read_only=True, allow_null=True, help_text=_("Số liệu kỳ so sánh; trống là chưa có.")
    )
    unit = serializers.CharField(read_only=True, help_text=_("Đơn vị: % hoặc bỏ trống."))


@extend_schema_serializer(
    component_name="LeadershipFigures",
    description=_("Sáu chỉ tiêu của trang Điều hành trong một kỳ, với kỳ so sánh."),
    examples=[OpenApiExample("leadership", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class SituationSerializer(serializers.Serializer[Any]):
    """The six figures of a period."""

    period = serializers.CharField(read_only=True, help_text=_("Kỳ số liệu."))
    since = serializers.DateTimeField(read_only=True, help_text=_("Kỳ bắt đầu lúc."))
    until = serializers.DateTimeField(read_only=True, help_text=_("Kỳ kết thúc trước lúc."))
    previous_since = serializers.DateTimeField(read_only=True, help_text=_("Kỳ so sánh bắt đầu lúc."))
    previous_until = serializers.DateTimeField(read_only=True, help_text=_("Kỳ so sánh kết thúc trước lúc."))
    data_until = serializers.DateTimeField(read_only=True, help_text=_("Số liệu tính đến lúc."))
    figures = FigureSerializer(many=True, read_only=True, help_text=_("Các chỉ tiêu."))


class Leadership(PortalView):
    """What leadership sees at one look."""

    personal = True
    wanted: ClassVar[tuple[str, ...]] = (VIEW,)
    rules = {"period": _PERIOD}

    @extend_schema(
        summary="Chỉ tiêu điều hành",
        description=_("Sáu chỉ tiêu của trang Điều hành, so với kỳ trước; kỳ đang chạy so với cùng kỳ."),
        parameters=[OpenApiParameter("period", dict(_PERIOD.schema), description=str(_("Kỳ số liệu.")))],
        responses=SituationSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the figures of one period."""
        name = request.query_params.get("period", "this_month")
        return Response(SituationSerializer(_told(name, situation(PERIODS[name]))).data)


def _told(name: str, found: Situation) -> dict[str, Any]:
    current, previous = found.period.current, found.period.previous
    return {
        "period": name,
        "since": current.since,
        "until": current.until,
        "previous_since": previous.since,
        "previous_until": previous.until,
        "data_until": found.until,
        "figures": found.tiles,
    }
