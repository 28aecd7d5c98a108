"""Reading grants and connections."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet

from connections.models import Connection, Credential, Grant, Hold
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.text import fold

SOON = timedelta(days=30)


def grants_seen(actor: Actor, *, environment: str = "") -> QuerySet[Grant]:
    """Return the grants the actor may see, newest first, with everything a list shows."""
    found = Grant.objects.visible_to(actor).select_related("system__owner", "service__provider", "purpose", "request")
    return found.filter(environment=environment) if environment else found


STANDINGS = ("in-force", "ending", "expired", "revoked")


def grants_listed(actor: Actor, *, words: str = "", environment: str = "", standing: str = "") -> QuerySet[Grant]:
    """Return the grants the actor may see that match: folded words of system or service, or the code.

    *standing* is one of ``STANDINGS`` ("ending": within thirty days).
    """
    found = grants_seen(actor, environment=environment)
    for word in fold(words).split():
        names = Q(system__search__contains=word) | Q(service__search__contains=word)
        found = found.filter(names | Q(code__iexact=word))
    today = clock.today()
    in_force = Q(revoked_at__isnull=True) & (Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    chosen = {
        "in-force": in_force,
        "ending": in_force & Q(valid_to__lte=today + SOON),
        "expired": Q(revoked_at__isnull=True, valid_to__lt=today),
        "revoked": Q(revoked_at__isnull=False),
    }
    return found.filter(chosen[standing]) if standing in chosen else found


def open_holds(connection: Connection) -> QuerySet[Hold]:
    """Return who suspends a connection now; none: it runs."""
    return connection.holds.filter(lifted_at__isnull=True).select_related("agency", "placed_by").order_by("placed_at")


@dataclass(frozen=True, slots=True)
class Impact:
    """What a disconnection takes along, for the page that asks before it (Q50-8.3)."""

    live_grants: list[Grant]
    sandbox_grants: list[Grant]
    keys: int
    providers: list[str]


def impact_of(connection: Connection) -> Impact:
    """Return what ends with the connection; two queries."""
    grants = list(
        Grant.objects.open().filter(connection=connection).select_related("service__provider").order_by("code")
    )
    keys = Credential.objects.open().filter(Q(system_id=connection.system_id), valid_to__gte=clock.today())
    return Impact(
        live_grants=[grant for grant in grants if grant.environment == Environment.LIVE],
        sandbox_grants=[grant for grant in grants if grant.environment == Environment.SANDBOX],
        keys=keys.count(),
        providers=sorted({grant.service.provider.name for grant in grants}),
    )
