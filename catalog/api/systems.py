"""The register of information systems for systems (QC3.2, QC7.6); who answers for one is read on its page only."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from catalog.api.reading import WordsFilter, actor_of, code_in_path
from catalog.choices import SystemKind, SystemState
from catalog.models import InformationSystem
from core.api.pages import Pages
from core.api.views import DetailView, ListView

READ = ("system.view_own", "system.view_all")
_SAMPLE = {
    "code": "H60.07.HT01",
    "code_is_official": False,
    "former_codes": [],
    "name": "Hệ thống thông tin giải quyết thủ tục hành chính (mẫu)",
    "kind": "software",
    "owner": "H60.07",
    "operating_unit": "H60.07",
    "supplier": "",
    "technologies": ["PostgreSQL"],
    "hosting": "Trung tâm dữ liệu tỉnh",
    "purpose": "Giải quyết thủ tục hành chính",
    "security_level": 3,
    "security_decision": "12/QĐ-SKHCN",
    "security_decided_on": "2026-02-10",
    "networks": ["10.20.30.0/24"],
    "sandbox_networks": [],
    "environments": ["sandbox", "live"],
    "state": "registered",
    "retire_reason": "",
    "is_sample": True,
}


class ByName(Pages):
    """Pages in Vietnamese order of names, or in order of codes."""

    sorts = {"name": ("sort_key", "id"), "code": ("code", "id")}


@extend_schema_serializer(
    component_name="InformationSystem",
    description=_("Một hệ thống thông tin; mã chưa phải mã chính thức là mã mẫu, có thể được thay."),
    examples=[OpenApiExample("system", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class SystemSerializer(serializers.ModelSerializer[InformationSystem]):
    """A system as systems see it, without the names of people."""

    owner = serializers.CharField(source="owner.code", read_only=True, help_text=_("Mã cơ quan chủ quản."))
    operating_unit = serializers.CharField(
        source="operating_unit.code", read_only=True, help_text=_("Mã đơn vị vận hành.")
    )

    class Meta:
        model = InformationSystem
        fields = read_only_fields = tuple(_SAMPLE)


class SystemFilter(WordsFilter):
    """By words, owner, kind and state."""

    owner = filters.CharFilter(field_name="owner__code", max_length=35, help_text=_("Mã cơ quan chủ quản."))
    kind = filters.ChoiceFilter(choices=SystemKind.choices, help_text=_("Loại hệ thống."))
    state = filters.ChoiceFilter(choices=SystemState.choices, help_text=_("Tình trạng."))


def systems_for(view: Any) -> Any:
    """Return the systems the caller may see, with what the serializer reads."""
    return InformationSystem.objects.visible_to(actor_of(view)).select_related("owner", "operating_unit")


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách hệ thống thông tin",
        description=_("Hệ thống của cơ quan; cán bộ của Sở thấy hết. Không gồm tên đầu mối kỹ thuật."),
    )
)
class Systems(ListView[InformationSystem]):
    """Systems the caller may see."""

    wanted = READ
    queryset = InformationSystem.objects.none()
    serializer_class = SystemSerializer
    filterset_class = SystemFilter
    pagination_class = ByName

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return systems_for(self)


@extend_schema_view(
    get=extend_schema(
        operation_id="systems_retrieve",
        summary="Một hệ thống thông tin",
        description=_("Tìm theo mã đang dùng hoặc mã đã thôi dùng; câu trả lời luôn mang mã đang dùng."),
        parameters=[code_in_path(_("Mã hệ thống, ví dụ H60.07.HT01."), 48)],
    )
)
class SystemDetail(DetailView[InformationSystem]):
    """One system by its code, present or former."""

    wanted = READ
    queryset = InformationSystem.objects.none()
    serializer_class = SystemSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return systems_for(self)

    def get_object(self) -> InformationSystem:
        """Return the system whose code is, or was, the one in the address."""
        found: InformationSystem | None = self.get_queryset().known_as(self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found
