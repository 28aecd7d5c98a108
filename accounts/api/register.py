"""The register for systems."""

import django_filters
from rest_framework import generics, serializers

from accounts.choices import AgencyKind
from accounts.models import Agency
from core import clock
from core.api import Pages


class ByName(Pages):
    """Pages in Vietnamese order of names."""

    ordering = ("sort_key", "id")


class AgencySerializer(serializers.ModelSerializer[Agency]):
    """An agency as systems see it; ``code_is_official`` false marks a sample code."""

    parent_code = serializers.CharField(source="parent.code", allow_null=True, default=None, read_only=True)
    successor_code = serializers.CharField(source="successor.code", allow_null=True, default=None, read_only=True)

    class Meta:
        model = Agency
        fields = (
            "code",
            "code_is_official",
            "name",
            "name_is_official",
            "short_name",
            "kind",
            "admin_unit_code",
            "unit_level",
            "legacy_code",
            "parent_code",
            "successor_code",
            "valid_from",
            "valid_to",
            "source",
        )


class AgencyFilter(django_filters.FilterSet):
    """``q`` folds diacritics; ``in_force`` is today's."""

    q = django_filters.CharFilter(method="by_words")
    kind = django_filters.ChoiceFilter(choices=AgencyKind.choices)
    in_force = django_filters.BooleanFilter(method="by_force")

    class Meta:
        model = Agency
        fields = ("q", "kind", "in_force")

    def by_words(self, queryset, name: str, value: str):  # type: ignore[no-untyped-def]
        """Match every folded word."""
        return queryset.matching(value)

    def by_force(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep those that exist today, or those that do not."""
        living = Agency.objects.in_force(clock.today())
        return queryset.filter(pk__in=living.values("pk")) if value else queryset.exclude(pk__in=living.values("pk"))


class Agencies(generics.ListAPIView[Agency]):
    """List of agencies."""

    queryset = Agency.objects.select_related("parent", "successor")
    serializer_class = AgencySerializer
    filterset_class = AgencyFilter
    pagination_class = ByName


class AgencyDetail(generics.RetrieveAPIView[Agency]):
    """One agency by its code."""

    queryset = Agency.objects.select_related("parent", "successor")
    serializer_class = AgencySerializer
    lookup_field = "code"
    filter_backends = ()
