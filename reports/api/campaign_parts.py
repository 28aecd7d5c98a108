"""Parts of a campaign in the API: how far it is, what it asked, who is late, what was merged (QC15.5)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from reports.campaign_choices import StatementState
from reports.models import Statement

LATE = {
    "statement": "DBC-270104-0001-003",
    "agency": "H60.07",
    "agency_name": "Sở Nông nghiệp và Môi trường",
    "state": "not_begun",
    "first_submitted_at": None,
}


def _count(text: Any) -> serializers.IntegerField:
    return serializers.IntegerField(read_only=True, min_value=0, help_text=text)


@extend_schema_serializer(component_name="CampaignProgress", description=_("Số báo cáo theo tình trạng."))
class ProgressSerializer(serializers.Serializer[Any]):
    """How many statements stand where."""

    asked = _count(_("Số cơ quan được hỏi."))
    not_begun = _count(_("Chưa khai."))
    draft = _count(_("Đang khai."))
    submitted = _count(_("Đã nộp, chờ xem xét."))
    returned = _count(_("Trả lại để sửa."))
    accepted = _count(_("Đã chấp nhận."))
    late = _count(_("Nộp muộn, hoặc quá hạn chưa nộp."))


@extend_schema_serializer(component_name="CampaignQuestion", description=_("Một câu hỏi của đợt."))
class QuestionSerializer(serializers.Serializer[Any]):
    """A question as it read when the campaign was issued."""

    code = serializers.CharField(read_only=True, help_text=_("Mã câu hỏi."))
    text = serializers.CharField(read_only=True, help_text=_("Câu hỏi."))
    required = serializers.BooleanField(  # type: ignore[assignment] # the metaclass takes declared fields off
        read_only=True, help_text=_("Bắt buộc trả lời.")
    )


@extend_schema_serializer(component_name="LateStatement", description=_("Một cơ quan nộp muộn hoặc chưa nộp."))
class LateSerializer(serializers.ModelSerializer[Statement]):
    """Who is late."""

    statement = serializers.CharField(source="code", read_only=True, help_text=_("Mã báo cáo của cơ quan."))
    agency = serializers.CharField(source="agency.code", read_only=True, help_text=_("Mã cơ quan."))
    agency_name = serializers.CharField(source="agency.name", read_only=True, help_text=_("Tên cơ quan."))
    state = serializers.ChoiceField(choices=StatementState.choices, read_only=True, label=_("tình trạng"))
    first_submitted_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text=_("Nộp lần đầu lúc; trống là chưa nộp.")
    )

    class Meta:
        model = Statement
        fields = read_only_fields = tuple(LATE)


@extend_schema_serializer(component_name="CampaignServiceSum", description=_("Một dịch vụ trong kết quả tổng hợp."))
class ServiceSumSerializer(serializers.Serializer[Any]):
    """Sums of one data service in the result."""

    service = serializers.CharField(read_only=True, help_text=_("Mã dịch vụ dữ liệu."))
    title = serializers.CharField(read_only=True, help_text=_("Tên dịch vụ."))
    agencies = _count(_("Số cơ quan khai thác."))
    logged = _count(_("Số lượt theo nhật ký."))
    declared = _count(_("Số lượt các cơ quan khai."))


@extend_schema_serializer(component_name="CampaignResult", description=_("Kết quả tổng hợp, không đổi nữa."))
class ResultSerializer(serializers.Serializer[Any]):
    """What the accepted statements add up to."""

    accepted = _count(_("Số báo cáo đã chấp nhận."))
    logged = _count(_("Số lượt theo nhật ký."))
    declared = _count(_("Số lượt các cơ quan khai."))
    sha256 = serializers.CharField(read_only=True, help_text=_("Mã băm của tệp kết quả."))
    by_service = ServiceSumSerializer(many=True, read_only=True, help_text=_("Theo dịch vụ dữ liệu."))
