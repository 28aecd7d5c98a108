"""Who calls, and counting what a test wrote to the log, as the periodic task does."""

from django.db import connection

from accounts.models import Agency
from audit.services.use import count_use
from catalog.models import InformationSystem
from core import clock


def another_system(agency: Agency, number: int) -> InformationSystem:
    """Enter one more system of *agency*, told from its others by *number*."""
    return InformationSystem.objects.create(
        code=f"H60.07.HT{number}",
        code_base="H60.07",
        code_number=number,
        name=f"Hệ thống {number}",
        owner=agency,
        operating_unit=agency,
    )


def open_chains() -> None:
    """Open the chains in which ``call_log.log_calls`` writes, where they are not open: their rows count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_epoch (seq, event, kind, at, worker, key_name, format, prev_mac, row_mac) values"
            " (1, 'open', 'intent', %(at)s, 'kiểm thử', 'kiểm thử', 2, '', ''),"
            " (2, 'open', 'outcome', %(at)s, 'kiểm thử', 'kiểm thử', 2, '', '') on conflict (seq) do nothing",
            {"at": clock.now()},
        )


def counted() -> int:
    """Count the rows of ``call_log.log_calls``."""
    open_chains()
    return count_use()
