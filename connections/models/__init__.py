"""Dossiers, evaluations, connections, grants, keys and tests."""

from connections.models.attachments import Attachment
from connections.models.clocks import Clock, ClockPause
from connections.models.connections import Connection, Hold
from connections.models.credentials import Credential
from connections.models.evaluations import Checklist, CompletionPoint, Criterion, CriterionMark, Evaluation
from connections.models.grants import Grant
from connections.models.messages import MessageFile, ThreadMark, ThreadMessage
from connections.models.reminders import Reminder, ReminderRule
from connections.models.requests import ConnectionRequest, RequestLine
from connections.models.terms import EnvironmentTerms
from connections.models.trials import Confirmation, TestTemplate, Trial, TrialCase
from connections.models.versions import RequestVersion

__all__ = [
    "Attachment",
    "Checklist",
    "Clock",
    "ClockPause",
    "CompletionPoint",
    "Confirmation",
    "Connection",
    "ConnectionRequest",
    "Credential",
    "Criterion",
    "CriterionMark",
    "EnvironmentTerms",
    "Evaluation",
    "Grant",
    "Hold",
    "MessageFile",
    "Reminder",
    "ReminderRule",
    "RequestLine",
    "RequestVersion",
    "TestTemplate",
    "ThreadMark",
    "ThreadMessage",
    "Trial",
    "TrialCase",
]
