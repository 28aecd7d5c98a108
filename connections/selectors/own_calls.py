"""How a reader's own systems may call a version: their grants of it, their keys, and what a grant leaves of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE
from catalog.described import Cut, Described
from catalog.described.page import Shown, shown
from catalog.models import ServiceVersion
from catalog.relayed import NAMED_BY_CALLER
from catalog.selectors.described import callable_version, described_of, document
from connections.models import Credential, Grant
from connections.selectors.grants import grants_seen
from connections.selectors.keys import keys_seen
from connections.snippets import Snippet, snippets_for
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.notes import Part, PartRow

MOST = 10


def parts_of_version(pk: int, actor: Actor) -> list[Part]:
    """Return, for the page of the version with id *pk*, how the reader's own systems may call it (core.web.notes).

    Whoever holds no grant reads one call with places to fill in.
    """
    found = ServiceVersion.objects.filter(pk=pk, state__in=CALLABLE).values_list("service_id", "service__code", "name")
    for service_id, code, name in found:
        holder = actor.is_person and actor.may("request.view_own")
        rows = [_row(grant, name) for grant in own_grants(actor, service_id)[:MOST]] if holder else []
        if rows:
            return [Part("own-calls", _("Gọi bằng quyền của cơ quan bạn"), rows)]
        return _sample_call(code, name)
    return []


def _sample_call(code: str, name: str) -> list[Part]:
    version = callable_version(code, name)
    described = described_of(version) if version is not None else None
    operations = shown(described, document(described)) if described is not None else []
    if described is None or not operations:
        return []
    context = {"snippets": snippets_of(described, operations[0]), "operation": operations[0]}
    lead = _("Mã quyền, mục đích và khóa điền sẵn khi cơ quan bạn có quyền khai thác dịch vụ này.")
    return [Part("sample-call", _("Đoạn mã gọi"), lead=lead, template="reference/sample_call.html", context=context)]


def snippets_of(described: Described, operation: Shown, access_key: str = "") -> list[Snippet]:
    """Return a signed call of *operation* in each language, with what the cut names and *access_key* filled in."""
    cut, sent = described.cut, dict(operation.headers)
    return snippets_for(
        host=settings.PUBLIC_URL,
        access_key=access_key or "ak_test_...",
        grant=cut.grant if cut else "QK-...",
        purpose=cut.purpose if cut else "MA-MUC-DICH",
        service=described.code,
        version=described.name,
        method=operation.method,
        path=operation.target.removeprefix(f"/api/data/{described.code}/{described.name}"),
        body=operation.sent_example,
        **{what: sent[name] for what, name in NAMED_BY_CALLER.items() if name in sent},
    )


def own_grants(actor: Actor, service_id: int) -> QuerySet[Grant]:
    """Return the grants of the service that systems of the reader's agency hold and that have not ended."""
    in_force = Q(revoked_at__isnull=True) & (Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))
    own = grants_seen(actor).filter(in_force, service_id=service_id, system__owner_id=actor.agency_id or 0)
    return own.order_by("environment", "code")


def _row(grant: Grant, name: str) -> PartRow:
    place = str(Environment(grant.environment).label)
    text = _("Đoạn mã và mô tả theo quyền %(code)s") % {"code": grant.code}
    return PartRow(
        text, reverse("grant_calls", args=[grant.code, name]), hint=grant.system.name, tag=place, kind="plain"
    )


def callable_names(service_id: int) -> list[str]:
    """Return the names of the versions of a service that may be called; one query."""
    found = ServiceVersion.objects.filter(service_id=service_id, state__in=CALLABLE)
    return list(found.order_by("name").values_list("name", flat=True))


def cut_of(grant: Grant) -> Cut:
    """Return what *grant* leaves of its service."""
    return Cut(
        grant=grant.code,
        environment=grant.environment,
        purpose=grant.purpose.code,
        operations=frozenset(grant.operations),
        fields=None if grant.fields is None else frozenset(grant.fields),
        daily_quota=grant.daily_quota,
        rate_per_second=grant.rate_per_second or 0,
        rate_per_minute=grant.rate_per_minute or 0,
        valid_to=grant.valid_to,
    )


def described_for(grant: Grant, name: str) -> Described | None:
    """Return version *name* of the grant's service as the grant leaves it; None where it cannot be called."""
    version = callable_version(grant.service.code, name)
    return None if version is None else described_of(version).cut_to(cut_of(grant))


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key that may sign calls under a grant now: its public half and what it is called."""

    access_key: str
    name: str


def usable_keys(actor: Actor, grant: Grant) -> list[OwnKey]:
    """Return the keys of the grant's system and environment that may sign now, the newest first; own agency only."""
    found: Iterable[Credential] = keys_seen(actor, system=grant.system).filter(
        system__owner_id=actor.agency_id or 0,
        environment=grant.environment,
        revoked_at__isnull=True,
        activated_at__isnull=False,
        valid_to__gte=clock.today(),
    )
    return [OwnKey(key.access_key, key.name) for key in found]
