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
class Structure:
    """A structure that messages of an operation follow today, ``direction`` a ``Direction``; its text never changes.

    ``form`` is a ``ProfileForm``; ``illustration``: it says itself that it is no official one.
    """

    operation: str
    direction: str
    profile_id: int
    code: str
    version: str
    title: str
    form: str
    illustration: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """What callers have to name in one environment, as its addresses in use want it (``catalog.relayed``)."""

    environment: str
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """A version of a service with its operations and fields; sizes are bytes, ``timeout_ms`` the whole call's.

    ``description_id`` names the handed-in document that was applied last (0: none). ``changed_at`` is the last deed on
    service or version. ``form`` is the ``MessageForm`` its source system takes, ``inflates`` whether gzip is taken;
    ``demands`` are those of each environment that can be called. ``successor`` names the version to change to ("").
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
    form: str = "json"
    inflates: bool = False
    demands: tuple[Demand, ...] = ()
    structures: tuple[Structure, ...] = ()
    successor: str = ""
    cut: Cut | None = None

    def cut_to(self, cut: Cut) -> "Described":
        """Return what *cut* leaves: its operations, and of their fields those it names."""
        kept = [item for item in self.operations if item.code in cut.operations]
        if cut.fields is not None:
            names = cut.fields
            kept = [replace(item, fields=tuple(one for one in item.fields if one.name in names)) for item in kept]
        return replace(self, operations=tuple(kept), cut=cut)

    def demanded(self) -> dict[str, bool]:
        """Return what a call may have to name, and whether every call has to: in all environments it can run in."""
        places = [item for item in self.demands if self.cut is None or item.environment == self.cut.environment]
        named = dict.fromkeys(what for item in places for what in item.named)
        return {what: all(what in item.named for item in places) for what in named}

    def structure(self, operation: str, direction: str) -> Structure | None:
        """Return what messages of *operation* follow in *direction*, None where they are not judged."""
        found = (item for item in self.structures if (item.operation, item.direction) == (operation, direction))
        return next(found, None)
