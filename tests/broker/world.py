"""A small world for the broker: one service in two environments, systems, keys and grants as the hatches give them."""

import time
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from broker.signing import Credentials, sign
from broker.snapshot import Rows
from catalog.projection import GoneRow, OperationRow, ServiceRow, UpstreamRow
from connections.projection import GrantRow, KeyRow
from core.keys import new_access_key, new_secret

COMMUNES = OperationRow(1, "communes", "GET", "/communes", "data", ("code", "name"))
COMMUNE = OperationRow(2, "commune", "GET", "/communes/{code}", "data", ("code", "name"))
REPORT = OperationRow(3, "report", "POST", "/reports", "", ())
REMOVE = OperationRow(4, "remove", "DELETE", "/communes/{code}", "", ())
RAW = OperationRow(5, "raw", "GET", "/raw/{path}", "", ())
SERVICE_ID = 7


def new_key(number: int, environment: str = "sandbox", **changes: Any) -> KeyRow:
    """Make a key of system 1 unless told otherwise."""
    row = KeyRow(
        key_id=number,
        access_key=new_access_key(environment),
        algorithm="hmac-sha256",
        secret=new_secret(environment).encode(),
        environment=environment,
        active=True,
        reason="",
        valid_to=None,
        system_id=1,
        system_code="HT-1",
        agency_id=11,
        agency_code="H60.07",
        networks=(),
    )
    return replace(row, **changes)


def new_grant(number: int, gate_id: int, **changes: Any) -> GrantRow:
    """Make a grant of everything but removal to system 1 in the sandbox, unless told otherwise."""
    row = GrantRow(
        grant_id=number,
        code=f"QK-{number}",
        system_id=1,
        service_id=SERVICE_ID,
        environment="sandbox",
        purpose="administrative-procedures",
        operations=frozenset({"communes", "commune", "report", "raw"}),
        fields=None,
        networks=(),
        valid_from=date(2026, 1, 1),
        valid_to=None,
        active=True,
        reason="",
        gate_id=gate_id,
        gate_version=1,
    )
    return replace(row, **changes)


def service(url: str, environment: str = "sandbox", **changes: Any) -> ServiceRow:
    """Make a row of the service ``administrative-units/v1`` of agency 3."""
    row = ServiceRow(
        service_id=SERVICE_ID,
        code="administrative-units",
        version="v1",
        environment=environment,
        provider_id=3,
        provider_code="H60.03",
        title="Đơn vị hành chính",
        timeout_ms=2000,
        max_request_bytes=64 * 1024,
        operations=(COMMUNES, COMMUNE, REPORT, REMOVE, RAW),
        upstreams=(UpstreamRow(1 if environment == "sandbox" else 2, url, 1),),
    )
    return replace(row, **changes)


@dataclass
class World:
    """The rows a policy is loaded from; a test changes them and has the broker reload."""

    services: dict[str, ServiceRow] = field(default_factory=dict)
    keys: dict[int, KeyRow] = field(default_factory=dict)
    grants: dict[str, GrantRow] = field(default_factory=dict)
    gone: list[GoneRow] = field(default_factory=list)

    def rows(self) -> Rows:
        return Rows(list(self.services.values()), list(self.keys.values()), list(self.grants.values()), self.gone)

    def credentials(self, key: int = 1, grant: str = "QK-1", purpose: str | None = None) -> Credentials:
        row = self.keys[key]
        meant = self.grants[grant].purpose if purpose is None and grant in self.grants else purpose or ""
        return Credentials(row.access_key, row.secret.decode(), grant, meant)


def signed(
    credentials: Credentials, authority: str, target: str, method: str = "GET", *, body: bytes = b"", **changes: Any
) -> dict[str, str]:
    """Sign a call made now."""
    values: dict[str, Any] = {"created": int(time.time()), **changes}
    return sign(credentials, method=method, authority=authority, target=target, body=body, **values)
