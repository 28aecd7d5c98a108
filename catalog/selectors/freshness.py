"""How current the data of services is: the provider's promise against the day it last said data was brought to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateField, ExpressionWrapper, F, IntegerField, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE
from catalog.duty_choices import Freshness
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import DataService, ServiceVersion
from catalog.selectors.terms import FRESHNESS, ahead_of
from core import clock
from core.actor import Actor

KINDS = {Freshness.NONE: "quiet", Freshness.FRESH: "live", Freshness.SOON: "progress", Freshness.LATE: "wrong"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one service stands: ``until`` is the day by which its data must be brought up to date again."""

    state: Freshness
    until: date | None = None
    updated_on: date | None = None

    @property
    def kind(self) -> str:
        """Return the kind of tag that shows it."""
        return KINDS[self.state]

    @property
    def text(self) -> str:
        """Return it in words, with its day."""
        if self.until is None:
            return str(self.state.label)
        texts = {
            Freshness.FRESH: _("Trong hạn, cập nhật tiếp trước hết ngày %(day)s"),
            Freshness.SOON: _("Sắp đến hạn cập nhật: hết ngày %(day)s"),
            Freshness.LATE: _("Quá hạn cập nhật, hạn là hết ngày %(day)s"),
        }
        return texts[self.state] % {"day": f"{self.until:%d/%m/%Y}"}


def with_fresh_until(found: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate services with ``fresh_until``; what was never marked counts from its first publication.

    None where nothing is promised or nothing is published.
    """
    callable_ones = ServiceVersion.objects.filter(
        service=OuterRef("pk"), state__in=CALLABLE, published_at__isnull=False
    )
    first = callable_ones.order_by().values("service").annotate(at=Min("published_at")).values("at")
    since = TruncDate(Subquery(first), tzinfo=clock.VIETNAM)
    until = Coalesce(F("data_updated_on"), since) + Cast("update_every_days", IntegerField())
    published = found.annotate(first_published=Subquery(first))
    return published.annotate(fresh_until=ExpressionWrapper(until, output_field=DateField()))


def watched(found: QuerySet[Any]) -> QuerySet[Any]:
    """Return published services whose provider promised to update them, the most urgent first."""
    promised = with_fresh_until(found).filter(first_published__isnull=False, fresh_until__isnull=False)
    return promised.order_by("fresh_until", "pk")


def overdue(found: QuerySet[Any]) -> QuerySet[Any]:
    """Return those whose promise is broken today."""
    return watched(found).filter(fresh_until__lt=clock.today())


def seen_by(actor: Actor) -> QuerySet[Any]:
    """Return the services whose freshness *actor* follows: all for SKHCN's readers, else what the agency provides."""
    if actor.may("service.view_all"):
        return DataService.objects.all()
    mine = DataService.objects.filter(provider_id=actor.agency_id or 0)
    return mine if actor.may(SERVICE_EDIT_OWN) else mine.none()


def freshness_of(services: Iterable[DataService]) -> dict[int, Standing]:
    """Return how each of *services* stands, by id, in at most four queries whatever their number."""
    wanted = [service.pk for service in services]
    rows = with_fresh_until(DataService.objects.filter(pk__in=wanted)).order_by()
    found = list(rows.values_list("pk", "fresh_until", "first_published", "data_updated_on"))
    soon = near() if any(until for _pk, until, _first, _updated in found) else clock.today()
    return {pk: standing(until if first else None, updated, soon) for pk, until, first, updated in found}


def near() -> date:
    """Return the last day that counts as near today."""
    return clock.today() + ahead_of(FRESHNESS)


def standing(until: date | None, updated_on: date | None, soon: date) -> Standing:
    """Return how a service stands that must be updated by *until*; *soon* is the last day that counts as near."""
    if until is None:
        return Standing(Freshness.NONE, None, updated_on)
    if until < clock.today():
        return Standing(Freshness.LATE, until, updated_on)
    return Standing(Freshness.SOON if until <= soon else Freshness.FRESH, until, updated_on)
