"""Reading the yearly declarations of a connection."""

from dataclasses import dataclass
from datetime import date

from connections.models import Connection, Declaration, DeclarationPoint
from connections.selectors.compliance import declaration_day, owing_declaration
from core import clock
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """How the declaration of a year stands: made, or due on a day (None: nothing is due)."""

    year: int
    made: Declaration | None
    due_on: date | None
    owed: bool


def points_asked() -> list[DeclarationPoint]:
    """Return the statements asked now, in order."""
    return list(DeclarationPoint.objects.filter(active=True))


def standing_of(connection: Connection) -> Standing:
    """Return how this year's declaration of *connection* stands."""
    year = clock.today().year
    made = connection.declarations.filter(year=year).select_related("declared_by", "agency").first()
    owed = owing_declaration(Connection.objects.filter(pk=connection.pk), year).exists()
    return Standing(year, made, declaration_day(year) if owed else None, owed)


def declarations_of(connection: Connection, actor: Actor) -> list[Declaration]:
    """Return the declarations made of *connection* that the actor may see, the newest first."""
    seen = Declaration.objects.visible_to(actor).filter(connection=connection)
    return list(seen.select_related("declared_by", "agency"))
