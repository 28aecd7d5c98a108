"""What may happen, as frozen rows in memory: services, keys and grants, indexed for the questions of one call."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from audit.admission import Standing
from broker.endings import Pairs, told_of
from broker.rates import policy_of
from broker.routing import Routes
from catalog.projection import GoneRow, ServiceRow
from connections.projection import GrantRow, KeyRow

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Rows:
    """What the hatches gave in one transaction."""

    services: list[ServiceRow]
    keys: list[KeyRow]
    grants: list[GrantRow]
    gone: list[GoneRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Service:
    """A service version in one environment, with its routes; ``told`` is what every answer says of its end."""

    row: ServiceRow
    routes: Routes
    told: Pairs = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable picture of the policy; a change makes a new one."""

    services: dict[tuple[str, str, str], Service] = field(default_factory=dict)
    names: frozenset[tuple[str, str]] = frozenset()
    gone: dict[tuple[str, str, str], GoneRow] = field(default_factory=dict)
    keys: dict[str, KeyRow] = field(default_factory=dict)
    grants: dict[str, GrantRow] = field(default_factory=dict)
    by_system: dict[tuple[int, str], list[GrantRow]] = field(default_factory=dict)
    body_limits: dict[tuple[str, str], int] = field(default_factory=dict)
    policies: dict[int, bytes] = field(default_factory=dict)
    # Versions that take gzip.
    inflating: frozenset[tuple[str, str]] = frozenset()
    # What the log says of calls under this policy, as it is found out (``admitting.standing_of``).
    standings: dict[tuple[Any, ...], Standing] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, rows: Rows) -> "Snapshot":
        """Index *rows*."""
        services = {
            (row.code, row.version, row.environment): Service(row, Routes.of(row.operations), told_of(row))
            for row in rows.services
        }
        limits: dict[tuple[str, str], int] = {}
        for row in rows.services:
            limits[row.code, row.version] = max(row.max_request_bytes, limits.get((row.code, row.version), 0))
        by_system: dict[tuple[int, str], list[GrantRow]] = {}
        for grant in rows.grants:
            by_system.setdefault((grant.system_id, grant.environment), []).append(grant)
        return cls(
            services=services,
            names=frozenset(limits),
            gone={(row.code, row.version, row.environment): row for row in rows.gone},
            keys={row.access_key: row for row in rows.keys},
            grants={row.code: row for row in rows.grants},
            by_system=by_system,
            body_limits=limits,
            inflating=frozenset((row.code, row.version) for row in rows.services if row.inflates),
            policies={row.grant_id: policy_of(row) for row in rows.grants},
        )


def within(address: str, networks: Iterable[str]) -> bool:
    """Return whether *address* lies in one of *networks*; no network named means anywhere."""
    listed = tuple(networks)
    return not listed or _within(address, listed)


@lru_cache(maxsize=4096)
def _within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for text in networks if (network := _network(text)) is not None)


@lru_cache(maxsize=4096)
def _network(text: str) -> Network | None:
    """Return the network *text* names; what is no network lets nobody in."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
