"""Which structures messages follow, for pages: of a version, of a structure, open to everybody."""

from dataclasses import dataclass

from django.db.models import QuerySet

from catalog.choices import CALLABLE, WITH_BODY, Direction
from catalog.message_forms import misfit
from catalog.models import MessageProfile, Operation, ProfileUse, ServiceVersion
from core import clock


@dataclass(frozen=True, slots=True)
class Place:
    """One direction of an operation: what applies today, what is planned for later days."""

    operation: Operation
    direction: str
    today: ProfileUse | None
    planned: list[ProfileUse]

    @property
    def label(self) -> str:
        """Which message it is."""
        return str(Direction(self.direction).label)

    @property
    def lapsed(self) -> bool:
        """Whether a structure is set and its last day is past: then nothing is judged."""
        profile = self.today.profile if self.today else None
        return bool(profile and profile.valid_to and profile.valid_to < clock.today())


def places_of(version: ServiceVersion) -> list[Place]:
    """Return each message of each operation of *version* that may follow a structure; two queries."""
    operations = list(version.operations.order_by("template", "method"))
    uses = ProfileUse.objects.filter(operation__version=version).select_related("profile").order_by("since")
    return [
        place
        for operation in operations
        for direction in directions_of(operation)
        for place in [_place(operation, direction, [row for row in uses if row.operation_id == operation.pk])]
    ]


def directions_of(operation: Operation) -> list[str]:
    """Return which messages of *operation* have content."""
    return [Direction.REQUEST, Direction.ANSWER] if operation.method in WITH_BODY else [Direction.ANSWER]


def _place(operation: Operation, direction: str, uses: list[ProfileUse]) -> Place:
    mine = [row for row in uses if row.direction == direction]
    begun = [row for row in mine if not row.planned]
    return Place(operation, direction, begun[-1] if begun else None, [row for row in mine if row.planned])


def uses_of(profile: MessageProfile) -> QuerySet[ProfileUse]:
    """Return where *profile* decides today or will, with operation and version."""
    today = clock.today()
    deciding = ProfileUse.objects.on(today).values("pk")
    found = ProfileUse.objects.filter(profile=profile)
    return (found.filter(pk__in=deciding) | found.filter(since__gt=today)).select_related(
        "operation__version__service"
    )


def public_profiles() -> QuerySet[MessageProfile]:
    """Return the structures that messages of a published version follow or followed: everybody may read those."""
    used = ProfileUse.objects.filter(operation__version__state__in=CALLABLE, profile__isnull=False)
    return MessageProfile.objects.filter(pk__in=used.values("profile_id"))


def last_use(version: ServiceVersion) -> int:
    """Return what stands for the structures of *version* in a form; 0: none was ever set."""
    newest = ProfileUse.objects.filter(operation__version=version).order_by("-set_at", "-pk").first()
    return 0 if newest is None else int(newest.set_at.timestamp() * 1_000_000)


def misfits_of(uses: QuerySet[ProfileUse], *, message_form: str) -> list[str]:
    """Return the titles of operations with a structure, today's or planned, that cannot judge *message_form*."""
    today = clock.today()
    deciding = ProfileUse.objects.on(today).values("pk")
    found = (uses.filter(pk__in=deciding) | uses.filter(since__gt=today)).filter(profile__isnull=False)
    return sorted(
        {
            row.operation.title
            for row in found.select_related("operation", "profile")
            if row.profile
            and misfit(row.profile.form, message_form=message_form, soap=bool(row.operation.soap_version))
        }
    )
