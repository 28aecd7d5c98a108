"""What an installation holds when it starts, loaded by its own commands once in a process and copied from then on."""

import json
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction

from tests.shelf import SHELF

PEOPLE = ("load_register", "load_calendar", "load_demo")
PROCEDURE = (
    "load_checklist",
    "load_parts",
    "load_declaration_points",
    "load_profiles",
    "load_trials",
    "load_printouts",
    "load_purposes",
    "load_readiness",
    "load_standards",
    "load_sectors",
)


def sample_people(folder: Path) -> list[dict[str, Any]]:
    """Load the register, the calendar and the sample people; give what *folder*, the data folder, tells of them."""
    told = folder / "demo.json"

    def load() -> str:
        for command in PEOPLE:
            call_command(command, verbosity=0)
        return told.read_text(encoding="utf-8")

    with transaction.atomic():
        text = SHELF.take("sample people", load)
    told.write_text(text, encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)["people"]
    return rows


def procedure() -> None:
    """Load, after the people, what the procedure and the reports go by."""

    def load() -> None:
        for command in (*PROCEDURE, "load_report_templates", "load_campaign_questions"):
            call_command(command, verbosity=0)

    with transaction.atomic():
        SHELF.take("procedure", load)
