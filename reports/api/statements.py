"""Statements of use for systems: an agency's own, all of them for SKHCN, declared beside logged (QC15.5)."""

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
from reports.api.campaigns import CODE, READ, YEARS
from reports.campaign_choices import StatementState
from reports.campaign_guards import DRAFT, SEND
from reports.models import Statement, StatementVersion
from reports.selectors.campaign_progress import with_content
from reports.selectors.statement_content import Shown, content_of

_VERSION = {
    "code": "DBC-270104-0001-003-L1",
    "number": 1,
    "submitted_at": "2027-01-12T09:05:00+07:00",
    "content_hash": "9f" * 32,
}
_ROW = {
    "service": "administrative-units",
    "title": "Đơn vị hành chính",
    "logged": 12840,
    "declared": 12500,
    "difference": -340,
    "explanation": "",
}
_ANSWER = {"code": "muc-dich", "text": "Dữ liệu dùng vào việc gì?", "answer": "Giải quyết hồ sơ đất đai"}
_SAMPLE: dict[str, Any] = {
    "code": "DBC-270104-0001-003",
    "campaign": "DBC-270104-0001",
    "campaign_title": "Khai thác dữ liệu quý IV năm 2026",
    "period_start": "2026-10-01",
    "period_end": "2026-12-31",
    "due_at": "2027-01-18T17:00:00+07:00",
    "agency": "H60.07",
    "agency_name": "Sở Nông nghiệp và Môi trường",
    "state": "submitted",
    "late": False,
    "first_submitted_at": "2027-01-12T09:05:00+07:00",
    "submitted_at": "2027-01-12T09:05:00+07:00",
}
_WHOLE: dict[str, Any] = {
    **_SAMPLE,
    "return_reason": "",
    "shows": "handed_in",
    "rows": [_ROW],
    "answers": [_ANSWER],
    "versions": [_VERSION],
    "page": "/bao-cao-khai-thac/DBC-270104-0001-003/",
}


class InOrder(Pages):
    """Pages in the order of asking: campaign by campaign, the agencies of one in the order of their names."""

    sorts = {"asked": ("id",)}


@extend_schema_serializer(
    component_name="CampaignStatement",
    description=_("Báo cáo của một cơ quan trong một đợt."),
    examples=[OpenApiExample("statement", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class StatementSerializer(serializers.ModelSerializer[Statement]):
    """A statement in a list."""

    campaign = serializers.CharField(source="campaign.code", read_only=True, help_text=_("Mã đợt."))
    campaign_title = serializers.CharField(source="campaign.title", read_only=True, help_text=_("Tên đợt."))
    period_start = serializers.DateField(source="campaign.period_start", read_only=True, help_text=_("Từ ngày."))
    period_end = serializers.DateField(source="campaign.period_end", read_only=True, help_text=_("Đến hết ngày."))
    due_at = serializers.DateTimeField(source="campaign.due_at", read_only=True, help_text=_("Hạn nộp."))
    agency = serializers.CharField(source="agency.code", read_only=True, help_text=_("Mã cơ quan báo cáo."))
    agency_name = serializers.CharField(source="agency.name", read_only=True, help_text=_("Tên cơ quan."))
    state = serializers.ChoiceField(choices=StatementState.choices, read_only=True, label=_("tình trạng"))
    late = serializers.BooleanField(source="is_late", read_only=True, help_text=_("Nộp muộn, hoặc quá hạn chưa nộp."))

    class Meta:
        model = Statement
        fields = read_only_fields = tuple(_SAMPLE)


@extend_schema_serializer(
    component_name="StatementRow", description=_("Một dịch vụ: số cơ quan khai bên cạnh số theo nhật ký.")
)
class RowSerializer(serializers.Serializer[Any]):
    """Declared beside logged."""

    service = serializers.CharField(read_only=True, help_text=_("Mã dịch vụ dữ liệu."))
    title = serializers.CharField(read_only=True, help_text=_("Tên dịch vụ."))
    logged = serializers.IntegerField(read_only=True, min_value=0, help_text=_("Số lượt theo nhật ký."))
    declared = serializers.IntegerField(
        read_only=True, allow_null=True, help_text=_("Số lượt cơ quan khai; trống là chưa khai.")
    )
    difference = serializers.IntegerField(
        read_only=True, allow_null=True, help_text=_("Số khai trừ số nhật ký; trống là chưa khai.")
    )
    explanation = serializers.CharField(read_only=True, help_text=_("Giải trình chênh lệch."))


@extend_schema_serializer(component_name="StatementAnswer", description=_("Một câu trả lời."))
class AnswerSerializer(serializers.Serializer[Any]):
    """A question and what was answered."""

    code = serializers.CharField(read_only=True, help_text=_("Mã câu hỏi."))
    text = serializers.CharField(read_only=True, help_text=_("Câu hỏi."))
    answer = serializers.CharField(read_only=True, help_text=_("Trả lời; trống là chưa trả lời."))


@extend_schema_serializer(component_name="StatementVersion", description=_("Một lần nộp; không đổi."))
class VersionSerializer(serializers.ModelSerializer[StatementVersion]):
    """A receipt."""

    code = serializers.CharField(read_only=True, help_text=_("Mã biên nhận."))

    class Meta:
        model = StatementVersion
        fields = read_only_fields = tuple(_VERSION)


@extend_schema_serializer(
    component_name="WholeCampaignStatement",
    description=_("Báo cáo của một cơ quan với số khai bên cạnh số theo nhật ký."),
    examples=[OpenApiExample("whole-statement", summary="Ví dụ", value=_WHOLE, response_only=True)],
)
class WholeStatementSerializer(StatementSerializer):
    """A statement with what it says to this reader."""

    shows = serializers.SerializerMethodField(
        help_text=_("Nội dung được đưa ra: cơ quan khai thấy bản đang lưu, Sở thấy lần nộp gần nhất.")
    )
    rows = serializers.SerializerMethodField(help_text=_("Theo dịch vụ dữ liệu."))
    answers = serializers.SerializerMethodField(help_text=_("Trả lời các câu hỏi của đợt."))
    versions = VersionSerializer(many=True, read_only=True, help_text=_("Các lần nộp, mới nhất trước."))
    page = serializers.SerializerMethodField(help_text=_("Trang của báo cáo, nơi có bản in và tài liệu kèm theo."))

    class Meta:
        model = Statement
        fields = read_only_fields = tuple(_WHOLE)

    def to_representation(self, statement: Statement) -> dict[str, Any]:
        """Read what the reader may see of it once."""
        self.content = content_of(statement, self.context["request"]._request.actor)
        return super().to_representation(statement)

    @extend_schema_field(serializers.ChoiceField(choices=Shown.choices))
    def get_shows(self, statement: Statement) -> str:
        """Name what the figures are."""
        return self.content.shows.value

    @extend_schema_field(RowSerializer(many=True))
    def get_rows(self, statement: Statement) -> Any:
        """Return declared beside logged."""
        return RowSerializer(self.content.rows, many=True).data

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, statement: Statement) -> Any:
        """Return the answers."""
        return AnswerSerializer(self.content.answers, many=True).data

    def get_page(self, statement: Statement) -> str:
        """Return the address of the page this reader opens, without host."""
        if self.content.own:
            return reverse("statement", args=[statement.code])
        return reverse("admin:reports_statement_change", args=[statement.pk])


class StatementFilter(filters.FilterSet):
    """By campaign, year, state, agency, and who is late."""

    campaign = filters.CharFilter(field_name="campaign__code", max_length=24, help_text=_("Mã đợt."))
    year = filters.NumberFilter(
        field_name="campaign__period_end", lookup_expr="year", help_text=_("Năm kết thúc kỳ số liệu."), **YEARS
    )
    state = filters.ChoiceFilter(choices=StatementState.choices, help_text=_("Tình trạng."))
    agency = filters.CharFilter(field_name="agency__code", max_length=35, help_text=_("Mã cơ quan báo cáo."))
    late = filters.BooleanFilter(method="by_late", help_text=_("Nộp muộn, hoặc quá hạn chưa nộp."))

    def by_late(self, statements: Any, _name: str, wanted: bool) -> Any:
        """Keep who is late, or who is not."""
        late = statements.late()
        return late if wanted else statements.exclude(pk__in=late.values("pk"))


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách báo cáo khai thác",
        description=_("Cán bộ của Sở thấy báo cáo của mọi cơ quan; cơ quan chỉ thấy báo cáo mình phải trả lời."),
    )
)
class Statements(ListView[Statement]):
    """Statements the caller may see."""

    wanted = (*READ, DRAFT, SEND)
    queryset = Statement.objects.none()
    serializer_class = StatementSerializer
    filterset_class = StatementFilter
    pagination_class = InOrder

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return _statements_for(self)


@extend_schema_view(
    get=extend_schema(
        operation_id="campaign_statements_retrieve",
        summary="Một báo cáo khai thác",
        description=_("Tìm theo mã báo cáo, gồm số khai bên cạnh số theo nhật ký. Bản đang khai chỉ cơ quan đó thấy."),
        parameters=[
            OpenApiParameter(
                "code", CODE, OpenApiParameter.PATH, description=_("Mã báo cáo, như DBC-270104-0001-003.")
            )
        ],
    )
)
class StatementDetail(DetailView[Statement]):
    """One statement by its code."""

    wanted = (*READ, DRAFT, SEND)
    queryset = Statement.objects.none()
    serializer_class = WholeStatementSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return what the caller may see, with what was stated."""
        return with_content(_statements_for(self))


def _statements_for(view: Any) -> Any:
    seen = Statement.objects.visible_to(view.request._request.actor)
    return seen.select_related("campaign", "agency").defer("campaign__result")
