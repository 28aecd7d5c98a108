"""What the call log of one body can be narrowed by."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from catalog.models import DataService, InformationSystem
from connections.models import Grant


def systems_of(bodies: Sequence[int]) -> QuerySet[InformationSystem]:
    """Return the connected systems of *bodies*, by name."""
    return InformationSystem.objects.filter(owner__in=bodies, connection__isnull=False).order_by("sort_key", "pk")


def services_of(bodies: Sequence[int]) -> QuerySet[DataService]:
    """Return the services that systems of *bodies* were ever granted, and those *bodies* provide."""
    granted = Grant.objects.filter(system__owner__in=bodies).values("service_id")
    return DataService.objects.filter(Q(pk__in=granted) | Q(provider__in=bodies)).order_by("sort_key", "pk")
