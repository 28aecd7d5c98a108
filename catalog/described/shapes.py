"""What a description is made from: a version as it stands, and what a grant leaves of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from catalog.openapi.shapes import Operation


@dataclass(frozen=True, slots=True)
class Cut:
    """What one grant allows: operations by code, fields (None: all that the service names) and its bounds.

    ``daily_quota`` is calls a day, rates are calls a second and a minute (0: no such limit).
    """

    grant: str
    environment: str
    purpose: str
    operations: frozenset[str]
    fields: frozenset[str] | None
    daily_quota: int
    rate_per_second: int = 0
    rate_per_minute: int = 0
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """A version of a service with its operations and fields; sizes are bytes, ``timeout_ms`` the whole call's.

    ``description_id`` names the handed-in document that was applied last (0: none). ``changed_at`` is the last deed on
    service or version.
    """

    version_id: int
    service_id: int
    code: str
    name: str
    title: str
    summary: str
    state: str
    provider_code: str
    provider_name: str
    max_request_bytes: int
    max_answer_bytes: int
    timeout_ms: int
    default_quota: int
    operations: tuple[Operation, ...]
    is_sample: bool = False
    deprecated_at: datetime | None = None
    sunset_on: date | None = None
    description_id: int = 0
    changed_at: datetime | None = None
    cut: Cut | None = None

    def cut_to(self, cut: Cut) -> "Described":
        """Return what *cut* leaves: its operations, and of their fields those it names."""
        kept = [item for item in self.operations if item.code in cut.operations]
        if cut.fields is not None:
            names = cut.fields
            kept = [replace(item, fields=tuple(one for one in item.fields if one.name in names)) for item in kept]
        return replace(self, operations=tuple(kept), cut=cut)
