"""Campaigns for systems of SKHCN: which there are, how far they are, who is late, what was merged (QC15.5)."""

from typing import Any

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
from reports.api.campaign_parts import LATE, LateSerializer, ProgressSerializer, QuestionSerializer, ResultSerializer
from reports.campaign_choices import CampaignState
from reports.campaign_guards import MANAGE, STAFF_VIEW
from reports.models import Campaign
from reports.selectors.campaign_progress import asking, late_of, progress_of, with_progress

READ = (MANAGE, STAFF_VIEW)
CODE: Any = {"type": "string", "minLength": 1, "maxLength": 32}
YEARS = {"min_value": 2024, "max_value": 2100}
_PROGRESS = {
    "asked": 12,
    "not_begun": 1,
    "draft": 2,
    "submitted": 3,
    "returned": 1,
    "accepted": 5,
    "late": 2,
}
_SAMPLE: dict[str, Any] = {
    "code": "DBC-270104-0001",
    "title": "Khai thác dữ liệu quý IV năm 2026",
    "state": "issued",
    "period_start": "2026-10-01",
    "period_end": "2026-12-31",
    "due_at": "2027-01-18T17:00:00+07:00",
    "due_basis": "",
    "tolerance_percent": 5,
    "accepts_late": True,
    "issued_at": "2027-01-04T08:30:00+07:00",
    "closed_at": None,
    "merged_at": None,
    "progress": _PROGRESS,
}
_WHOLE: dict[str, Any] = {
    **_SAMPLE,
    "instructions": "Đối chiếu với sổ theo dõi của cơ quan.",
    "questions": [{"code": "muc-dich", "text": "Dữ liệu dùng vào việc gì?", "required": True}],
    "late_statements": [LATE],
    "result": None,
}


class Newest(Pages):
    """Pages in the order of drafting, or by the end of the period."""

    sorts = {"made": ("id",), "period": ("period_end", "id")}


@extend_schema_serializer(
    component_name="Campaign",
    description=_("Một đợt thu báo cáo khai thác của các cơ quan."),
    examples=[OpenApiExample("campaign", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """A campaign in a list."""

    state = serializers.ChoiceField(choices=CampaignState.choices, read_only=True, label=_("tình trạng"))
    due_basis = serializers.CharField(read_only=True, help_text=_("Căn cứ pháp lý của hạn nộp; trống là hạn nội bộ."))
    progress = serializers.SerializerMethodField(help_text=_("Đã nộp đến đâu; bằng 0 khi đợt còn đang soạn."))

    class Meta:
        model = Campaign
        fields = read_only_fields = tuple(_SAMPLE)

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, campaign: Campaign) -> Any:
        """Return the counts read with it."""
        return progress_of(campaign)


@extend_schema_serializer(
    component_name="WholeCampaign",
    description=_("Một đợt thu báo cáo với câu hỏi, danh sách muộn và kết quả."),
    examples=[OpenApiExample("whole-campaign", summary="Ví dụ", value=_WHOLE, response_only=True)],
)
class WholeCampaignSerializer(CampaignSerializer):
    """A campaign with what belongs to it."""

    questions = QuestionSerializer(many=True, read_only=True, help_text=_("Câu hỏi đã gửi; trống khi đang soạn."))
    late_statements = serializers.SerializerMethodField(help_text=_("Cơ quan nộp muộn hoặc quá hạn chưa nộp."))
    result = serializers.SerializerMethodField(help_text=_("Kết quả; trống khi chưa tổng hợp."))

    class Meta:
        model = Campaign
        fields = read_only_fields = tuple(_WHOLE)

    @extend_schema_field(LateSerializer(many=True))
    def get_late_statements(self, campaign: Campaign) -> Any:
        """Return who is late."""
        return LateSerializer(late_of(campaign), many=True).data

    @extend_schema_field(ResultSerializer(allow_null=True))
    def get_result(self, campaign: Campaign) -> Any:
        """Return the sums of the frozen result."""
        if campaign.result is None:
            return None
        return ResultSerializer({**campaign.result, "sha256": campaign.result_sha256}).data


class CampaignFilter(filters.FilterSet):
    """By year, state and agency asked."""

    year = filters.NumberFilter(
        field_name="period_end", lookup_expr="year", help_text=_("Năm kết thúc kỳ số liệu."), **YEARS
    )
    state = filters.ChoiceFilter(choices=CampaignState.choices, help_text=_("Tình trạng."))
    agency = filters.CharFilter(method="by_agency", max_length=35, help_text=_("Mã một cơ quan được hỏi."))

    def by_agency(self, campaigns: Any, _name: str, code: str) -> Any:
        """Keep those that asked this agency."""
        return asking(campaigns, code)


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách đợt thu báo cáo khai thác",
        description=_("Cán bộ của Sở xem mọi đợt; cơ quan xem báo cáo của mình ở /api/v1/campaign-statements."),
    )
)
class Campaigns(ListView[Campaign]):
    """Campaigns with how far they are."""

    wanted = READ
    queryset = Campaign.objects.none()
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    pagination_class = Newest

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return with_progress(Campaign.objects.visible_to(self.request._request.actor))  # type: ignore[attr-defined]


@extend_schema_view(
    get=extend_schema(
        operation_id="campaigns_retrieve",
        summary="Một đợt thu báo cáo khai thác",
        description=_("Tìm theo mã đợt, gồm câu hỏi, tình hình nộp, danh sách muộn và kết quả khi đã tổng hợp."),
        parameters=[
            OpenApiParameter("code", CODE, OpenApiParameter.PATH, description=_("Mã đợt, ví dụ DBC-270104-0001."))
        ],
    )
)
class CampaignDetail(DetailView[Campaign]):
    """One campaign by its code."""

    wanted = READ
    queryset = Campaign.objects.none()
    serializer_class = WholeCampaignSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return what the caller may see, with the result."""
        found = with_progress(Campaign.objects.visible_to(self.request._request.actor))  # type: ignore[attr-defined]
        return found.defer(None)
