"""How far somebody's look into the call log reaches: one's own body's calls, or everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Agency
from accounts.selectors.agencies import bodies_of
from catalog.models import DataService, InformationSystem
from connections.models import ConnectionRequest, Grant
from connections.selectors.call_story import VIEW_ALL
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Reach:
    """``bodies``: the agency and those it succeeds; None: everybody's, for watchers."""

    bodies: tuple[int, ...] | None

    @property
    def watching(self) -> bool:
        """Return whether the look goes beyond one's own calls, so that it is recorded."""
        return self.bodies is None

    def systems(self) -> QuerySet[InformationSystem]:
        """Return the connected systems within reach, by name."""
        found = InformationSystem.objects.filter(connection__isnull=False).order_by("sort_key", "pk")
        return found if self.bodies is None else found.filter(owner__in=self.bodies)

    def services(self) -> QuerySet[DataService]:
        """Return the services within reach: for a body those its systems were ever granted, and those it provides."""
        found = DataService.objects.order_by("sort_key", "pk")
        if self.bodies is None:
            return found
        granted = Grant.objects.filter(system__owner__in=self.bodies).values("service_id")
        return found.filter(Q(pk__in=granted) | Q(provider__in=self.bodies))

    def agencies(self) -> QuerySet[Agency]:
        """Return the agencies a watcher may choose from; nobody else chooses."""
        return Agency.objects.order_by("sort_key", "pk") if self.watching else Agency.objects.none()


def reach_of(actor: Actor) -> Reach:
    """Return how far *actor* sees; a body's chain of predecessors is read."""
    if actor.may(VIEW_ALL):
        return Reach(None)
    return Reach(tuple(bodies_of(actor.agency_id or 0)))


def dossier_seen(actor: Actor, pk: int) -> ConnectionRequest | None:
    """Return a dossier *actor* may see, None for any other."""
    return ConnectionRequest.objects.visible_to(actor).select_related("system", "agency").filter(pk=pk).first()


def grants_of_dossier(dossier: ConnectionRequest) -> Sequence[str]:
    """Return the codes of every grant the connection of the dossier's system has or had."""
    return sorted(Grant.objects.filter(connection__system=dossier.system_id).values_list("code", flat=True))
