"""Reading a version of a service as its own description says it."""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, JSONObject

from audit.models import Fact
from catalog import openapi
from catalog.choices import CALLABLE, ServiceState
from catalog.described import Described, as_3_0, document_of
from catalog.described.shapes import Demand, Structure
from catalog.models import ApiDescription, DataService, MessageProfile, ProfileUse, ServiceVersion, Upstream
from catalog.openapi.shapes import Document
from catalog.relayed import NAMED_BY_CALLER, demanded_by
from catalog.selectors.descriptions import operations_of
from catalog.selectors.endings import successor_of
from core import clock
from core.actor import Actor
from core.choices import Environment

RELEASES = ("3.1", "3.0")
# Documents kept ready in one process; each is a few hundred kilobytes at most.
KEPT = 64


def callable_version(code: str, name: str) -> ServiceVersion | None:
    """Return the version everybody may read of, with what its description needs; one query."""
    return _loaded(ServiceVersion.objects.filter(state__in=CALLABLE, service__code=code, name=name)).first()


def readable_version(actor: Actor, code: str, name: str) -> ServiceVersion | None:
    """Return the version if *actor* may read of it: their own drafts too; one query."""
    found = ServiceVersion.objects.visible_to(actor).filter(service__code=code, name=name)
    seen = DataService.objects.visible_to(actor).filter(code=code).values("pk")
    return _loaded(found.filter(service__in=seen)).first()


def _loaded(found: QuerySet[ServiceVersion]) -> QuerySet[ServiceVersion]:
    applied = ApiDescription.objects.filter(version=OuterRef("pk"), applied_at__isnull=False)
    told = {"timeout_ms": "timeout_ms", "environment": "environment"}
    told |= {what: f"{what}_header" for what in NAMED_BY_CALLER}
    upstreams = Upstream.objects.filter(version=OuterRef("pk"), active=True).order_by("place")
    label = ServiceVersion._meta.label_lower
    facts = Fact.objects.filter(
        Q(subject_type=label, subject_id=Cast(OuterRef("pk"), CharField()))
        | Q(subject_type=DataService._meta.label_lower, subject_id=Cast(OuterRef("service_id"), CharField()))
    )
    judged = ProfileUse.objects.applied(clock.today()).filter(operation__version=OuterRef("pk"))
    named = {name: f"profile__{name}" for name in ("code", "version", "title", "form", "illustration")}
    named |= {"operation": "operation__code", "direction": "direction", "profile_id": "profile_id"}
    return found.select_related("service__provider").annotate(
        described_by=Subquery(applied.order_by("-applied_at", "-pk").values("pk")[:1]),
        addresses=ArraySubquery(upstreams.values(json=JSONObject(**told))),
        judged=ArraySubquery(judged.order_by("operation_id", "direction").values(json=JSONObject(**named))),
        changed=Subquery(facts.order_by("-id").values("at")[:1]),
    )


def described_of(version: ServiceVersion) -> Described:
    """Return what *version*, loaded here, says of itself; two queries more, three where its end is announced."""
    service = version.service
    addresses: list[dict[str, Any]] = version.addresses  # type: ignore[attr-defined]
    after = successor_of(version) if version.state == ServiceState.DEPRECATED else None
    return Described(
        version_id=version.pk,
        service_id=service.pk,
        code=service.code,
        name=version.name,
        title=service.title,
        summary=service.summary or service.data_scope,
        state=version.state,
        provider_code=service.provider.code,
        provider_name=service.provider.name,
        max_request_bytes=version.max_request_bytes,
        max_answer_bytes=version.max_answer_bytes,
        timeout_ms=max((item["timeout_ms"] for item in addresses), default=0),
        default_quota=service.default_quota or 0,
        operations=tuple(operations_of(version)),
        is_sample=service.is_sample,
        deprecated_at=version.deprecated_at,
        sunset_on=version.sunset_on,
        description_id=version.described_by or 0,  # type: ignore[attr-defined]
        changed_at=version.changed,  # type: ignore[attr-defined]
        form=version.message_form,
        inflates=version.accepts_gzip,
        demands=tuple(_demands(addresses)),
        structures=tuple(Structure(**item) for item in version.judged),  # type: ignore[attr-defined]
        successor=after.name if after is not None else "",
    )


def _demands(addresses: list[dict[str, Any]]) -> Iterator[Demand]:
    """Give what is demanded in each environment; the example server, where a sandbox has no address, wants nothing."""
    for place in Environment:
        there = [item for item in addresses if item["environment"] == place]
        if there or (place == Environment.SANDBOX and settings.EXAMPLE_SERVER):
            yield Demand(place.value, demanded_by(there))


def document(described: Described, release: str = "3.1") -> Document:
    """Return the document of *described* in *release*, made once for all that ask for the same; do not change it.

    The handed-in document is read then, and the structures, one query each where there are some; what is no longer
    readable in it is as if it were not there.
    """
    return _made(described, release, settings.PUBLIC_URL)


@lru_cache(maxsize=KEPT)
def _made(described: Described, release: str, _public_url: str) -> Document:
    if release == "3.0":
        return as_3_0(dict(document(described)))
    ids = {item.profile_id for item in described.structures}
    rows = MessageProfile.objects.filter(pk__in=ids, schema__isnull=False) if ids else MessageProfile.objects.none()
    schemas = {pk: dict(schema or {}) for pk, schema in rows.values_list("pk", "schema")}
    return document_of(described, _handed(described.description_id), schemas)


def mark_of(described: Described, *kind: str) -> str:
    """Return a strong entity tag: it changes with the configuration, the platform's address and our release."""
    told = repr((described, kind, settings.PUBLIC_URL, settings.PRODUCT_VERSION))
    return f'"{sha256(told.encode()).hexdigest()[:32]}"'


def _handed(pk: int) -> Document | None:
    content = ApiDescription.objects.filter(pk=pk).values_list("content", flat=True).first() if pk else None
    try:
        return None if content is None else openapi.read(bytes(content))
    except openapi.Refused:
        return None
