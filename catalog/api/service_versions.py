"""Versions of a data service with what they can be asked and the data they answer with."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from catalog.models import DataElement, Operation, ServiceVersion

_ELEMENT = {"name": "code", "label": "Mã đơn vị hành chính", "data_class": "public", "data_type": "string"}
_OPERATION: dict[str, Any] = {
    "code": "list-communes",
    "title": "Danh sách xã, phường",
    "method": "GET",
    "template": "/communes",
    "elements": [_ELEMENT],
}
VERSION: dict[str, Any] = {
    "name": "v1",
    "state": "published",
    "published_at": "2026-11-01T08:00:00+07:00",
    "sunset_on": None,
    "operations": [_OPERATION],
}


@extend_schema_serializer(component_name="DataElement", description=_("Một trường dữ liệu của câu trả lời."))
class ElementSerializer(serializers.ModelSerializer[DataElement]):
    """A field a grant may name."""

    class Meta:
        model = DataElement
        fields = read_only_fields = tuple(_ELEMENT)


@extend_schema_serializer(component_name="ServiceOperation", description=_("Một thao tác của phiên bản."))
class OperationSerializer(serializers.ModelSerializer[Operation]):
    """What a version can be asked; the path is the platform's, not the source system's."""

    elements = ElementSerializer(many=True, read_only=True, help_text=_("Các trường dữ liệu, theo thứ tự."))

    class Meta:
        model = Operation
        fields = read_only_fields = tuple(_OPERATION)


@extend_schema_serializer(component_name="ServiceVersion", description=_("Một phiên bản của dịch vụ dữ liệu."))
class VersionSerializer(serializers.ModelSerializer[ServiceVersion]):
    """A version; drafts are among them for the provider's catalogue staff and SKHCN's readers only."""

    operations = OperationSerializer(many=True, read_only=True, help_text=_("Các thao tác."))

    class Meta:
        model = ServiceVersion
        fields = read_only_fields = tuple(VERSION)
