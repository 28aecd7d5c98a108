"""Reports for systems: which there are, their frozen figures and words, where their files are taken (QC14.5)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers

from core.api.pages import Pages
from core.api.views import DetailView, ListView
from reports.choices import Format, Kind, RunState, Unit
from reports.content.figures import thaw
from reports.guards import DRAFT, VIEW
from reports.models import ReportFile, ReportRun
from reports.selectors.runs import report_name, texts_of

READ = (VIEW, DRAFT)
_FILE = {"format": "docx", "sha256": "9f" * 32, "url": "/bao-cao/BC-T-20261130/tai-ve/docx/"}
_FIGURE = {
    "code": "connections_live",
    "label": "Kết nối đang vận hành",
    "value": 12.0,
    "unit": "count",
    "definition": "Hệ thống đã vận hành chính thức và chưa hủy kết nối tại thời điểm chốt.",
}
_SECTION: dict[str, Any] = {
    "code": "connections",
    "title": "Tình hình kết nối",
    "text": "Tại thời điểm chốt số liệu có 12 kết nối đang vận hành.",
    "figures": [_FIGURE],
}
_SAMPLE: dict[str, Any] = {
    "code": "BC-T-20261130",
    "kind": "month",
    "name": "tháng 11 năm 2026",
    "closing_rule": "calendar",
    "period_start": "2026-11-01",
    "period_end": "2026-11-30",
    "preliminary": False,
    "data_until": "2026-12-01T00:00:00+07:00",
    "send_by": "2026-12-07",
    "state": "published",
    "published_at": "2026-12-04T09:30:00+07:00",
    "superseded_at": None,
    "files": [_FILE],
}
_WHOLE: dict[str, Any] = {**_SAMPLE, "assessment": "", "recommendations": "", "sections": [_SECTION]}
_UNITS = [(Unit.COUNT, _("số lượng")), (Unit.PERCENT, _("phần trăm")), (Unit.MILLISECONDS, _("mili giây"))]
_CODE: Any = {"type": "string", "minLength": 1, "maxLength": 40}


class Newest(Pages):
    """Pages by the end of the period, or in the order of asking."""

    sorts = {"period": ("period_end", "id"), "asked": ("id",)}


@extend_schema_serializer(component_name="ReportFile", description=_("Một tệp của báo cáo; nội dung không đổi."))
class ReportFileSerializer(serializers.ModelSerializer[ReportFile]):
    """A file of a report, told but not given."""

    format = serializers.ChoiceField(choices=Format.choices, read_only=True, label=_("định dạng tệp"))
    url = serializers.SerializerMethodField(help_text=_("Địa chỉ tải tệp trên cổng, cùng phiên làm việc."))

    class Meta:
        model = ReportFile
        fields = read_only_fields = tuple(_FILE)

    def get_url(self, file: ReportFile) -> str:
        """Return the address of the file, without host."""
        return reverse("download_report_as", args=[file.run.code, file.format])


@extend_schema_serializer(
    component_name="Report",
    description=_("Một báo cáo gửi Ủy ban nhân dân tỉnh mà người gọi được xem."),
    examples=[OpenApiExample("report", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class ReportSerializer(serializers.ModelSerializer[ReportRun]):
    """A report in a list."""

    name = serializers.SerializerMethodField(help_text=_("Tên kỳ, hoặc tên báo cáo đột xuất."))
    closing_rule = serializers.CharField(source="closing_rule_id", read_only=True, help_text=_("Mã cách chốt kỳ."))
    state = serializers.ChoiceField(choices=RunState.choices, read_only=True, label=_("tình trạng"))
    files = serializers.SerializerMethodField(help_text=_("Các tệp; trống khi chưa trình duyệt."))

    class Meta:
        model = ReportRun
        fields = read_only_fields = tuple(_SAMPLE)

    def get_name(self, run: ReportRun) -> str:
        """Return what the report is called."""
        return report_name(run)

    @extend_schema_field(ReportFileSerializer(many=True))
    def get_files(self, run: ReportRun) -> Any:
        """Return the files that are given out."""
        return ReportFileSerializer(run.files.all() if run.is_written else [], many=True).data


@extend_schema_serializer(component_name="ReportFigure", description=_("Một chỉ tiêu đã chốt."))
class FigureSerializer(serializers.Serializer[Any]):
    """One frozen figure."""

    code = serializers.CharField(read_only=True, help_text=_("Mã chỉ tiêu."))
    label = serializers.CharField(  # type: ignore[assignment] # the metaclass takes declared fields off
        read_only=True, help_text=_("Tên chỉ tiêu.")
    )
    value = serializers.FloatField(
        read_only=True, allow_null=True, help_text=_("Giá trị; trống là chưa phát sinh, khác với 0.")
    )
    unit = serializers.ChoiceField(choices=_UNITS, read_only=True, label=_("đơn vị"))
    definition = serializers.CharField(read_only=True, help_text=_("Cách tính."))


@extend_schema_serializer(component_name="ReportSection", description=_("Một phần của báo cáo."))
class SectionSerializer(serializers.Serializer[Any]):
    """One part of a report."""

    code = serializers.CharField(read_only=True, help_text=_("Mã phần."))
    title = serializers.CharField(read_only=True, help_text=_("Tên phần."))
    text = serializers.CharField(read_only=True, help_text=_("Lời văn."))
    figures = FigureSerializer(many=True, read_only=True, help_text=_("Các chỉ tiêu."))


@extend_schema_serializer(
    component_name="WholeReport",
    description=_("Một báo cáo với số liệu đã chốt và lời văn."),
    examples=[OpenApiExample("whole-report", summary="Ví dụ", value=_WHOLE, response_only=True)],
)
class WholeReportSerializer(ReportSerializer):
    """A report with what it says."""

    assessment = serializers.SerializerMethodField(help_text=_("Đánh giá chung."))
    recommendations = serializers.SerializerMethodField(help_text=_("Kiến nghị, đề xuất."))
    sections = serializers.SerializerMethodField(help_text=_("Các phần; trống khi chưa lập xong số liệu."))

    class Meta:
        model = ReportRun
        fields = read_only_fields = tuple(_WHOLE)

    def to_representation(self, run: ReportRun) -> dict[str, Any]:
        """Read the words once."""
        self.texts = texts_of(run)
        return super().to_representation(run)

    def get_assessment(self, run: ReportRun) -> str:
        """Return the general assessment."""
        return self.texts.get("assessment", "")

    def get_recommendations(self, run: ReportRun) -> str:
        """Return the recommendations."""
        return self.texts.get("recommendations", "")

    @extend_schema_field(SectionSerializer(many=True))
    def get_sections(self, run: ReportRun) -> Any:
        """Return the parts with their words as they stand."""
        parts = thaw(run.figures).sections if run.figures else ()
        told = [
            {
                "code": part.code,
                "title": part.title,
                "text": self.texts.get(part.code) or part.summary,
                "figures": part.figures,
            }
            for part in parts
        ]
        return SectionSerializer(told, many=True).data


class ReportFilter(filters.FilterSet):
    """By kind, year and state."""

    kind = filters.ChoiceFilter(choices=Kind.choices, help_text=_("Loại kỳ."))
    year = filters.NumberFilter(min_value=2024, max_value=2100, help_text=_("Năm báo cáo."))
    state = filters.ChoiceFilter(choices=RunState.choices, help_text=_("Tình trạng."))


def _reports_for(view: Any) -> Any:
    seen = ReportRun.objects.visible_to(view.request._request.actor)
    return seen.prefetch_related("files")


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách báo cáo",
        description=_("Lãnh đạo tỉnh thấy báo cáo đã phát hành; cán bộ của Sở thấy cả báo cáo đang lập."),
    )
)
class Reports(ListView[ReportRun]):
    """Reports the caller may see."""

    wanted = READ
    queryset = ReportRun.objects.none()
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    pagination_class = Newest

    def get_queryset(self) -> Any:
        """Return what the caller may see, without the figures."""
        return _reports_for(self).defer("figures")


@extend_schema_view(
    get=extend_schema(
        operation_id="reports_retrieve",
        summary="Một báo cáo",
        description=_("Tìm theo mã báo cáo, gồm số liệu đã chốt, lời văn và địa chỉ tải các tệp."),
        parameters=[
            OpenApiParameter("code", _CODE, OpenApiParameter.PATH, description=_("Mã báo cáo, ví dụ BC-T-20261130."))
        ],
    )
)
class ReportDetail(DetailView[ReportRun]):
    """One report by its code."""

    wanted = READ
    queryset = ReportRun.objects.none()
    serializer_class = WholeReportSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return _reports_for(self)
