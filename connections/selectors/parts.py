"""What a part of a dossier holds, and the mark a form carries to notice that somebody else wrote in it meanwhile."""

import hashlib
import json
from typing import Any

from connections.choices import Part
from connections.models import ConnectionRequest, RequestLine

FIELDS: dict[str, tuple[str, ...]] = {
    Part.CONTACTS: ("responsible_leader", "technical_contact"),
    Part.SYSTEM: ("system",),
    Part.PURPOSE: ("purpose", "purpose_text", "legal_basis"),
    Part.SCOPE: ("personal_data", "state_secret", "national_database"),
    Part.TECHNICAL: (
        "networks",
        "daily_calls",
        "peak_per_second",
        "technical_needs",
        "message_standard",
        "wanted_until",
    ),
    Part.PLANS: ("operation_plan", "security_plan"),
}
LINE_FIELDS = ("operations", "fields", "daily_quota")


def part_values(request: ConnectionRequest, part: str) -> dict[str, Any]:
    """Return what *part* holds now, by field."""
    return {name: getattr(request, name) for name in FIELDS[part]}


def seen_part(request: ConnectionRequest, part: str) -> str:
    """Return the mark of what *part* says now; it changes with any of its answers, and with nothing else."""
    return _mark(part_values(request, part))


def seen_line(line: RequestLine | None) -> str:
    """Return the mark of what a line says now, or of its absence."""
    return _mark({name: getattr(line, name) for name in LINE_FIELDS} if line else {})


def begun(request: ConnectionRequest, part: str) -> bool:
    """Return whether anything stands in *part*."""
    held = any(value not in (None, "", []) for value in part_values(request, part).values())
    return held or (part == Part.SCOPE and request.lines.exists())


def _mark(values: dict[str, Any]) -> str:
    plain = {name: getattr(value, "pk", value) for name, value in values.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:16]
