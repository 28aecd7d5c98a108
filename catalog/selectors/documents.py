"""Reading the library of technical documents."""

from django.db.models import F, Prefetch, Q

from catalog.duty_choices import DocumentLevel
from catalog.models import DataService, DocumentVersion, TechnicalDocument
from catalog.models.documents import DocumentQuerySet
from core.actor import Actor


def library(actor: Actor, *, words: str = "", service: str = "", level: str = "") -> DocumentQuerySet:
    """Return the published documents the actor may read, those of the platform first, then by service.

    Their versions come along, newest first. *service* is a code, *level* a level; what is none of either finds
    nothing and everything.
    """
    found = TechnicalDocument.objects.visible_to(actor).published().matching(words)
    if service:
        found = found.filter(service__code=service)
    if level in DocumentLevel.values:
        found = found.filter(level=level)
    versions = Prefetch("versions", DocumentVersion.objects.filter(published_at__isnull=False).order_by("-id"))
    ordered = found.order_by(F("service__sort_key").asc(nulls_first=True), "sort_key", "id")
    return ordered.select_related("service").prefetch_related(versions)


def own_drafts(actor: Actor) -> DocumentQuerySet:
    """Return what is being written and the actor may see: SKHCN's readers all of it, a provider its own."""
    found = TechnicalDocument.objects.visible_to(actor).filter(published_at__isnull=True)
    return found.select_related("service").order_by("sort_key", "id")


def out_of_scope(actor: Actor) -> int:
    """Return how many published documents the actor may not read (ux.md §4.2).

    Counted over the whole library, whatever is searched, so that the number answers no question about titles; and
    not for visitors. Documents of services that are not public themselves do not count.
    """
    if not actor.is_person or actor.may("service.view_all"):
        return 0
    known = Q(service__isnull=True) | Q(service__in=DataService.objects.published().values("pk"))
    seen = TechnicalDocument.objects.visible_to(actor).values("pk")
    return TechnicalDocument.objects.published().filter(known).exclude(pk__in=seen).count()
