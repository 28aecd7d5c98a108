"""Reading keys; never their secrets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from audit.selectors.calls import last_admitted
from audit.selectors.use import daily_use_of_keys
from catalog.models import InformationSystem
from connections.models import Credential
from core import clock
from core.actor import Actor


def keys_seen(actor: Actor, *, system: InformationSystem | None = None) -> QuerySet[Credential]:
    """Return the keys the actor may see, newest first; the sealed secret is not read."""
    found = Credential.objects.visible_to(actor).defer("sealed_secret")
    found = found.select_related("system__owner", "made_by", "revoked_by")
    return found.filter(system=system) if system is not None else found


def replaceable_keys(system: InformationSystem) -> QuerySet[Credential]:
    """Return the keys in use of *system* that another may take the place of, newest first."""
    found = Credential.objects.open().filter(system=system, activated_at__isnull=False, valid_to__gte=clock.today())
    return found.defer("sealed_secret")


def last_uses(keys: Iterable[Credential]) -> dict[str, tuple[datetime, str]]:
    """Return when and from which address each key last signed an admitted call, by its public half; one query."""
    return last_admitted([key.access_key for key in keys])


# Days of use that the page of a key shows, today among them.
USE_DAYS = 14


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """Admitted calls of a day: of the key itself and of the one it is changed for (or was changed from)."""

    day: date
    own: int
    other: int


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How a key is used, day by day, newest first, and how far a change of keys has come.

    ``successor`` is the newest key that takes its place and is not revoked, ``predecessor`` the one it took the place
    of. ``quiet_since`` is the first day since when no call was signed with it (None: one was signed today).
    """

    days: tuple[DayOfUse, ...]
    successor: Credential | None
    predecessor: Credential | None
    quiet_since: date | None

    @property
    def other(self) -> Credential | None:
        """The key beside it in the table."""
        return self.successor or self.predecessor

    @property
    def today(self) -> int:
        """Calls signed with it today."""
        return self.days[0].own

    @property
    def moved(self) -> bool:
        """Whether its successor works and no call of the last full day and today was signed with it."""
        working = self.successor is not None and self.successor.activated_at is not None
        return working and not any(row.own for row in self.days[:2])


def use_of_key(key: Credential) -> KeyUse:
    """Return the use of *key* over ``USE_DAYS``, beside that of its successor or predecessor; two queries."""
    successor = key.replaced_by.open().defer("sealed_secret").first()
    predecessor = key.replaces
    other = successor or predecessor
    names = [key.access_key, *([other.access_key] if other is not None else [])]
    counted = daily_use_of_keys(names, days=USE_DAYS)
    own, beside = counted.get(key.access_key, {}), counted.get(names[-1], {}) if other is not None else {}
    today = clock.today()
    span = [today - timedelta(days=back) for back in range(USE_DAYS)]
    days = tuple(DayOfUse(day, own.get(day, 0), beside.get(day, 0)) for day in span)
    used = next((row.day for row in days if row.own), None)
    quiet = span[-1] if used is None else None if used == today else used + timedelta(days=1)
    return KeyUse(days, successor, predecessor, quiet)
