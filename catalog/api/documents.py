"""The library of technical documents for systems, each by its level (QC14.7); files are taken on their page."""

from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from catalog.api.reading import ByTitle, WordsFilter, actor_of
from catalog.duty_choices import DocumentLevel, DocumentState
from catalog.models import DocumentVersion, TechnicalDocument
from core.api.views import ListView

_VERSION = {
    "label": "1.0",
    "changes": "Bản đầu",
    "size": 48211,
    "media_kind": "application/pdf",
    "published_at": "2026-11-10T08:00:00+07:00",
}
_SAMPLE: dict[str, Any] = {
    "id": 7,
    "title": "Hướng dẫn kết nối (mẫu)",
    "summary": "Các bước kết nối một hệ thống",
    "service": None,
    "level": "public",
    "owner_side": "operator",
    "state": "published",
    "published_at": "2026-11-10T08:00:00+07:00",
    "page": "/tai-lieu/7/",
    "versions": [_VERSION],
}


@extend_schema_serializer(component_name="DocumentVersion", description=_("Một phiên bản của tài liệu."))
class DocumentVersionSerializer(serializers.ModelSerializer[DocumentVersion]):
    """One file of a document, told but not given."""

    class Meta:
        model = DocumentVersion
        fields = read_only_fields = tuple(_VERSION)


@extend_schema_serializer(
    component_name="TechnicalDocument",
    description=_("Một tài liệu kỹ thuật mà người gọi được đọc; tệp tải tại trang của tài liệu."),
    examples=[OpenApiExample("document", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class DocumentSerializer(serializers.ModelSerializer[TechnicalDocument]):
    """A document as systems see it."""

    id = serializers.IntegerField(read_only=True, help_text=_("Số thứ tự của tài liệu."))
    service = serializers.CharField(
        source="service.code",
        allow_null=True,
        default=None,
        read_only=True,
        help_text=_("Mã dịch vụ dữ liệu; trống khi tài liệu nói về cả nền tảng."),
    )
    page = serializers.SerializerMethodField(help_text=_("Trang của tài liệu trên cổng, nơi tải tệp."))
    versions = DocumentVersionSerializer(
        source="versions_seen", many=True, read_only=True, help_text=_("Các phiên bản, mới nhất trước.")
    )

    class Meta:
        model = TechnicalDocument
        fields = read_only_fields = tuple(_SAMPLE)

    def get_page(self, document: TechnicalDocument) -> str:
        """Return the address of the document's page, without host."""
        return reverse("document", kwargs={"pk": document.pk})


class DocumentFilter(WordsFilter):
    """By words, service and level."""

    service = filters.CharFilter(field_name="service__code", max_length=64, help_text=_("Mã dịch vụ dữ liệu."))
    level = filters.ChoiceFilter(choices=DocumentLevel.choices, help_text=_("Mức tài liệu."))


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách tài liệu kỹ thuật",
        description=_("Chỉ tài liệu mà mức công khai, hạn chế hay nội bộ cho phép người gọi đọc."),
    )
)
class Documents(ListView[TechnicalDocument]):
    """Documents the caller may read."""

    queryset = TechnicalDocument.objects.none()
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    pagination_class = ByTitle

    def get_queryset(self) -> Any:
        """Return what the caller may read; of a document in writing, whoever sees it sees its files."""
        told = Q(published_at__isnull=False) | Q(document__state=DocumentState.DRAFT)
        versions = DocumentVersion.objects.filter(told).order_by("-id")
        seen = TechnicalDocument.objects.visible_to(actor_of(self)).select_related("service")
        return seen.prefetch_related(Prefetch("versions", versions, to_attr="versions_seen"))
