"""May this call happen: grant × operation × purpose × environment × network × validity × hours, on one snapshot.

No I/O. The order of the questions is part of what is promised (docs/limits.md).
"""

from datetime import datetime
from math import ceil

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from broker.authenticating import because
from broker.endings import ended, gone
from broker.incoming import Incoming, Warrant
from broker.outbound.calling import require_named
from broker.problems import Refusal, refusal
from broker.snapshot import Service, Snapshot, within
from connections.projection import GrantRow, KeyRow
from core.hours import is_open, next_opening, said, spans_of

PREFIX = "/api/data/"
_OVERRIDES = frozenset({b"x-http-method-override", b"x-http-method", b"x-method-override"})


class Granted(BasePermission):
    """The call lies within a grant in force."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Write the warrant of the call. Raises a refusal."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        assert incoming.snapshot is not None and incoming.principal is not None  # noqa: S101, PT018
        incoming.warrant = judge(incoming, incoming.snapshot, incoming.principal.key)
        return True


def judge(incoming: Incoming, snapshot: Snapshot, key: KeyRow) -> Warrant:
    """Return the warrant of this call by *snapshot*. Raises the first refusal that applies."""
    service, path = route(incoming, incoming.target, snapshot, key.environment)
    incoming.service, incoming.operation, incoming.grant = service, None, None
    if service.row.ending is not None and incoming.received_at >= service.row.ending.sunset:
        raise ended(service.row)
    methods = service.routes.find(path)
    if not methods:
        raise refusal("unknown-operation")
    grant = grant_in_force(incoming, snapshot, key, service)
    operation = incoming.operation = methods.get(str(incoming.method))
    overridden = not _OVERRIDES.isdisjoint(incoming.sent)
    if operation is None or overridden or operation.code not in grant.operations:
        error = refusal("operation-not-granted", grant=grant.code, operation=f"{incoming.method} {path}")
        raise error.with_header("Allow", ", ".join(sorted(methods))) if operation is None else error
    check_network(incoming, key, grant)
    if service.row.demanded:
        require_named(incoming, service.row.demanded)
    return Warrant(service, operation, grant, path)


def check_network(incoming: Incoming, key: KeyRow, grant: GrantRow) -> None:
    """Raise ``network-not-allowed`` unless the caller's address lies in the networks of key and grant."""
    if not within(incoming.address, key.networks) or not within(incoming.address, grant.networks):
        raise refusal("network-not-allowed", address=incoming.address)


def split(target: str) -> tuple[str, str, str]:
    """Return service, version and the rest (with its slash) of ``/api/data/{service}/{version}/…``."""
    service, _, rest = target.removeprefix(PREFIX).partition("/")
    version, slash, path = rest.partition("/")
    return service, version, slash + path


def addressed(target: str) -> tuple[str, str]:
    """Return service and version of a call's address, whether REST or SOAP is spoken there."""
    service, version, path = split(target)
    if service == "-" and version == "soap":
        service, version, _path = split(PREFIX + path[1:])
    return service, version


def route(incoming: Incoming, target: str, snapshot: Snapshot, environment: str) -> tuple[Service, str]:
    """Return the service *target* names in *environment*, and the path inside it. Raises a refusal."""
    code, version, path = split(target)
    service = snapshot.services.get((code, version, environment))
    if service is not None:
        return service, path
    incoming.gone = snapshot.gone.get((code, version, environment))
    if incoming.gone is not None:
        raise gone(incoming.gone)
    if (code, version) in snapshot.names:
        raise refusal("environment-mismatch", environment=environment)
    raise refusal("unknown-service", service=code[:64], version=version[:16])


def grant_in_force(incoming: Incoming, snapshot: Snapshot, key: KeyRow, service: Service | None) -> GrantRow:
    """Return the grant the caller names, in force for its purpose; a token is for no *service* yet."""
    grant = snapshot.grants.get(incoming.grant_code)
    others = grant is None or grant.system_id != key.system_id
    if grant is None or others or (service is not None and grant.service_id != service.row.service_id):
        code, named = incoming.grant_code[:64], service.row.code if service else "-"
        raise refusal("grant-missing", system=key.system_code, grant=code, service=named)
    incoming.grant = grant
    if grant.environment != key.environment:
        raise refusal("environment-mismatch", environment=key.environment)
    if not grant.active:
        raise because(grant.reason, "grant-suspended")
    today = incoming.day
    if today < grant.valid_from:
        raise refusal("grant-not-yet-valid", grant=grant.code, day=f"{grant.valid_from:%d/%m/%Y}")
    if grant.valid_to is not None and grant.valid_to < today:
        raise refusal("grant-expired", grant=grant.code, day=f"{grant.valid_to:%d/%m/%Y}")
    if incoming.purpose_code != grant.purpose:
        raise refusal("purpose-not-granted", grant=grant.code, purpose=grant.purpose)
    if grant.hours and not is_open(grant.hours, incoming.received_at):
        raise outside(grant, incoming.received_at)
    return grant


def outside(grant: GrantRow, at: datetime) -> Refusal:
    """Return the refusal of a call outside the hours of *grant*: which they are, and when they begin again, if so."""
    spans = spans_of(grant.hours)
    hours, english = "; ".join(said(spans)), "; ".join(said(spans, english=True))
    error = refusal("outside-hours", grant=grant.code, hours=hours, hours_en=english)
    opens = next_opening(grant.hours, at)
    if grant.valid_to is not None and opens.date() > grant.valid_to:
        return error
    error.with_header("Retry-After", max(1, ceil((opens - at).total_seconds())))
    return error.with_members(next_opening=opens.isoformat())
