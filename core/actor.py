"""Who acts. Every deed takes an explicit :class:`Actor`; nothing in the product acts namelessly."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["person", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person under the agency they act for now, the platform itself, or nobody yet.

    ``permissions`` are the role permissions that hold for ``agency_id`` at this moment; the name and agency name are
    snapshots for evidence, which must outlive the rows they were read from.
    """

    kind: Kind
    name: str
    user_id: int | None = None
    agency_id: int | None = None
    agency_name: str = ""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    request_id: str = ""
    address: str | None = None
    agency_ids: frozenset[int] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        """Return whether one of the actor's present roles carries *permission*; the platform itself may."""
        return self.kind == "system" or permission in self.permissions

    @property
    def is_person(self) -> bool:
        """True for a signed-in person."""
        return self.kind == "person"


def system_actor(name: str) -> Actor:
    """Return the platform acting by itself; *name* says in Vietnamese which job it is."""
    return Actor(kind="system", name=name)


ANONYMOUS = Actor(kind="anonymous", name="Khách")
