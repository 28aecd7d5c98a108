"""A connection that has been live for long, and the deadlines of what it owes."""

from datetime import date, datetime

from accounts.models import Letter, Notice
from accounts.services.calendar import set_deadline
from connections.choices import Duty
from connections.models import Connection
from connections.services.declarations import load_declaration_points
from core.actor import system_actor
from core.clock import VIETNAM
from tests.connections.conftest import Chain
from tests.connections.steps import step

JOB = system_actor("Kiểm thử")
SINCE = datetime(2025, 6, 2, 9, tzinfo=VIETNAM)


def set_term(duty: Duty, amount: int, unit: str = "calendar_day") -> None:
    """Give *duty* a deadline of ours."""
    set_deadline(
        actor=JOB,
        code=f"compliance.{duty}",
        name=str(duty.label),
        valid_from=date(2026, 1, 1),
        amount=amount,
        unit=unit,
        statutory=False,
        basis="Hạn nội bộ",
        clause="",
    )


@step
def long_live(chain: Chain) -> Connection:
    """Bring the chain's connection live, since last year, with statements to declare and deadlines to keep."""
    chain.live()
    load_declaration_points(actor=JOB)
    set_term(Duty.DECLARATION, 90)
    set_term(Duty.INSPECTION, 365)
    connection = chain.connection()
    connection.live_at = SINCE
    connection.save()
    Notice.objects.all().delete()
    Letter.objects.all().delete()
    return connection


def on(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """Return a moment in Vietnam."""
    return datetime(year, month, day, hour, tzinfo=VIETNAM)


FIRST_INSPECTION = date(2026, 6, 2)
