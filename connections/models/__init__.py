"""Dossiers, evaluations, connections, grants, keys and tests."""

from connections.models.access import AccessLine, AccessRequest
from connections.models.attachments import Attachment
from connections.models.clocks import Clock, ClockPause
from connections.models.compliance import (
    Declaration,
    DeclarationPoint,
    DutyReminder,
    Inspection,
    InspectionMark,
)
from connections.models.connections import Connection, Hold
from connections.models.credentials import Credential
from connections.models.decisions import LineDecision
from connections.models.desk import InternalNote, SavedView, WorkMark
from connections.models.endings import EndingRequest
from connections.models.evaluations import (
    Checklist,
    CompletionPoint,
    Criterion,
    CriterionMark,
    CriterionStandard,
    Evaluation,
)
from connections.models.evidence import EvidenceRun, MessageSample
from connections.models.expiries import ExpiryNotice, ExpiryRule, VersionNotice
from connections.models.grants import Grant
from connections.models.lines import RequestLine
from connections.models.messages import MessageFile, ThreadMark, ThreadMessage
from connections.models.parts import PartCheck
from connections.models.printouts import LetterheadRule, Printout, PrintoutTemplate, SignedFile
from connections.models.reminders import Reminder, ReminderRule
from connections.models.requests import ConnectionRequest
from connections.models.required import RequiredPart
from connections.models.reruns import ConformanceRerun
from connections.models.terms import EnvironmentTerms
from connections.models.trials import Confirmation, TestTemplate, Trial, TrialCase
from connections.models.versions import RequestVersion

__all__ = [
    "AccessLine",
    "AccessRequest",
    "Attachment",
    "Checklist",
    "Clock",
    "ClockPause",
    "CompletionPoint",
    "Confirmation",
    "ConformanceRerun",
    "Connection",
    "ConnectionRequest",
    "Credential",
    "Criterion",
    "CriterionMark",
    "CriterionStandard",
    "Declaration",
    "DeclarationPoint",
    "DutyReminder",
    "EndingRequest",
    "EnvironmentTerms",
    "Evaluation",
    "EvidenceRun",
    "ExpiryNotice",
    "ExpiryRule",
    "Grant",
    "Hold",
    "Inspection",
    "InspectionMark",
    "InternalNote",
    "LetterheadRule",
    "LineDecision",
    "MessageFile",
    "MessageSample",
    "PartCheck",
    "Printout",
    "PrintoutTemplate",
    "Reminder",
    "ReminderRule",
    "RequestLine",
    "RequestVersion",
    "RequiredPart",
    "SavedView",
    "SignedFile",
    "TestTemplate",
    "ThreadMark",
    "ThreadMessage",
    "Trial",
    "TrialCase",
    "VersionNotice",
    "WorkMark",
]
