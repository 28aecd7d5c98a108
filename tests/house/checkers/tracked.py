"""Which models keep a field history."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.house.checkers.project import PACKAGES

EXCUSES = {
    "audit.Fact": "it is evidence itself: written once, a trigger refuses change",
    "audit.Intent": "a row of the call log, written by audit.admission; MACs and triggers guard it",
    "audit.Outcome": "as audit.Intent",
    "audit.RowChange": "as audit.Fact: written by triggers",
    "audit.Sealing": "how the sealer stands, overwritten each second; the checkpoints are the evidence",
    "audit.Tombstone": "evidence: written once, sealed, with a fact; a trigger refuses every change",
    "audit.Verification": "a measurement: written once by a job; one that failed has a fact",
    "audit.Recovery": "evidence itself: written once, accepted once, a trigger refuses other change; each has a fact",
    "audit.UseDay": "a sum over the call log, counted by a job; the log is the evidence",
    "audit.UseMark": "how far that job has counted",
    "accounts.Letter": "an outbox row: its life is a fact, its body must not be copied into a history",
    "catalog.ServiceEntry": "a copy of public facts for finding, made again from the tracked models",
    "catalog.SearchWord": "as catalog.ServiceEntry",
    "connections.RequestVersion": "evidence itself: frozen when a dossier is sent, a trigger refuses change",
    "connections.ThreadMessage": "written once, a trigger refuses change; that it was written is a fact",
    "connections.MessageFile": "as connections.ThreadMessage, which it came with",
    "connections.ThreadMark": "how far a person has read; nothing governed",
    "accounts.Notice": "as accounts.Letter; the deed that tells is the fact",
    "accounts.Digest": "as accounts.Letter: written once with its letter",
    "connections.Reminder": "a mark that keeps a job from reminding twice: written once, never changed",
    "connections.ExpiryNotice": "as connections.Reminder",
    "connections.VersionNotice": "as connections.Reminder",
    "catalog.DocumentDownload": "evidence itself: written once, a trigger refuses change",
    "catalog.WatchMark": "as connections.Reminder",
    "audit.UseAddress": "as audit.UseDay",
    "incidents.AlertNews": "an outbox row: written once, told once; the alert keeps its history",
    "incidents.AlertTeller": "who tells just now; nothing governed",
    "incidents.DetectionMark": "how far a rule has looked; nothing governed",
    "incidents.Measure": "a measurement: written once, deleted by age",
    "incidents.WebhookAttempt": "a measurement: written once, deleted by age",
    "incidents.WebhookDelivery": "an outbox row, as accounts.Letter; sending it again is a fact",
    "incidents.UpstreamHealth": "a measurement, overwritten by the next one; its history is HealthCheck",
    "incidents.MaintenanceTelling": "as connections.Reminder; what was told is a fact",
    "incidents.StatusDay": "a sum over checks, counted by a job",
    "incidents.StatusSubscription": "an address of a reader, theirs to end; nothing of it may stay",
    "incidents.WeeklyReminder": "as connections.Reminder",
    "reports.StatementReminder": "as connections.Reminder",
    "reports.StatementVersion": "evidence itself: written once, a trigger refuses change",
    "incidents.HealthCheck": "a measurement: written once, deleted by age",
}


def check(models: Iterable[type[Any]], excuses: Mapping[str, str] = EXCUSES) -> list[str]:
    """Find concrete models of ours without field history, and excuses nobody needs any more."""
    from auditlog.registry import auditlog

    ours = [model for model in models if model.__module__.split(".")[0] in PACKAGES and not model._meta.abstract]
    untracked = {model._meta.label for model in ours if not model._meta.proxy and not auditlog.contains(model)}
    found = [f"{label}: neither registered with auditlog nor excused" for label in sorted(untracked - excuses.keys())]
    return found + [f"{label}: the excuse is no longer needed" for label in sorted(excuses.keys() - untracked)]
