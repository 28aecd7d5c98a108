"""What an installation of the procedure is filled with, loaded by the real deeds once and copied from then on."""

from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import DeadlinePolicy
from accounts.services.calendar import set_deadline
from connections.choices import Step
from connections.models import Checklist, Criterion, EnvironmentTerms, PrintoutTemplate, TestTemplate
from core import clock
from core.actor import system_actor

MODELS = (Checklist, Criterion, TestTemplate, EnvironmentTerms, PrintoutTemplate, DeadlinePolicy)
_KEPT: dict[int, dict[str, bytes]] = {}


def fill() -> None:
    """Give the database of one test checklist, test cases, terms, texts of the papers and a deadline for each step."""
    year = clock.today().year
    if year not in _KEPT:
        with transaction.atomic():
            _load()
            with connection.cursor() as cursor:
                _KEPT[year] = {name: _copied_out(cursor, name) for name in (model._meta.db_table for model in MODELS)}
            transaction.set_rollback(True)
    with connection.cursor() as cursor:
        for name, rows in _KEPT[year].items():
            with cursor.copy(f"copy {name} from stdin") as copy:
                copy.write(rows)


def _load() -> None:
    for command in ("load_checklist", "load_trials", "load_printouts"):
        call_command(command, verbosity=0)
    for step in Step:  # deadlines alone: filling in the days off of three years takes longer than all the rest
        set_deadline(
            actor=system_actor("Kiểm thử"),
            code=f"request.{step}",
            name=str(step.label),
            valid_from=clock.today().replace(month=1, day=1),
            amount=5,
            unit="working_day",
            statutory=False,
            basis="Hạn nội bộ",
            clause="",
        )


def _copied_out(cursor: Any, table: str) -> bytes:
    with cursor.copy(f"copy {table} to stdout") as copy:
        return b"".join(copy)
