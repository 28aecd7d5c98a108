"""How a report of wrong data is written for systems and by them; no person is named in it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from catalog.models import DataErrorEntry, DataErrorReport
from core.api.bodies import Identifier, Text

_ENTRY: dict[str, Any] = {
    "kind": "answer",
    "answer": "corrected",
    "corrected_on": "2026-12-01",
    "text": "Đã cập nhật tên xã theo nghị quyết",
    "agency": "H60.03",
    "at": "2026-12-01T09:30:00+07:00",
}
_BODY: dict[str, Any] = {
    "service": "administrative-units",
    "version": "v1",
    "operation": "list-communes",
    "fields": "name",
    "call_id": "0190f3a2-7c1e-7d4b-9a55-3f2b8c6d1e90",
    "wrong": "Tên xã chưa đổi sau sắp xếp",
    "expected": "Tên xã mới",
    "evidence": "Nghị quyết về sắp xếp đơn vị hành chính",
}
_SAMPLE: dict[str, Any] = {
    "code": "SL-261129-0001",
    "agency": "H60.07",
    **_BODY,
    "state": "answered",
    "answer": "corrected",
    "corrected_on": "2026-12-01",
    "filed_at": "2026-11-29T08:00:00+07:00",
    "due_at": "2026-12-04T17:00:00+07:00",
    "statutory": False,
    "is_overdue": False,
    "answered_at": "2026-12-01T09:30:00+07:00",
    "closed_at": None,
    "entries": [_ENTRY],
}


@extend_schema_serializer(component_name="DataErrorEntry", description=_("Một ý kiến về phản ánh sai lệch dữ liệu."))
class EntrySerializer(serializers.ModelSerializer[DataErrorEntry]):
    """What either side said, for its agency."""

    agency = serializers.CharField(
        source="agency.code", allow_null=True, default=None, read_only=True, help_text=_("Mã cơ quan viết.")
    )

    class Meta:
        model = DataErrorEntry
        fields = read_only_fields = tuple(_ENTRY)


@extend_schema_serializer(
    component_name="DataErrorReport",
    description=_("Một phản ánh sai lệch dữ liệu; hạn trả lời là hạn nội bộ nếu không ghi là do pháp luật quy định."),
    examples=[OpenApiExample("data-error-report", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class ReportSerializer(serializers.ModelSerializer[DataErrorReport]):
    """A report as systems see it."""

    agency = serializers.CharField(source="agency.code", read_only=True, help_text=_("Mã cơ quan báo."))
    service = serializers.CharField(source="service.code", read_only=True, help_text=_("Mã dịch vụ dữ liệu."))
    is_overdue = serializers.BooleanField(read_only=True, help_text=_("Đã quá hạn mà chưa được trả lời."))
    entries = EntrySerializer(many=True, read_only=True, help_text=_("Ý kiến của hai bên, cũ nhất trước."))

    class Meta:
        model = DataErrorReport
        fields = read_only_fields = tuple(_SAMPLE)


@extend_schema_serializer(
    component_name="NewDataErrorReport",
    description=_("Nội dung của một phản ánh mới."),
    examples=[OpenApiExample("new-data-error-report", summary="Ví dụ", value=_BODY, request_only=True)],
)
class ReportBody(serializers.Serializer[Any]):
    """What a system says when it files a report; the deed judges the rest."""

    service = Text(max_length=64, help_text=_("Mã dịch vụ dữ liệu đã công bố."))
    version = Text(max_length=4, required=False, allow_blank=True, help_text=_("Phiên bản, ví dụ v1."))
    operation = Text(max_length=64, required=False, allow_blank=True, help_text=_("Mã thao tác."))
    fields = Text(max_length=300, required=False, allow_blank=True, help_text=_("Trường dữ liệu sai."))  # type: ignore[assignment]
    call_id = Identifier(
        required=False,
        help_text=_("Mã yêu cầu của lượt gọi; chỉ lượt gọi của hệ thống thuộc cơ quan."),
    )
    wrong = Text(max_length=2000, help_text=_("Dữ liệu sai ở đâu."))
    expected = Text(max_length=2000, required=False, allow_blank=True, help_text=_("Dữ liệu đúng là gì."))
    evidence = Text(max_length=2000, required=False, allow_blank=True, help_text=_("Căn cứ để biết là sai."))
